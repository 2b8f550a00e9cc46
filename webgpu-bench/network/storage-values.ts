/** Between the numbers of a network and the bytes of a buffer. */
import type { Storage } from '../wgsl/module.ts';
import { bytesOfStorage, vectorsOf } from '../wgsl/module.ts';

/** Values as the device stores them; rounds to f16 where it stores that. */
export function toBytes(values: Float32Array, storage: Storage): ArrayBuffer {
  return storage === 'f32' ? values.slice().buffer : Float16Array.from(values).buffer;
}

export function fromBytes(bytes: ArrayBuffer, storage: Storage): Float64Array {
  return Float64Array.from(storage === 'f32' ? new Float32Array(bytes) : new Float16Array(bytes));
}

/** The values that the device really computes with. */
export function rounded(values: Float32Array, storage: Storage): Float32Array {
  return storage === 'f32' ? values : Float32Array.from(Float16Array.from(values));
}

/** Bytes of a tensor of so many pixels, its channels padded to vectors of four. */
export const tensorBytes = (pixels: number, channels: number, storage: Storage) =>
  pixels * vectorsOf(channels) * 4 * bytesOfStorage[storage];

/** From channels side by side to vectors of four, zeros in the rest. */
export function padChannels(values: Float32Array, channels: number): Float32Array {
  if (channels % 4 === 0) return values;
  const width = 4 * vectorsOf(channels);
  const padded = new Float32Array((values.length / channels) * width);
  for (let pixel = 0; pixel * channels < values.length; pixel++) {
    padded.set(values.subarray(pixel * channels, (pixel + 1) * channels), pixel * width);
  }
  return padded;
}

export function stripChannels(values: Float64Array, channels: number): Float64Array {
  if (channels % 4 === 0) return values;
  const width = 4 * vectorsOf(channels);
  const stripped = new Float64Array((values.length / width) * channels);
  for (let pixel = 0; pixel * width < values.length; pixel++) {
    stripped.set(values.subarray(pixel * width, pixel * width + channels), pixel * channels);
  }
  return stripped;
}
