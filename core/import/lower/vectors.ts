/** Vectors of channels: what scales and shifts are made of. */
import type { Vector } from '../draft.ts';

/** `read` is called once. */
export function lazyVector(length: number, compute: () => Float64Array | undefined): Vector {
  let values: Float64Array | undefined;
  let isDone = false;
  return {
    length,
    read: () => {
      if (!isDone) values = compute();
      isDone = true;
      return values;
    },
  };
}

export function scalarVector(value: number): Vector {
  const values = Float64Array.of(value);
  return { length: 1, read: () => values };
}

export const one = scalarVector(1);
export const zero = scalarVector(0);

/** The single number that it is for all channels; undefined where each has its own, or where it is not known. */
export function scalarOf(vector: Vector): number | undefined {
  return vector.length === 1 ? vector.read()?.[0] : undefined;
}

/** A single number is repeated. */
export function combined(a: Vector, b: Vector, compute: (a: number, b: number) => number): Vector {
  const length = Math.max(a.length, b.length);
  const make = () => {
    const [left, right] = [a.read(), b.read()];
    if (left === undefined || right === undefined) return undefined;
    return Float64Array.from({ length }, (_, index) =>
      compute(
        left[left.length === 1 ? 0 : index] ?? Number.NaN,
        right[right.length === 1 ? 0 : index] ?? Number.NaN,
      ),
    );
  };
  const vector = lazyVector(length, make);
  // Single numbers decide what a network is; they are known at once.
  if (length === 1) vector.read();
  return vector;
}

export function mapped(vector: Vector, compute: (value: number) => number): Vector {
  return combined(vector, zero, compute);
}

/** One number for each of `channels`. */
export function spread(vector: Vector, channels: number): Float64Array | undefined {
  const values = vector.read();
  if (values === undefined || vector.length === channels) return values;
  return new Float64Array(channels).fill(values[0] ?? Number.NaN);
}

export function sliceOf(vector: Vector, from: number, to: number): Vector {
  return vector.length === 1 ? vector : lazyVector(to - from, () => vector.read()?.slice(from, to));
}
