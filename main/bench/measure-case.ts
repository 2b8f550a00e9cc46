/** One visit to one case: prepare, check, time, release. What a provider answers is held against what the graph says. */

import { ceilingsFor, measuredArithmetic } from '../../core/analysis/ceilings.ts';
import { cacheStateOf } from '../../core/analysis/figures.ts';
import { kernelTraffic } from '../../core/analysis/traffic.ts';
import { operatorAt } from '../../core/graph/graph.ts';
import { costOfKernel } from '../../core/graph/plan.ts';
import type { RoundConditions } from '../../core/protocol/conditions.ts';
import type {
  ArithmeticCeiling,
  MeasureResult,
  Prepared,
  ProfileResult,
  Verification,
} from '../../core/protocol/provider.ts';
import type {
  Ceilings,
  DeviceCalibration,
  MeasuredKernel,
  MeasuredOutcome,
} from '../../core/protocol/run.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { surroundingsBetween, type Telemetry } from '../machine/telemetry.ts';
import type { PlannedCase } from './cases.ts';
import { type ProviderConnection, ProviderRequestError, type RequestOptions } from './provider-connection.ts';

export interface Timing {
  readonly warmupSeconds: number;
  readonly warmupMaxSeconds: number;
  readonly minSeconds: number;
  readonly minSamples: number;
  readonly maxSeconds: number;
  readonly noiseTarget: number;
  readonly profileRepetitions: number;
}

/**
 * One round's. Seven of them, and all else that a visit does, take ten seconds or so for a small network. A round need be no less
 * noisy than the rounds differ among each other, which is a percent or more.
 */
export const defaultTiming: Timing = {
  warmupSeconds: 0.2,
  warmupMaxSeconds: 1,
  minSeconds: 0.5,
  minSamples: 10,
  maxSeconds: 3,
  noiseTarget: 0.005,
  profileRepetitions: 5,
};

/** Weights and images are the same in every run, so that runs can be compared. */
const seed = 1;

/** The provider executes something else than what it was asked to. */
export class WrongAnswer extends Error {}

export interface Visit {
  readonly provider: ProviderConnection;
  readonly planned: PlannedCase;
  /** What a provider may plan its kernels by. */
  readonly ceilings: Ceilings | undefined;
  /** What the arithmetic is held against while it is timed, where it was measured with just so many threads. */
  readonly arithmetic: ArithmeticCeiling | undefined;
  readonly timing: Timing;
  readonly request: RequestOptions;
  readonly telemetry: Telemetry;
  /** What is being done, for people. */
  readonly note: (what: string) => void;
}

/** A visit of what was planned by these ceilings. */
export function visitOf({
  calibrations,
  ...visit
}: Omit<Visit, 'ceilings' | 'arithmetic'> & { readonly calibrations: readonly DeviceCalibration[] }): Visit {
  const { case: planned } = visit.planned;
  const ceilings = ceilingsFor(calibrations, planned);
  const calibrated = calibrations.find(({ description }) => description.provider === planned.provider);
  const arithmetic = ceilings && measuredArithmetic(calibrated?.calibration, ceilings);
  return { ...visit, ceilings, arithmetic };
}

/** What a round gave, and what the machine did meanwhile. */
export interface Round {
  readonly measured: MeasureResult;
  readonly conditions: RoundConditions;
}

export type FirstVisit =
  | { readonly verification: Verification; readonly instructionSet: string; readonly correct: false }
  | {
      readonly verification: Verification;
      readonly instructionSet: string;
      readonly correct: true;
      readonly round: Round;
      readonly kernels: MeasuredKernel[];
    };

/** Checks the result before any time is taken; a wrong one is not timed. */
export async function visitFirst(visit: Visit): Promise<FirstVisit> {
  const { provider, planned, request, note } = visit;
  return withPrepared(visit, async (prepared) => {
    const { handle, instructionSet } = prepared;
    note('checking the result');
    const verification = await provider.request('verify', { handle }, request);
    checkVerified(planned, verification);
    if (!verification.passed) return { verification, instructionSet, correct: false };
    const round = await timeRound(visit, handle);
    note('timing the kernels');
    const profile = await profileOrNothing(visit, handle);
    return {
      verification,
      instructionSet,
      correct: true,
      round,
      kernels: describeKernels(planned, prepared, profile),
    };
  });
}

/** More samples of what was found correct before. */
export async function visitAgain(visit: Visit): Promise<Round> {
  return withPrepared(visit, ({ handle }) => timeRound(visit, handle));
}

/** What was measured before, and one more round. */
export function withRound(outcome: MeasuredOutcome, { measured, conditions }: Round): MeasuredOutcome {
  return {
    ...outcome,
    samplesNs: [...outcome.samplesNs, ...measured.latencyNs],
    rounds: [...(outcome.rounds ?? []), measured.latencyNs.length],
    conditions: [...(outcome.conditions ?? []), conditions],
    warmupPasses: outcome.warmupPasses + measured.warmupPasses,
  };
}

async function timeRound(
  { provider, planned, arithmetic, timing, request, telemetry, note }: Visit,
  handle: number,
): Promise<Round> {
  note('measuring');
  const before = await telemetry.read(provider.processId);
  const { profileRepetitions: _, ...sampling } = timing;
  const state = cacheStateOf(planned.case);
  const loop = arithmetic && { dtype: arithmetic.dtype, instructionSet: arithmetic.instructionSet };
  const body = { handle, ...sampling, ...state, ...(loop && { arithmetic: loop }) };
  const measured = await provider.request('measure', body, request);
  const after = await telemetry.read(provider.processId);
  const { warm, stopped, passesPerSample, timerOverheadNs, gpuClock, clockHz, pageFaults, memory } = measured;
  return {
    measured,
    conditions: {
      ...surroundingsBetween(before, after),
      ...(warm !== undefined && { warm }),
      ...(stopped !== undefined && { stopped }),
      ...(passesPerSample !== undefined && { passesPerSample }),
      ...(timerOverheadNs !== undefined && { timerOverheadNs }),
      ...(gpuClock !== undefined && { gpuClock }),
      ...(clockHz !== undefined && { clockHz }),
      ...(arithmetic !== undefined &&
        measured.arithmetic !== undefined &&
        besides(measured.arithmetic, arithmetic)),
      ...(pageFaults !== undefined && { pageFaults }),
      ...(memory !== undefined && { memory }),
    },
  };
}

/** Of all bursts the worse quarter counts: a network is slow for as much of its time. */
function besides(
  { operationsPerSecond, roundTripNs = [] }: NonNullable<MeasureResult['arithmetic']>,
  ceiling: ArithmeticCeiling,
): Pick<RoundConditions, 'arithmetic' | 'roundTripNs'> {
  const quarter = (values: readonly number[], from: number) =>
    values.toSorted((x, y) => x - y)[Math.round(from * (values.length - 1))] ?? 0;
  return {
    arithmetic: {
      bursts: operationsPerSecond.length,
      operationsPerSecond: quarter(operationsPerSecond, 0.25),
      ceilingOperationsPerSecond: ceiling.operationsPerSecond,
      ...(ceiling.clockHz !== undefined && { ceilingClockHz: ceiling.clockHz }),
    },
    ...(roundTripNs.length > 0 && {
      roundTripNs: {
        upper: quarter(roundTripNs, 0.75),
        ...(ceiling.roundTripNs !== undefined && { ceiling: ceiling.roundTripNs }),
      },
    }),
  };
}

async function withPrepared<T>(
  { provider, planned, ceilings, request, note }: Visit,
  use: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const { graph, plan } = planned;
  const { dtype, batch, threads } = planned.case;
  note('preparing');
  const prepared = await provider.request(
    'prepare',
    {
      graph: toWireGraph(graph),
      plan: plan.kind,
      kernels: plan.kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
      dtype,
      batch,
      threads,
      seed,
      ...(ceilings === undefined ? {} : { ceilings: ceilingsForPrepare(ceilings) }),
    },
    request,
  );
  const release = () =>
    // Not stopped by the signal: the program may be asked for something else later.
    provider.request('release', { handle: prepared.handle }, { silenceMs: request.silenceMs });
  try {
    checkPrepared(planned, prepared);
    const result = await use(prepared);
    await release();
    return result;
  } catch (error) {
    // A program that answered an error is still there, and still holds the memory.
    if (error instanceof WrongAnswer || error instanceof ProviderRequestError)
      await release().catch(() => {});
    throw error;
  }
}

/** As `prepare` takes them. */
export function ceilingsForPrepare({ peakOperationsPerSecond, levels }: Ceilings) {
  return {
    operationsPerSecond: peakOperationsPerSecond,
    levels: levels.map(({ level, bytesPerSecond }) => ({ level, bytesPerSecond })),
  };
}

/** The latency stands without the times of its kernels, be it that they were refused or that the user had enough. */
async function profileOrNothing(
  { provider, planned, timing, request }: Visit,
  handle: number,
): Promise<ProfileResult | null> {
  try {
    const body = { handle, repetitions: timing.profileRepetitions, ...cacheStateOf(planned.case) };
    return await provider.request('profile', body, request);
  } catch (error) {
    if (error instanceof ProviderRequestError) return null;
    throw error;
  }
}

/** What is said of the whole must be true of every kernel. */
function checkVerified({ plan }: PlannedCase, { passed, kernels }: Verification): void {
  const names = new Set(kernels.map(({ name }) => name));
  const missing = plan.kernels.find(({ name }) => !names.has(name));
  if (missing !== undefined) throw new WrongAnswer(`The provider did not check the kernel ${missing.name}.`);
  const wrong = kernels.find((kernel) => !kernel.passed);
  if (passed && wrong !== undefined) {
    throw new WrongAnswer(
      `The provider says that its result is right, and that its kernel ${wrong.name} is wrong.`,
    );
  }
}

/** A figure is only as good as what it counts: both sides must count alike, kernel by kernel. */
function checkPrepared({ case: { batch, dtype }, graph, plan }: PlannedCase, { kernels }: Prepared): void {
  if (kernels.length !== plan.kernels.length) {
    throw new WrongAnswer(`The provider prepared ${kernels.length} kernels of ${plan.kernels.length}.`);
  }
  for (const [index, kernel] of plan.kernels.entries()) {
    const theirs = kernels[index];
    if (theirs?.name !== kernel.name) {
      throw new WrongAnswer(
        `The provider prepared ${theirs?.name ?? 'nothing'} where ${kernel.name} belongs.`,
      );
    }
    const cost = costOfKernel(graph, kernel, batch, dtype);
    for (const what of ['operations', 'inputBytes', 'outputBytes', 'weightBytes'] as const) {
      if (theirs[what] === cost[what]) continue;
      throw new WrongAnswer(
        `The provider counts ${theirs[what]} ${what} in ${kernel.name}, and its graph has ${cost[what]}.`,
      );
    }
  }
}

function describeKernels(
  { case: { batch, dtype, cacheState }, graph, plan }: PlannedCase,
  prepared: Prepared,
  profile: ProfileResult | null,
): MeasuredKernel[] {
  const traffic = kernelTraffic(graph, plan, batch, dtype, cacheState);
  const latencies = new Map(profile?.kernels.map(({ name, latencyNs }) => [name, latencyNs]));
  return plan.kernels.map((kernel, index) => {
    const block = graph.blocks[kernel.block];
    const { implementation = 'unknown', schedule, prediction } = prepared.kernels[index] ?? {};
    if (block === undefined) throw new Error(`${graph.name} has no block ${kernel.block}`);
    return {
      name: kernel.name,
      block: block.name,
      blockKind: block.kind,
      operators: kernel.operators.map((id) => operatorAt(graph, id).name),
      fused: kernel.fused,
      implementation,
      operations: costOfKernel(graph, kernel, batch, dtype).operations,
      traffic: [...(traffic[index] ?? [])],
      latencyNs: latencies.get(kernel.name) ?? null,
      ...(schedule === undefined ? {} : { schedule }),
      ...(prediction === undefined ? {} : { prediction }),
    };
  });
}
