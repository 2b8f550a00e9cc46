import { describe, expect, it } from 'vitest';
import { philox4x32, uniformTensor } from '../../../core/protocol/random.ts';

describe('philox4x32', () => {
  // Known-answer vectors of Random123's kat_vectors file, philox4x32 with 10 rounds.
  it.each([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      output: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      output: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      output: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ] as const)('reproduces the published answer for key $key', ({ counter, key, output }) => {
    expect(philox4x32(counter, key)).toEqual(output);
  });
});

describe('uniformTensor', () => {
  it('gives element i the same value whatever the length of the tensor', () => {
    const long = uniformTensor(7, 3, 1001, 0.5);
    expect(uniformTensor(7, 3, 10, 0.5)).toEqual(long.slice(0, 10));
  });

  it('differs by seed and by stream', () => {
    const base = uniformTensor(7, 3, 64, 1);
    expect(uniformTensor(8, 3, 64, 1)).not.toEqual(base);
    expect(uniformTensor(7, 4, 64, 1)).not.toEqual(base);
  });

  it('is uniform in [-bound, bound): its mean is zero and its variance bound squared over three', () => {
    const values = uniformTensor(1, 0, 100_000, 2);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(variance).toBeCloseTo(4 / 3, 1);
    expect(values.every((value) => value >= -2 && value < 2)).toBe(true);
  });
});
