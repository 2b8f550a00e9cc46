/** Whether one figure differs from another, why that is said, and what would settle it where nothing can be said. */
import { formatP } from '../format/p-value.ts';
import type { NoiseFloor, Settling, Verdict } from '../protocol/compare.ts';
import { studentCritical, studentTwoSided } from '../statistics/distributions.ts';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { holm } from '../statistics/multiple-tests.ts';
import { levelOfLook, roundsAtNextLook, spentP } from '../statistics/sequential.ts';
import { medianOf } from '../statistics/summary.ts';
import { type LowerEnd, lowerEnd } from '../statistics/undisturbed.ts';

/** A difference is only told where chance alone would give one as large less often. */
export const significance = 0.01;
/** Intervals are of 95%. */
const unsure = 0.05;
export const roundsForVerdict = 5;
/** SAME: no more than this lies between them. */
export const sameWithin = 0.05;
/** More rounds than this are no answer: something else must change first. */
export const mostRounds = 60;

/** Logarithms of the lower ends of the rounds of both sides, and the noise of the machine. */
export interface Pair {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly floor: Pick<NoiseFloor, 'threshold'>;
  /** Of the clock, after over before; absent or null where it is not known on both sides. */
  readonly clockRatio?: number | null;
  /** What the arithmetic units gave between the samples of each round of both sides; absent or null where that is not to be compared. */
  readonly arithmetic?: { readonly before: readonly number[]; readonly after: readonly number[] } | null;
  /** How often somebody looked while the sides grew; absent: they were complete before anybody did. */
  readonly looks?: number;
}

/** Which sides can be measured on. */
export interface Growing {
  readonly before: boolean;
  readonly after: boolean;
}

export interface Judging {
  /** SAME: no more than this lies between them. */
  readonly margin: number;
  /** What the forecast of an UNCLEAR is made for. */
  readonly grows: Growing;
}

const usualJudging: Judging = { margin: sameWithin, grows: { before: true, after: true } };

/** Of the undisturbed latency, after over before. */
export interface Effect {
  readonly ratio: number;
  /** Of 95%. */
  readonly low: number;
  readonly high: number;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly effect: Effect;
  readonly p: number | null;
  /** The smallest true change that two such figures show 95 times in 100; null where they show none. */
  readonly detectableChange: number | null;
  readonly reason: string;
  /** Null but for UNCLEAR. */
  readonly settling: Omit<Settling, 'seconds'> | null;
}

/**
 * All pairs of one comparison. BETTER or WORSE where p < 0.01 by Welch's test on the lower ends of both sides, after Holm over all pairs, and the
 * effect is larger than the noise threshold, also after what clock and neighbours explain of it is taken off; SAME where the whole interval
 * lies within the margin; else UNCLEAR. Of pairs that grew while somebody looked, p and interval are those of that look.
 */
export function judge(pairs: readonly Pair[], asked: Partial<Judging> = {}): Judged[] {
  const judging = { ...usualJudging, ...asked };
  const tested = pairs.map((pair) => testOf(pair));
  const testable = tested.filter((test) => test.isTestable);
  const adjusted = holm(testable.map(({ p }) => p));
  return tested.map((test) => {
    const index = testable.indexOf(test);
    if (index < 0) {
      return {
        verdict: 'UNCLEAR',
        effect: test.effect,
        p: null,
        detectableChange: null,
        reason: tooFewRounds(test.pair),
        settling: enoughRounds(test.pair, judging.grows),
      };
    }
    const p = adjusted[index] ?? 1;
    const limit = Math.log1p(test.pair.floor.threshold);
    const detectable = detectableIn(limit, test);
    return {
      effect: test.effect,
      p,
      detectableChange: Math.expm1(detectable),
      ...conclude(test, p, judging),
    };
  });
}

interface Ends {
  readonly before: LowerEnd;
  readonly after: LowerEnd;
}

interface Tested {
  readonly pair: Pair;
  readonly effect: Effect;
  readonly log: number;
  /** Of the interval. */
  readonly half: number;
  readonly ends: Ends;
  readonly p: number;
  readonly isTestable: boolean;
}

function testOf(pair: Pair): Tested {
  const before = lowerEnd(pair.before);
  const after = lowerEnd(pair.after);
  const log = after.value - before.value;
  const { error, freedom } = differenceOf({ before, after });
  const look = pair.looks ?? 0;
  const half = freedom === 0 ? 0 : studentCritical(levelOfLook(unsure, look), freedom) * error;
  const p = error === 0 ? (log === 0 ? 1 : 0) : studentTwoSided(log / error, freedom);
  return {
    pair,
    effect: { ratio: Math.exp(log), low: Math.exp(log - half), high: Math.exp(log + half) },
    log,
    half,
    ends: { before, after },
    p: spentP(p, look),
    isTestable: pair.before.length >= roundsForVerdict && pair.after.length >= roundsForVerdict,
  };
}

/** Welch and Satterthwaite (Biometrika 34, 1947), to whole numbers, so that critical values are worked out once. */
function differenceOf({ before, after }: Ends): { readonly error: number; readonly freedom: number } {
  const a = (before.error ?? 0) ** 2;
  const b = (after.error ?? 0) ** 2;
  const error = Math.sqrt(a + b);
  if (before.error === null || after.error === null) return { error, freedom: 0 };
  if (error === 0) return { error, freedom: before.freedom + after.freedom };
  const freedom = Math.floor((a + b) ** 2 / (a ** 2 / before.freedom + b ** 2 / after.freedom));
  return { error, freedom: Math.max(1, freedom) };
}

/** What must be exceeded, and as much again as such figures scatter: of 99%, as the error itself is known from few rounds. */
function detectableIn(limit: number, { ends, pair }: Tested): number {
  const { error, freedom } = differenceOf(ends);
  const scatter = studentCritical(levelOfLook(significance, pair.looks ?? 0), freedom) * error;
  return Math.max(limit, scatter) + scatter;
}

type Conclusion = Pick<Judged, 'verdict' | 'reason' | 'settling'>;

function conclude(test: Tested, p: number, judging: Judging): Conclusion {
  const { pair, effect, log } = test;
  const limit = Math.log1p(pair.floor.threshold);
  const size = Math.abs(log);
  const change = `${(100 * Math.abs(effect.ratio - 1)).toFixed(1)}% ${log < 0 ? 'faster' : 'slower'}`;
  if (p < significance && size > limit) {
    const cause = explanationOf(pair, log, limit);
    if (cause !== null) {
      return {
        verdict: 'UNCLEAR',
        reason: `${change}, but ${cause.reason}`,
        settling: { rounds: null, action: cause.action },
      };
    }
    return {
      verdict: log < 0 ? 'BETTER' : 'WORSE',
      reason: `${change} when left alone, more than the ${percent(limit)} that separates equal runs (${formatP(p)}).`,
      settling: null,
    };
  }
  const farthest = farthestOf(effect);
  if (farthest <= Math.log1p(judging.margin)) {
    return { verdict: 'SAME', reason: `Any difference is below ${percent(farthest)}.`, settling: null };
  }
  if (p < significance) {
    return {
      verdict: 'UNCLEAR',
      reason: `${change}, but equal runs of this machine differ by up to ${percent(limit)}.`,
      settling: {
        rounds: null,
        action:
          'Profile at least three times in the same surroundings: earlier runs tell this machine’s noise best.',
      },
    };
  }
  return {
    verdict: 'UNCLEAR',
    reason: `${change}; anything from ${signed(effect.low)} to ${signed(effect.high)} is possible.`,
    settling: settlingOf(test, judging),
  };
}

function farthestOf({ low, high }: Effect): number {
  return Math.max(Math.abs(Math.log(low)), Math.abs(Math.log(high)));
}

/** The next looks, until one brings the interval within the margin, or its end off zero: an error falls with the square root of the rounds. */
function settlingOf(test: Tested, { margin, grows }: Judging): NonNullable<Judged['settling']> {
  const { pair, log } = test;
  const size = Math.abs(log);
  const limit = Math.log1p(pair.floor.threshold);
  // What lies between the margin and the threshold is not told by more rounds, unless it turns out to lie elsewhere.
  const forSame = Math.max(Math.log1p(margin) - size, 0.005);
  const known = Math.min(pair.before.length, pair.after.length);
  let rounds = known;
  for (let look = (pair.looks ?? 0) + 1; rounds < mostRounds; look++) {
    rounds = Math.min(mostRounds, roundsAtNextLook(rounds));
    const times = rounds / known;
    const { error, freedom } = differenceOf({
      before: grows.before ? grown(test.ends.before, times) : test.ends.before,
      after: grows.after ? grown(test.ends.after, times) : test.ends.after,
    });
    const isSame = studentCritical(levelOfLook(unsure, look), freedom) * error <= forSame;
    const isDifferent = studentCritical(levelOfLook(significance, look), freedom) * error <= size;
    if (isSame || (isDifferent && size > limit)) return { rounds, action: null };
  }
  return { rounds: null, action: whatElse(test, { margin, grows }) };
}

function grown({ value, error, freedom }: LowerEnd, times: number): LowerEnd {
  return {
    value,
    error: error === null ? null : error / Math.sqrt(times),
    freedom: Math.floor(freedom * times),
  };
}

/** Of a pair that has too few. */
function enoughRounds({ before, after }: Pair, grows: Growing): NonNullable<Judged['settling']> {
  const cannot = (['before', 'after'] as const).find(
    (side) => !grows[side] && { before, after }[side].length < roundsForVerdict,
  );
  return cannot === undefined
    ? { rounds: roundsForVerdict, action: null }
    : { rounds: null, action: unsettledBy(cannot) };
}

/** Where more rounds are no answer. */
function whatElse({ ends }: Tested, { grows }: Judging): string {
  const [before, after] = [ends.before.error ?? 0, ends.after.error ?? 0];
  const uncertain = before > after ? 'before' : 'after';
  return grows[uncertain] ? 'Close other programs, then profile both sides again.' : unsettledBy(uncertain);
}

function unsettledBy(side: keyof Growing): string {
  return `Go back to the state of the ${side === 'before' ? 'earlier' : 'later'} side, and profile it again: that side is uncertain, and cannot be measured on now.`;
}

/** What else accounts for the change, so that no more than noise remains; null where nothing does. */
function explanationOf(
  { clockRatio, arithmetic }: Pair,
  log: number,
  limit: number,
): { reason: string; action: string } | null {
  const explains = (ratio: number | null | undefined) =>
    ratio != null && (log + Math.log(ratio)) * Math.sign(log) <= limit;
  if (clockRatio != null && explains(clockRatio)) {
    return {
      reason: onlyTheClock(clockRatio, Math.exp(log + Math.log(clockRatio))),
      action: 'Set the governor to performance, or let the machine cool down, then profile again.',
    };
  }
  const arithmeticRatio = arithmetic == null ? null : changeOfArithmetic(arithmetic);
  if (arithmeticRatio !== null && explains(arithmeticRatio)) {
    const side = arithmeticRatio < 1 ? 'after' : 'before';
    const less = Math.min(arithmeticRatio, 1 / arithmeticRatio);
    return {
      reason: `the arithmetic units gave ${(100 * (1 - less)).toFixed(1)}% less ${side}: other work on the same cores explains it.`,
      action: 'Close other programs, or wait until the host is quiet, then profile that side again.',
    };
  }
  return null;
}

/** After over before; null where the rounds do not show that it changed: bursts of other work come and go on both sides. */
function changeOfArithmetic({ before, after }: NonNullable<Pair['arithmetic']>): number | null {
  if (before.length === 0 || after.length === 0 || mannWhitney(before, after).p > 0.05) return null;
  return medianOf(after) / medianOf(before);
}

/** Counted in cycles, the effect is none, or the other way round. */
function onlyTheClock(clockRatio: number, inCycles: number): string {
  const clock = `the clock was ${(100 * Math.abs(clockRatio - 1)).toFixed(1)}% ${clockRatio < 1 ? 'lower' : 'higher'}`;
  const cycles = (100 * Math.abs(inCycles - 1)).toFixed(1);
  return Math.abs(Math.log(inCycles)) < 0.005
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

function signed(ratio: number): string {
  const change = 100 * (ratio - 1);
  return `${change > 0 ? '+' : change < 0 ? '−' : ''}${Math.abs(change).toFixed(1)}%`;
}
