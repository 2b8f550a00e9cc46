/** Whether one figure differs from another, and why that is said. */
import type { NoiseFloor, Verdict } from '../protocol/compare.ts';
import { type Estimate, shift } from '../statistics/hodges-lehmann.ts';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { holm } from '../statistics/multiple-tests.ts';
import { welchP } from '../statistics/welch.ts';

/** A difference is only told where chance alone would give one as large less often. */
export const significance = 0.01;
/** Of Mann-Whitney's p, fewer rounds on each side cannot fall below it. */
export const roundsForVerdict = 5;
/** So well is a clock known: less than this in cycles has no sign. */
const leastInCycles = 0.005;
/** Where the noise hides changes as large as this, "the same" would say too much. */
const coarsestSame = 0.05;

/** Logarithms of the medians of the rounds of both sides, and the noise of the machine. */
export interface Pair {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly floor: NoiseFloor;
  /** Of the clock, after over before; absent or null where it is not known on both sides. */
  readonly clockRatio?: number | null;
}

export interface Judged {
  readonly verdict: Verdict;
  /** Of the latencies: after over before. */
  readonly effect: Estimate;
  readonly p: number | null;
  readonly reason: string;
}

/**
 * All pairs of one comparison. BETTER or WORSE where p < 0.01 and the effect is larger than the change that is believed; SAME where the whole
 * interval is smaller than that; else UNCLEAR. Where the clocks are known, the effect must have the same sign in cycles. p is the larger of two: Mann-Whitney's, which assumes no distribution but cannot be
 * less than 2 / C(14, 7) = 0.0006 for seven rounds a side, and Welch's, which can, after Holm over all pairs.
 */
export function judge(pairs: readonly Pair[]): Judged[] {
  const testable = pairs.filter(isTestable);
  const adjusted = holm(testable.map(({ before, after }) => welchP(before, after)));
  return pairs.map((pair) => {
    const index = testable.indexOf(pair);
    const logEffect = shift(pair.before, pair.after);
    const effect = {
      ...logEffect,
      value: Math.exp(logEffect.value),
      low: Math.exp(logEffect.low),
      high: Math.exp(logEffect.high),
    };
    if (index < 0) return { verdict: 'UNCLEAR', effect, p: null, reason: tooFewRounds(pair) };
    const p = Math.max(mannWhitney(pair.before, pair.after).p, adjusted[index] ?? 1);
    return { effect, p, ...conclude(effect, p, pair) };
  });
}

function isTestable({ before, after }: Pair): boolean {
  return before.length >= roundsForVerdict && after.length >= roundsForVerdict;
}

function conclude(
  effect: Estimate,
  p: number,
  { floor, clockRatio }: Pair,
): { verdict: Verdict; reason: string } {
  const believed = floor.believedChange;
  const limit = Math.log1p(believed);
  const size = Math.abs(Math.log(effect.value));
  const change = `${(100 * Math.abs(effect.value - 1)).toFixed(1)}% ${effect.value < 1 ? 'faster' : 'slower'}`;
  if (p < significance && size > limit) {
    const inCycles = effect.value * (clockRatio ?? 1);
    if (Math.log(inCycles) * Math.sign(Math.log(effect.value)) < leastInCycles) {
      return { verdict: 'UNCLEAR', reason: `${change}, but ${onlyTheClock(clockRatio ?? 1, inCycles)}` };
    }
    return {
      verdict: effect.value < 1 ? 'BETTER' : 'WORSE',
      reason: `${change}, more than the ${percent(limit)} that noise explains here (p = ${formatP(p)}).`,
    };
  }
  const farthest = Math.max(Math.abs(Math.log(effect.low)), Math.abs(Math.log(effect.high)));
  if (farthest <= limit && believed <= coarsestSame) {
    return {
      verdict: 'SAME',
      reason: `Any difference is below ${percent(farthest)}; changes from ${percent(limit)} on are believed here.`,
    };
  }
  if (size > limit) {
    return {
      verdict: 'UNCLEAR',
      reason: `${change}, but chance alone would give as much too often (p = ${formatP(p)}, ${significance} is asked for).`,
    };
  }
  return {
    verdict: 'UNCLEAR',
    reason:
      believed > coarsestSame
        ? `This machine is too noisy: changes below ${percent(limit)} cannot be told from noise.`
        : `A difference of up to ${percent(farthest)} is possible, and below ${percent(limit)} none is believed.`,
  };
}

/** Counted in cycles, the effect is none, or the other way round. */
function onlyTheClock(clockRatio: number, inCycles: number): string {
  const clock = `the clock was ${(100 * Math.abs(clockRatio - 1)).toFixed(1)}% ${clockRatio < 1 ? 'lower' : 'higher'}`;
  const cycles = (100 * Math.abs(inCycles - 1)).toFixed(1);
  return Math.abs(Math.log(inCycles)) < leastInCycles
    ? `${clock}: in cycles nothing changed.`
    : `${clock}: in cycles it is ${cycles}% ${inCycles < 1 ? 'faster' : 'slower'}.`;
}

function tooFewRounds({ before, after }: Pair): string {
  const fewest = Math.min(before.length, after.length);
  if (fewest === 1) {
    return `Measured in one round, or before the borders of rounds were kept; a verdict needs ${roundsForVerdict} rounds on each side.`;
  }
  return `Measured in only ${fewest} rounds; a verdict needs ${roundsForVerdict} on each side.`;
}

function percent(log: number): string {
  return `${(100 * Math.expm1(log)).toFixed(1)}%`;
}

function formatP(p: number): string {
  return p < 0.0001 ? p.toExponential(0) : String(Number(p.toPrecision(2)));
}
