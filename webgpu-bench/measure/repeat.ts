/** How often a piece of work must run for its time to be known, and the running of it. */
import { maxDispatchNs, maxSubmitNs, type PassTiming, type TimeSource, timePasses } from './submit.ts';
import { hasTimestamps, PassStamps, quantumNs } from './timestamps.ts';

export interface Timer {
  /** The step that its times come in. */
  readonly quantumNs: number;
  readonly source: TimeSource;
}

/** A span is off by up to a quantum: 100 of them for 1 %. */
const relativeError = 0.01;

/** By the wall clock a submit itself costs up to 2.4 ms (Chromium), so that less work than this says little. */
const minWallSpanNs = 50e6;

/** Shorter ones are at the mercy of what else happens in the machine. */
const minSpanNs = 2e6;

/** How long a measured span must be, in ns, for 1 % or for `error`. */
export function neededSpanNs(timer: Timer, error = relativeError): number {
  return Math.max(timer.quantumNs / error, timer.source === 'wall' ? minWallSpanNs : minSpanNs);
}

/**
 * How many repetitions of `predictedNs` make a span that is long enough, in one submit.
 * @throws RangeError where no submit of 200 ms can be long enough: the timer is too coarse.
 */
export function repetitionsFor(predictedNs: number, timer: Timer, error = relativeError): number {
  const span = neededSpanNs(timer, error);
  if (span > maxSubmitNs) {
    throw new RangeError(
      `A timer with steps of ${timer.quantumNs} ns cannot time a submit of ${maxSubmitNs / 1e6} ms to ${error * 100} %.`,
    );
  }
  return Math.max(1, Math.ceil(span / Math.max(1, predictedNs)));
}

/** Finds out by which clock this device is timed, and in what steps it goes. @throws DeviceLost, OutOfMemory */
export async function findTimer(device: GPUDevice): Promise<Timer> {
  if (hasTimestamps(device)) {
    const passes = 64;
    const stamps = await PassStamps.create(device, passes);
    try {
      const encoder = device.createCommandEncoder();
      for (let pass = 0; pass < passes; pass++) {
        encoder.beginComputePass({ timestampWrites: stamps.writes(pass) }).end();
      }
      stamps.resolve(encoder);
      device.queue.submit([encoder.finish()]);
      // Once more, some time later: 64 empty passes may all fall into one step.
      const early = await stamps.read();
      await new Promise((resolve) => setTimeout(resolve, 2));
      const again = device.createCommandEncoder();
      for (let pass = 0; pass < passes; pass++) {
        again.beginComputePass({ timestampWrites: stamps.writes(pass) }).end();
      }
      stamps.resolve(again);
      device.queue.submit([again.finish()]);
      const quantum = quantumNs([...early, ...(await stamps.read())]);
      if (quantum !== undefined) return { quantumNs: quantum, source: 'timestamp' };
    } finally {
      stamps.destroy();
    }
  }
  return { quantumNs: wallQuantumNs(), source: 'wall' };
}

/** The smallest step of `performance.now()`: nanoseconds in Node, 5 µs in an isolated page, 100 µs in another. */
function wallQuantumNs(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let steps = 0; steps < 20; steps++) {
    const before = performance.now();
    let now = before;
    while (now === before) now = performance.now();
    smallest = Math.min(smallest, now - before);
  }
  return smallest * 1e6;
}

export interface SampleOptions {
  readonly timer: Timer;
  /** How long to go on, in wall time. */
  readonly seconds: number;
  /** Taken even where `seconds` are over, 1 when absent. */
  readonly minSamples?: number;
  /** Of one repetition, where it is known from before: saves finding out. */
  readonly predictedNs?: number;
  /** Dispatches of one repetition, 1 when absent. */
  readonly dispatches?: number;
  readonly signal?: AbortSignal | undefined;
}

interface FirstOptions extends Pick<SampleOptions, 'dispatches' | 'signal'> {
  /** Of a dispatch: what takes longer is taken again. 50 ms when absent. */
  readonly longestNs?: number;
}

/**
 * Time of one repetition that runs alone, in ns. Nothing is known of it before: it must be known to be short. Taken again
 * where a dispatch is over the limit: some drivers compile at the first, and a busy machine lets one wait.
 * @throws as `timePasses`
 */
export async function firstNs(
  device: GPUDevice,
  encodePass: (pass: GPUComputePassEncoder) => void,
  { dispatches = 1, longestNs = maxDispatchNs, signal }: FirstOptions = {},
): Promise<number> {
  const alone = { repetitions: 1, predictedNs: 0, dispatches, signal };
  let shortest = (await timePasses(device, encodePass, alone)).nsPerRepetition;
  for (let again = 0; again < 2 && shortest / dispatches > longestNs; again++) {
    const { nsPerRepetition } = await timePasses(device, encodePass, alone);
    shortest = Math.min(shortest, nsPerRepetition);
  }
  return shortest;
}

/**
 * Samples of one repetition, each from a span that is long enough.
 * @throws as `timePasses`; `DispatchTooLong` where a dispatch is predicted to, or at its shortest did, take over 200 ms
 */
export async function samplePasses(
  device: GPUDevice,
  encodePass: (pass: GPUComputePassEncoder) => void,
  { timer, seconds, minSamples = 1, predictedNs, dispatches = 1, signal }: SampleOptions,
): Promise<readonly PassTiming[]> {
  const deadline = performance.now() + seconds * 1000;
  const needed = neededSpanNs(timer);
  let measuredNs =
    predictedNs === undefined
      ? await firstNs(device, encodePass, { dispatches, signal })
      : Number.POSITIVE_INFINITY;
  let perRepetitionNs = predictedNs ?? measuredNs;
  const samples: PassTiming[] = [];
  // Grows by steps of at most 8, so that nothing is predicted from far less than itself.
  for (let most = 8; samples.length < minSamples || performance.now() < deadline; most *= 8) {
    // What was planned short and measured over the limit waited for a busy machine: it then has a submit for itself.
    const busy = measuredNs / dispatches > maxDispatchNs && measuredNs / dispatches <= maxSubmitNs;
    const wanted = busy ? 1 : repetitionsFor(perRepetitionNs, timer);
    const timing = await timePasses(device, encodePass, {
      repetitions: Math.min(wanted, most),
      predictedNs: busy ? maxDispatchNs * dispatches : perRepetitionNs,
      dispatches,
      signal,
    });
    const known = samples.length > 0;
    // The shortest that was measured predicts best: what is longer was disturbed. A caller's prediction may be too short.
    measuredNs = Math.min(measuredNs, timing.nsPerRepetition);
    if (measuredNs / dispatches > maxDispatchNs) {
      measuredNs = Math.min(measuredNs, await firstNs(device, encodePass, { dispatches, signal }));
    }
    perRepetitionNs = measuredNs;
    // A span far too short came from a prediction far too long, or is still growing.
    if (known || timing.nsPerRepetition * timing.repetitions >= needed / 2) samples.push(timing);
    else if (most > 1e9) samples.push(timing);
  }
  return samples;
}

/** The shortest time of one repetition, in ns: for ceilings, which ask what the device can do. */
export function shortestNs(samples: readonly PassTiming[]): number {
  return Math.min(...samples.map(({ nsPerRepetition }) => nsPerRepetition));
}
