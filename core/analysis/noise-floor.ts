/**
 * How far two measurements of the same thing lie apart on this machine: what a change must exceed to be believed. From the data
 * of the machine itself; nothing is assumed of a machine that has shown nothing yet, but for the least change.
 */
import type { NoiseFloor } from '../protocol/compare.ts';
import type { Case } from '../protocol/run.ts';
import { studentCritical } from '../statistics/distributions.ts';
import { splitRounds } from '../statistics/rounds.ts';
import { medianOf } from '../statistics/summary.ts';
import { mean } from '../statistics/welch.ts';
import { sameEnvironment } from './environment-differences.ts';
import { caseKey, type RunFigures } from './figures.ts';

/** No smaller change is believed, however quiet the machine: memory placement and code layout alone do as much. */
export const leastChange = 0.01;

/** So often may a pair of equal measurements lie further apart than twice the floor. */
const exceeded = 0.01;

/** A case's own runs are used from so many pairs on; until then all cases of its provider together. */
const pairsOfOwn = 5;
const fewestPairs = 2;
/** Fewer pairs would ask for a factor so large that nothing were ever believed; the origin says how few they are. */
const leastFreedom = 4;

export interface RunNoise {
  /** Standard deviation of the logarithm of the ratio of two runs. */
  readonly deviation: number;
  readonly pairs: number;
}

/** Of one case on one machine; null where its runs are too few. */
export type KnownNoise = (machineId: string, wanted: Case) => RunNoise | null;

/**
 * From successive runs in equal surroundings, oldest first: 1.4826 times the median of how far they lie apart, which one true change
 * among them does not move. The two runs that are compared are no witness to their own noise, and are left out as a pair.
 */
export function learnNoise(history: readonly RunFigures[], compared: readonly string[] = []): KnownNoise {
  const ofCase = new Map<string, number[]>();
  const ofProvider = new Map<string, { apart: number[]; runPairs: Set<string> }>();
  const last = new Map<string, { run: RunFigures; medianNs: number }>();
  const comparable = new Map<string, boolean>();
  const inEqualSurroundings = (before: RunFigures, run: RunFigures, pair: string) => {
    const known = comparable.get(pair) ?? sameEnvironment(before, run);
    comparable.set(pair, known);
    return known;
  };
  for (const run of history) {
    const machineId = run.environment.machine.id;
    for (const figure of run.figures) {
      const key = `${machineId} ${caseKey(figure)}`;
      const medianNs = medianOf(figure.samplesNs);
      const before = last.get(key);
      last.set(key, { run, medianNs });
      if (before === undefined) continue;
      const pair = `${before.run.id} ${run.id}`;
      if (compared.includes(before.run.id) && compared.includes(run.id)) continue;
      if (!inEqualSurroundings(before.run, run, pair)) continue;
      const apart = Math.abs(Math.log(medianNs / before.medianNs));
      const provider = entryOf(ofProvider, `${machineId} ${figure.provider}`, () => ({
        apart: [] as number[],
        runPairs: new Set<string>(),
      }));
      provider.apart.push(apart);
      provider.runPairs.add(pair);
      entryOf(ofCase, key, () => []).push(apart);
    }
  }
  return (machineId, wanted) => {
    const own = ofCase.get(`${machineId} ${caseKey(wanted)}`) ?? [];
    if (own.length >= pairsOfOwn) return { deviation: 1.4826 * medianOf(own), pairs: own.length };
    const provider = ofProvider.get(`${machineId} ${wanted.provider}`);
    if (provider === undefined || provider.runPairs.size < fewestPairs) return null;
    return { deviation: 1.4826 * medianOf(provider.apart), pairs: provider.runPairs.size };
  };
}

function entryOf<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

/** Logarithms of the medians of its rounds: what is compared. */
export function logRoundMedians(figure: {
  readonly samplesNs: readonly number[];
  readonly rounds: readonly number[] | undefined;
}): number[] {
  return splitRounds(figure.samplesNs, figure.rounds).map((round) => Math.log(medianOf(round)));
}

/**
 * Half of what two equal figures stay within 99 times in 100: by their rounds, Student's t times the pooled standard error of
 * the difference, widened where successive rounds resemble each other; by runs, Student's t times their deviation. The larger one counts.
 */
export function noiseFloor(
  before: readonly number[],
  after: readonly number[],
  runs: RunNoise | null,
): NoiseFloor {
  const betweenRounds = floorOfRounds(before, after);
  const betweenRuns =
    runs === null ? null : (studentCritical(exceeded, freedomOf(runs.pairs)) * runs.deviation) / 2;
  const change = Math.max(betweenRounds ?? 0, betweenRuns ?? 0);
  return {
    change,
    betweenRounds,
    betweenRuns,
    runPairs: runs?.pairs ?? 0,
    believedChange: Math.max(leastChange, 2 * change),
    origin: originOf(betweenRounds, betweenRuns, runs?.pairs ?? 0),
  };
}

/** A median of absolute deviations is as sure as a standard deviation from 37% as many values (Hampel, J. Am. Statist. Assoc. 69). */
function freedomOf(pairs: number): number {
  return Math.max(leastFreedom, Math.floor(0.37 * pairs));
}

function floorOfRounds(before: readonly number[], after: readonly number[]): number | null {
  if (before.length < 2 || after.length < 2) return null;
  const freedom = before.length + after.length - 2;
  const squares = squaredDeviations(before) + squaredDeviations(after);
  const error = Math.sqrt((squares / freedom) * (1 / before.length + 1 / after.length));
  return (studentCritical(exceeded, freedom) * error * correlationFactor(before, after)) / 2;
}

function squaredDeviations(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

/**
 * The error of a mean grows by sqrt((1 + r) / (1 - r)) where each value resembles the one before with correlation r (Bartlett, J. R.
 * Statist. Soc. 98, 1935). r is pooled over both sides; a drift over a run is such a resemblance, too. So few rounds estimate it badly,
 * so no less than `leastResemblance` is assumed.
 */
function correlationFactor(before: readonly number[], after: readonly number[]): number {
  let products = 0;
  for (const values of [before, after]) {
    const centre = mean(values);
    for (const [index, value] of values.slice(1).entries()) {
      products += (value - centre) * ((values[index] ?? centre) - centre);
    }
  }
  const squares = squaredDeviations(before) + squaredDeviations(after);
  // Of few values around their own mean the estimate is too low by about 1 / n.
  const bias = 2 / (before.length + after.length);
  const seen = squares === 0 ? 0 : products / squares + bias;
  const r = Math.min(mostResemblance, Math.max(leastResemblance, seen));
  return Math.sqrt((1 + r) / (1 - r));
}

/** The least is tuned: with it, rounds of a true correlation of 0.5 still give less than 2 false verdicts in 100. */
const leastResemblance = 0.35;
const mostResemblance = 0.8;

function originOf(betweenRounds: number | null, betweenRuns: number | null, pairs: number): string {
  const percent = (value: number) => `${(200 * value).toFixed(1)}%`;
  const rounds =
    betweenRounds === null
      ? 'too few rounds to tell from'
      : `rounds of these runs alone would allow ${percent(betweenRounds)}`;
  const runs =
    betweenRuns === null
      ? 'what separates equal runs is not known yet, it takes two more pairs of runs in the same surroundings'
      : `${pairs} pairs of equal runs allow ${percent(betweenRuns)}`;
  return `${rounds}; ${runs}`;
}
