/** Layer norms that exporters write as the arithmetic that they are. */
import type { Draft } from '../draft.ts';
import { scalarAffineOf } from './affine.ts';
import { derived, type Rule } from './rewrite.ts';

/** What the mean over the channels is subtracted from. */
function centredOf(draft: Draft | undefined): Draft | undefined {
  const [x, mean] = draft?.operator.kind === 'difference' ? draft.inputs : [];
  return mean?.operator.kind === 'channelMean' && mean.inputs[0] === x ? x : undefined;
}

/** Of the mean of squares of what is centred at zero, perhaps with a small number added: that number. */
function epsilonOf(variance: Draft | undefined, x: Draft): number | undefined {
  if (variance === undefined) return undefined;
  const { source, scale, shift } = scalarAffineOf(variance) ?? { source: variance, scale: 1, shift: 0 };
  const [square] = source.operator.kind === 'channelMean' ? source.inputs : [];
  if (scale !== 1 || shift < 0 || square?.operator.kind !== 'square') return undefined;
  return centredOf(square.inputs[0]) === x ? shift : undefined;
}

/** (x - mean) / √(variance + ε), also as a product with its reciprocal. Scale and shift are folded in afterwards. */
export const layerNorm: Rule = (draft) => {
  const isQuotient = draft.operator.kind === 'quotient';
  if (!isQuotient && draft.operator.kind !== 'product') return undefined;
  const [centred, divisor] = draft.inputs;
  const x = centredOf(centred);
  const root = isQuotient ? divisor : divisor?.operator.kind === 'reciprocal' ? divisor.inputs[0] : undefined;
  if (x === undefined || root?.operator.kind !== 'root') return undefined;
  const epsilon = epsilonOf(root.inputs[0], x);
  if (epsilon === undefined) return undefined;
  const { channels } = x.output;
  const recipe = {
    weights: () => new Float64Array(channels).fill(1),
    biases: () => new Float64Array(channels),
  };
  return derived(draft, { kind: 'layerNorm', epsilon }, [x], x.output, { recipe, parameters: 0 });
};
