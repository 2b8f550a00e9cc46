/** Whether one of two samples tends to be larger, whatever their distribution. */
import { normalCumulative } from './distributions.ts';
import { remembered } from './remembered.ts';

/** Up to so many values in both samples together the distribution of U is counted out, ties and all. */
const exactUpTo = 40;

export interface MannWhitney {
  /** Pairs in which the second sample's value is the larger one; a tie counts half. */
  readonly u: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Mann and Whitney, Ann. Math. Stat. 18 (1947). Small samples: the permutation distribution of the midranks that were seen, so
 * ties need no correction. Large ones: the normal approximation with continuity and tie correction (Conover, Practical
 * Nonparametric Statistics, 5.1). Throws for an empty sample.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  if (first.length === 0 || second.length === 0) throw new Error('a test of no samples');
  const n = first.length;
  const m = second.length;
  const { doubledRanks, tieSizes } = midranks([...first, ...second]);
  const doubledRankSum = doubledRanks.slice(n).reduce((sum, rank) => sum + rank, 0);
  const u = doubledRankSum / 2 - (m * (m + 1)) / 2;
  if (n + m <= exactUpTo)
    return { u, p: exactTwoSided(m, doubledRankSum, ...doubledRanks.toSorted((a, b) => a - b)) };
  const ties = tieSizes.reduce((sum, size) => sum + size ** 3 - size, 0);
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) return { u, p: 1 };
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  return { u, p: Math.min(1, 2 * normalCumulative(-distance / Math.sqrt(variance))) };
}

/** In how many ways `chosen` of these ranks have each sum. */
const rankSumCounts = remembered((chosen: number, ...doubledRanks: readonly number[]): number[] => {
  const largest = doubledRanks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(largest + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of doubledRanks) {
    for (let taken = chosen; taken >= 1; taken--) {
      const to = ways[taken];
      const from = ways[taken - 1];
      if (to === undefined || from === undefined) continue;
      for (let sum = largest; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return Array.from(ways[chosen] ?? []);
});

/** The order of the ranks does not matter; without ties they are always the same. */
const exactTwoSided = remembered(
  (chosen: number, doubledRankSum: number, ...doubledRanks: readonly number[]): number => {
    const counts = rankSumCounts(chosen, ...doubledRanks);
    const mean = (chosen * doubledRanks.reduce((sum, rank) => sum + rank, 0)) / doubledRanks.length;
    const distance = Math.abs(doubledRankSum - mean);
    let all = 0;
    let asFar = 0;
    for (const [sum, ways] of counts.entries()) {
      all += ways;
      // The sums are whole numbers, their mean need not be.
      if (Math.abs(sum - mean) >= distance - 1e-9) asFar += ways;
    }
    return asFar / all;
  },
);

/** The smallest p that samples of these sizes can give: 2 / (n + m over n). */
export function smallestP(n: number, m: number): number {
  let ways = 1;
  for (let k = 1; k <= n; k++) ways = (ways * (m + k)) / k;
  return Math.min(1, 2 / ways);
}

/** How many pairs U may be away from its least, and still lie in the tail of this probability; -1 where none may. */
export const lowerCriticalU = remembered((n: number, m: number, tail: number): number => {
  if (n + m > exactUpTo) {
    const deviation = Math.sqrt((n * m * (n + m + 1)) / 12);
    let z = 0;
    while (normalCumulative(-z) > tail) z += 0.001;
    return Math.max(-1, Math.floor((n * m) / 2 - z * deviation - 0.5));
  }
  const ranks = Array.from({ length: n + m }, (_, index) => 2 * (index + 1));
  const counts = rankSumCounts(m, ...ranks);
  const least = m * (m + 1);
  const all = counts.reduce((sum, ways) => sum + ways, 0);
  let cumulative = 0;
  let critical = -1;
  for (let u = 0; u <= n * m; u++) {
    cumulative += (counts[least + 2 * u] ?? 0) / all;
    if (cumulative > tail) break;
    critical = u;
  }
  return critical;
});

/** Ranks from 1, equal values sharing the mean of theirs; doubled, so that they are whole numbers. */
function midranks(values: readonly number[]): { doubledRanks: number[]; tieSizes: number[] } {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const doubledRanks = new Array<number>(values.length).fill(0);
  const tieSizes: number[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.value === order[start]?.value) end++;
    for (const { index } of order.slice(start, end)) doubledRanks[index] = start + 1 + end;
    tieSizes.push(end - start);
    start = end;
  }
  return { doubledRanks, tieSizes };
}
