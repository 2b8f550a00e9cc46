/** Latency of a whole network, and of each of its kernels. */
import type { MeasureResult, ProfileResult } from '../../core/protocol/provider.ts';
import { StoppingRule, type StoppingSettings } from '../../core/statistics/stopping.ts';
import { WarmUp } from '../../core/statistics/warm-up.ts';
import { neededSpanNs } from '../measure/repeat.ts';
import { maxDispatchNs, maxSubmitNs, type PassTiming, timePasses } from '../measure/submit.ts';
import type { Gpu } from './gpu.ts';
import { dispatchesOf, type Network, type ReadyKernel } from './network.ts';

export interface Sampling extends StoppingSettings {
  readonly warmupSeconds: number;
  readonly warmupMaxSeconds?: number | undefined;
}

type Heard = (fraction: number, note: string) => void;

/** Dispatches that are timed as one; also those of a batch, which are submitted together. */
interface Batch {
  readonly dispatches: readonly Dispatch[];
  readonly predictedNs: number;
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
  const estimates = await estimateKernels(network, signal);
  const batches = batchesOf(
    network.kernels.flatMap((kernel, index) => stepsOf(kernel, estimates[index] ?? 0)),
  );
  const passNs = batches.reduce((sum, { predictedNs }) => sum + predictedNs, 0);
  const repetitions = batches.length > 1 ? 1 : Math.max(1, Math.ceil(neededSpanNs(gpu.timer) / passNs));
  const warmUp = new WarmUp({ minSeconds: warmupSeconds, maxSeconds: warmupMaxSeconds });
  const warmUpBegin = performance.now();
  let warmupPasses = 0;
  let over = warmupMaxSeconds === 0;
  while (!over) {
    const latencyNs = await timeBatches(gpu, batches, repetitions, signal);
    warmupPasses += repetitions;
    over = warmUp.add(latencyNs, (performance.now() - warmUpBegin) / 1000);
  }
  const rule = new StoppingRule(stopping);
  const begin = performance.now();
  for (;;) {
    const latencyNs = await timeBatches(gpu, batches, repetitions, signal);
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
  const estimates = await estimateKernels(network, signal);
  const samples: number[][] = network.kernels.map(() => []);
  for (let turn = 0; turn < repetitions; turn++) {
    for (const [index, kernel] of network.kernels.entries()) {
      const predictedNs = estimates[index] ?? 0;
      const count = Math.max(1, Math.ceil(neededSpanNs(network.gpu.timer) / Math.max(1, predictedNs)));
      const batches = batchesOf(stepsOf(kernel, predictedNs));
      samples[index]?.push(await timeBatches(network.gpu, batches, count, signal));
    }
    heard((turn + 1) / repetitions, 'timing the kernels');
  }
  const kernels = network.kernels.map(({ plan }, index) => ({
    name: plan.name,
    latencyNs: Math.max(1, median(samples[index] ?? [])),
  }));
  return { kernels, totalLatencyNs: kernels.reduce((sum, { latencyNs }) => sum + latencyNs, 0) };
}

/**
 * What each kernel takes by itself, roughly; found out once for a network. A kernel whose dispatches are too long for a
 * watchdog is cut: nothing is known of it before it has run once, so that once it must run in one.
 */
async function estimateKernels(
  network: Network,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const known = network.estimatesNs;
  if (known !== undefined) return known;
  const { gpu } = network;
  const estimates: number[] = [];
  for (const [index, kernel] of network.kernels.entries()) {
    const batch = { dispatches: kernel.launches.flatMap(dispatchesOf), predictedNs: 0 };
    const estimate = (await timeBatch(gpu, batch, 1, signal)).nsPerRepetition;
    estimates.push(estimate);
    if (estimate > gpu.longestDispatchNs) {
      await network.cut(index, Math.ceil(estimate / (gpu.longestDispatchNs / 2)));
    }
  }
  network.estimatesNs = estimates;
  return estimates;
}

/** A kernel as what can be submitted apart: the whole, or its slices. */
function stepsOf({ launches }: ReadyKernel, estimateNs: number): Batch[] {
  const dispatches = launches.flatMap(dispatchesOf);
  if (launches.every(({ slices }) => slices === undefined)) return [{ dispatches, predictedNs: estimateNs }];
  const predictedNs = estimateNs / dispatches.length;
  return dispatches.map((dispatch) => ({ dispatches: [dispatch], predictedNs }));
}

function batchesOf(steps: readonly Batch[]): Batch[] {
  const batches: { dispatches: Dispatch[]; predictedNs: number }[] = [];
  for (const { dispatches, predictedNs } of steps) {
    const last = batches.at(-1);
    // Half of what a submit may take: an estimate is one.
    if (last === undefined || last.predictedNs + predictedNs > maxSubmitNs / 2) {
      batches.push({ dispatches: [...dispatches], predictedNs });
    } else {
      last.dispatches.push(...dispatches);
      last.predictedNs += predictedNs;
    }
  }
  return batches;
}

/** Nanoseconds of one pass. */
async function timeBatches(
  gpu: Gpu,
  batches: readonly Batch[],
  repetitions: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let sum = 0;
  for (const batch of batches) sum += (await timeBatch(gpu, batch, repetitions, signal)).nsPerRepetition;
  return sum;
}

function timeBatch(
  gpu: Gpu,
  { dispatches, predictedNs }: Batch,
  repetitions: number,
  signal: AbortSignal | undefined,
): Promise<PassTiming> {
  return timePasses(
    gpu.device,
    (pass) => {
      for (const dispatch of dispatches) dispatch(pass);
    },
    {
      repetitions,
      predictedNs,
      // Whether a dispatch is too long was decided when it was cut, or was not: no watchdog looks at a software adapter.
      dispatches: Math.max(dispatches.length, Math.ceil(predictedNs / maxDispatchNs)),
      signal,
    },
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
