/** One timed submit after the other, none so long that an operating system takes it for a hang. */
import { unlessLost } from './errors.ts';
import { hasTimestamps, PassStamps, spansOf } from './timestamps.ts';

/** Windows resets a device after 2 s of one packet; these leave room for a prediction that is wrong by a factor. */
export const maxDispatchNs = 50e6;
export const maxSubmitNs = 200e6;

/** A pass is planned for half of what a submit may take, since a prediction is one. */
export const plannedSubmitNs = maxSubmitNs / 2;

/** Wall and GPU time apart by more than this are marked: something else ran, or one of the clocks is wrong. */
const disagreementLimit = 1.3;

export interface PassOptions {
  /** How often `encodePass` is called in all. */
  readonly repetitions: number;
  /** Of one repetition; what decides how many go into a submit. 0 where nothing is known yet: one repetition a submit. */
  readonly predictedNs: number;
  /** Dispatches of one repetition, 1 when absent: none of them may be predicted to take over 50 ms. */
  readonly dispatches?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PassTiming {
  readonly repetitions: number;
  /** GPU time of all repetitions by timestamps; undefined without `timestamp-query`, or where a stamp had to be dropped. */
  readonly gpuNs: number | undefined;
  /** Wall time of all repetitions, from submit to `onSubmittedWorkDone`. */
  readonly wallNs: number;
  readonly submits: number;
  /** Passes whose end did not lie after their begin. */
  readonly droppedPasses: number;
  /** Of one repetition: by timestamps where there are any, else by the wall clock. */
  readonly nsPerRepetition: number;
  readonly source: TimeSource;
}

export type TimeSource = 'timestamp' | 'wall';

/** Work that would take the machine's screen away. */
export class DispatchTooLong extends Error {
  readonly predictedNs: number;

  constructor(predictedNs: number) {
    super(
      `A dispatch is predicted to take ${Math.round(predictedNs / 1e6)} ms; ${maxDispatchNs / 1e6} ms are allowed.`,
    );
    this.name = 'DispatchTooLong';
    this.predictedNs = predictedNs;
  }
}

/**
 * Times `repetitions` of what `encodePass` encodes into a compute pass. Its dispatches serialise where they write what
 * another one reads or writes.
 * @throws DispatchTooLong, DeviceLost, OutOfMemory, and the signal's reason when it is aborted (between submits).
 */
export async function timePasses(
  device: GPUDevice,
  encodePass: (pass: GPUComputePassEncoder) => void,
  { repetitions, predictedNs, dispatches = 1, signal }: PassOptions,
): Promise<PassTiming> {
  if (predictedNs / dispatches > maxDispatchNs) throw new DispatchTooLong(predictedNs / dispatches);
  const perSubmit = predictedNs > 0 ? Math.max(1, Math.floor(plannedSubmitNs / predictedNs)) : 1;
  const stamps = hasTimestamps(device) ? await PassStamps.create(device, 1) : undefined;
  let gpuNs = 0;
  let wallNs = 0;
  let submits = 0;
  let droppedPasses = 0;
  try {
    for (let done = 0; done < repetitions; ) {
      signal?.throwIfAborted();
      const count = Math.min(perSubmit, repetitions - done);
      wallNs += await submitOnce(device, encodePass, count, predictedNs, stamps);
      if (stamps !== undefined) {
        const { spansNs, dropped } = spansOf(await stamps.read());
        gpuNs += spansNs[0] ?? 0;
        droppedPasses += dropped;
      }
      submits += 1;
      done += count;
    }
    signal?.throwIfAborted();
  } finally {
    stamps?.destroy();
  }
  const byStamps = stamps !== undefined && droppedPasses === 0;
  return {
    repetitions,
    gpuNs: byStamps ? gpuNs : undefined,
    wallNs,
    submits,
    droppedPasses,
    nsPerRepetition: (byStamps ? gpuNs : wallNs) / repetitions,
    source: byStamps ? 'timestamp' : 'wall',
  };
}

/** Submitting and being told costs up to 2.4 ms in Chromium, which short work would show as disagreement: it is allowed for. */
const submitCostNs = 3e6;

/** Whether wall and GPU time, where there is any, cannot both be right. */
export function disagree({
  wallNs,
  gpuNs,
  submits,
}: Pick<PassTiming, 'wallNs' | 'gpuNs' | 'submits'>): boolean {
  if (gpuNs === undefined) return false;
  return wallNs > gpuNs * disagreementLimit + submits * submitCostNs || gpuNs > wallNs * disagreementLimit;
}

/** The wall time of one submit. */
async function submitOnce(
  device: GPUDevice,
  encodePass: (pass: GPUComputePassEncoder) => void,
  repetitions: number,
  predictedNs: number,
  stamps: PassStamps | undefined,
): Promise<number> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass(stamps === undefined ? {} : { timestampWrites: stamps.writes(0) });
  for (let index = 0; index < repetitions; index++) encodePass(pass);
  pass.end();
  stamps?.resolve(encoder);
  const commands = encoder.finish();
  const begin = performance.now();
  device.queue.submit([commands]);
  // Dawn in Node spins on a core while a promise of its is pending, which a software adapter then lacks: sleep first. The
  // wall clock sees the sleep where the prediction was too long, so without stamps, where it is the figure, none is taken.
  const sleepMs = stamps === undefined ? 0 : Math.floor((0.8 * predictedNs * repetitions) / 1e6);
  if (sleepMs >= 2) await new Promise((resolve) => setTimeout(resolve, sleepMs));
  await unlessLost(device, device.queue.onSubmittedWorkDone());
  return (performance.now() - begin) * 1e6;
}
