/** Sums, products and their like: of two maps, or of a map and a constant. */

import type { Constant } from '../constants/constant.ts';
import type { Vector } from '../draft.ts';
import type { Lowering, LowerNode, MapValue } from './lower-node.ts';
import { combined, mapped, scalarVector } from './vectors.ts';
import { groupsOf, isSameView, shapeText, type View, withoutRepeats } from './view.ts';

const isSameShape = (a: MapValue, b: MapValue) =>
  a.draft.output.height === b.draft.output.height &&
  a.draft.output.width === b.draft.output.width &&
  a.draft.output.channels === b.draft.output.channels;

/** The map under the view that the constant gives it, and the constant for each of its channels. */
function withVector(
  at: LowerNode,
  value: MapValue,
  constant: Constant,
  what: string,
): { of: MapValue; vector: Vector } {
  const { vector, view } = at.alongChannels(value, constant, what);
  return { of: { ...value, view }, vector };
}

/** Axes of one element in front, until there are `rank`. */
function lifted({ runs, dims }: View, rank: number): View {
  return { runs, dims: [...Array.from({ length: Math.max(rank - dims.length, 0) }, () => 1), ...dims] };
}

/** Whether the second is repeated along axes of the first, and lies like it along the others. */
function isRepeatedAlong(wide: View, narrow: View): boolean {
  const [a, b] = [groupsOf(wide), groupsOf(narrow)];
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((group, axis) => {
    const other = b[axis] ?? [];
    const isEqual =
      group.length === other.length &&
      group.every((run, at) => run.axis === other[at]?.axis && run.extent === other[at].extent);
    return isEqual || (other.length === 0 && group.every((run) => run.axis !== 'batch'));
  });
}

/** Two maps: of one shape, or the second of one pixel or one channel. */
function pairOf(
  at: LowerNode,
  verb: string,
): { left: MapValue; right: MapValue; kind: 'same' | 'channels' | 'pixels' } {
  const rank = Math.max(at.map(0).view.dims.length, at.map(1).view.dims.length);
  const [left, right] = [0, 1].map((index) => {
    const value = at.map(index);
    return { ...value, view: lifted(value.view, rank) };
  }) as [MapValue, MapValue];
  if (isSameView(left.view, right.view) && isSameShape(left, right)) return { left, right, kind: 'same' };
  for (const [wide, narrow] of [
    [left, right],
    [right, left],
  ] as const) {
    // A gate may be repeated to the map's size before it is multiplied.
    const view = withoutRepeats(narrow.view);
    const isWhole = narrow.view.dims.every((dim, axis) => dim === 1 || dim === wide.view.dims[axis]);
    if (!isWhole || !isRepeatedAlong(wide.view, view)) continue;
    const { height, width, channels } = narrow.draft.output;
    const at = wide.draft.output;
    if (height === 1 && width === 1 && channels === at.channels)
      return { left: wide, right: narrow, kind: 'channels' };
    if (channels === 1 && height === at.height && width === at.width && wide === left) {
      return { left: wide, right: narrow, kind: 'pixels' };
    }
  }
  return at.refuse(`${verb} maps of different shapes: ${shapeText(left.view)} and ${shapeText(right.view)}`);
}

const add: Lowering = (at: LowerNode) => {
  const pair = at.mapAndConstant();
  if (pair !== undefined) {
    const { of, vector } = withVector(at, pair.value, pair.constant, 'adds');
    return at.shifted(of, vector);
  }
  const { left, right, kind } = pairOf(at, 'adds');
  if (kind !== 'same') at.refuse('adds maps of different shapes');
  if (left.draft === right.draft) return at.scaled(left, scalarVector(2));
  return { ...left, draft: at.draft({ kind: 'add' }, [left.draft, right.draft], left.draft.output) };
};

const subtract: Lowering = (at: LowerNode) => {
  const pair = at.mapAndConstant();
  if (pair !== undefined) {
    const { of, vector } = withVector(at, pair.value, pair.constant, 'subtracts');
    return pair.isFirst
      ? at.affine(of, scalarVector(-1), vector)
      : at.shifted(
          of,
          mapped(vector, (value) => -value),
        );
  }
  const { left, right } = pairOf(at, 'subtracts');
  if (left.draft !== at.map(0).draft) at.refuse('subtracts a map from one that is smaller');
  return { ...left, draft: at.draft({ kind: 'difference' }, [left.draft, right.draft], left.draft.output) };
};

const multiply: Lowering = (at: LowerNode) => {
  const pair = at.mapAndConstant();
  if (pair !== undefined) {
    const { of, vector } = withVector(at, pair.value, pair.constant, 'multiplies by');
    return at.scaled(of, vector);
  }
  const { left, right, kind } = pairOf(at, 'multiplies');
  if (left.draft === right.draft && kind === 'same') return at.pointwise({ kind: 'square' }, left);
  const operator = { kind: kind === 'channels' ? 'gate' : 'product' } as const;
  return { ...left, draft: at.draft(operator, [left.draft, right.draft], left.draft.output) };
};

const divide: Lowering = (at: LowerNode) => {
  const pair = at.mapAndConstant();
  if (pair !== undefined) {
    const { of, vector } = withVector(at, pair.value, pair.constant, 'divides by');
    if (!pair.isFirst)
      return at.scaled(
        of,
        mapped(vector, (value) => 1 / value),
      );
    return at.scaled(at.pointwise({ kind: 'reciprocal' }, of), vector);
  }
  const { left, right } = pairOf(at, 'divides');
  if (left.draft !== at.map(0).draft) at.refuse('divides a map by one that is larger');
  return { ...left, draft: at.draft({ kind: 'quotient' }, [left.draft, right.draft], left.draft.output) };
};

/** Of more than two maps one after the other. */
const sum: Lowering = (at: LowerNode) => {
  const [first, ...rest] = at.inputs.map((_, index) => at.map(index));
  if (first === undefined) at.refuse('adds nothing');
  let total = first;
  for (const other of rest) {
    if (!isSameView(total.view, other.view) || !isSameShape(total, other))
      at.refuse('adds maps of different shapes');
    total = { ...total, draft: at.draft({ kind: 'add' }, [total.draft, other.draft], total.draft.output) };
  }
  return total;
};

const power: Lowering = (at: LowerNode) => {
  const value = at.map();
  const exponent = at.scalar(1);
  switch (exponent) {
    case 1:
      return value;
    case 2:
      return at.pointwise({ kind: 'square' });
    case 0.5:
      return at.pointwise({ kind: 'root' });
    case -0.5:
      return at.pointwise({ kind: 'reciprocal' }, at.pointwise({ kind: 'root' }));
    case -1:
      return at.pointwise({ kind: 'reciprocal' });
    default:
      return at.refuse(`takes the power of ${exponent}, which is no part of a layer norm`);
  }
};

const extreme =
  (isMost: boolean): Lowering =>
  (at: LowerNode) => {
    const bounds = at.inputs.flatMap((value, index) =>
      value?.kind === 'constant' ? [at.scalar(index) ?? Number.NaN] : [],
    );
    const maps = at.inputs.filter((value) => value?.kind === 'map');
    const [value] = maps;
    if (value?.kind !== 'map' || maps.length > 1) at.refuse('compares maps with each other');
    const sameSize =
      value.view.dims.length === at.resultDims().length &&
      value.view.dims.every((dim, axis) => dim === at.resultDims()[axis]);
    if (!sameSize) at.refuse('repeats its map');
    const bound = isMost ? Math.max(...bounds) : Math.min(...bounds);
    const [low, high] = isMost ? [bound, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, bound];
    return at.pointwise({ kind: 'clip', low, high }, value);
  };

const clip: Lowering = (at: LowerNode) => {
  const bound = (attribute: string, index: number, otherwise: number) => {
    const value = at.has(attribute) ? at.number(attribute, otherwise) : (at.scalar(index) ?? otherwise);
    // What older exporters write for no bound is the largest number of 32 bits.
    return Math.abs(value) > 1e30 ? otherwise : value;
  };
  const low = bound('min', 1, Number.NEGATIVE_INFINITY);
  const high = bound('max', 2, Number.POSITIVE_INFINITY);
  return at.pointwise({ kind: 'clip', low, high });
};

const batchNorm: Lowering = (at: LowerNode) => {
  const value = at.map();
  const { channels } = value.draft.output;
  const group = groupsOf(value.view)?.[1];
  const isChannels =
    channels === 1
      ? group?.length === 0
      : group?.length === 1 && group[0]?.axis === 'channels' && group[0].extent === channels;
  if (!isChannels)
    at.refuse(
      `normalises something else than the channels of a map, in a tensor of ${shapeText(value.view)}`,
    );
  if (at.number('training_mode', 0) !== 0) at.refuse('is exported as it is in training');
  const epsilon = at.number('epsilon', 1e-5);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => {
    const constant = at.constant(index) ?? at.refuse(`lacks its input ${index}`);
    const { vector } = at.alongChannels(
      {
        ...value,
        view: { runs: channels === 1 ? [] : [{ axis: 'channels', extent: channels }], dims: [channels] },
      },
      constant,
      'has',
    );
    return vector;
  }) as [Vector, Vector, Vector, Vector];
  const deviation = mapped(variance, (one) => Math.sqrt(one + epsilon));
  const scale = combined(gamma, deviation, (g, d) => g / d);
  const shift = combined(
    beta,
    combined(mean, scale, (m, s) => m * s),
    (b, ms) => b - ms,
  );
  return at.affine(value, scale, shift, { isBatchNorm: true, hasScale: false, hasShift: false });
};

export const arithmeticLowerings: readonly (readonly [string, Lowering])[] = [
  ['Add', add],
  ['BatchNormalization', batchNorm],
  ['Clip', clip],
  ['Div', divide],
  ['Max', extreme(true)],
  ['Min', extreme(false)],
  ['Mul', multiply],
  ['Neg', (at) => at.scaled(at.map(), scalarVector(-1))],
  ['Pow', power],
  ['Reciprocal', (at) => at.pointwise({ kind: 'reciprocal' })],
  ['Sqrt', (at) => at.pointwise({ kind: 'root' })],
  ['Sub', subtract],
  ['Sum', sum],
];
