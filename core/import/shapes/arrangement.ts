/** Operators that put elements elsewhere, or under other axes, and compute nothing. */
import { elementsOf } from '../constants/constant.ts';
import { broadcastDims } from './elementwise.ts';
import type { ShapeNode, ShapeRule, TensorInfo } from './shape-node.ts';

const reshape: ShapeRule = (at) => {
  const target = at.listed('shape', 1) ?? at.refuse('names no shape');
  const before = at.dims();
  const keepsZero = at.number('allowzero', 0) === 1;
  const dims = target.map((dim, axis) => (dim === 0 && !keepsZero ? (before[axis] ?? 0) : dim));
  const rest = elementsOf(dims.filter((dim) => dim !== -1));
  const whole = dims.map((dim) => (dim === -1 ? elementsOf(before) / rest : dim));
  if (dims.filter((dim) => dim === -1).length > 1 || elementsOf(whole) !== elementsOf(before)) {
    at.refuse(`makes a tensor of ${dims.join(' x ')} from one of ${before.join(' x ')}`);
  }
  return at.result(whole);
};

const flatten: ShapeRule = (at) => {
  const rank = at.dims().length;
  const named = at.number('axis', 1);
  const axis = named < 0 ? named + rank : named;
  if (axis < 0 || axis > rank) at.refuse(`names the axis ${named} of ${rank}`);
  return at.result([elementsOf(at.dims().slice(0, axis)), elementsOf(at.dims().slice(axis))]);
};

/** The order of the axes; reversed where none is given. */
export function permutationOf(at: ShapeNode): readonly number[] {
  const axes = [...at.dims().keys()];
  const order = at.list('perm') ?? axes.toReversed();
  if (order.length !== axes.length || !axes.every((axis) => order.includes(axis))) {
    at.refuse(`exchanges the axes ${order.join(', ')} of ${axes.length}`);
  }
  return order;
}

const transpose: ShapeRule = (at) => at.result(permutationOf(at).map((axis) => at.dims()[axis] ?? 0));

const squeeze: ShapeRule = (at) => {
  const axes = at.listed('axes', 1)?.map((axis) => at.axis(axis));
  const isDropped = (dim: number, axis: number) => (axes === undefined ? dim === 1 : axes.includes(axis));
  if (axes?.some((axis) => at.dims()[axis] !== 1)) at.refuse('takes away an axis that is longer than 1');
  return at.result(at.dims().filter((dim, axis) => !isDropped(dim, axis)));
};

const unsqueeze: ShapeRule = (at) => {
  const axes = at.listed('axes', 1) ?? [];
  const dims = [...at.dims()];
  const rank = dims.length + axes.length;
  for (const axis of axes.map((one) => at.axis(one, rank)).toSorted((a, b) => a - b)) dims.splice(axis, 0, 1);
  return at.result(dims);
};

const concat: ShapeRule = (at) => {
  const axis = at.axis(at.number('axis', 1));
  const all = at.inputs.map((_, index) => at.dims(index));
  const isFitting = all.every(
    (dims) => dims.length === at.dims().length && dims.every((dim, i) => i === axis || dim === at.dims()[i]),
  );
  if (!isFitting) at.refuse(`joins tensors of ${all.map((dims) => dims.join(' x ')).join(' and ')}`);
  return at.result(
    at.dims().with(
      axis,
      all.reduce((sum, dims) => sum + (dims[axis] ?? 0), 0),
    ),
  );
};

/** Where each piece begins and ends along the axis that is divided. */
export function piecesOf(at: ShapeNode): { axis: number; bounds: readonly (readonly [number, number])[] } {
  const axis = at.axis(at.number('axis', 0));
  const extent = at.dims()[axis] ?? 0;
  const given = at.listed('split', 1);
  const count = Math.max(at.number('num_outputs', at.outputCount), 1);
  const even = Math.ceil(extent / count);
  const sizes =
    given ?? Array.from({ length: count }, (_, index) => Math.max(Math.min(even, extent - index * even), 0));
  if (sizes.reduce((sum, size) => sum + size, 0) !== extent || sizes.some((size) => size < 0)) {
    at.refuse(`divides ${extent} into ${sizes.join(' + ')}`);
  }
  let from = 0;
  const bounds = sizes.map((size) => {
    from += size;
    return [from - size, from] as const;
  });
  return { axis, bounds };
}

const split: ShapeRule = (at) => {
  const { axis, bounds } = piecesOf(at);
  return bounds.flatMap(([from, to]) => at.result(at.dims().with(axis, to - from)));
};

export interface Range {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** What is kept of each axis that a slice names. */
export function rangesOf(at: ShapeNode): readonly Range[] {
  const starts = at.listed('starts', 1) ?? [];
  const ends = at.listed('ends', 2) ?? [];
  const axes = at.listed('axes', 3) ?? starts.map((_, index) => index);
  const steps = at.values(4) ?? [];
  if (starts.length !== ends.length || starts.length !== axes.length) at.refuse('has bounds for other axes');
  return starts.map((start, index) => {
    const axis = at.axis(axes[index] ?? 0);
    const step = steps[index] ?? 1;
    const extent = at.dims()[axis] ?? 0;
    if (!Number.isInteger(step) || step === 0) at.refuse(`goes by steps of ${step}`);
    const from = (bound: number) => (bound < 0 ? bound + extent : bound);
    const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
    const clamp = (bound: number) => Math.min(Math.max(bound, low), high);
    const first = step > 0 ? clamp(from(start)) : Math.max(clamp(from(start)), -1);
    const last = clamp(from(ends[index] ?? 0));
    return { axis, start: first, step, count: Math.max(Math.ceil((last - first) / step), 0) };
  });
}

const slice: ShapeRule = (at) => {
  const dims = [...at.dims()];
  for (const { axis, count } of rangesOf(at)) dims[axis] = count;
  return at.result(dims);
};

const gather: ShapeRule = (at) => {
  const axis = at.axis(at.number('axis', 0));
  return at.result([...at.dims().slice(0, axis), ...at.dims(1), ...at.dims().slice(axis + 1)]);
};

const expand: ShapeRule = (at) => {
  const target = at.values(1) ?? at.refuse('names no shape');
  const dims = broadcastDims([at.dims(), target]);
  return at.result(
    dims ?? at.refuse(`makes a tensor of ${target.join(' x ')} from one of ${at.dims().join(' x ')}`),
  );
};

/** Elements before and behind, of every axis. */
export function bordersOf(at: ShapeNode): { before: readonly number[]; behind: readonly number[] } {
  const rank = at.dims().length;
  const pads = at.list('pads') ?? at.list('paddings') ?? at.values(1) ?? [];
  const axes = at.values(3)?.map((axis) => at.axis(axis)) ?? [...at.dims().keys()];
  if (pads.length !== 2 * axes.length) at.refuse(`has ${pads.length} borders for ${axes.length} axes`);
  const [before, behind] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
  for (const [index, axis] of axes.entries()) {
    before[axis] = pads[index] ?? 0;
    behind[axis] = pads[index + axes.length] ?? 0;
  }
  return { before, behind };
}

const pad: ShapeRule = (at) => {
  const { before, behind } = bordersOf(at);
  return at.result(at.dims().map((dim, axis) => dim + (before[axis] ?? 0) + (behind[axis] ?? 0)));
};

const tile: ShapeRule = (at) => {
  const times = at.values(1) ?? [];
  return at.result(at.dims().map((dim, axis) => dim * (times[axis] ?? 1)));
};

const resize: ShapeRule = (at) => {
  const sizes = at.type === 'Upsample' ? undefined : at.values(3);
  const scales = at.list('scales') ?? at.values(at.inputs.length > 2 ? 2 : 1) ?? [];
  const axes = at.list('axes')?.map((axis) => at.axis(axis)) ?? [...at.dims().keys()];
  const dims = [...at.dims()];
  for (const [index, axis] of axes.entries()) {
    dims[axis] = sizes?.[index] ?? Math.floor((dims[axis] ?? 0) * (scales[index] ?? 1));
  }
  return at.result(dims);
};

const blocks =
  (toDepth: boolean): ShapeRule =>
  (at: ShapeNode): readonly TensorInfo[] => {
    const size = at.number('blocksize', 1);
    const [batch = 0, channels = 0, height = 0, width = 0] = at.dims();
    if (toDepth) return at.result([batch, channels * size * size, height / size, width / size]);
    return at.result([batch, channels / (size * size), height * size, width * size]);
  };

export const arrangementRules: readonly (readonly [string, ShapeRule])[] = [
  ['Concat', concat],
  ['DepthToSpace', blocks(false)],
  ['Expand', expand],
  ['Flatten', flatten],
  ['Gather', gather],
  ['Pad', pad],
  ['Reshape', reshape],
  ['Resize', resize],
  ['Slice', slice],
  ['SpaceToDepth', blocks(true)],
  ['Split', split],
  ['Squeeze', squeeze],
  ['Tile', tile],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
  ['Upsample', resize],
];
