/**
 * The one source of weights and inputs: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011), a counter-based generator, so that element i of a tensor can be computed by anybody, in any order, in
 * TypeScript, C++ and WGSL alike.
 *
 * Element `index` of stream `stream` under `seed`:
 *   counter = (index >> 2 low 32 bits, index >> 34, stream, 0), key = (seed low 32 bits, seed high 32 bits);
 *   word = output[index & 3];
 *   value = float32((word >>> 8) * 2^-23 - 1) * float32(bound), one rounding to float32: uniform in [-bound, bound).
 * (word >>> 8) * 2^-23 - 1 is exact in float32, so every implementation gives the same bits.
 */

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Ten rounds of Philox4x32; all numbers are unsigned 32-bit integers. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(multiplier0, c0);
    const low0 = Math.imul(multiplier0, c0) >>> 0;
    const high1 = multiplyHigh(multiplier1, c2);
    const low1 = Math.imul(multiplier1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** `length` elements of a stream, each uniform in [-bound, bound). `seed` is a non-negative safe integer. */
export function uniformTensor(seed: number, stream: number, length: number, bound: number): Float32Array {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  const values = new Float32Array(length);
  const bound32 = Math.fround(bound);
  for (let start = 0; start < length; start += 4) {
    const position = start / 4;
    const words = philox4x32([position >>> 0, Math.floor(position / 2 ** 32), stream >>> 0, 0], key);
    for (let lane = 0; lane < 4 && start + lane < length; lane++) {
      // The product of two float32 values is exact in double, so storing it rounds once, as a float32 product does.
      values[start + lane] = (((words[lane] ?? 0) >>> 8) * 2 ** -23 - 1) * bound32;
    }
  }
  return values;
}

/**
 * Which stream a tensor draws from. The image is stream 0; operator `id` owns the four streams from 4 * id on:
 * weights, biases, and for squeeze-and-excite the second layer's weights and biases.
 */
export const streams = {
  input: 0,
  weights: (operatorId: number) => 4 * operatorId,
  biases: (operatorId: number) => 4 * operatorId + 1,
  secondWeights: (operatorId: number) => 4 * operatorId + 2,
  secondBiases: (operatorId: number) => 4 * operatorId + 3,
} as const;
