/**
 * How far two measurements of the same thing lie apart on this machine: what a change must exceed to be believed. From the data
 * of the machine itself; nothing is assumed of a machine that has shown nothing yet, but for the least change.
 */
import type { NoiseFloor } from '../protocol/compare.ts';
import type { Case } from '../protocol/run.ts';
import { studentCritical } from '../statistics/distributions.ts';
import { medianOf } from '../statistics/summary.ts';
import { mean } from '../statistics/welch.ts';
import { sameEnvironment } from './environment-differences.ts';
import { caseKey, type RunFigures } from './figures.ts';
import type { TestedNoise } from './noise-test.ts';

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
  /** Pairs of runs, or those of an A/A test. */
  readonly from: 'runs' | 'test';
}

/** What an A/A test of a provider found on a machine, in the surroundings that are asked about. */
export interface TestedProvider extends TestedNoise {
  readonly machineId: string;
  readonly provider: string;
}

/** As much of a run as tells its noise: a figure in doubt gets no verdict, and what disturbed it is none of the others' noise. */
export interface RunMedians extends Pick<RunFigures, 'id' | 'startedAt' | 'machine' | 'surroundings'> {
  readonly medians: readonly {
    /** By `caseKey`. */
    readonly key: string;
    readonly provider: string;
    readonly medianNs: number;
  }[];
}

export function mediansOf({ figures, ...run }: RunFigures): RunMedians {
  return {
    ...run,
    medians: figures
      .filter(({ doubt }) => doubt === null)
      .map((figure) => ({
        key: caseKey(figure),
        provider: figure.provider,
        medianNs: figure.latencyNs.median,
      })),
  };
}

/** Of one case on one machine, or of all of a provider; null where its runs are too few, and there was no test. */
export type KnownNoise = (machineId: string, wanted: Case | Pick<Case, 'provider'>) => RunNoise | null;

/**
 * From successive runs in equal surroundings, oldest first: 1.4826 times the median of how far they lie apart, which one true change
 * among them does not move. The two runs that are compared are no witness to their own noise, and are left out as a pair. Where there are
 * too few, A/A tests stand in.
 */
export function learnNoise(
  history: readonly RunMedians[],
  compared: readonly string[] = [],
  tested: readonly TestedProvider[] = [],
): KnownNoise {
  const machines = new Map<string, MachineNoise>();
  for (const run of history) {
    const { last, ofCase, ofProvider } = entryOf(machines, run.machine.id, newMachineNoise);
    // Most figures of a run have the same run before them.
    const usable = new Map<RunMedians, boolean>();
    const isUsable = (before: RunMedians) => {
      const areCompared = compared.includes(before.id) && compared.includes(run.id);
      return !areCompared && sameEnvironment(before.surroundings, run.surroundings);
    };
    for (const { key, provider: name, medianNs } of run.medians) {
      const before = last.get(key);
      last.set(key, { run, medianNs });
      if (before === undefined || !entryOf(usable, before.run, () => isUsable(before.run))) continue;
      const apart = Math.abs(Math.log(medianNs / before.medianNs));
      const provider = entryOf(ofProvider, name, () => ({ apart: [], runPairs: new Map() }));
      provider.apart.push(apart);
      entryOf(provider.runPairs, run, () => new Set()).add(before.run);
      entryOf(ofCase, key, () => []).push(apart);
    }
  }
  const pooled = new Map<ProviderNoise, RunNoise | null>();
  return (machineId, wanted) => {
    const machine = machines.get(machineId);
    const own = ('model' in wanted ? machine?.ofCase.get(caseKey(wanted)) : undefined) ?? [];
    if (own.length >= pairsOfOwn) return noiseOf(own, own.length);
    const provider = machine?.ofProvider.get(wanted.provider);
    const ofAll = provider === undefined ? null : entryOf(pooled, provider, () => noiseOfAll(provider));
    return ofAll ?? noiseTested(tested, machineId, wanted.provider);
  };
}

function noiseOf(apart: readonly number[], pairs: number): RunNoise {
  return { deviation: 1.4826 * medianOf(apart), pairs, from: 'runs' };
}

/** The noisier one, where both sides of a comparison were tested in surroundings of their own. */
function noiseTested(
  tested: readonly TestedProvider[],
  machineId: string,
  provider: string,
): RunNoise | null {
  const [noisiest] = tested
    .filter((one) => one.machineId === machineId && one.provider === provider)
    .sort((a, b) => b.deviation - a.deviation);
  return noisiest === undefined
    ? null
    : { deviation: noisiest.deviation, pairs: noisiest.pairs, from: 'test' };
}

interface ProviderNoise {
  /** Logarithms of the ratios of two successive runs, of all cases. */
  readonly apart: number[];
  /** The runs from which these are, by the later one of the two. */
  readonly runPairs: Map<RunMedians, Set<RunMedians>>;
}

interface MachineNoise {
  readonly last: Map<string, { readonly run: RunMedians; readonly medianNs: number }>;
  readonly ofCase: Map<string, number[]>;
  readonly ofProvider: Map<string, ProviderNoise>;
}

function newMachineNoise(): MachineNoise {
  return { last: new Map(), ofCase: new Map(), ofProvider: new Map() };
}

function noiseOfAll({ apart, runPairs }: ProviderNoise): RunNoise | null {
  const pairs = [...runPairs.values()].reduce((sum, before) => sum + before.size, 0);
  return pairs < fewestPairs ? null : noiseOf(apart, pairs);
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
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
    runs === null ? null : (studentCritical(exceeded, freedomOf(runs)) * runs.deviation) / 2;
  const change = Math.max(betweenRounds ?? 0, betweenRuns ?? 0);
  return {
    change,
    betweenRounds,
    betweenRuns,
    runPairs: runs?.from === 'runs' ? runs.pairs : 0,
    testPairs: runs?.from === 'test' ? runs.pairs : 0,
    believedChange: Math.max(leastChange, 2 * change),
    origin: originOf(betweenRounds, betweenRuns, runs),
  };
}

/** A median of absolute deviations is as sure as a standard deviation from 37% as many values (Hampel, J. Am. Statist. Assoc. 69). */
function freedomOf({ pairs, from }: RunNoise): number {
  return Math.max(leastFreedom, from === 'test' ? pairs : Math.floor(0.37 * pairs));
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

function originOf(betweenRounds: number | null, betweenRuns: number | null, runs: RunNoise | null): string {
  const percent = (value: number) => `${(200 * value).toFixed(1)}%`;
  const rounds =
    betweenRounds === null
      ? 'too few rounds to tell from'
      : `rounds of these runs alone would allow ${percent(betweenRounds)}`;
  if (runs === null || betweenRuns === null) {
    return `${rounds}; what separates equal runs is not known yet, it takes plimsoll noise, or two more pairs of runs in the same surroundings`;
  }
  const pairs =
    runs.from === 'test'
      ? `an A/A test of ${runs.pairs} pairs allows`
      : `${runs.pairs} pairs of equal runs allow`;
  return `${rounds}; ${pairs} ${percent(betweenRuns)}`;
}
