/** Activations, and what they are made of where an exporter takes them apart. */
import type { ActivationFunction } from '../../graph/graph.ts';
import type { Lowering, LowerNode } from './lower-node.ts';
import { scalarVector } from './vectors.ts';

const activation =
  (fn: ActivationFunction): Lowering =>
  (at) =>
    at.pointwise({ kind: 'activation', function: fn });

/** clip(alpha · x + beta, 0, 1) */
const hardSigmoid: Lowering = (at: LowerNode) => {
  const inner = at.affine(
    at.map(),
    scalarVector(at.number('alpha', 0.2)),
    scalarVector(at.number('beta', 0.5)),
  );
  return at.pointwise({ kind: 'clip', low: 0, high: 1 }, inner);
};

const gelu: Lowering = (at: LowerNode) => {
  const approximation = at.text('approximate', 'none');
  if (approximation === 'none') return at.pointwise({ kind: 'activation', function: 'gelu' });
  return at.refuse(`is approximated by ${approximation}, and only the exact one can be executed`);
};

const swish: Lowering = (at: LowerNode) => {
  const alpha = at.number('alpha', 1);
  if (alpha === 1) return at.pointwise({ kind: 'activation', function: 'silu' });
  return at.refuse(`has the slope ${alpha}, and only that of 1 can be executed`);
};

/** Keeps what is positive, and a part of what is negative. */
const leakyRelu: Lowering = (at: LowerNode) => {
  const slope = at.number('alpha', 0.01);
  if (slope === 0) return at.pointwise({ kind: 'activation', function: 'relu' });
  if (slope === 1) return at.map();
  return at.refuse(`has the slope ${slope}, and no activation here has one`);
};

export const activationLowerings: readonly (readonly [string, Lowering])[] = [
  ['Erf', (at) => at.pointwise({ kind: 'erf' })],
  ['Gelu', gelu],
  ['HardSigmoid', hardSigmoid],
  ['HardSwish', activation('hardSwish')],
  ['LeakyRelu', leakyRelu],
  ['Relu', activation('relu')],
  ['Sigmoid', activation('sigmoid')],
  ['Softplus', (at) => at.pointwise({ kind: 'softplus' })],
  ['Swish', swish],
  ['Tanh', (at) => at.pointwise({ kind: 'tanh' })],
];
