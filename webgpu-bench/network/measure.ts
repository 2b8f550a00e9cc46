/** Latency of a whole network, and of each of its kernels. */
import type { MeasureResult, ProfileResult } from '../../core/protocol/provider.ts';
import { StoppingRule, type StoppingSettings } from '../../core/statistics/stopping.ts';
import { medianOf } from '../../core/statistics/summary.ts';
import { WarmUp } from '../../core/statistics/warm-up.ts';
import { firstNs, neededSpanNs } from '../measure/repeat.ts';
import { disagree, maxDispatchNs, plannedSubmitNs, timePasses } from '../measure/submit.ts';
import type { Gpu } from './gpu.ts';
import { dispatchesOf, type Network, type ReadyKernel } from './network.ts';

export interface Sampling extends StoppingSettings {
  readonly warmupSeconds: number;
  readonly warmupMaxSeconds?: number | undefined;
}

type Heard = (fraction: number, note: string) => void;

/** Dispatches that are submitted together, and timed as one. */
interface Batch {
  readonly dispatches: Dispatch[];
  /** The shortest that was seen predicts best: what is longer was disturbed. */
  predictedNs: number;
}

type Dispatch = (pass: GPUComputePassEncoder) => void;

/**
 * End-to-end latencies: one sample a span that is long enough for the clock, of one or many passes over the whole network.
 * A slow network, or kernel, is submitted in parts, one after the other, and the parts are added.
 * @throws DeviceLost, the signal's reason
 */
export async function measureNetwork(
  network: Network,
  { warmupSeconds, warmupMaxSeconds = warmupSeconds, ...stopping }: Sampling,
  heard: Heard,
  signal?: AbortSignal,
): Promise<MeasureResult> {
  const { gpu } = network;
  const estimates = await estimateLaunches(network, signal);
  const batches = batchesOf(
    network.kernels.flatMap((kernel, index) => stepsOf(kernel, estimates[index] ?? [])),
  );
  const passNs = batches.reduce((sum, { predictedNs }) => sum + predictedNs, 0);
  const repetitions = batches.length > 1 ? 1 : Math.max(1, Math.ceil(neededSpanNs(gpu.timer) / passNs));
  const warmUp = new WarmUp({ minSeconds: warmupSeconds, maxSeconds: warmupMaxSeconds });
  const warmUpBegin = performance.now();
  let warmupPasses = 0;
  let over = warmupMaxSeconds === 0;
  while (!over) {
    const { latencyNs } = await timeBatches(gpu, batches, repetitions, signal);
    warmupPasses += repetitions;
    over = warmUp.add(latencyNs, (performance.now() - warmUpBegin) / 1000);
  }
  const rule = new StoppingRule(stopping);
  const begin = performance.now();
  const wallsOverGpu: number[] = [];
  let disagreeing = 0;
  for (;;) {
    const { latencyNs, wallOverGpu, disagrees } = await timeBatches(gpu, batches, repetitions, signal);
    if (wallOverGpu !== undefined) wallsOverGpu.push(wallOverGpu);
    if (disagrees) disagreeing += 1;
    const elapsed = (performance.now() - begin) / 1000;
    const stopped = rule.add(latencyNs, elapsed);
    heard(Math.min(1, elapsed / stopping.minSeconds), 'measuring');
    if (stopped === null) continue;
    return {
      latencyNs: rule.samples,
      warmupPasses,
      warm: warmUp.isSteady(),
      stopped,
      passesPerSample: repetitions,
      timerResolutionNs: gpu.timer.quantumNs,
      ...(wallsOverGpu.length > 0 && { gpuClock: { wallOverGpu: medianOf(wallsOverGpu), disagreeing } }),
    };
  }
}

/** The median time of each kernel, in passes of their own. */
export async function profileNetwork(
  network: Network,
  repetitions: number,
  heard: Heard,
  signal?: AbortSignal,
): Promise<ProfileResult> {
  const estimates = await estimateLaunches(network, signal);
  const timed = network.kernels.map((kernel, index) => {
    const launchesNs = estimates[index] ?? [];
    const predictedNs = launchesNs.reduce((sum, estimate) => sum + estimate, 0);
    return {
      batches: batchesOf(stepsOf(kernel, launchesNs)),
      count: Math.max(1, Math.ceil(neededSpanNs(network.gpu.timer) / Math.max(1, predictedNs))),
      samplesNs: [] as number[],
    };
  });
  for (let turn = 0; turn < repetitions; turn++) {
    for (const { batches, count, samplesNs } of timed) {
      samplesNs.push((await timeBatches(network.gpu, batches, count, signal)).latencyNs);
    }
    heard((turn + 1) / repetitions, 'timing the kernels');
  }
  const kernels = network.kernels.map(({ plan }, index) => ({
    name: plan.name,
    latencyNs: Math.max(1, medianOf(timed[index]?.samplesNs ?? [])),
  }));
  return { kernels, totalLatencyNs: kernels.reduce((sum, { latencyNs }) => sum + latencyNs, 0) };
}

/**
 * What each launch takes by itself, roughly; found out once for a network. One that is too long for a watchdog is cut:
 * nothing is known of it before it has run, so that at first it must run in one.
 */
async function estimateLaunches(
  network: Network,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly number[])[]> {
  const known = network.estimatesNs;
  if (known !== undefined) return known;
  const { device, longestDispatchNs: longestNs } = network.gpu;
  const estimates: number[][] = [];
  for (const [kernel, { launches }] of network.kernels.entries()) {
    const launchesNs: number[] = [];
    for (const [index, launch] of launches.entries()) {
      const dispatches = dispatchesOf(launch);
      const estimateNs = await firstNs(device, encoding(dispatches), { longestNs, signal });
      launchesNs.push(estimateNs);
      // What was cut before an earlier attempt was stopped stays as it is.
      if (launch.slices === undefined && estimateNs > longestNs) {
        await network.cut(kernel, index, Math.ceil(estimateNs / (longestNs / 2)));
      }
    }
    estimates.push(launchesNs);
  }
  network.estimatesNs = estimates;
  return estimates;
}

/** A kernel as what can be submitted apart: its launches, or their slices, which share what their launch takes. */
export function stepsOf({ launches }: Pick<ReadyKernel, 'launches'>, launchesNs: readonly number[]): Batch[] {
  return launches.flatMap((launch, index) => {
    const dispatches = dispatchesOf(launch);
    const predictedNs = (launchesNs[index] ?? 0) / dispatches.length;
    return dispatches.map((dispatch) => ({ dispatches: [dispatch], predictedNs }));
  });
}

function batchesOf(steps: readonly Batch[]): Batch[] {
  const batches: Batch[] = [];
  for (const { dispatches, predictedNs } of steps) {
    const last = batches.at(-1);
    if (last === undefined || last.predictedNs + predictedNs > plannedSubmitNs) {
      batches.push({ dispatches: [...dispatches], predictedNs });
    } else {
      last.dispatches.push(...dispatches);
      last.predictedNs += predictedNs;
    }
  }
  return batches;
}

interface BatchesTiming {
  /** Of one pass. */
  readonly latencyNs: number;
  /** Undefined where any of it was timed by the wall clock. */
  readonly wallOverGpu: number | undefined;
  readonly disagrees: boolean;
}

async function timeBatches(
  gpu: Gpu,
  batches: readonly Batch[],
  repetitions: number,
  signal: AbortSignal | undefined,
): Promise<BatchesTiming> {
  let latencyNs = 0;
  const clocks = { wallNs: 0, gpuNs: 0 as number | undefined, submits: 0 };
  for (const batch of batches) {
    const { dispatches, predictedNs } = batch;
    const timing = await timePasses(gpu.device, encoding(dispatches), {
      repetitions,
      predictedNs,
      // Whether a dispatch is too long was decided when it was cut, or was not: no watchdog looks at a software adapter.
      dispatches: Math.max(dispatches.length, Math.ceil(predictedNs / maxDispatchNs)),
      signal,
    });
    batch.predictedNs = Math.min(predictedNs, timing.nsPerRepetition);
    latencyNs += timing.nsPerRepetition;
    clocks.wallNs += timing.wallNs;
    clocks.gpuNs =
      clocks.gpuNs === undefined || timing.gpuNs === undefined ? undefined : clocks.gpuNs + timing.gpuNs;
    clocks.submits += timing.submits;
  }
  const { wallNs, gpuNs } = clocks;
  return {
    latencyNs,
    wallOverGpu: gpuNs === undefined ? undefined : wallNs / gpuNs,
    disagrees: disagree(clocks),
  };
}

const encoding = (dispatches: readonly Dispatch[]) => (pass: GPUComputePassEncoder) => {
  for (const dispatch of dispatches) dispatch(pass);
};
