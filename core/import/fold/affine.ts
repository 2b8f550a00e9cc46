/** Scales and shifts of channels: put together, and folded into the layer before or behind them. */
import type { Conv2dOperator } from '../../graph/graph.ts';
import type { Affine, Draft, DraftOperator } from '../draft.ts';
import { combined, scalarOf, scalarVector, spread } from '../lower/vectors.ts';
import { derived, type Rule } from './rewrite.ts';

/** Constants of 16 bits are that far from what they stand for. */
const near = 5e-4;
export const isNear = (a: number, b: number) => Math.abs(a - b) <= near * Math.max(1, Math.abs(b));

export function affineOf(draft: Draft | undefined): Affine | undefined {
  return draft?.operator.kind === 'affine' ? draft.operator : undefined;
}

/** Of single numbers: what `draft` is scaled and shifted by; undefined where it is by channels. */
export function scalarAffineOf(draft: Draft): { source: Draft; scale: number; shift: number } | undefined {
  const affine = affineOf(draft);
  const [source] = draft.inputs;
  const [scale, shift] = [affine && scalarOf(affine.scale), affine && scalarOf(affine.shift)];
  return source !== undefined && scale !== undefined && shift !== undefined
    ? { source, scale, shift }
    : undefined;
}

/** `draft` without a single number that it is multiplied by. */
export function unscaled(draft: Draft): { source: Draft; factor: number } {
  const affine = scalarAffineOf(draft);
  return affine?.shift === 0 ? { source: affine.source, factor: affine.scale } : { source: draft, factor: 1 };
}

export function scaledBy(like: Draft, source: Draft, factor: number): Draft {
  if (isNear(factor, 1)) return source;
  return shiftedAndScaled(like, source, factor, 0);
}

export function shiftedAndScaled(like: Draft, source: Draft, scale: number, shift: number): Draft {
  const origin = { isBatchNorm: false, hasScale: false, hasShift: false };
  const operator: Affine = { kind: 'affine', scale: scalarVector(scale), shift: scalarVector(shift), origin };
  return derived(like, operator, [source], source.output);
}

/** What changes nothing. */
export const dropIdentity: Rule = (draft) => {
  const affine = scalarAffineOf(draft);
  return affine !== undefined && isNear(affine.scale, 1) && affine.shift === 0 ? affine.source : undefined;
};

function merged(outer: Affine, inner: Affine): Affine {
  const origin = {
    isBatchNorm: outer.origin.isBatchNorm || inner.origin.isBatchNorm,
    hasScale: outer.origin.hasScale || inner.origin.hasScale,
    hasShift: outer.origin.hasShift || inner.origin.hasShift,
  };
  const scaledShift = combined(outer.scale, inner.shift, (a, b) => a * b);
  return {
    kind: 'affine',
    scale: combined(outer.scale, inner.scale, (a, b) => a * b),
    shift: combined(scaledShift, outer.shift, (a, b) => a + b),
    origin,
  };
}

const isScalar = ({ scale, shift }: Affine) => scale.length === 1 && shift.length === 1;

const merge =
  (isWanted: (outer: Affine, inner: Affine) => boolean): Rule =>
  (draft, pass) => {
    const [input] = draft.inputs;
    const [outer, inner] = [affineOf(draft), affineOf(input)];
    if (outer === undefined || inner === undefined || input === undefined || !pass.isReadOnce(input))
      return undefined;
    return isWanted(outer, inner) ? derived(draft, merged(outer, inner), input.inputs) : undefined;
  };

/** A single number behind one that channels have of their own may be the beginning of an activation. */
export const mergeAlike = merge((outer, inner) => isScalar(outer) === isScalar(inner));
export const mergeAll = merge(() => true);

type Layer = Extract<DraftOperator, { kind: 'conv2d' | 'linear' }>;

const outputsOf = (layer: Layer) => (layer.kind === 'conv2d' ? layer.outChannels : layer.outFeatures);

/** What a layer's operator says when such an affine is part of it. */
function absorbed(layer: Layer, { origin, shift }: Affine): Layer {
  const isShifted = origin.hasShift || scalarOf(shift) !== 0;
  if (layer.kind === 'linear') return { ...layer, bias: layer.bias || isShifted };
  const batchNorm = layer.batchNorm || origin.isBatchNorm;
  const needsBias = origin.hasShift || (isShifted && !batchNorm);
  return {
    ...layer,
    batchNorm,
    layerScale: layer.layerScale || origin.hasScale,
    bias: layer.bias || needsBias,
  };
}

/** A shift on top of a bias is one more number a channel in the file, and one number here. */
function learned({ origin }: Affine, channels: number, hasBias: boolean): number {
  const norm = origin.isBatchNorm ? 2 : 0;
  return channels * (norm + (origin.hasScale ? 1 : 0) + (origin.hasShift && !hasBias ? 1 : 0));
}

/** Into the layer before it, where nobody else reads that. */
export const foldBackward: Rule = (draft, pass) => {
  const affine = affineOf(draft);
  const [source] = draft.inputs;
  if (affine === undefined || source === undefined || !pass.isReadOnce(source)) return undefined;
  const { operator, recipe, parameters = 0 } = source;
  const { scale, shift } = affine;
  if (operator.kind === 'layerNorm') {
    const { channels } = source.output;
    const made = {
      weights: () => product(recipe?.weights?.(), spread(scale, channels)),
      biases: () => sum(product(recipe?.biases?.(), spread(scale, channels)), spread(shift, channels)),
    };
    const more = learned(affine, channels, false);
    return derived(source, operator, source.inputs, source.output, {
      recipe: made,
      parameters: parameters + more,
    });
  }
  if (operator.kind !== 'conv2d' && operator.kind !== 'linear') return undefined;
  const outputs = outputsOf(operator);
  const made = {
    weights: () => {
      const [weights, factors] = [recipe?.weights?.(), spread(scale, outputs)];
      const perOutput = (weights?.length ?? 0) / outputs;
      return (
        factors &&
        weights?.map((weight, index) => weight * (factors[Math.floor(index / perOutput)] ?? Number.NaN))
      );
    },
    biases: () => {
      const before = recipe?.biases === undefined ? new Float64Array(outputs) : recipe.biases();
      return sum(product(before, spread(scale, outputs)), spread(shift, outputs));
    },
  };
  const count = parameters + learned(affine, outputs, operator.bias);
  const { output, inputs } = source;
  return derived(source, absorbed(operator, affine), inputs, output, { recipe: made, parameters: count });
};

/** Into the layer behind it, where nobody else reads it; a shift only where no border of zeros comes between. */
export const foldForward: Rule = (draft, pass) => {
  const { operator, recipe, parameters = 0 } = draft;
  if (operator.kind !== 'conv2d' && operator.kind !== 'linear') return undefined;
  const [input] = draft.inputs;
  const affine = affineOf(input);
  const [source] = input?.inputs ?? [];
  if (affine === undefined || input === undefined || source === undefined || !pass.isReadOnce(input))
    return undefined;
  const isUnshifted = scalarOf(affine.shift) === 0;
  const isPadded = operator.kind === 'conv2d' && Object.values(operator.padding).some((pixels) => pixels > 0);
  if (!isUnshifted && isPadded) return undefined;
  const { channels } = source.output;
  const { scale, shift } = affine;
  const channelOf = inputChannelOf(operator, channels);
  const made = {
    weights: () => {
      const [weights, factors] = [recipe?.weights?.(), spread(scale, channels)];
      return factors && weights?.map((weight, index) => weight * (factors[channelOf(index)] ?? Number.NaN));
    },
    biases: () => {
      const [weights, shifts] = [recipe?.weights?.(), spread(shift, channels)];
      if (weights === undefined || shifts === undefined) return undefined;
      const outputs = outputsOf(operator);
      const sums =
        recipe?.biases === undefined ? new Float64Array(outputs) : Float64Array.from(recipe.biases() ?? []);
      const perOutput = weights.length / outputs;
      for (const [index, weight] of weights.entries()) {
        const output = Math.floor(index / perOutput);
        sums[output] = (sums[output] ?? Number.NaN) + weight * (shifts[channelOf(index)] ?? Number.NaN);
      }
      return sums;
    },
  };
  const more = learned(affine, channels, false);
  const layer: Layer = { ...operator, bias: operator.bias || !isUnshifted };
  return derived(draft, layer, [source], draft.output, { recipe: made, parameters: parameters + more });
};

/** Which channel of its input each weight of a layer multiplies. */
function inputChannelOf(layer: Layer, channels: number): (index: number) => number {
  if (layer.kind === 'linear') return (index) => index % channels;
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth } = layer;
  const perGroup = inChannels / groups;
  const perOutput = perGroup * kernelHeight * kernelWidth;
  return (index) => {
    const group = Math.floor(Math.floor(index / perOutput) / (outChannels / groups));
    return group * perGroup + (index % perGroup);
  };
}

/** What is left is executed as a depthwise 1x1 convolution of which no operation is counted. */
export const makeScale: Rule = (draft) => {
  const affine = affineOf(draft);
  if (affine === undefined) return undefined;
  const { channels } = draft.output;
  const operator: Omit<Conv2dOperator, 'id' | 'name' | 'block' | 'inputs' | 'output'> = {
    kind: 'conv2d',
    inChannels: channels,
    outChannels: channels,
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
    groups: channels,
    bias: !affine.origin.isBatchNorm && scalarOf(affine.shift) !== 0,
    batchNorm: affine.origin.isBatchNorm,
    layerScale: false,
    scaleOnly: true,
  };
  const recipe = {
    weights: () => spread(affine.scale, channels),
    biases: () => spread(affine.shift, channels),
  };
  return derived(draft, operator, draft.inputs, draft.output, {
    recipe,
    parameters: learned(affine, channels, false),
  });
};

function product(a: Float64Array | undefined, b: Float64Array | undefined): Float64Array | undefined {
  return b && a?.map((value, index) => value * (b[index] ?? Number.NaN));
}

function sum(a: Float64Array | undefined, b: Float64Array | undefined): Float64Array | undefined {
  return b && a?.map((value, index) => value + (b[index] ?? Number.NaN));
}
