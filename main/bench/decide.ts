/** From a comparison that left rows UNCLEAR to what is measured on, and for how long. */
import type { z } from 'zod';
import type { ComparableRun } from '../../core/analysis/compare.ts';
import { type Deciding, decidingOf } from '../../core/analysis/deciding.ts';
import { type Surroundings, surroundingsOf } from '../../core/analysis/environment-differences.ts';
import { caseOf } from '../../core/analysis/figures.ts';
import { decideSuite } from '../../core/analysis/noise-test.ts';
import type { Model } from '../../core/models/zoo.ts';
import { ApiError, type ProviderName } from '../../core/protocol/api.ts';
import type {
  ComparedRow,
  Comparison,
  DecidePlan,
  DecideRequestSchema,
} from '../../core/protocol/compare.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Case, Environment } from '../../core/protocol/run.ts';
import { seededRandom } from '../../core/statistics/seeded-random.ts';
import { roundsAtNextLook } from '../../core/statistics/sequential.ts';
import { compareStored } from '../store/comparison.ts';
import type { Store } from '../store/store.ts';
import { type Job, providerNamed, type Undertaking } from './active-run.ts';
import type { PlannedCase } from './cases.ts';
import { cpusOfDevice } from './chosen-cores.ts';
import { type GrowingFigure, measureOn, type OpenRow } from './measure-on.ts';
import type { DescribedProvider } from './run-work.ts';
import { planAgain } from './verify-figure.ts';

type Request = z.output<typeof DecideRequestSchema>;

export interface DecidingData {
  readonly store: Store;
  readonly requireRun: (runId: string) => ComparableRun;
  readonly imported: () => readonly Model[];
}

/** Throws ApiError as a comparison of both sides does. */
export function planDeciding(request: Request, data: DecidingData, environment: Environment): DecidePlan {
  const deciding = decidingNow(request, data, environment, []);
  const unclear = compare(request, data, deciding).rows.filter(({ verdict }) => verdict === 'UNCLEAR');
  const settleable = isRefused(deciding) ? [] : unclear.filter(isSettleable);
  return {
    unclear: unclear.length,
    settleable: settleable.length,
    seconds: settleable.reduce((sum, { settling }) => sum + (settling?.seconds ?? 0), 0),
    explanation: deciding.explanation,
  };
}

/** Throws ApiError where neither side can be measured on, or nothing is left to be decided. */
export function decideJob(request: Request, data: DecidingData, environment: Environment): Job {
  const deciding = decidingNow(request, data, environment, []);
  requireGrowing(deciding);
  const open = compare(request, data, deciding).rows.filter(isSettleable);
  const cases = open.flatMap((row) => growingSides(row, deciding).map((side) => caseOf({ ...row, ...side })));
  const [first] = cases;
  if (first === undefined) {
    throw new ApiError(
      'badInput',
      `There is no row that measuring on would settle within ${100 * request.margin}%.`,
      'Compare them as they are: plimsoll compare says what would settle each row.',
    );
  }
  const planned = new Map<string, PlannedCase>();
  return {
    suite: decideSuite,
    providers: [...new Set(cases.map(({ provider }) => providerNamed(provider)))] as ProviderName[],
    budgetSeconds: request.budgetSeconds,
    settleSeconds: request.settleSeconds,
    cores: cpusOfDevice(first),
    noiseTest: 'never',
    plan: (descriptions, usableCores, now) => {
      // With what the providers say of themselves: a library may have been updated, too.
      requireGrowing(decidingNow(request, data, now, descriptions));
      for (const wanted of cases) {
        const description = descriptions.find(({ provider }) => provider === wanted.provider);
        if (description === undefined) continue;
        planned.set(keyOf(wanted), planAgain(wanted, description, usableCores, data.imported()));
      }
      return [];
    },
    undertake: (undertaking) =>
      measureOn({
        ...undertaking,
        budgetSeconds: request.budgetSeconds,
        random: seededRandom(1),
        keep: (runId, measurement) => data.store.measurements.put(runId, measurement),
        look: () =>
          compare(request, data, deciding)
            .rows.filter(isSettleable)
            .flatMap((row) => openRow(row, deciding, data.store, undertaking, planned)),
      }),
  };
}

function decidingNow(
  { before, after }: Request,
  { store, requireRun }: DecidingData,
  environment: Environment,
  descriptions: readonly ProviderDescription[],
): Deciding {
  const here = store.machines.shownId(environment.machine.id);
  const present: Surroundings = surroundingsOf(
    environment,
    descriptions.map((description) => ({ description, calibration: null, reason: null })),
  );
  const sideOf = (side: Request['before']) => {
    const { machine, surroundings } = requireRun(side.runId);
    return { ...side, surroundings, isHere: machine.id === here };
  };
  return decidingOf(sideOf(before), sideOf(after), present);
}

function isRefused({ grows }: Deciding): boolean {
  return !grows.before && !grows.after;
}

function requireGrowing(deciding: Deciding): void {
  if (!isRefused(deciding)) return;
  throw new ApiError(
    'badInput',
    deciding.explanation,
    'Profile again as the machine is now: plimsoll profile. Then compare that run.',
  );
}

function compare(
  { before, after, margin }: Request,
  { store, requireRun }: DecidingData,
  { grows }: Deciding,
): Comparison {
  return compareStored(store, before, after, requireRun, { margin, grows });
}

function isSettleable({ verdict, settling }: ComparedRow): boolean {
  return verdict === 'UNCLEAR' && settling?.rounds != null;
}

function growingSides({ before, after }: ComparedRow, { grows }: Deciding) {
  return [...(grows.before ? [before] : []), ...(grows.after ? [after] : [])];
}

function keyOf(figure: Case): string {
  return JSON.stringify(caseOf(figure));
}

/** None where a figure of it is gone, or cannot be measured on. */
function openRow(
  row: ComparedRow,
  deciding: Deciding,
  store: Store,
  { providers }: Undertaking,
  planned: ReadonlyMap<string, PlannedCase>,
): OpenRow[] {
  const sides = growingSides(row, deciding);
  const figures = sides.flatMap((side) => growingFigure(side.measurementId, store, providers, planned) ?? []);
  const fewest = Math.min(...sides.map(({ rounds }) => rounds));
  const seconds = row.settling?.seconds ?? 0;
  const wanted = Math.max(1, (row.settling?.rounds ?? fewest) - fewest);
  if (figures.length < sides.length) return [];
  return [
    {
      figures,
      rounds: Math.max(1, roundsAtNextLook(fewest) - fewest),
      secondsPerRound: seconds / wanted,
      seconds,
    },
  ];
}

function growingFigure(
  measurementId: string,
  store: Store,
  providers: readonly DescribedProvider[],
  planned: ReadonlyMap<string, PlannedCase>,
): GrowingFigure | undefined {
  const measurement = store.measurements.get(measurementId);
  if (measurement?.outcome.status !== 'measured') return undefined;
  const { runId } = store.measurements.find(measurementId);
  const again = planned.get(keyOf(measurement));
  const provider = providers.find(({ description }) => description.provider === measurement.provider);
  if (again === undefined || provider === undefined) return undefined;
  const calibrations = store.runs.get(runId)?.providers ?? [];
  return {
    runId,
    measurement: { ...measurement, outcome: measurement.outcome },
    planned: again,
    provider,
    calibrations,
  };
}
