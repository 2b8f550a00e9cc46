/**
 * How far two measurements of the same thing lie apart on this machine: what a change must exceed to be believed. From the data
 * of the machine itself; nothing is assumed of a machine that has shown nothing yet, but for the least change.
 */
import type { NoiseFloor } from '../protocol/compare.ts';
import type { Case } from '../protocol/run.ts';
import { studentCritical } from '../statistics/distributions.ts';
import { medianOf } from '../statistics/summary.ts';
import { sameEnvironment } from './environment-differences.ts';
import { caseKey, type RunFigures } from './figures.ts';
import type { TestedNoise } from './noise-test.ts';

/** No smaller change counts as real, however quiet the machine: equal runs of one program differ by up to 2.6% through placement alone. */
export const leastChange = 0.03;

/** So often may a pair of equal runs lie further apart. */
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
export interface RunLatencies extends Pick<RunFigures, 'id' | 'startedAt' | 'machine' | 'surroundings'> {
  readonly latencies: readonly {
    /** By `caseKey`. */
    readonly key: string;
    readonly provider: string;
    readonly undisturbedNs: number;
  }[];
}

export function latenciesOf({ figures, ...run }: RunFigures): RunLatencies {
  return {
    ...run,
    latencies: figures
      .filter(({ doubt }) => doubt === null)
      .map((figure) => ({
        key: caseKey(figure),
        provider: figure.provider,
        undisturbedNs: figure.undisturbedNs.estimate,
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
  history: readonly RunLatencies[],
  compared: readonly string[] = [],
  tested: readonly TestedProvider[] = [],
): KnownNoise {
  const machines = new Map<string, MachineNoise>();
  for (const run of history) {
    const { last, ofCase, ofProvider } = entryOf(machines, run.machine.id, newMachineNoise);
    // Most figures of a run have the same run before them.
    const usable = new Map<RunLatencies, boolean>();
    const isUsable = (before: RunLatencies) => {
      const areCompared = compared.includes(before.id) && compared.includes(run.id);
      return !areCompared && sameEnvironment(before.surroundings, run.surroundings);
    };
    for (const { key, provider: name, undisturbedNs } of run.latencies) {
      const before = last.get(key);
      last.set(key, { run, undisturbedNs });
      if (before === undefined || !entryOf(usable, before.run, () => isUsable(before.run))) continue;
      const apart = Math.abs(Math.log(undisturbedNs / before.undisturbedNs));
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
  readonly runPairs: Map<RunLatencies, Set<RunLatencies>>;
}

interface MachineNoise {
  readonly last: Map<string, { readonly run: RunLatencies; readonly undisturbedNs: number }>;
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

/** The smallest change between two runs that counts as real: the one threshold of every page and command. */
export function noiseThreshold(runs: RunNoise | null): number {
  return runs === null ? leastChange : Math.max(leastChange, Math.expm1(betweenRuns(runs)));
}

/** What two equal runs stay within 99 times in 100: Student's t times their deviation. */
function betweenRuns(runs: RunNoise): number {
  return studentCritical(exceeded, freedomOf(runs)) * runs.deviation;
}

export function noiseFloor(runs: RunNoise | null): NoiseFloor {
  return {
    threshold: noiseThreshold(runs),
    betweenRuns: runs === null ? null : Math.expm1(betweenRuns(runs)),
    runPairs: runs?.from === 'runs' ? runs.pairs : 0,
    testPairs: runs?.from === 'test' ? runs.pairs : 0,
    origin: originOf(runs),
  };
}

/** A median of absolute deviations is as sure as a standard deviation from 37% as many values (Hampel, J. Am. Statist. Assoc. 69). */
function freedomOf({ pairs, from }: RunNoise): number {
  return Math.max(leastFreedom, from === 'test' ? pairs : Math.floor(0.37 * pairs));
}

function originOf(runs: RunNoise | null): string {
  if (runs === null) {
    return 'What separates equal runs here is not known yet: measure the noise (plimsoll noise), or profile three times in the same surroundings.';
  }
  const pairs =
    runs.from === 'test' ? `An A/A test of ${runs.pairs} pairs` : `${runs.pairs} pairs of equal runs`;
  return `${pairs} differed by up to ${(100 * Math.expm1(betweenRuns(runs))).toFixed(1)}% 99 times in 100.`;
}
