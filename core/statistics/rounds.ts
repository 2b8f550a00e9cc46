/**
 * Samples by round. A run comes back to every case several times; samples of one round were taken within seconds and are
 * alike, rounds lie apart and differ (a slow minute, a warmer chip). The independent observation is therefore the round.
 */
import { bootstrapMedian } from './bootstrap.ts';
import { centre } from './hodges-lehmann.ts';
import { type MedianInterval, medianInterval, medianOf } from './summary.ts';

/** As many rounds as an interval between them needs: with five Wilcoxon's holds 93.75%, from six on 95%. */
export const roundsForInterval = 5;

/** Cuts the samples at the borders of their rounds; one round where the borders are not known. */
export function splitRounds(samples: readonly number[], rounds: readonly number[] | undefined): number[][] {
  if (rounds === undefined || rounds.reduce((sum, count) => sum + count, 0) !== samples.length) {
    return [[...samples]];
  }
  let start = 0;
  return rounds.map((count) => {
    start += count;
    return samples.slice(start - count, start);
  });
}

export function roundMedians(rounds: readonly (readonly number[])[]): number[] {
  return rounds.map(medianOf);
}

/**
 * The median of all samples, and the interval that its rounds support: the signed-rank interval of the logarithms of their medians. With
 * fewer than five rounds the two-stage bootstrap, and with only one what its samples say, as if they were independent; either knows
 * less than it seems to.
 */
export function roundedInterval(rounds: readonly (readonly number[])[]): MedianInterval {
  if (rounds.length === 1) return medianInterval(rounds[0] ?? []);
  if (rounds.length < roundsForInterval) return bootstrapMedian(rounds);
  const median = medianOf(rounds.flat());
  const { low, high } = centre(roundMedians(rounds).map(Math.log));
  // Rounds of unequal length can put the median of all samples beside the middle of the rounds.
  return { median, low: Math.min(median, Math.exp(low)), high: Math.max(median, Math.exp(high)) };
}
