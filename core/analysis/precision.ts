/** Whether a figure is known as well as it was asked to be. */
import type { MeasuredOutcome } from '../protocol/run.ts';
import { roundsForInterval, splitRounds } from '../statistics/rounds.ts';
import { lowerEndsOfRounds, undisturbedInterval } from '../statistics/undisturbed.ts';
import { believedSamples } from './believed-samples.ts';

/**
 * Of the undisturbed latency: half of its 95% interval, as a fraction. To stop at a width costs the interval little of its coverage, for how
 * wide it is says nothing of where it lies (Chow and Robbins, Ann. Math. Statist. 36, 1965).
 */
export function isKnownWithin(outcome: MeasuredOutcome, precision: number): boolean {
  const { samplesNs, rounds } = believedSamples(outcome);
  if (rounds === undefined || rounds.length < roundsForInterval) return false;
  const { low, high } = undisturbedInterval(lowerEndsOfRounds(splitRounds(samplesNs, rounds)));
  return Math.log(high / low) / 2 <= Math.log1p(precision);
}
