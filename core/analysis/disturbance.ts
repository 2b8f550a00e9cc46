/** What of a machine's conditions disturbs a measurement: the one place where their thresholds are. */
import { formatQuota } from '../format/machine.ts';
import type { Mark, RoundConditions, Surroundings } from '../protocol/conditions.ts';
import { medianOf } from '../statistics/summary.ts';

export interface Disturbance {
  readonly kind: Mark['kind'];
  /** What was seen, to be read after `In 2 of 7 rounds`. */
  readonly what: string;
  /** How much of it, to tell which round had the most; 1 where it is not a matter of more or less. */
  readonly size: number;
}

/** Of all processors' time. */
const mostStolen = 0.005;
/** One step of the counter may be a rest of what was before. */
const oneStepSeconds = 0.011;
/** Of each processor, on average. */
const mostOthers = 0.05;
const mostStalled = 0.01;
/** Of a thread's time. */
const mostStopped = 0.005;
/** From the median of the measurement's own rounds. */
const clockWithin = 0.05;
/** Of the ceiling, at the clock of the round. */
const leastArithmetic = 0.9;
/** Of the shortest way between its threads, in the other rounds and beside the ceiling. Under one L3 cache or two is a factor of two to six. */
const mostApart = 1.8;

/** Of a span in which something ran, or in which it was waited for quiet. */
export function disturbancesOf(surroundings: Surroundings): Disturbance[] {
  const { spanSeconds, processors, stolenSeconds, othersSeconds, throttleEvents, swappedPages } =
    surroundings;
  const stalled = surroundings.memoryStallSeconds ?? 0;
  const found: Disturbance[] = [...quotaDisturbances(surroundings)];
  if (processors !== null && stolenSeconds !== null) {
    const stolen = stolenSeconds / (spanSeconds * processors);
    if (stolen > mostStolen && stolenSeconds > oneStepSeconds) {
      found.push({
        kind: 'steal',
        size: stolen,
        what: `the hypervisor gave ${percent(stolen)} of the processors to others`,
      });
    }
  }
  if (processors !== null && othersSeconds !== null) {
    const others = othersSeconds / spanSeconds;
    if (others > mostOthers * processors && othersSeconds > oneStepSeconds) {
      found.push({
        kind: 'background',
        size: others,
        what: `other programs used ${others.toFixed(1)} of ${processors} processors`,
      });
    }
  }
  if (throttleEvents !== null && throttleEvents > 0) {
    found.push({ kind: 'throttled', size: 1, what: 'a processor was slowed down for its heat' });
  }
  if (swappedPages !== null && swappedPages > 0) {
    found.push({ kind: 'memory', size: 1, what: 'memory was swapped' });
  } else if (stalled > mostStalled * spanSeconds) {
    found.push({
      kind: 'memory',
      size: stalled / spanSeconds,
      what: `programs waited for memory during ${percent(stalled / spanSeconds)} of the time`,
    });
  }
  return found;
}

/** A container's or a service's share of the processors is a sum of time: what used it up too soon is stopped until the next period. */
function quotaDisturbances({ spanSeconds, quota }: Surroundings): Disturbance[] {
  const stopped = quota?.stoppedSeconds ?? 0;
  if (quota === undefined || stopped <= mostStopped * spanSeconds || stopped <= oneStepSeconds) return [];
  return [
    {
      kind: 'quota',
      size: stopped / spanSeconds,
      what: `the quota of ${formatQuota(quota.cpus)} stopped its threads for ${stopped.toFixed(1)} s in ${spanSeconds.toFixed(1)} s`,
    },
  ];
}

/** Of every round; the clock is held against that of the others. */
export function disturbedRounds(rounds: readonly RoundConditions[]): Disturbance[][] {
  const clocks = rounds.flatMap(({ clockHz }) =>
    clockHz === undefined ? [] : [clockHz.before, clockHz.after],
  );
  const usualHz = clocks.length === 0 ? null : medianOf(clocks);
  const shares = arithmeticShares(rounds);
  const shortestNs = Math.min(
    ...rounds.flatMap(({ roundTripNs }) =>
      roundTripNs === undefined ? [] : [roundTripNs.upper, roundTripNs.ceiling ?? roundTripNs.upper],
    ),
  );
  return rounds.map((round, index) => {
    const found = disturbancesOf(round);
    // What is stopped again and again seems to have a slow clock and a neighbour, and has neither.
    if (found.some(({ kind }) => kind === 'quota')) return found;
    return [
      ...found,
      ...(usualHz === null ? [] : clockDisturbances(round, usualHz)),
      ...arithmeticDisturbances(shares[index]),
      ...distanceDisturbances(round, shortestNs),
    ];
  });
}

function clockDisturbances({ clockHz }: RoundConditions, usualHz: number): Disturbance[] {
  if (clockHz === undefined) return [];
  const furthest = [clockHz.before, clockHz.after]
    .map((clock) => clock / usualHz - 1)
    .sort((a, b) => Math.abs(b) - Math.abs(a))[0];
  if (furthest === undefined || Math.abs(furthest) <= clockWithin) return [];
  const direction = furthest < 0 ? 'lower' : 'higher';
  return [
    {
      kind: 'clock',
      size: Math.abs(furthest),
      what: `the clock was ${percent(Math.abs(furthest))} ${direction} than in the others`,
    },
  ];
}

/**
 * A neighbour on the other hardware thread of a core, or on the host of a virtual machine, is in no counter; but a loop that needs nothing
 * but the arithmetic units is slower beside it.
 */
function arithmeticDisturbances(share: number | undefined): Disturbance[] {
  if (share === undefined || share >= leastArithmetic) return [];
  return [
    {
      kind: 'arithmetic',
      size: 1 - share,
      what: `the arithmetic units gave ${percent(share)} of their ceiling between the samples: somebody else used the cores`,
    },
  ];
}

/**
 * Of each round, at its clock: what the arithmetic units gave between the samples, of their ceiling, or of what they gave in the middle round where the
 * ceiling was measured in a bad moment. Undefined where it is not known.
 */
export function arithmeticShares(rounds: readonly RoundConditions[]): (number | undefined)[] {
  const perCycle = rounds.map((round) => {
    const { arithmetic } = round;
    if (arithmetic === undefined) return undefined;
    const clockHz = clockOf(round);
    return {
      reached: arithmetic.operationsPerSecond / clockHz,
      ceiling: arithmetic.ceilingOperationsPerSecond / (arithmetic.ceilingClockHz ?? clockHz),
    };
  });
  const known = perCycle.filter((round) => round !== undefined);
  if (known.length === 0) return perCycle.map(() => undefined);
  const most = Math.max(
    medianOf(known.map(({ reached }) => reached)),
    medianOf(known.map(({ ceiling }) => ceiling)),
  );
  return perCycle.map((round) => round && round.reached / most);
}

/** 1 where no clock was measured: figures are then a second's. */
function clockOf({ clockHz, arithmetic }: RoundConditions): number {
  if (clockHz === undefined) return arithmetic?.ceilingClockHz ?? 1;
  return (clockHz.before + clockHz.after) / 2;
}

/** A host moves its guests' processors, now under one L3 cache and now under two: what threads share then takes several times as long. */
function distanceDisturbances({ roundTripNs }: RoundConditions, shortestNs: number): Disturbance[] {
  if (roundTripNs === undefined || roundTripNs.upper <= mostApart * shortestNs) return [];
  const times = roundTripNs.upper / shortestNs;
  return [
    {
      kind: 'apart',
      size: times,
      what: `its threads were ${times.toFixed(1)} times as far from each other as they can be (${roundTripNs.upper.toFixed(0)} ns there and back): they were moved to other cores`,
    },
  ];
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(fraction < 0.1 ? 1 : 0)}%`;
}
