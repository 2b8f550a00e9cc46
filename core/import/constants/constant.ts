/** A tensor that is the same for every image: weights, shapes, axes, and what a file computes from those. */
import type { TensorData } from '../file/onnx.ts';

export interface Constant {
  readonly dims: readonly number[];
  readonly type: number;
  /** Where it comes from: two constants with one origin are one tensor of the file. */
  readonly origin: object;
  /** All elements are known and the same. */
  isUniform(): boolean;
  /** In order of the rows. Undefined where the file does not hold the values. */
  read(): Float64Array | undefined;
}

/** What is computed at once; longer ones are weights, and nobody may ask for them. */
const mostAtOnce = 4096;
/** Nobody computes more than that from constants. */
const mostElements = 1 << 28;

export function elementsOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** `compute` is called once, or never; at once where little is made of little, so that a long chain is no deep one. */
export function constantOf(
  dims: readonly number[],
  type: number,
  compute: () => Float64Array | undefined,
  {
    origin = {},
    from = [],
  }: { readonly origin?: object | undefined; readonly from?: readonly Constant[] } = {},
): Constant {
  let values: Float64Array | undefined;
  let isDone = false;
  const read = () => {
    if (!isDone && elementsOf(dims) <= mostElements) values = compute();
    isDone = true;
    return values;
  };
  if ([{ dims }, ...from].every((one) => elementsOf(one.dims) <= mostAtOnce)) read();
  const isUniform = () => read()?.every((value, _, all) => value === all[0]) === true;
  return { dims, type, origin, read, isUniform };
}

export function constantOfTensor(tensor: TensorData): Constant {
  const constant = constantOf(tensor.dims, tensor.type, () => tensor.read(), { origin: tensor });
  return { ...constant, isUniform: () => tensor.isUniform() };
}

/** As a shape, axes or bounds: a short list of numbers. Undefined where it is none, or not known. */
export function shortList(constant: Constant | undefined): readonly number[] | undefined {
  if (constant === undefined || elementsOf(constant.dims) > 4096) return undefined;
  const values = constant.read();
  return values === undefined ? undefined : [...values];
}

/** The one number that all elements are; undefined where they differ or are not known. */
export function uniformValue(constant: Constant): number | undefined {
  if (elementsOf(constant.dims) > 65_536) return undefined;
  const values = constant.read();
  const [first] = values ?? [];
  return first !== undefined && values?.every((value) => value === first) ? first : undefined;
}
