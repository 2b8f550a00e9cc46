/** Borders that a node of their own adds, as the padding of the convolution or pool that reads them. */
import type { Padding } from '../../graph/graph.ts';
import type { Draft } from '../draft.ts';
import { derived, type Rule } from './rewrite.ts';

function sum(a: Padding, b: Padding): Padding {
  return { top: a.top + b.top, left: a.left + b.left, bottom: a.bottom + b.bottom, right: a.right + b.right };
}

const isNone = (padding: Padding) => Object.values(padding).every((pixels) => pixels === 0);

/** Nothing in it is below zero. */
function isNonNegative({ operator, inputs }: Draft): boolean {
  if (operator.kind === 'activation')
    return ['relu', 'relu6', 'sigmoid', 'hardSigmoid'].includes(operator.function);
  if (operator.kind === 'maxPool') return inputs[0] !== undefined && isNonNegative(inputs[0]);
  return false;
}

export const foldBorder: Rule = (draft) => {
  const { operator } = draft;
  const [border] = draft.inputs;
  const [source] = border?.inputs ?? [];
  if (border?.operator.kind !== 'pad' || source === undefined) return undefined;
  const { padding, mode, value } = border.operator;
  if (mode === 'reflect') return blurPool(draft, source, padding);
  const folded = () => {
    const whole = 'padding' in operator ? sum(operator.padding, padding) : padding;
    return { ...draft, operator: { ...operator, padding: whole } as Draft['operator'], inputs: [source] };
  };
  switch (operator.kind) {
    case 'pad':
      return operator.mode === 'value' && operator.value === value ? folded() : undefined;
    case 'conv2d':
    case 'averagePool':
      return value === 0 ? folded() : undefined;
    case 'maxPool': {
      // A border that no maximum sees: less than any number, or zeros around what is never below them.
      const isUnseen = value < -1e30 || (value === 0 && isNonNegative(source));
      const whole = sum(operator.padding, padding);
      return isUnseen && Math.max(...Object.values(whole)) < operator.kernelSize ? folded() : undefined;
    }
    default:
      return undefined;
  }
};

const blur = [1, 2, 1].flatMap((row) => [1, 2, 1].map((column) => (row * column) / 16));

/** A depthwise 3x3 low-pass filter of stride 2 over borders that reflect one pixel. */
function blurPool(draft: Draft, source: Draft, padding: Padding): Draft | undefined {
  const { operator } = draft;
  const isOneAround = Object.values(padding).every((pixels) => pixels === 1);
  if (operator.kind !== 'conv2d' || !isOneAround) return undefined;
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth, stride, bias, batchNorm } = operator;
  const isDepthwise = groups === inChannels && outChannels === inChannels;
  const isWindow = kernelHeight === 3 && kernelWidth === 3 && stride === 2 && isNone(operator.padding);
  if (!isDepthwise || !isWindow || bias || batchNorm || operator.layerScale) return undefined;
  // Of weights that lie beside the file nothing is known, as of any others.
  const weights = draft.recipe?.weights?.();
  if (weights?.some((weight, index) => Math.abs(weight - (blur[Math.floor(index % 9)] ?? 0)) > 1e-3))
    return undefined;
  return derived(draft, { kind: 'blurPool' }, [source], draft.output);
}
