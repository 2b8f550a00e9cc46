/** Comparisons and history of what is stored. */
import type { z } from 'zod';
import { type ComparableRun, compareParts, compareRuns } from '../core/analysis/compare.ts';
import { sameEnvironment } from '../core/analysis/environment-differences.ts';
import { learnNoise, noiseFloor, type TestedProvider } from '../core/analysis/noise-floor.ts';
import { noiseOfTest } from '../core/analysis/noise-test.ts';
import { ApiError } from '../core/protocol/api.ts';
import type {
  ComparedParts,
  ComparedPartsRequestSchema,
  CompareSide,
  Comparison,
  KnownNoise,
} from '../core/protocol/compare.ts';
import type { Machine } from '../core/protocol/machines.ts';
import type { Store } from './store/store.ts';

/** So many runs of a machine tell its noise; older ones were in other surroundings anyway. */
const runsForNoise = 20;

/** Throws ApiError where a side names nothing, or both sides the same. */
export function compareStored(
  store: Store,
  before: CompareSide,
  after: CompareSide,
  requireRun: (runId: string) => ComparableRun,
): Comparison {
  const sides = [before, after].map(({ runId, ...side }) => ({ ...side, run: requireRun(runId) }));
  const [first, second] = sides;
  if (first === undefined || second === undefined) throw new Error('a comparison has two sides');
  const same =
    first.run.id === second.run.id && first.provider === second.provider && first.plan === second.plan;
  if (same) {
    throw new ApiError(
      'badInput',
      `Run ${first.run.id} would be compared with itself.`,
      'Name two runs, or two providers or plans of one: plimsoll compare --plans layerwise,fused',
    );
  }
  for (const { run, provider, plan } of sides) requireChosen(run, provider, plan);
  const machines = new Set(sides.map(({ run }) => run.machine.id));
  const history = [...machines].flatMap((machineId) => store.medians(machineId, runsForNoise));
  return compareRuns(first, second, history, [...testedIn(store, first.run), ...testedIn(store, second.run)]);
}

/** The newest A/A test of each provider in the surroundings of this run. */
function testedIn(store: Store, { machine, surroundings }: ComparableRun): TestedProvider[] {
  const facts = surroundings.filter(([what]) => what !== 'machine');
  const newest = new Map<string, TestedProvider>();
  for (const { test, facts: others } of store.noiseTests(machine.id)) {
    const noise = noiseOfTest(test);
    if (noise === null || newest.has(test.provider) || !sameEnvironment(others, facts)) continue;
    newest.set(test.provider, { machineId: machine.id, provider: test.provider, ...noise });
  }
  return [...newest.values()];
}

/** What is known of each provider on each machine, in its newest surroundings. */
export function knownNoise(store: Store, machines: readonly Machine[]): KnownNoise[] {
  return machines.flatMap(({ id: machineId, name: machineName, thisMachine }) => {
    const history = store.medians(machineId, runsForNoise);
    const tests = store.noiseTests(machineId);
    const measured = history.flatMap(({ medians }) => medians.map(({ provider }) => provider));
    const providers = new Set([...measured, ...tests.map(({ test }) => test.provider)]);
    return [...providers].map((provider): KnownNoise => {
      const ofProvider = tests.filter(({ test }) => test.provider === provider);
      const last = history.findLast(({ medians }) => medians.some((median) => median.provider === provider));
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
        believedChange: noise === null ? null : noiseFloor([], [], noise).believedChange,
        from: noise?.from ?? null,
        pairs: noise?.pairs ?? 0,
        testedAt: test?.test.startedAt ?? null,
      };
    });
  });
}

function requireChosen(run: ComparableRun, provider: string | undefined, plan: string | undefined): void {
  const cases = [...run.figures, ...run.lost];
  if (provider !== undefined && !cases.some((one) => one.provider === provider)) {
    const measured = [...new Set(cases.map((one) => one.provider))];
    throw new ApiError(
      'notFound',
      `Run ${run.id} has nothing of the provider '${provider}'.`,
      measured.length === 0 ? 'It has no measurements at all.' : `It has: ${measured.join(', ')}.`,
    );
  }
  if (plan !== undefined && !cases.some((one) => one.plan === plan)) {
    throw new ApiError('notFound', `Run ${run.id} has nothing with the plan '${plan}'.`);
  }
}

/** Throws ApiError where one of them has no figure. */
export function compareStoredParts(
  store: Store,
  { beforeMeasurementId, afterMeasurementId }: z.output<typeof ComparedPartsRequestSchema>,
): ComparedParts {
  const kernelsOf = (measurementId: string) => {
    const outcome = store.measurement(measurementId)?.outcome;
    if (outcome?.status === 'measured') return outcome.kernels;
    throw noFigure(measurementId);
  };
  return compareParts(kernelsOf(beforeMeasurementId), kernelsOf(afterMeasurementId));
}

export function noFigure(measurementId: string): ApiError {
  return new ApiError('notFound', `There is no measurement ${measurementId} with a figure.`);
}
