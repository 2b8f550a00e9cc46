/** Comparisons and history of what is stored. */
import type { z } from 'zod';
import { compareRuns } from '../core/analysis/compare.ts';
import { historyOf } from '../core/analysis/history.ts';
import { ApiError } from '../core/protocol/api.ts';
import type {
  CompareSide,
  Comparison,
  History,
  HistoryRequestSchema,
  HistorySeries,
} from '../core/protocol/compare.ts';
import type { Run } from '../core/protocol/run.ts';
import type { Store } from './store/store.ts';

/** So many runs of a machine tell its noise; older ones were in other surroundings anyway. */
const runsForNoise = 20;

/** Throws ApiError where a side names nothing, or both sides the same. */
export function compareStored(
  store: Store,
  before: CompareSide,
  after: CompareSide,
  requireRun: (runId: string) => Run,
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
  const machines = new Set(sides.map(({ run }) => run.environment.machine.id));
  const history = [...machines].flatMap((machineId) => store.figures({ machineId, limit: runsForNoise }));
  return compareRuns(first, second, history);
}

function requireChosen(run: Run, provider: string | undefined, plan: string | undefined): void {
  const { measurements } = run;
  if (provider !== undefined && !measurements.some((measurement) => measurement.provider === provider)) {
    const measured = [...new Set(measurements.map((measurement) => measurement.provider))];
    throw new ApiError(
      'notFound',
      `Run ${run.id} has nothing of the provider '${provider}'.`,
      measured.length === 0 ? 'It has no measurements at all.' : `It has: ${measured.join(', ')}.`,
    );
  }
  if (plan !== undefined && !measurements.some((measurement) => measurement.plan === plan)) {
    throw new ApiError('notFound', `Run ${run.id} has nothing with the plan '${plan}'.`);
  }
}

export function storedHistory(store: Store, request: z.output<typeof HistoryRequestSchema>): History {
  const { series, marks } = historyOf(store.figures(request));
  return { series: series.filter((one) => isWanted(one, request)), marks };
}

/** Whether the series has every value that was asked for. */
function isWanted(series: HistorySeries, wanted: z.output<typeof HistoryRequestSchema>): boolean {
  const fields = ['provider', 'plan', 'dtype', 'batch', 'threads'] as const;
  return fields.every((field) => wanted[field] === undefined || wanted[field] === series[field]);
}
