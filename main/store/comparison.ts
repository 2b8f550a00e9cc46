/** Comparisons and history of what is stored. */
import type { z } from 'zod';
import {
  type ComparableRun,
  type ComparedSide,
  compareParts,
  compareRuns,
} from '../../core/analysis/compare.ts';
import { sameEnvironment } from '../../core/analysis/environment-differences.ts';
import { learnNoise, noiseThreshold, type TestedProvider } from '../../core/analysis/noise-floor.ts';
import { noiseOfTest } from '../../core/analysis/noise-test.ts';
import type { Judging } from '../../core/analysis/verdict.ts';
import { ApiError } from '../../core/protocol/api.ts';
import {
  type ComparedParts,
  type ComparedPartsRequestSchema,
  type CompareSide,
  type Comparison,
  type KnownNoise,
  type PartField,
  partFields,
} from '../../core/protocol/compare.ts';
import type { Machine } from '../../core/protocol/machines.ts';
import type { Store } from './store.ts';

/** So many runs of a machine tell its noise; older ones were in other surroundings anyway. */
const runsForNoise = 20;

const partNames = {
  provider: 'provider',
  plan: 'plan',
  dtype: 'data type',
  threads: 'number of threads',
} as const satisfies Record<PartField, string>;

/** Throws ApiError where a side names nothing, or both sides the same. */
export function compareStored(
  store: Store,
  before: CompareSide,
  after: CompareSide,
  requireRun: (runId: string) => ComparableRun,
  judging?: Partial<Judging>,
): Comparison {
  const sideOf = ({ runId, ...part }: CompareSide): ComparedSide => ({ ...part, run: requireRun(runId) });
  const first = sideOf(before);
  const second = sideOf(after);
  if (first.run.id === second.run.id && partFields.every((field) => first[field] === second[field])) {
    throw new ApiError(
      'badInput',
      `Run ${first.run.id} would be compared with itself.`,
      'Name two runs, or two parts of one: plimsoll compare --plans layerwise,fused',
    );
  }
  for (const side of [first, second]) requireChosen(side);
  const machines = new Set([first.run.machine.id, second.run.machine.id]);
  const history = [...machines].flatMap((machineId) => store.histories.latencies(machineId, runsForNoise));
  const tested = [...testedIn(store, first.run), ...testedIn(store, second.run)];
  return compareRuns(first, second, history, tested, judging);
}

/** The newest A/A test of each provider in the surroundings of this run. */
function testedIn(store: Store, { machine, surroundings }: ComparableRun): TestedProvider[] {
  const facts = surroundings.filter(([what]) => what !== 'machine');
  const newest = new Map<string, TestedProvider>();
  for (const { test, facts: others } of store.noise.of(machine.id)) {
    const noise = noiseOfTest(test);
    if (noise === null || newest.has(test.provider) || !sameEnvironment(others, facts)) continue;
    newest.set(test.provider, { machineId: machine.id, provider: test.provider, ...noise });
  }
  return [...newest.values()];
}

/** What is known of each provider on each machine, in its newest surroundings. */
export function knownNoise(store: Store, machines: readonly Machine[]): KnownNoise[] {
  return machines.flatMap(({ id: machineId, name: machineName, thisMachine }) => {
    const history = store.histories.latencies(machineId, runsForNoise);
    const tests = store.noise.of(machineId);
    const measured = history.flatMap(({ latencies }) => latencies.map(({ provider }) => provider));
    const providers = new Set([...measured, ...tests.map(({ test }) => test.provider)]);
    return [...providers].map((provider): KnownNoise => {
      const ofProvider = tests.filter(({ test }) => test.provider === provider);
      const last = history.findLast(({ latencies }) => latencies.some((one) => one.provider === provider));
      const facts = last?.surroundings.filter(([what]) => what !== 'machine');
      // A test may be newer than the last run.
      const test = ofProvider.find(
        (one) =>
          last === undefined ||
          facts === undefined ||
          one.test.startedAt > last.startedAt ||
          sameEnvironment(one.facts, facts),
      );
      const found = test === undefined ? null : noiseOfTest(test.test);
      const tested = found === null ? [] : [{ machineId, provider, ...found }];
      const noise = learnNoise(history, [], tested)(machineId, { provider });
      return {
        machineId,
        machineName,
        thisMachine,
        provider,
        threshold: noiseThreshold(noise),
        from: noise?.from ?? null,
        pairs: noise?.pairs ?? 0,
        testedAt: test?.test.startedAt ?? null,
      };
    });
  });
}

function requireChosen({ run, ...part }: ComparedSide): void {
  const cases = [...run.figures, ...run.lost];
  for (const field of partFields) {
    const wanted = part[field];
    if (wanted === undefined || cases.some((one) => one[field] === wanted)) continue;
    const measured = [...new Set(cases.map((one) => one[field]))];
    throw new ApiError(
      'notFound',
      `Run ${run.id} has nothing with the ${partNames[field]} ${wanted}.`,
      measured.length === 0 ? 'It has no measurements at all.' : `It has: ${measured.join(', ')}.`,
    );
  }
}

/** Throws ApiError where one of them has no figure. */
export function compareStoredParts(
  store: Store,
  { beforeMeasurementId, afterMeasurementId }: z.output<typeof ComparedPartsRequestSchema>,
): ComparedParts {
  const kernelsOf = (measurementId: string) => {
    const outcome = store.measurements.get(measurementId)?.outcome;
    if (outcome?.status === 'measured') return outcome.kernels;
    throw noFigure(measurementId);
  };
  return compareParts(kernelsOf(beforeMeasurementId), kernelsOf(afterMeasurementId));
}

export function noFigure(measurementId: string): ApiError {
  return new ApiError('notFound', `There is no measurement ${measurementId} with a figure.`);
}
