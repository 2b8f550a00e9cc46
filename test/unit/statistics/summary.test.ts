import { describe, expect, it } from 'vitest';
import { medianInterval } from '../../../core/statistics/summary.ts';

const range = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe('medianInterval', () => {
  // Ranks of the sign test's 95% interval, as tabulated in textbooks.
  it.each([
    { n: 6, low: 1, high: 6 },
    { n: 10, low: 2, high: 9 },
    { n: 20, low: 6, high: 15 },
    { n: 30, low: 10, high: 21 },
    { n: 100, low: 40, high: 61 },
  ])('brackets the median of $n samples by the known ranks', ({ n, low, high }) => {
    expect(medianInterval(range(n))).toEqual({ median: (n + 1) / 2, low, high });
  });

  it('does not depend on the order of the samples', () => {
    expect(medianInterval([5, 1, 4, 2, 3, 9, 7])).toEqual(medianInterval([1, 2, 3, 4, 5, 7, 9]));
  });

  it('gives the range where the samples are too few for an interval', () => {
    expect(medianInterval([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
  });

  it('holds for many thousands of samples without underflow', () => {
    const { low, high } = medianInterval(range(20_000));
    expect(low).toBeGreaterThan(9_800);
    expect(high).toBeLessThan(10_200);
    expect(high - low).toBeGreaterThan(200);
  });
});
