/** Comparisons and history of what is stored. */
import type { z } from 'zod';
import { type ComparableRun, compareParts, compareRuns } from '../core/analysis/compare.ts';
import { ApiError } from '../core/protocol/api.ts';
import type {
  ComparedParts,
  ComparedPartsRequestSchema,
  CompareSide,
  Comparison,
} from '../core/protocol/compare.ts';
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
  return compareRuns(first, second, history);
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
