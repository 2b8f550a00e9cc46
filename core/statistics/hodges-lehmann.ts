/** Estimates that belong to the rank tests: robust, and with intervals that assume no normal distribution. */
import { lowerCriticalU } from './mann-whitney.ts';
import { medianOf } from './summary.ts';

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What the interval holds at least; less than was asked for where the samples are too few, 0 where nothing can be said. */
  readonly confidence: number;
}

/**
 * The shift from the first sample to the second (of logarithms: that of their ratio): the median of all differences (Hodges and Lehmann, Ann. Math. Stat. 34,
 * 1963), between the order statistics of the differences that the Mann-Whitney test would not reject (Moses; Hollander
 * and Wolfe, Nonparametric Statistical Methods, 4.3). Samples too few for this confidence give the range of the differences,
 * and say so.
 */
export function shift(first: readonly number[], second: readonly number[], confidence = 0.95): Estimate {
  const differences = new Float64Array(second.flatMap((b) => first.map((a) => b - a))).sort();
  const critical = lowerCriticalU(first.length, second.length, (1 - confidence) / 2);
  const outside = Math.max(0, critical);
  return {
    value: medianOf(differences),
    low: differences[outside] ?? Number.NaN,
    high: differences.at(-1 - outside) ?? Number.NaN,
    confidence: critical < 0 ? 0 : confidence,
  };
}

/**
 * The centre of one sample whose values lie symmetrically: the median of the means of all pairs (each value with itself too),
 * between the order statistics that Wilcoxon's signed-rank test would not reject (Tukey; Hollander and Wolfe, 3.3). With five
 * values the interval holds 93.75%; with fewer, less.
 */
export function centre(values: readonly number[], confidence = 0.95): Estimate {
  const n = values.length;
  const means = values
    .flatMap((a, index) => values.slice(index).map((b) => (a + b) / 2))
    .sort((a, b) => a - b);
  const { skipped, reached } = signedRankTail(n, (1 - confidence) / 2);
  return {
    value: medianOf(means),
    low: means[skipped] ?? Number.NaN,
    high: means.at(-1 - skipped) ?? Number.NaN,
    confidence: reached,
  };
}

/** How many of the ordered means lie outside the interval on each side, and what the interval then holds. */
function signedRankTail(n: number, tail: number): { skipped: number; reached: number } {
  // In how many of the 2^n choices of signs the positive ranks add up to each sum.
  const ways = new Float64Array((n * (n + 1)) / 2 + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = ways.length - 1; sum >= rank; sum--)
      ways[sum] = (ways[sum] ?? 0) + (ways[sum - rank] ?? 0);
  }
  let cumulative = 2 ** -n;
  let skipped = 0;
  while (cumulative + (ways[skipped + 1] ?? 0) / 2 ** n <= tail) {
    skipped++;
    cumulative += (ways[skipped] ?? 0) / 2 ** n;
  }
  return { skipped, reached: 1 - 2 * cumulative };
}
