/** What a reader of a figure should know: from the conditions that were stored with it, and from its own samples. */
import { formatQuota } from '../format/machine.ts';
import type { Mark, RoundConditions } from '../protocol/conditions.ts';
import type { Ceilings, DeviceCalibration, Environment, Measurement } from '../protocol/run.ts';
import { splitRounds } from '../statistics/rounds.ts';
import type { MedianInterval } from '../statistics/summary.ts';
import { medianInterval, medianOf } from '../statistics/summary.ts';
import { lowerEndsOfRounds, lowerRounds, type UndisturbedInterval } from '../statistics/undisturbed.ts';
import type { Believed } from './believed-samples.ts';
import { measuredArithmetic } from './ceilings.ts';
import { bytesFromDram } from './memory-levels.ts';
import { whyMistrusted } from './trust.ts';

type Measured = Extract<Measurement['outcome'], { status: 'measured' }>;

export interface Marked {
  readonly measurement: Measurement;
  readonly outcome: Measured;
  readonly believed: Believed;
  readonly environment: Environment;
  /** Of its provider; undefined where it has none. */
  readonly calibrated: DeviceCalibration | undefined;
  readonly machine: Ceilings;
  readonly latencyNs: MedianInterval;
  readonly undisturbedNs: UndisturbedInterval;
  readonly idealNs: number;
  readonly waterlineNs: number;
}

/** Warnings first. */
export function marksOf(marked: Marked): Mark[] {
  const marks = [
    ...resultMarks(marked),
    ...boundMarks(marked),
    ...cacheMarks(marked),
    ...kernelSumMarks(marked),
    ...disturbanceMarks(marked),
    ...clockMarks(marked),
    ...quotaMarks(marked),
    ...conditionMarks(marked),
    ...settlingMarks(marked),
    ...unsteadinessMarks(marked.believed),
    ...noiseMarks(marked),
  ];
  return [
    ...marks.filter(({ severity }) => severity === 'warning'),
    ...marks.filter(({ severity }) => severity === 'note'),
  ];
}

/** With fewer quiet rounds the undisturbed latency was not seen. */
const fewestQuiet = 3;

/**
 * What must be said before anything is concluded from a figure, to be read after `The figure before`: that its check proves little, or that the
 * machine was never left alone for long enough. Null where nothing is in the way.
 */
export function doubtOf(marked: Pick<Marked, 'measurement' | 'outcome' | 'believed'>): string | null {
  const [mistrusted] = resultMarks(marked);
  if (mistrusted !== undefined) return `is MISTRUSTED. ${mistrusted.sentence}`;
  const { disturbances, samplesNs, rounds } = marked.believed;
  const quiet = disturbances.filter((found) => found.length === 0).length;
  const [disturbed] = disturbances.length === 0 || quiet >= fewestQuiet ? [] : disturbanceMarks(marked);
  const sentence =
    disturbed?.sentence ?? whyNoFloor(splitRounds(samplesNs, rounds), whyUnsteady(marked.believed));
  return sentence === undefined ? null : `was disturbed. ${sentence}`;
}

/** Left alone, a machine takes nearly the same time again and again: the fast samples lie close together. */
function whyNoFloor(rounds: readonly (readonly number[])[], because: string): string | undefined {
  const quietest = lowerRounds(lowerEndsOfRounds(rounds)).flatMap((round) => rounds[round] ?? []);
  if (quietest.length < 12) return undefined;
  const sorted = quietest.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
  const spread = at(0.25) / at(0.05) - 1;
  return spread < noteworthySpread
    ? undefined
    : `Even the fastest quarter of its quietest rounds is spread over ${(100 * spread).toFixed(0)}%: ${because}`;
}

function warning(kind: Mark['kind'], sentence: string): Mark {
  return { kind, severity: 'warning', sentence };
}

function note(kind: Mark['kind'], sentence: string): Mark {
  return { kind, severity: 'note', sentence };
}

const quietMachine = 'Profile again on a quiet machine.';
const largerQuota =
  'Raise the quota of CPU time, or ask for fewer threads with --threads, and profile again.';
const becauseOfOthers = `something else was running, or the clock changed. ${quietMachine}`;

/** Why samples lie far apart: what was seen, before what may have been. */
function whyUnsteady({ disturbances }: Believed): string {
  const isStopped = disturbances.flat().some(({ kind }) => kind === 'quota');
  return isStopped ? `its quota of CPU time stopped it again and again. ${largerQuota}` : becauseOfOthers;
}

// ------------------------------------------------------------------------------------------------------ what is possible

function resultMarks({ measurement: { dtype }, outcome }: Pick<Marked, 'measurement' | 'outcome'>): Mark[] {
  const sentence = whyMistrusted(outcome.verification, dtype);
  return sentence === undefined ? [] : [warning('mistrusted', sentence)];
}

/** A measured latency below its bound is no good news: a ceiling or the counting is wrong. It is never clipped. */
function boundMarks(marked: Marked): Mark[] {
  const { undisturbedNs, idealNs, waterlineNs, machine } = marked;
  const { estimate } = undisturbedNs;
  const percent = (bound: number) => `${(100 * (bound / estimate)).toFixed(1)}%`;
  if (estimate < idealNs) {
    const theoretical = machine.theoreticalOperationsPerSecond;
    const reached = (idealNs / estimate) * machine.peakOperationsPerSecond;
    const cause =
      theoretical !== null && reached > 1.02 * theoretical
        ? 'more than the device could do in theory, so that its operations or its time are counted wrong'
        : `the measured peak is too low, most likely because ${whyPeakIsLow(marked, idealNs / estimate)}, ` +
          'or the kernels leave out products with the zeros around an image, which count as operations';
    return [
      warning(
        'bound',
        `Faster than the ideal latency (${percent(idealNs)} of the peak): ${cause}. ${quietMachine}`,
      ),
    ];
  }
  if (estimate < waterlineNs) {
    return [
      warning(
        'bound',
        `Faster than its waterline (${percent(waterlineNs)} of it): ${whyBandwidthIsLow(marked)}. ${quietMachine}`,
      ),
    ];
  }
  return [];
}

/** The likeliest first: what was seen, before what may have been. */
function whyPeakIsLow(marked: Marked, excess: number): string {
  const risen = clockRatio(marked);
  // A rise explains what it is at least half of.
  if (risen !== undefined && risen - 1 >= (excess - 1) / 2) {
    return `the clock was ${(100 * (risen - 1)).toFixed(0)}% higher than when it was measured`;
  }
  if (marked.calibrated?.settling?.settled === false)
    return 'something else was running while it was measured';
  return risen === undefined
    ? 'the clock rose after it was measured'
    : 'something else was running while it was measured, for the clock was the same';
}

function whyBandwidthIsLow({ calibrated, machine, outcome }: Marked): string {
  if (calibrated?.settling?.settled === false) {
    return 'a measured bandwidth is too low, most likely because something else was running while it was measured';
  }
  const cache = machine.levels.findLast(({ capacityBytes }) => capacityBytes !== null);
  const fromDram = outcome.kernels.reduce((sum, { traffic }) => sum + bytesFromDram(machine, traffic), 0);
  // What is little more than a cache holds may stay in it in part.
  if (cache?.capacityBytes != null && fromDram > 0 && fromDram < 4 * cache.capacityBytes) {
    return `what it takes from memory is little more than ${cache.level} holds, most likely some of it was in there`;
  }
  return 'a measured bandwidth is too low, or a cache held more than its size says';
}

const bandwidthTolerance = 1.02;
/** Of smaller tensors the time is that of the launch. */
const noteworthyBytes = 1 << 20;

/**
 * The state of the caches proves itself: what must then come from memory cannot have come faster than memory gives it. Only what is read
 * counts; what is written may still be on its way when the kernel has ended.
 */
function cacheMarks({ measurement, outcome, machine, undisturbedNs }: Marked): Mark[] {
  const dram = machine.levels.find(({ level }) => level === 'DRAM');
  if (dram === undefined) return [];
  const state = measurement.cacheState ?? 'in-network';
  const tooFast = (what: string, bytes: number, ns: number) => {
    const rate = bytes / (ns / 1e9);
    if (rate <= bandwidthTolerance * dram.bytesPerSecond) return [];
    return [
      warning(
        'cacheState',
        `${what} ${(rate / dram.bytesPerSecond).toFixed(2)} times as fast as memory can give what the state ${state} says ` +
          'comes from there: some of it was in a cache.',
      ),
    ];
  };
  const whole = outcome.kernels.reduce((sum, { traffic }) => sum + bytesFromDram(machine, traffic), 0);
  const all = tooFast('It is', whole, undisturbedNs.estimate);
  if (all.length > 0 || state !== 'all-cold') return all;
  return outcome.kernels
    .flatMap(({ name, traffic, latencyNs: ns }) => {
      const bytes = bytesFromDram(machine, traffic);
      return ns === null || bytes < noteworthyBytes ? [] : tooFast(`Its kernel ${name} is`, bytes, ns);
    })
    .slice(0, 1);
}

const sumWithin = 0.1;

/** The kernels' times come from passes of their own: where they do not add up to the latency, they do not explain it. */
function kernelSumMarks({ outcome, latencyNs: { median } }: Marked): Mark[] {
  let sum = 0;
  for (const { latencyNs } of outcome.kernels) {
    if (latencyNs === null) return [];
    sum += latencyNs;
  }
  const apart = sum / median - 1;
  if (Math.abs(apart) <= sumWithin) return [];
  return [
    warning(
      'kernelSum',
      `Its kernels, timed one by one, add up to ${(100 * Math.abs(apart)).toFixed(0)}% ${apart > 0 ? 'more' : 'less'} than the ` +
        'network takes: their shares are doubtful.',
    ),
  ];
}

// ------------------------------------------------------------------------------------------------- what the machine did

/** One mark a kind: a note where the rounds were set aside, a warning where they had to count. */
function disturbanceMarks({ believed: { disturbances, setAside } }: Pick<Marked, 'believed'>): Mark[] {
  const byKind = Map.groupBy(disturbances.flat(), ({ kind }) => kind);
  return [...byKind].map(([kind, seen]) => {
    const [worst] = seen.toSorted((x, y) => y.size - x.size);
    const isLess = seen.some(({ size }) => size !== worst?.size);
    const rounds = `In ${seen.length} of ${disturbances.length} rounds ${worst?.what}${isLess ? ' at the most' : ''}`;
    return setAside.length > 0
      ? note(kind, `${rounds}; they were set aside.`)
      : warning(
          kind,
          `${rounds}, and without them too few remain, so all count. ${kind === 'quota' ? largerQuota : quietMachine}`,
        );
  });
}

const clockBelow = 0.05;

/** A clock that was lower all the time is seen by no comparison of rounds, but by that with the ceilings. */
function clockMarks(marked: Marked): Mark[] {
  const ratio = clockRatio(marked);
  if (ratio === undefined || 1 - ratio <= clockBelow) return [];
  return [
    warning(
      'clock',
      `The clock was ${(100 * (1 - ratio)).toFixed(0)}% lower than when the ceilings were measured: the machine is hot, or saves power. ` +
        'Of its efficiency as much is not its own doing.',
    ),
  ];
}

/** Of its rounds, over that beside the ceilings; undefined where either is unknown. */
function clockRatio({ outcome, calibrated, machine }: Marked): number | undefined {
  const clocks = (outcome.conditions ?? []).flatMap(({ clockHz }) =>
    clockHz === undefined ? [] : [clockHz.before, clockHz.after],
  );
  const ceiling = measuredArithmetic(calibrated?.calibration, machine)?.clockHz;
  return clocks.length === 0 || ceiling === undefined ? undefined : medianOf(clocks) / ceiling;
}

const hotCelsius = 90;
const leastFreeMemory = 0.05;
const noteworthyAnonymousBytes = 64 * 2 ** 20;

/** Also where nothing of it was seen: the ceilings were measured under the same quota. */
function quotaMarks({ measurement: { threads }, environment: { limits }, believed }: Marked): Mark[] {
  const isSeen = believed.disturbances.flat().some(({ kind }) => kind === 'quota');
  if (limits?.cpus == null || limits.cpus >= threads || isSeen) return [];
  const needs = threads === 1 ? 'its thread needs' : `its ${threads} threads need`;
  return [warning('quota', `It may use ${formatQuota(limits.cpus)}, less than ${needs}. ${largerQuota}`)];
}

function conditionMarks({ outcome, environment }: Marked): Mark[] {
  const rounds = outcome.conditions ?? [];
  if (rounds.length === 0) return [];
  const count = (holds: (round: RoundConditions, samples: number) => boolean) =>
    rounds.filter((round, index) => holds(round, outcome.rounds?.[index] ?? 0)).length;
  const inRounds = (found: number) => `In ${found} of ${rounds.length} rounds`;
  const marks: Mark[] = [];
  if (count(({ power }) => power.source === 'battery') > 0) {
    marks.push(
      warning('power', 'It ran on battery: most machines are slower then. Plug it in and profile again.'),
    );
  }
  if (new Set(rounds.map(({ power }) => JSON.stringify(power))).size > 1) {
    marks.push(warning('power', 'The power source or mode changed while it was measured.'));
  }
  const saving = rounds.find(
    ({ power: { governor, profile } }) => profile === 'low-power' || governor === 'powersave',
  )?.power;
  if (saving !== undefined) {
    marks.push(note('power', `The machine may save power (${saving.profile ?? saving.governor}).`));
  }
  const hottest = Math.max(...rounds.map(({ temperatureCelsius }) => temperatureCelsius?.after ?? 0));
  if (hottest >= hotCelsius) {
    marks.push(note('temperature', `It was up to ${hottest.toFixed(0)} °C hot.`));
  }
  const least = Math.min(...rounds.map(({ availableBytes }) => availableBytes ?? Number.POSITIVE_INFINITY));
  const usableBytes = environment.limits?.memoryBytes ?? environment.memory.totalBytes;
  if (least < leastFreeMemory * usableBytes) {
    marks.push(note('memory', `Of the memory only ${Math.round(least / 2 ** 20)} MiB were free.`));
  }
  const major = count(({ pageFaults }) => (pageFaults?.major ?? 0) > 0);
  const minor = count(({ pageFaults }, samples) => (pageFaults?.minor ?? 0) > samples);
  if (major > 0) {
    marks.push(
      warning('pageFaults', `${inRounds(major)} pages had to be read from a disk while it was timed.`),
    );
  } else if (minor > 0) {
    marks.push(
      note('pageFaults', `${inRounds(minor)} pages were mapped while it was timed, more than one a pass.`),
    );
  }
  const small = count(
    ({ memory }) =>
      memory !== undefined &&
      memory.anonymousBytes > noteworthyAnonymousBytes &&
      memory.hugePageBytes < memory.anonymousBytes / 2,
  );
  if (small > 0) {
    marks.push(note('hugePages', `${inRounds(small)} less than half of the memory lay in huge pages.`));
  }
  const cold = count(({ warm }) => warm === false);
  if (cold > 0) {
    marks.push(
      note('notWarm', `${inRounds(cold)} passes still became faster or slower when the warm-up had to end.`),
    );
  }
  const short = count(
    ({ passesPerSample = 1, timerOverheadNs = 0 }) =>
      medianOf(outcome.samplesNs) * passesPerSample <
      Math.max(20 * outcome.timerResolutionNs, 1000 * timerOverheadNs),
  );
  if (short > 0)
    marks.push(warning('timer', 'Its samples are too short for the clock that they were taken with.'));
  const apart = rounds.flatMap(({ gpuClock }, index) =>
    gpuClock !== undefined && gpuClock.disagreeing > (outcome.rounds?.[index] ?? 0) / 2
      ? [gpuClock.wallOverGpu]
      : [],
  );
  if (apart.length > 0) {
    const ratio = medianOf(apart).toFixed(2);
    marks.push(
      warning(
        'timer',
        `${inRounds(apart.length)} the wall clock saw ${ratio} times what the GPU’s time stamps say: other work was between, or the stamps are wrong.`,
      ),
    );
  }
  return marks;
}

function settlingMarks({ calibrated }: Marked): Mark[] {
  const settling = calibrated?.settling;
  if (settling?.settled !== false) return [];
  return [
    note(
      'unsettled',
      `The machine was not quiet before the run, though it was waited ${settling.waitedSeconds.toFixed(0)} s: ${settling.reason ?? ''}.`,
    ),
  ];
}

// ---------------------------------------------------------------------------------------------- what the samples say

/**
 * Rounds lie far apart: where the last samples are not like the first, or half of all lie far from each other, the interval
 * of their median says too little.
 */
const noteworthyDrift = 0.1;
const noteworthySpread = 0.1;

function unsteadinessMarks(believed: Believed): Mark[] {
  const { samplesNs } = believed;
  const because = whyUnsteady(believed);
  const quarter = Math.floor(samplesNs.length / 4);
  if (quarter < 3) return [];
  const first = medianInterval(samplesNs.slice(0, quarter)).median;
  const last = medianInterval(samplesNs.slice(-quarter)).median;
  const drift = last / first - 1;
  if (Math.abs(drift) >= noteworthyDrift) {
    const change = `${(100 * Math.abs(drift)).toFixed(0)}% ${drift > 0 ? 'slower' : 'faster'}`;
    return [warning('drift', `The last quarter of its samples is ${change} than the first: ${because}`)];
  }
  const sorted = samplesNs.toSorted((a, b) => a - b);
  const spread = ((sorted.at(-quarter) ?? 0) - (sorted[quarter - 1] ?? 0)) / (sorted[2 * quarter] ?? 1);
  if (spread < noteworthySpread) return [];
  return [
    warning(
      'spread',
      `The middle half of its samples is spread over ${(100 * spread).toFixed(0)}% of the median: ${because}`,
    ),
  ];
}

const wantedNoise = 0.01;
const muchNoise = 0.05;

function noiseMarks({ latencyNs: { median, low, high } }: Marked): Mark[] {
  const noise = (high - low) / 2 / median;
  if (noise <= wantedNoise) return [];
  const sentence = `Its interval is ±${(100 * noise).toFixed(1)}%: smaller differences cannot be told from it.`;
  return [noise > muchNoise ? warning('noisy', sentence) : note('noisy', sentence)];
}
