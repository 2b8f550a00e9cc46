/** Activations that exporters write as several nodes. */
import type { ActivationFunction } from '../../graph/graph.ts';
import type { Draft } from '../draft.ts';
import { isNear, scalarAffineOf, scaledBy, shiftedAndScaled, unscaled } from './affine.ts';
import { derived, type Rule } from './rewrite.ts';

function isActivation(draft: Draft | undefined, fn: ActivationFunction): boolean {
  return draft?.operator.kind === 'activation' && draft.operator.function === fn;
}

/** The bounds that it keeps its input within. */
function boundsOf({ operator }: Draft): { low: number; high: number } | undefined {
  if (operator.kind === 'clip') return operator;
  if (operator.kind !== 'activation') return undefined;
  if (operator.function === 'relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  return operator.function === 'relu6' ? { low: 0, high: 6 } : undefined;
}

/** Of two bounds one behind the other, one. */
export const mergeClips: Rule = (draft, pass) => {
  const [input] = draft.inputs;
  const [outer, inner] = [boundsOf(draft), input && boundsOf(input)];
  if (outer === undefined || inner === undefined || input === undefined || !pass.isReadOnce(input))
    return undefined;
  if (outer.low > inner.high || outer.high < inner.low) return undefined;
  const [low, high] = [Math.max(outer.low, inner.low), Math.min(outer.high, inner.high)];
  return derived(draft, { kind: 'clip', low, high }, input.inputs);
};

/** ReLU, ReLU6 and the hard sigmoid with whatever slope: clip(a · x + b, 0, h) is h · hardSigmoid(6a/h · x + 6b/h - 3). */
export const clipToActivation: Rule = (draft) => {
  const { operator } = draft;
  const [input] = draft.inputs;
  if (operator.kind !== 'clip' || input === undefined) return undefined;
  const { low, high } = operator;
  if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return input;
  if (low !== 0) return undefined;
  if (high === Number.POSITIVE_INFINITY)
    return derived(draft, { kind: 'activation', function: 'relu' }, [input]);
  const { source, scale, shift } = scalarAffineOf(input) ?? { source: input, scale: 1, shift: 0 };
  const hard = (of: Draft) => derived(draft, { kind: 'activation', function: 'hardSigmoid' }, [of]);
  if (high > 0 && isNear((6 * scale) / high, 1) && isNear((2 * shift) / high, 1)) {
    return scaledBy(draft, hard(source), high);
  }
  if (isNear(high, 6)) return derived(draft, { kind: 'activation', function: 'relu6' }, [input]);
  return high === 1 ? hard(shiftedAndScaled(draft, source, 6 * scale, 6 * shift - 3)) : undefined;
};

/** Its input times a function of it: x · sigmoid(x), x · hardSigmoid(x), x · (1 + erf(x / √2)). */
export const selfGate: Rule = (draft) => {
  if (draft.operator.kind !== 'product') return undefined;
  const [left, right] = draft.inputs;
  if (left === undefined || right === undefined) return undefined;
  for (const [x, gate] of [
    [left, right],
    [right, left],
  ] as const) {
    // The factor before x may be x's own, so both are tried.
    for (const { source, factor } of [{ source: x, factor: 1 }, unscaled(x)]) {
      const by = unscaled(gate);
      const made = gatedBy(draft, source, by.source);
      if (made !== undefined) return scaledBy(draft, made.draft, factor * by.factor * made.factor);
    }
  }
  return undefined;
};

function gatedBy(like: Draft, x: Draft, gate: Draft): { draft: Draft; factor: number } | undefined {
  const activation = (fn: ActivationFunction, factor: number) => ({
    draft: derived(like, { kind: 'activation', function: fn }, [x], x.output),
    factor,
  });
  if (gate.inputs[0] === x && isActivation(gate, 'sigmoid')) return activation('silu', 1);
  if (gate.inputs[0] === x && isActivation(gate, 'hardSigmoid')) return activation('hardSwish', 1);
  const affine = scalarAffineOf(gate);
  const [argument] = affine?.source.operator.kind === 'erf' ? affine.source.inputs : [];
  if (affine === undefined || argument === undefined || !isNear(affine.scale / affine.shift, 1))
    return undefined;
  const inner = unscaled(argument);
  return inner.source === x && isNear(inner.factor, Math.SQRT1_2)
    ? activation('gelu', 2 * affine.shift)
    : undefined;
}
