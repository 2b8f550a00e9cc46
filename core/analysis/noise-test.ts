/**
 * An A/A test: the same cases under two labels, each in programs started anew, and alternately. What separates the labels is noise, and
 * what of it a start brings along (where memory comes to lie, above all) is seen by no comparison of rounds within one run.
 */
import type { NoiseTest } from '../protocol/run.ts';
import { mean } from '../statistics/moments.ts';
import { lowerEndsOfRounds } from '../statistics/undisturbed.ts';

/** Of runs that are an A/A test and nothing else. */
export const noiseSuite = 'noise';
/** Of what measured on in other runs: its rounds are theirs. */
export const decideSuite = 'decide';
/** Of runs that measured one figure again. */
export const verifySuite = 'verify';
/** They have no figures of their own, and are no part of the list of runs. */
export const unlistedSuites = [noiseSuite, decideSuite] as const;

/** Whether it was made to look at a whole machine: such runs are what a reader means by the newest one. */
export function isProfile(suite: string): boolean {
  return suite !== verifySuite && unlistedSuites.every((unlisted) => suite !== unlisted);
}

/** Of a usual run: so many rounds of one start does a figure average over. */
const roundsOfRun = 7;
/** With fewer pairs of starts nothing is said. */
export const fewestTestPairs = 2;

export interface TestedNoise {
  /** Standard deviation of the logarithm of the ratio of two runs. */
  readonly deviation: number;
  readonly pairs: number;
}

/**
 * Null where there are too few pairs. The difference of two starts of k rounds varies by 2 (s² + r² / k), s being what differs between starts and r
 * between rounds of one; that of two runs by 2 (s² + r² / 7). r is known from the rounds within the starts, so what the fewer rounds
 * add is taken off again; what 7 rounds alone would give is the least.
 */
export function noiseOfTest({ cases }: Pick<NoiseTest, 'cases'>): TestedNoise | null {
  const squaresApart: number[] = [];
  const squaresWithin: number[] = [];
  const roundCounts: number[] = [];
  let freedomWithin = 0;
  let pairs = Number.POSITIVE_INFINITY;
  for (const { launches } of cases) {
    const logs = launches.map(({ rounds }) => lowerEndsOfRounds(rounds).map(Math.log));
    for (const launch of logs) {
      const centre = mean(launch);
      squaresWithin.push(...launch.map((value) => (value - centre) ** 2));
      freedomWithin += launch.length - 1;
      roundCounts.push(launch.length);
    }
    const apart = pairsOf(logs.map(mean)).map(([first, second]) => (second - first) ** 2);
    squaresApart.push(...apart);
    pairs = Math.min(pairs, apart.length);
  }
  if (cases.length === 0 || pairs < fewestTestPairs) return null;
  const within =
    freedomWithin === 0 ? 0 : squaresWithin.reduce((sum, square) => sum + square, 0) / freedomWithin;
  const addedByFewRounds = 2 * within * (1 / mean(roundCounts) - 1 / roundsOfRun);
  const variance = Math.max(mean(squaresApart) - addedByFewRounds, (2 * within) / roundsOfRun);
  return { deviation: Math.sqrt(variance), pairs };
}

function pairsOf<T>(values: readonly T[]): [T, T][] {
  return values.flatMap((value, index): [T, T][] => {
    const next = values[index + 1];
    return index % 2 === 0 && next !== undefined ? [[value, next]] : [];
  });
}

/** A B, B A, A B, …: what drifts favours neither. */
export function labelOf(launch: number): 'A' | 'B' {
  return (launch + (launch >> 1)) % 2 === 0 ? 'A' : 'B';
}
