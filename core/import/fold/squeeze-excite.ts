/** Squeeze-and-excite: a map times what two layers make of its own average. */
import type { Draft, Recipe } from '../draft.ts';
import { derived, type Pass, type Rule } from './rewrite.ts';

export const squeezeExcite: Rule = (draft, pass) => {
  const { kind } = draft.operator;
  if (kind !== 'gate' && kind !== 'product') return undefined;
  const [left, right] = draft.inputs;
  if (left === undefined || right === undefined) return undefined;
  return (
    gatedBy(draft, left, right, pass) ?? (kind === 'product' ? gatedBy(draft, right, left, pass) : undefined)
  );
};

function gatedBy(draft: Draft, x: Draft, gate: Draft, pass: Pass): Draft | undefined {
  const fn = gate.operator.kind === 'activation' ? gate.operator.function : undefined;
  if (fn !== 'sigmoid' && fn !== 'hardSigmoid') return undefined;
  const [excite] = gate.inputs;
  const [inner] = excite?.inputs ?? [];
  const [squeeze] = inner?.inputs ?? [];
  const [pooled] = squeeze?.inputs ?? [];
  if (excite === undefined || squeeze === undefined || inner?.operator.kind !== 'activation')
    return undefined;
  const isOnePixel = x.output.height === 1 && x.output.width === 1;
  const isAverage = pooled?.operator.kind === 'globalAveragePool' && pooled.inputs[0] === x;
  if (!isAverage && !(isOnePixel && pooled === x)) return undefined;
  // What somebody else reads as well has to be computed by itself.
  if (![gate, excite, inner, squeeze].every((one) => pass.isReadOnce(one))) return undefined;
  if (!isVectorLayer(squeeze) || !isVectorLayer(excite) || excite.output.channels !== x.output.channels)
    return undefined;
  const operator = {
    kind: 'squeezeExcite',
    squeezeChannels: inner.output.channels,
    innerActivation: inner.operator.function,
    gate: fn,
  } as const;
  const recipe: Recipe = {
    ...(squeeze.recipe?.weights && { weights: squeeze.recipe.weights }),
    ...(squeeze.recipe?.biases && { biases: squeeze.recipe.biases }),
    ...(excite.recipe?.weights && { secondWeights: excite.recipe.weights }),
    ...(excite.recipe?.biases && { secondBiases: excite.recipe.biases }),
  };
  const parameters = (squeeze.parameters ?? 0) + (excite.parameters ?? 0);
  return derived(draft, operator, [x], x.output, { recipe, parameters });
}

/** Of a pooled tensor: a product with one matrix. */
function isVectorLayer({ operator, output }: Draft): boolean {
  if (operator.kind === 'linear') return true;
  if (operator.kind !== 'conv2d') return false;
  const { kernelHeight, kernelWidth, groups, scaleOnly } = operator;
  const isOnePixel = output.height === 1 && output.width === 1;
  return isOnePixel && kernelHeight === 1 && kernelWidth === 1 && groups === 1 && scaleOnly !== true;
}
