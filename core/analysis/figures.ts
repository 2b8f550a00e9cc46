/**
 * What of a measurement is listed, compared and remembered: small enough that thousands can be read at once. Derived from the
 * measurement alone, and by this file alone; the store keeps it beside the measurement, and derives it anew where the version is another.
 */
import type { RoundConditions } from '../protocol/conditions.ts';
import type { CacheState } from '../protocol/provider.ts';
import type { Case, DeviceCalibration, Measurement } from '../protocol/run.ts';
import { countOutliers, type OutlierCounts } from '../statistics/outliers.ts';
import { lawfulQuantile } from '../statistics/quantile.ts';
import { roundedInterval, roundMedians, splitRounds } from '../statistics/rounds.ts';
import { type MedianInterval, medianOf } from '../statistics/summary.ts';
import {
  lowerEndsOfRounds,
  lowerRounds,
  type UndisturbedInterval,
  undisturbedInterval,
} from '../statistics/undisturbed.ts';
import { believedSamples } from './believed-samples.ts';
import { ceilingsFor } from './ceilings.ts';
import { computationalEfficiency, idealLatencyNs } from './efficiency.ts';
import type { Surroundings } from './environment-differences.ts';
import { doubtOf } from './marks.ts';

/** To be raised with every change of what is derived, here or in `report.ts`. */
export const figureVersion = 7;

export interface Figure extends Case {
  /** Of its measurement. */
  readonly id: string;
  readonly instructionSet: string;
  readonly operations: number;
  readonly latencyNs: MedianInterval;
  /** In order; one alone where the borders of the rounds were not kept. */
  readonly roundMediansNs: readonly number[];
  readonly undisturbedNs: UndisturbedInterval;
  /** Of each round in the same order, what the undisturbed latency is taken from. */
  readonly roundLowerEndsNs: readonly number[];
  /** Null where there are too few samples for it. */
  readonly p90Ns: number | null;
  readonly samples: number;
  readonly outliers: OutlierCounts;
  /** Of the undisturbed latency, against the ceilings of its own run; null where those were not measured. */
  readonly efficiency: number | null;
  /** Of the rounds that the undisturbed latency is known from, in the middle; null where it is not known. */
  readonly clockHz: number | null;
  /** What the arithmetic units gave between the samples of each round, where it is known. */
  readonly roundArithmeticPerSecond: readonly number[];
  /** Why nothing is to be concluded from it, to be read after `The figure before`; null where nothing is in the way. */
  readonly doubt: string | null;
  /** How often somebody looked while it was measured on; 0 where it was complete before anybody did. */
  readonly looks: number;
}

/** A case without a figure, and why. */
export interface LostFigure extends Case {
  readonly id: string;
  readonly reason: string;
}

export interface RunFigures {
  readonly id: string;
  readonly startedAt: string;
  /** As it is shown. */
  readonly machine: { readonly id: string; readonly name: string };
  readonly surroundings: Surroundings;
  readonly figures: readonly Figure[];
}

/** Undefined for a measurement that was lost. */
export function figureOf(
  measurement: Measurement,
  providers: readonly DeviceCalibration[],
): Figure | undefined {
  const { outcome, id, instructionSet } = measurement;
  if (outcome.status !== 'measured') return undefined;
  const believed = believedSamples(outcome);
  const { samplesNs, rounds: lengths } = believed;
  const rounds = splitRounds(samplesNs, lengths);
  const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
  const latencyNs = roundedInterval(rounds);
  const roundLowerEndsNs = lowerEndsOfRounds(rounds);
  const undisturbedNs = undisturbedInterval(roundLowerEndsNs);
  const peak = ceilingsFor(providers, measurement)?.peakOperationsPerSecond;
  return {
    ...caseOf(measurement),
    id,
    instructionSet,
    operations,
    latencyNs,
    roundMediansNs: roundMedians(rounds),
    undisturbedNs,
    roundLowerEndsNs,
    p90Ns: lawfulQuantile(samplesNs, 0.9),
    samples: samplesNs.length,
    outliers: countOutliers(samplesNs),
    efficiency:
      peak === undefined
        ? null
        : computationalEfficiency(idealLatencyNs(operations, peak), undisturbedNs.estimate),
    clockHz: clockOf(believed.conditions, roundLowerEndsNs),
    roundArithmeticPerSecond: (believed.conditions ?? []).flatMap(
      ({ arithmetic }) => arithmetic?.operationsPerSecond ?? [],
    ),
    doubt: doubtOf({ measurement, outcome, believed }),
    looks: outcome.looks ?? 0,
  };
}

/** Of the rounds at the lower end: there the machine was as the undisturbed latency has it. */
function clockOf(conditions: readonly RoundConditions[] = [], ends: readonly number[]): number | null {
  const clocks = lowerRounds(ends).flatMap((round) => {
    const clockHz = conditions[round]?.clockHz;
    return clockHz === undefined ? [] : [(clockHz.before + clockHz.after) / 2];
  });
  return clocks.length === 0 ? null : medianOf(clocks);
}

export const caseFields = [
  'model',
  'imageSize',
  'provider',
  'device',
  'plan',
  'dtype',
  'batch',
  'threads',
  'cacheState',
] as const satisfies readonly (keyof Case)[];

/** A field of a case, and of the state of the caches what is meant where it is not said. */
export function caseValue(figure: Case, field: keyof Case): string | number {
  return figure[field] ?? ('in-network' satisfies CacheState);
}

/** As a case carries it: only where it is another than in the network. */
export function cacheStateOf({ cacheState }: Pick<Case, 'cacheState'>): Pick<Case, 'cacheState'> {
  return cacheState === undefined || cacheState === 'in-network' ? {} : { cacheState };
}

/** The case alone, of whatever carries one. */
export function caseOf(figure: Case): Case {
  const { model, imageSize, provider, device, plan, dtype, batch, threads } = figure;
  return { model, imageSize, provider, device, plan, dtype, batch, threads, ...cacheStateOf(figure) };
}

/** All that must be equal for two figures to be of the same thing, but for what is compared on purpose. */
export function caseKey(figure: Case, without: readonly (keyof Case)[] = []): string {
  return JSON.stringify(
    caseFields.map((field) => (without.includes(field) ? null : caseValue(figure, field))),
  );
}
