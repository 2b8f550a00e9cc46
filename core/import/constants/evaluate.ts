/** Values of what a file computes from constants: shapes and padding as chains of nodes, and weights that are rearranged or scaled. */
import { elementType, isFloat } from '../file/elements.ts';
import { bordersOf, permutationOf, piecesOf, rangesOf } from '../shapes/arrangement.ts';
import { reducedAxes } from '../shapes/reductions.ts';
import type { ShapeNode, TensorInfo } from '../shapes/shape-node.ts';
import { shapeRange } from '../shapes/sources.ts';
import { type Constant, constantOf, constantOfTensor, elementsOf } from './constant.ts';

type Values = Float64Array;
type Evaluate = (
  at: ShapeNode,
  inputs: readonly Constant[],
  result: TensorInfo,
  index: number,
) => Values | undefined;

/** Undefined where it depends on the image, or where it is not known how to compute it. */
export function evaluateConstant(at: ShapeNode, result: TensorInfo, index: number): Constant | undefined {
  const { dims, type } = result;
  if (at.type === 'Shape') return shapeOf(at);
  if (at.type === 'Size') return constantOf([], type, () => Float64Array.of(elementsOf(at.dims())));
  const tensor = at.node.attributes.get('value')?.tensor;
  if (at.type === 'Constant' && tensor !== undefined) return constantOfTensor(tensor);
  const inputs = at.inputs.flatMap((input) => (input === undefined ? [] : [input.constant]));
  const constants = inputs.filter((constant) => constant !== undefined);
  const evaluate = evaluators.get(at.type);
  if (evaluate === undefined || constants.length < inputs.length) return undefined;
  const [first] = constants;
  // Under another name or shape it is the same tensor.
  const origin = kept.has(at.type) ? first?.origin : undefined;
  return constantOf(dims, type, () => rounded(evaluate(at, constants, result, index), type), {
    origin,
    from: constants,
  });
}

/** As a runtime computes: floats of 32 bits, and integers cut off. */
function rounded(values: Values | undefined, type: number): Values | undefined {
  if (values === undefined || type === elementType.double) return values;
  if (isFloat(type)) return values.map((value) => Math.fround(value));
  return type === elementType.bool
    ? values.map((value) => (value === 0 ? 0 : 1))
    : values.map((value) => Math.trunc(value));
}

function shapeOf(at: ShapeNode): Constant {
  const dims = at.dims().slice(...shapeRange(at));
  return constantOf([dims.length], elementType.int64, () => Float64Array.from(dims));
}

/** What it is at each place, by the place's index along each axis. */
function byPlace(dims: readonly number[], value: (place: readonly number[]) => number): Values {
  const place = dims.map(() => 0);
  return Float64Array.from({ length: elementsOf(dims) }, (_, index) => {
    if (index > 0) {
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        const next = (place[axis] ?? 0) + 1;
        place[axis] = next < (dims[axis] ?? 1) ? next : 0;
        if (next < (dims[axis] ?? 1)) break;
      }
    }
    return value(place);
  });
}

/** Reads a tensor by a place in one that it is repeated to. */
function reader({ dims }: Constant, values: Values): (place: readonly number[]) => number {
  const strides = dims.map((dim, axis) => (dim === 1 ? 0 : elementsOf(dims.slice(axis + 1))));
  return (place) => {
    const from = place.length - dims.length;
    let index = 0;
    for (const [axis, stride] of strides.entries()) index += stride * (place[axis + from] ?? 0);
    return values[index] ?? Number.NaN;
  };
}

/** Undefined where the values of one are not in the file. */
function readAll(constants: readonly Constant[]): ((place: readonly number[]) => number)[] | undefined {
  const readers: ((place: readonly number[]) => number)[] = [];
  for (const constant of constants) {
    const values = constant.read();
    if (values === undefined) return undefined;
    readers.push(reader(constant, values));
  }
  return readers;
}

const elementwise =
  (compute: (values: readonly number[], at: ShapeNode, type: number) => number): Evaluate =>
  (at, inputs, { dims }) => {
    const readers = readAll(inputs);
    const type = at.input(0).type;
    return (
      readers &&
      byPlace(dims, (place) =>
        compute(
          readers.map((read) => read(place)),
          at,
          type,
        ),
      )
    );
  };

const unary = (compute: (value: number) => number) => elementwise(([value = Number.NaN]) => compute(value));
const binary = (compute: (a: number, b: number) => number) =>
  elementwise((values) => values.reduce((a, b) => compute(a, b)));
const compared = (compute: (a: number, b: number) => boolean) =>
  elementwise(([a = Number.NaN, b = Number.NaN]) => (compute(a, b) ? 1 : 0));

/** Whole numbers are divided as in C: what is left is cut off. */
const quotient = elementwise(([a = Number.NaN, b = Number.NaN], _, type) =>
  isFloat(type) ? a / b : Math.trunc(a / b),
);

const unchanged: Evaluate = (_, [first]) => first?.read();

/** By where each place's value stood before. */
const moved =
  (from: (at: ShapeNode, index: number) => (place: readonly number[]) => readonly number[]): Evaluate =>
  (at, [first], { dims }, index) => {
    const values = first?.read();
    if (first === undefined || values === undefined) return undefined;
    const read = reader(first, values);
    const source = from(at, index);
    return byPlace(dims, (place) => read(source(place)));
  };

const concat: Evaluate = (at, inputs, { dims }) => {
  const readers = readAll(inputs);
  if (readers === undefined) return undefined;
  const axis = at.axis(at.number('axis', 1));
  return byPlace(dims, (place) => {
    let along = place[axis] ?? 0;
    for (const [index, read] of readers.entries()) {
      const extent = inputs[index]?.dims[axis] ?? 0;
      if (along < extent) return read(place.toSpliced(axis, 1, along));
      along -= extent;
    }
    return Number.NaN;
  });
};

const gather: Evaluate = (at, [data, indices], { dims }) => {
  const [values, places] = [data?.read(), indices?.read()];
  if (data === undefined || indices === undefined || values === undefined || places === undefined)
    return undefined;
  const axis = at.axis(at.number('axis', 0));
  const extent = data.dims[axis] ?? 0;
  const rank = indices.dims.length;
  const [read, readIndex] = [reader(data, values), reader(indices, places)];
  return byPlace(dims, (place) => {
    const named = readIndex(place.slice(axis, axis + rank));
    const along = named < 0 ? named + extent : named;
    if (!(along >= 0 && along < extent)) at.refuse(`reads the element ${named} of ${extent}`);
    return read([...place.slice(0, axis), along, ...place.slice(axis + rank)]);
  });
};

const reduced =
  (
    start: number,
    step: (sum: number, value: number) => number,
    end = (sum: number, _count: number) => sum,
  ): Evaluate =>
  (at, [first], { dims }) => {
    const values = first?.read();
    if (first === undefined || values === undefined) return undefined;
    const axes = reducedAxes(at);
    const keptDims = first.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    const sums = new Float64Array(elementsOf(dims)).fill(start);
    const strides = keptDims.map((dim, axis) => (dim === 1 ? 0 : elementsOf(keptDims.slice(axis + 1))));
    let at0 = 0;
    byPlace(first.dims, (place) => {
      const index = place.reduce((sum, along, axis) => sum + along * (strides[axis] ?? 0), 0);
      sums[index] = step(sums[index] ?? Number.NaN, values[at0++] ?? Number.NaN);
      return 0;
    });
    const count = elementsOf(first.dims) / Math.max(sums.length, 1);
    return sums.map((sum) => end(sum, count));
  };

const pad: Evaluate = (at, inputs, { dims }) => {
  const [data] = inputs;
  const values = data?.read();
  if (data === undefined || values === undefined || at.text('mode', 'constant') !== 'constant')
    return undefined;
  const { before } = bordersOf(at);
  const filling = at.has('value') ? at.number('value', 0) : (at.inputs[2]?.constant?.read()?.[0] ?? 0);
  const read = reader(data, values);
  return byPlace(dims, (place) => {
    const inside = place.map((along, axis) => along - (before[axis] ?? 0));
    const isInside = inside.every((along, axis) => along >= 0 && along < (data.dims[axis] ?? 0));
    return isInside ? read(inside) : filling;
  });
};

/** Weights that are standardised: in training it takes mean and variance from what it reads. */
const batchNorm: Evaluate = (at, [data, gamma, beta, mean, variance]) => {
  const values = data?.read();
  const [scale, shift, means, variances] = [gamma, beta, mean, variance].map((one) => one?.read());
  if (data === undefined || values === undefined || !scale || !shift || !means || !variances)
    return undefined;
  const channels = data.dims[1] ?? 1;
  const inner = elementsOf(data.dims.slice(2));
  const channelOf = (index: number) => Math.floor(index / inner) % channels;
  const isTraining = at.number('training_mode', 0) !== 0;
  const average = (of: (value: number, channel: number) => number) => {
    const sums = new Float64Array(channels);
    for (const [index, value] of values.entries()) {
      const channel = channelOf(index);
      sums[channel] = (sums[channel] ?? 0) + of(value, channel) / (values.length / channels);
    }
    return sums;
  };
  const centre = isTraining ? average((value) => value) : means;
  const spread = isTraining ? average((value, channel) => (value - (centre[channel] ?? 0)) ** 2) : variances;
  const epsilon = at.number('epsilon', 1e-5);
  return values.map((value, index) => {
    const c = channelOf(index);
    const normed = (value - (centre[c] ?? Number.NaN)) / Math.sqrt((spread[c] ?? Number.NaN) + epsilon);
    return normed * (scale[c] ?? Number.NaN) + (shift[c] ?? Number.NaN);
  });
};

/** Bounds that are left out are none. */
const clip: Evaluate = (at, _, { dims }) => {
  const [x, low, high] = [0, 1, 2].map((index) => at.inputs[index]?.constant);
  const values = x?.read();
  if (x === undefined || values === undefined) return undefined;
  const least = at.has('min') ? at.number('min', 0) : (low?.read()?.[0] ?? Number.NEGATIVE_INFINITY);
  const most = at.has('max') ? at.number('max', 0) : (high?.read()?.[0] ?? Number.POSITIVE_INFINITY);
  const read = reader(x, values);
  return byPlace(dims, (place) => Math.min(Math.max(read(place), least), most));
};

const named: Evaluate = (at) => {
  const one = at.has('value_float') ? at.number('value_float', 0) : at.number('value_int', 0);
  return Float64Array.from(at.list('value_floats') ?? at.list('value_ints') ?? [one]);
};

const kept: ReadonlySet<string> = new Set([
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
]);

const evaluators: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ...[...kept, 'Dropout', 'Cast', 'CastLike'].map((type) => [type, unchanged] as const),
  ['Abs', unary(Math.abs)],
  ['Add', binary((a, b) => a + b)],
  ['And', compared((a, b) => a !== 0 && b !== 0)],
  ['BatchNormalization', batchNorm],
  ['Ceil', unary(Math.ceil)],
  ['Clip', clip],
  ['Concat', concat],
  ['Constant', named],
  [
    'ConstantOfShape',
    (at, _, { dims }) => {
      const value = at.node.attributes.get('value')?.tensor?.read()?.[0] ?? 0;
      return new Float64Array(elementsOf(dims)).fill(value);
    },
  ],
  ['Div', quotient],
  ['Equal', compared((a, b) => a === b)],
  ['Exp', unary(Math.exp)],
  ['Expand', moved(() => (place) => place)],
  ['Floor', unary(Math.floor)],
  ['Gather', gather],
  ['Greater', compared((a, b) => a > b)],
  ['GreaterOrEqual', compared((a, b) => a >= b)],
  ['Less', compared((a, b) => a < b)],
  ['LessOrEqual', compared((a, b) => a <= b)],
  ['Log', unary(Math.log)],
  ['Max', binary(Math.max)],
  ['Min', binary(Math.min)],
  ['Mod', binary((a, b) => a - b * Math.floor(a / b))],
  ['Mul', binary((a, b) => a * b)],
  ['Neg', unary((value) => -value)],
  ['Not', unary((value) => (value === 0 ? 1 : 0))],
  ['Or', compared((a, b) => a !== 0 || b !== 0)],
  ['Pad', pad],
  ['Pow', binary((a, b) => a ** b)],
  [
    'Range',
    (at, _, { dims }) => {
      const [start = 0] = at.values(0) ?? [];
      const [step = 1] = at.values(2) ?? [];
      return Float64Array.from({ length: elementsOf(dims) }, (__, index) => start + index * step);
    },
  ],
  ['Reciprocal', unary((value) => 1 / value)],
  ['ReduceMax', reduced(Number.NEGATIVE_INFINITY, Math.max)],
  [
    'ReduceMean',
    reduced(
      0,
      (sum, value) => sum + value,
      (sum, count) => sum / count,
    ),
  ],
  ['ReduceMin', reduced(Number.POSITIVE_INFINITY, Math.min)],
  ['ReduceProd', reduced(1, (product, value) => product * value)],
  ['ReduceSum', reduced(0, (sum, value) => sum + value)],
  ['ReduceSumSquare', reduced(0, (sum, value) => sum + value * value)],
  [
    'Slice',
    moved((at) => {
      const ranges = rangesOf(at);
      return (place) => {
        const from = [...place];
        for (const { axis, start, step } of ranges) from[axis] = start + step * (place[axis] ?? 0);
        return from;
      };
    }),
  ],
  [
    'Split',
    moved((at, index) => {
      const { axis, bounds } = piecesOf(at);
      const [start] = bounds[index] ?? [0];
      return (place) => place.toSpliced(axis, 1, (place[axis] ?? 0) + start);
    }),
  ],
  ['Sqrt', unary(Math.sqrt)],
  ['Sub', binary((a, b) => a - b)],
  ['Sum', binary((a, b) => a + b)],
  ['Tile', moved((at) => (place) => place.map((along, axis) => along % (at.dims()[axis] ?? 1)))],
  [
    'Transpose',
    moved((at) => {
      const order = permutationOf(at);
      return (place) => {
        const from = place.map(() => 0);
        for (const [axis, source] of order.entries()) from[source] = place[axis] ?? 0;
        return from;
      };
    }),
  ],
  ['Where', elementwise(([condition = 0, a = Number.NaN, b = Number.NaN]) => (condition === 0 ? b : a))],
]);
