/** Where a history of figures changed its level. */
import { seededRandom, shuffle } from './seeded-random.ts';
import { medianOf } from './summary.ts';

export interface ChangePoint {
  /** Of the first figure of the new level. */
  readonly index: number;
  /** New level over old: medians of the stretches on both sides. */
  readonly ratio: number;
  /** By permutation; no smaller than 1 / (permutations + 1). */
  readonly p: number;
}

interface ChangePointOptions {
  /** The least change of level, as a fraction, that is told. */
  readonly minimumChange: number;
  /** The least number of figures on each side of a change. */
  readonly minimumPoints?: number;
  readonly significance?: number;
  readonly permutations?: number;
  readonly seed?: number;
}

/**
 * E-divisive (Matteson and James, J. Am. Statist. Assoc. 109, 2014): the stretch is divided where the energy distance between both sides is
 * largest, if a random order of the same figures seldom has as large a one, and then each side likewise. Works on logarithms,
 * for latencies and their noise are ratios. A change below `minimumChange` is not told, nor one that is told of fewer
 * than `minimumPoints` figures on either side. Seeded: the same history has the same change points.
 */
export function changePoints(
  values: readonly number[],
  { minimumChange, minimumPoints = 5, significance = 0.01, permutations = 499, seed = 1 }: ChangePointOptions,
): ChangePoint[] {
  const logs = values.map(Math.log);
  const random = seededRandom(seed);
  const borders: { index: number; p: number }[] = [];
  const divide = (from: number, to: number): void => {
    const stretch = logs.slice(from, to);
    const best = bestSplit(stretch, minimumPoints);
    if (best === undefined) return;
    const change = Math.abs(medianOf(stretch.slice(best.at)) - medianOf(stretch.slice(0, best.at)));
    // Cheaper than the permutations, and most stretches end here.
    if (change < Math.log1p(minimumChange)) return;
    let asLarge = 1;
    const shuffled = [...stretch];
    for (let permutation = 0; permutation < permutations; permutation++) {
      shuffle(shuffled, random);
      if ((bestSplit(shuffled, minimumPoints)?.statistic ?? 0) >= best.statistic) asLarge++;
      if (asLarge > significance * (permutations + 1)) return;
    }
    const p = asLarge / (permutations + 1);
    borders.push({ index: from + best.at, p });
    divide(from, from + best.at);
    divide(from + best.at, to);
  };
  divide(0, logs.length);
  borders.sort((a, b) => a.index - b.index);
  return borders.flatMap(({ index, p }, position) => {
    const before = logs.slice(borders[position - 1]?.index ?? 0, index);
    const after = logs.slice(index, borders[position + 1]?.index ?? logs.length);
    const log = medianOf(after) - medianOf(before);
    return Math.abs(log) < Math.log1p(minimumChange) ? [] : [{ index, ratio: Math.exp(log), p }];
  });
}

/** The split of the largest scaled energy distance, nm / (n + m) (2 E|X-Y| - E|X-X'| - E|Y-Y'|), in O(n^2). */
function bestSplit(
  values: readonly number[],
  minimumPoints: number,
): { at: number; statistic: number } | undefined {
  const total = values.length;
  if (total < 2 * minimumPoints) return undefined;
  // Sums of |x - y| over pairs: within the left side, within the right, and across.
  let within = 0;
  let across = 0;
  let beyond = 0;
  for (let i = 0; i < total; i++) {
    for (let j = i + 1; j < total; j++) beyond += Math.abs((values[i] ?? 0) - (values[j] ?? 0));
  }
  let best: { at: number; statistic: number } | undefined;
  for (let at = 1; at <= total - minimumPoints; at++) {
    const moved = values[at - 1] ?? 0;
    let toLeft = 0;
    let toRight = 0;
    for (let i = 0; i < at - 1; i++) toLeft += Math.abs(moved - (values[i] ?? 0));
    for (let i = at; i < total; i++) toRight += Math.abs(moved - (values[i] ?? 0));
    within += toLeft;
    beyond -= toRight;
    across += toRight - toLeft;
    if (at < minimumPoints) continue;
    const n = at;
    const m = total - at;
    const energy = (2 * across) / (n * m) - within / ((n * (n - 1)) / 2) - beyond / ((m * (m - 1)) / 2);
    const statistic = ((n * m) / (n + m)) * energy;
    if (best === undefined || statistic > best.statistic) best = { at, statistic };
  }
  return best;
}
