/** Latency of a whole network, and of each of its kernels. */
import type { MeasureResult, ProfileResult } from '../../core/protocol/provider.ts';
import { StoppingRule, type StoppingSettings } from '../../core/statistics/stopping.ts';
import { WarmUp } from '../../core/statistics/warm-up.ts';
import { neededSpanNs } from '../measure/repeat.ts';
import { maxDispatchNs, maxSubmitNs, type PassTiming, timePasses } from '../measure/submit.ts';
import type { Gpu } from './gpu.ts';
import { encodeKernel, type Network, type ReadyKernel } from './network.ts';

export interface Sampling extends StoppingSettings {
  readonly warmupSeconds: number;
  readonly warmupMaxSeconds?: number | undefined;
}

type Heard = (fraction: number, note: string) => void;

/** Kernels that are submitted together, so that no submit is too long. */
interface Batch {
  readonly kernels: readonly ReadyKernel[];
  readonly predictedNs: number;
}

/**
 * End-to-end latencies: one sample a span that is long enough for the clock, of one or many passes over the whole network.
 * A slow network is submitted in parts, one after the other, and the parts are added.
 * @throws DeviceLost, DispatchTooLong, the signal's reason
 */
export async function measureNetwork(
  network: Network,
  { warmupSeconds, warmupMaxSeconds = warmupSeconds, ...stopping }: Sampling,
  heard: Heard,
  signal?: AbortSignal,
): Promise<MeasureResult> {
  const { gpu } = network;
  const batches = batchesOf(network.kernels, await estimateKernels(network, signal));
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
      const timing = await timeKernels(network.gpu, [kernel], count, predictedNs, signal);
      samples[index]?.push(timing.nsPerRepetition);
    }
    heard((turn + 1) / repetitions, 'timing the kernels');
  }
  const kernels = network.kernels.map(({ plan }, index) => ({
    name: plan.name,
    latencyNs: Math.max(1, median(samples[index] ?? [])),
  }));
  return { kernels, totalLatencyNs: kernels.reduce((sum, { latencyNs }) => sum + latencyNs, 0) };
}

/** What each kernel takes by itself, roughly; found out once for a network. */
async function estimateKernels(
  network: Network,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const known = network.estimatesNs;
  if (known !== undefined) return known;
  const estimates: number[] = [];
  for (const kernel of network.kernels) {
    estimates.push((await timeKernels(network.gpu, [kernel], 1, 0, signal)).nsPerRepetition);
  }
  network.estimatesNs = estimates;
  return estimates;
}

function batchesOf(kernels: readonly ReadyKernel[], estimatesNs: readonly number[]): Batch[] {
  const batches: { kernels: ReadyKernel[]; predictedNs: number }[] = [];
  for (const [index, kernel] of kernels.entries()) {
    const estimate = estimatesNs[index] ?? 0;
    const last = batches.at(-1);
    // Half of what a submit may take: an estimate is one.
    if (last === undefined || last.predictedNs + estimate > maxSubmitNs / 2) {
      batches.push({ kernels: [kernel], predictedNs: estimate });
    } else {
      last.kernels.push(kernel);
      last.predictedNs += estimate;
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
  for (const { kernels, predictedNs } of batches) {
    sum += (await timeKernels(gpu, kernels, repetitions, predictedNs, signal)).nsPerRepetition;
  }
  return sum;
}

function timeKernels(
  gpu: Gpu,
  kernels: readonly ReadyKernel[],
  repetitions: number,
  predictedNs: number,
  signal: AbortSignal | undefined,
): Promise<PassTiming> {
  const launches = kernels.reduce((count, kernel) => count + kernel.launches.length, 0);
  return timePasses(
    gpu.device,
    (pass) => {
      for (const kernel of kernels) encodeKernel(pass, kernel);
    },
    {
      repetitions,
      predictedNs,
      // No watchdog looks at a software adapter, whose dispatches may take as long as they will.
      dispatches: gpu.software ? Math.max(launches, Math.ceil(predictedNs / maxDispatchNs)) : launches,
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
