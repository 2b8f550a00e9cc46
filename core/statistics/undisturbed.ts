/**
 * What a machine does when it is left alone. Other work only ever adds time, and takes it in bursts: the fast end of the samples knows
 * nothing of it. docs/method.md says why it is these two quantiles; `npm run bench:estimators` prints what they were chosen by.
 */
import { studentCritical } from './distributions.ts';
import { mean, variance } from './moments.ts';

/** Of the samples of a round. */
const ofSamples = 0.1;
/** Of the rounds, by that. */
const ofRounds = 0.25;
/** A round joins those below it where it is no further from their mean than so many of their deviations. */
const joins = 4.5;
/** Rounds closer than this to each other are alike, however alike the others are. */
const leastDeviation = 0.002;
/** Of a lower quartile against the mean of as many values, for the normal distribution (1.36), less what the choice of rounds adds: by simulation. */
const errorOfQuartile = 1.15;
/** What rounds resemble the one before at least: so few cannot show that they do not. */
const leastResemblance = 0.1;
const mostResemblance = 0.8;

/** Of logarithms. */
export interface LowerEnd {
  readonly value: number;
  /** Standard error, and what it is known from; the error is null for a single round. */
  readonly error: number | null;
  readonly freedom: number;
}

export interface UndisturbedInterval {
  readonly estimate: number;
  /** Of 95%; both are the estimate where there is one round only. */
  readonly low: number;
  readonly high: number;
}

/** The 10th percentile of each round, in the unit of the samples. */
export function lowerEndsOfRounds(rounds: readonly (readonly number[])[]): number[] {
  return rounds.map((samples) => quantileOf(Float64Array.from(samples).sort(), ofSamples));
}

/** `ends` as `lowerEndsOfRounds` gives them, in order. */
export function undisturbedInterval(ends: readonly number[]): UndisturbedInterval {
  const { value, error, freedom } = lowerEnd(ends.map(Math.log));
  const half = error === null ? 0 : studentCritical(0.05, freedom) * error;
  return { estimate: Math.exp(value), low: Math.exp(value - half), high: Math.exp(value + half) };
}

/**
 * The lower quartile of the rounds. Its error is that of the rounds that lie together at the lower end: from the lower half upwards, each
 * that is no further from them than they explain. So rounds in which something else ran widen nothing, and those that cannot be told from quiet
 * ones do. Throws for no rounds.
 */
export function lowerEnd(logs: readonly number[]): LowerEnd {
  if (logs.length === 0) throw new Error('the lower end of no rounds');
  const sorted = Float64Array.from(logs).sort();
  const value = quantileOf(sorted, ofRounds);
  if (sorted.length === 1) return { value, error: null, freedom: 0 };
  let together = lowerHalf(sorted.length);
  while (together < sorted.length && isNear(sorted[together], sorted.subarray(0, together))) together++;
  const kept = sorted.subarray(0, together);
  const border = kept.at(-1) ?? Number.NaN;
  const resemblance = resemblanceOf(logs.filter((log) => log <= border));
  const error =
    errorOfQuartile *
    Math.sqrt((variance(Array.from(kept)) / together) * ((1 + resemblance) / (1 - resemblance)));
  return { value, error, freedom: together - 1 };
}

/** Which rounds the undisturbed latency is known from: the lower half, in order. */
export function lowerRounds(ends: readonly number[]): number[] {
  const border = ends.toSorted((a, b) => a - b)[lowerHalf(ends.length) - 1] ?? Number.NaN;
  return [...ends.keys()].filter((round) => (ends[round] ?? Number.NaN) <= border);
}

function lowerHalf(rounds: number): number {
  return Math.floor(rounds / 2) + 1;
}

function isNear(value: number | undefined, below: Float64Array): boolean {
  if (value === undefined) return false;
  const values = Array.from(below);
  const deviation = values.length < 2 ? 0 : Math.sqrt(variance(values));
  return value - mean(values) <= joins * Math.max(leastDeviation, deviation);
}

/**
 * The correlation of successive rounds. The error of a mean grows by sqrt((1 + r) / (1 - r)) with it (Bartlett, J. R. Statist. Soc. 98, 1935); a
 * drift over a run is such a resemblance, too.
 */
function resemblanceOf(inOrder: readonly number[]): number {
  const centre = mean(inOrder);
  let products = 0;
  let squares = 0;
  for (const [index, value] of inOrder.entries()) {
    squares += (value - centre) ** 2;
    products += (value - centre) * ((inOrder[index - 1] ?? centre) - centre);
  }
  // Of few values around their own mean the estimate is too low by about 1 / n.
  const seen = squares === 0 ? 0 : products / squares + 1 / inOrder.length;
  return Math.min(mostResemblance, Math.max(leastResemblance, seen));
}

/** Linear between the order statistics (Hyndman and Fan, Am. Statist. 50, type 7). */
function quantileOf(sorted: Float64Array, quantile: number): number {
  const position = quantile * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (position - below) * (high - low);
}
