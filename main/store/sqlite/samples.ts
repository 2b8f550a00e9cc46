/** Latency samples as a compact blob: little-endian float64, so that the file means the same on every machine. */

export function encodeSamples(samplesNs: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * samplesNs.length);
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of samplesNs.entries()) view.setFloat64(8 * index, sample, true);
  return bytes;
}

export function decodeSamples(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 8) }, (_, index) =>
    view.getFloat64(8 * index, true),
  );
}
