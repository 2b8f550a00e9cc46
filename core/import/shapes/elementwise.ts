/** Operators that treat every element alike, alone or with its counterpart in another tensor. */
import { elementType } from '../file/elements.ts';
import type { ShapeNode, ShapeRule } from './shape-node.ts';

/** ONNX's rule, that of NumPy: shapes are aligned at their ends, and an extent of 1 is repeated. Undefined where they do not fit. */
export function broadcastDims(all: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...all.map(({ length }) => length));
  const dims: number[] = [];
  for (let fromEnd = rank; fromEnd > 0; fromEnd--) {
    const extents = new Set(
      all.map((one) => one[one.length - fromEnd] ?? 1).filter((extent) => extent !== 1),
    );
    const [extent = 1, other] = extents;
    if (other !== undefined) return undefined;
    dims.push(extent);
  }
  return dims;
}

function broadcast(at: ShapeNode, indices: readonly number[]): readonly number[] {
  const all = indices.map((index) => at.dims(index));
  return (
    broadcastDims(all) ?? at.refuse(`joins tensors of ${all.map((dims) => dims.join(' x ')).join(' and ')}`)
  );
}

const same: ShapeRule = (at) => at.result(at.dims());
const toBool: ShapeRule = (at) => at.result(at.dims(), elementType.bool);
const joined: ShapeRule = (at) => at.result(broadcast(at, [...at.inputs.keys()]));
const compared: ShapeRule = (at) => at.result(broadcast(at, [0, 1]), elementType.bool);

const unary = [
  ...[
    'Abs',
    'Acos',
    'Acosh',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'BitwiseNot',
    'Ceil',
    'Celu',
    'Clip',
    'Cos',
    'Cosh',
  ],
  ...[
    'Elu',
    'Erf',
    'Exp',
    'Floor',
    'Gelu',
    'HardSigmoid',
    'HardSwish',
    'Hardmax',
    'Identity',
    'LeakyRelu',
    'Log',
  ],
  ...[
    'LogSoftmax',
    'Mish',
    'Neg',
    'PRelu',
    'Reciprocal',
    'Relu',
    'Round',
    'Selu',
    'Shrink',
    'Sigmoid',
    'Sign',
  ],
  ...[
    'Sin',
    'Sinh',
    'Softmax',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Swish',
    'Tan',
    'Tanh',
    'ThresholdedRelu',
    'Trilu',
  ],
  ...['CumSum', 'LpNormalization', 'MeanVarianceNormalization'],
];
const binary = [
  'Add',
  'BitShift',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'Div',
  'Mod',
  'Mul',
  'Pow',
  'Sub',
];
const several = ['Max', 'Mean', 'Min', 'Sum'];
const comparisons = ['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Or', 'Xor'];

export const elementwiseRules: readonly (readonly [string, ShapeRule])[] = [
  ...unary.map((type) => [type, same] as const),
  ...[...binary, ...several].map((type) => [type, joined] as const),
  ...comparisons.map((type) => [type, compared] as const),
  ...['Not', 'IsNaN', 'IsInf'].map((type) => [type, toBool] as const),
  ['Cast', (at) => at.result(at.dims(), at.number('to', elementType.float))],
  ['CastLike', (at) => at.result(at.dims(), at.input(1).type)],
  ['Where', (at) => at.result(broadcast(at, [0, 1, 2]), at.input(1).type)],
  ['Dropout', (at) => [...same(at), ...toBool(at)]],
];
