/** What a request would come to: which cases, which not and why, and how long it may take. Nothing is started but to be asked. */
import { caseKey } from '../../core/analysis/figures.ts';
import { countGraph } from '../../core/graph/count.ts';
import type { Model } from '../../core/models/zoo.ts';
import type { RunPlan } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Run } from '../../core/protocol/run.ts';
import { medianOf } from '../../core/statistics/summary.ts';
import {
  budgetOf,
  type ParsedRunRequest,
  type PlannedCase,
  planCases,
  type Selection,
  selectModels,
} from './cases.ts';
import { forecastRun } from './forecast.ts';
import { defaultNoiseTiming } from './noise-test.ts';
import { defaultSettings, type SchedulerSettings } from './run-work.ts';
import { guessedCalibrationSeconds, guessedFirstVisitSeconds } from './scheduler.ts';
import { quietSeconds } from './settle.ts';

/** A provider that was asked for, and what it can do or why that is not known. */
export interface AskedProvider {
  readonly name: string;
  readonly description: ProviderDescription | null;
  readonly reason: string | null;
}

export interface PlanningData {
  readonly providers: readonly AskedProvider[];
  readonly usableCores: number;
  /** Of this machine, the newest first: what took how long. */
  readonly pastRuns: readonly Run[];
  /** The providers whose noise the run would test at its end. */
  readonly untested: readonly string[];
  readonly settings?: Partial<SchedulerSettings> | undefined;
  /** Networks beside those of the zoo. */
  readonly imported?: readonly Model[];
}

/** Throws ApiError where `runs.start` would for the same request, but for a provider that is absent. */
export function planRun(request: ParsedRunRequest, data: PlanningData): RunPlan {
  const selection = selectModels(request, data.imported);
  const known = data.providers.flatMap(({ description }) =>
    description === null || description.devices.length === 0 ? [] : [description],
  );
  const planned = known.length === 0 ? [] : planCases(selection, request, known, data.usableCores);
  const experience = learnDurations(data.pastRuns);
  const settings = { ...defaultSettings, ...data.settings };
  const noiseSeconds = (settings.noise ?? defaultNoiseTiming).longestSeconds;
  const untested = known.filter(({ provider }) => data.untested.includes(provider)).length;
  const { seconds, rounds } = forecastRun({
    settling: Math.min(request.settleSeconds ?? quietSeconds, quietSeconds),
    calibration: known.reduce(
      (sum, { provider }) => sum + (experience.calibrations.get(provider) ?? guessedCalibrationSeconds),
      0,
    ),
    firstRound: planned.reduce((sum, one) => sum + firstVisitSeconds(one, experience), 0),
    furtherRound: planned.reduce((sum, one) => sum + furtherVisitSeconds(one, experience, settings), 0),
    rounds: settings.rounds,
    budget: budgetOf(request, selection),
  });
  return {
    suite: request.suite,
    cases: planned.map((one) => one.case),
    impossible: [...absentProviders(data.providers), ...impossibleCases(selection, request, known, planned)],
    expectedSeconds: planned.length === 0 ? 0 : seconds + untested * noiseSeconds,
    rounds: planned.length === 0 ? 0 : rounds,
    knownCases: planned.filter((one) => experience.firstVisits.has(caseKey(one.case))).length,
  };
}

function absentProviders(providers: readonly AskedProvider[]): string[] {
  return providers.flatMap(({ name, description, reason }) =>
    description === null || description.devices.length === 0
      ? [`${name}: ${reason ?? description?.reason ?? 'it has no device here.'}`]
      : [],
  );
}

/** What the lists in a request multiply to and no provider does; each reason once, with all models that it is true of. */
function impossibleCases(
  { models }: Selection,
  request: ParsedRunRequest,
  descriptions: readonly ProviderDescription[],
  planned: readonly PlannedCase[],
): string[] {
  return descriptions.flatMap(({ provider, dataTypes, plans }) => {
    const own = planned.filter((one) => one.case.provider === provider);
    const without = models
      .map(({ name }) => name)
      .filter((name) => !own.some((one) => one.case.model === name && one.case.plan === 'fused'));
    const wantsFused = plans.includes('fused') && (request.plans ?? []).includes('fused');
    return [
      ...(request.dtypes ?? [])
        .filter((dtype) => !dataTypes.includes(dtype))
        .map((dtype) => `${provider} does not execute ${dtype}.`),
      ...(request.plans ?? [])
        .filter((plan) => !plans.includes(plan))
        .map((plan) => `${provider} has no ${plan} plan.`),
      ...(wantsFused && without.length > 0
        ? [`${provider} fuses no block of ${without.join(', ')}: there is no fused plan.`]
        : []),
    ];
  });
}

interface Experience {
  /** By provider: the ceilings, once. */
  readonly calibrations: ReadonlyMap<string, number>;
  /** By case. */
  readonly firstVisits: ReadonlyMap<string, number>;
  readonly latenciesNs: ReadonlyMap<string, number>;
  /** By provider: of a first visit, for every operation of the network. */
  readonly secondsPerOperation: ReadonlyMap<string, number>;
}

/** From when the measurements of the past runs began: cases of the first round follow one another. The newest run counts. */
function learnDurations(runs: readonly Run[]): Experience {
  const calibrations = new Map<string, number>();
  const firstVisits = new Map<string, number>();
  const latenciesNs = new Map<string, number>();
  const rates = new Map<string, number[]>();
  for (const run of runs) {
    const inOrder = run.measurements.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
    const [first] = inOrder;
    // Several providers are calibrated one after the other, and nothing says how long each took.
    const [provider] = run.providers;
    if (first !== undefined && provider !== undefined && run.providers.length === 1) {
      const waited = provider.settling?.waitedSeconds ?? 0;
      const seconds = secondsBetween(run.startedAt, first.startedAt) - waited;
      keepFirst(calibrations, provider.description.provider, Math.max(0, seconds));
    }
    for (const [index, { outcome, ...rest }] of inOrder.entries()) {
      if (outcome.status !== 'measured') continue;
      const key = caseKey(rest);
      keepFirst(latenciesNs, key, medianOf(outcome.samplesNs));
      const next = inOrder[index + 1];
      if (next === undefined) continue;
      const seconds = secondsBetween(rest.startedAt, next.startedAt);
      keepFirst(firstVisits, key, seconds);
      const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
      const list = rates.get(rest.provider) ?? [];
      list.push(seconds / operations);
      rates.set(rest.provider, list);
    }
  }
  const secondsPerOperation = new Map([...rates].map(([name, list]) => [name, medianOf(list)]));
  return { calibrations, firstVisits, latenciesNs, secondsPerOperation };
}

function firstVisitSeconds({ case: { batch }, case: wanted, graph }: PlannedCase, past: Experience): number {
  const known = past.firstVisits.get(caseKey(wanted));
  if (known !== undefined) return known;
  const rate = past.secondsPerOperation.get(wanted.provider);
  const operations = 2 * countGraph(graph).macs * batch;
  return rate === undefined ? guessedFirstVisitSeconds : rate * operations;
}

/** A round samples for a while, but long enough for its least number of samples, and prepares and warms up before. */
function furtherVisitSeconds(
  { case: wanted }: PlannedCase,
  past: Experience,
  { timing }: SchedulerSettings,
): number {
  const { minSeconds, maxSeconds, minSamples, warmupSeconds } = timing;
  const latencySeconds = (past.latenciesNs.get(caseKey(wanted)) ?? 0) / 1e9;
  return Math.min(maxSeconds, Math.max(minSeconds, minSamples * latencySeconds)) + 2 * warmupSeconds;
}

function keepFirst(map: Map<string, number>, key: string, value: number): void {
  if (!map.has(key)) map.set(key, value);
}

function secondsBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / 1000;
}
