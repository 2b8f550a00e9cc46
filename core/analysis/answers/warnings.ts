/** The warnings of a run, each kind once: what happened, what it does to the number, what to do. */
import type { Mark } from '../../protocol/conditions.ts';
import type { MeasurementSummary } from '../../protocol/run.ts';

export type MarkKind = Mark['kind'];

/** What is to blame. `numbers`: nothing disturbed the machine; the numbers do not fit each other. */
export type Cause = 'programs' | 'host' | 'clock' | 'quota' | 'memory' | 'unsteady' | 'numbers';

interface KindOfWarning {
  readonly letter: string;
  /** After `3 results:`. */
  readonly happened: string;
  readonly effect: string;
  readonly action: string;
  readonly cause: Cause;
  /** Whether it puts the latency in doubt. */
  readonly doubtsLatency: boolean;
}

const latencyTooHigh = 'The latency may be too high.';
const closePrograms = 'Close other programs and repeat.';
const ceilingsAgain = 'Repeat on a quiet machine, so that the ceilings are measured again.';

export const warningKinds: Readonly<Record<MarkKind, KindOfWarning>> = {
  background: {
    letter: 'B',
    happened: 'other programs used the processors',
    effect: latencyTooHigh,
    action: closePrograms,
    cause: 'programs',
    doubtsLatency: true,
  },
  arithmetic: {
    letter: 'N',
    happened: 'other programs used the cores',
    effect: latencyTooHigh,
    action: closePrograms,
    cause: 'programs',
    doubtsLatency: true,
  },
  apart: {
    letter: 'M',
    happened: 'threads were moved apart',
    effect: 'Threads waited longer for each other, so the latency may be too high.',
    action: 'Repeat; on a shared host, ask for cores that stay together.',
    cause: 'host',
    doubtsLatency: true,
  },
  steal: {
    letter: 'H',
    happened: 'the hypervisor took time',
    effect: latencyTooHigh,
    action: 'Repeat when the host is less busy.',
    cause: 'host',
    doubtsLatency: true,
  },
  clock: {
    letter: 'C',
    happened: 'the clock dropped',
    effect: 'The efficiency is too low by as much as the clock dropped.',
    action: 'Let the machine cool down, and choose a power profile that does not save power.',
    cause: 'clock',
    doubtsLatency: true,
  },
  throttled: {
    letter: 'T',
    happened: 'a processor was slowed down because of its heat',
    effect: latencyTooHigh,
    action: 'Check the cooling, then repeat.',
    cause: 'clock',
    doubtsLatency: true,
  },
  temperature: {
    letter: 'T',
    happened: 'the processor was hot',
    effect: 'The clock may drop.',
    action: 'Check the cooling.',
    cause: 'clock',
    doubtsLatency: true,
  },
  power: {
    letter: 'P',
    happened: 'the machine ran on battery or changed its power mode',
    effect: 'Most machines are slower then.',
    action: 'Plug it in and repeat.',
    cause: 'clock',
    doubtsLatency: true,
  },
  quota: {
    letter: 'Q',
    happened: 'the quota of CPU time stopped it',
    effect: latencyTooHigh,
    action: 'Raise the quota, or ask for fewer threads with --threads.',
    cause: 'quota',
    doubtsLatency: true,
  },
  memory: {
    letter: 'S',
    happened: 'memory was short',
    effect: latencyTooHigh,
    action: 'Close programs that use much memory and repeat.',
    cause: 'memory',
    doubtsLatency: true,
  },
  pageFaults: {
    letter: 'F',
    happened: 'pages were read from a disk',
    effect: latencyTooHigh,
    action: 'Close programs that use much memory and repeat.',
    cause: 'memory',
    doubtsLatency: true,
  },
  hugePages: {
    letter: 'G',
    happened: 'little memory was in huge pages',
    effect: 'Memory may be slower than it can be.',
    action: 'Allow transparent huge pages.',
    cause: 'memory',
    doubtsLatency: false,
  },
  unsettled: {
    letter: 'U',
    happened: 'the machine was busy before the run',
    effect: latencyTooHigh,
    action: closePrograms,
    cause: 'programs',
    doubtsLatency: true,
  },
  notWarm: {
    letter: 'W',
    happened: 'the warm-up ended too soon',
    effect: 'The first samples may be slow.',
    action: 'Measure longer.',
    cause: 'unsteady',
    doubtsLatency: true,
  },
  noisy: {
    letter: 'I',
    happened: 'the interval is wide',
    effect: 'Small differences do not show.',
    action: closePrograms,
    cause: 'unsteady',
    doubtsLatency: true,
  },
  drift: {
    letter: 'V',
    happened: 'speed drifted in the run',
    effect: 'The true error may exceed the interval.',
    action: 'Close other programs, let the machine cool down, and repeat.',
    cause: 'unsteady',
    doubtsLatency: true,
  },
  spread: {
    letter: 'V',
    happened: 'speed changed from sample to sample',
    effect: 'The true error may exceed the interval.',
    action: closePrograms,
    cause: 'unsteady',
    doubtsLatency: true,
  },
  timer: {
    letter: 'R',
    happened: 'the clock that timed it is too coarse or disagrees',
    effect: 'The latency may be wrong.',
    action: 'Choose a larger batch or a larger network.',
    cause: 'numbers',
    doubtsLatency: true,
  },
  cacheState: {
    letter: 'A',
    happened: 'some data came from a cache that should have been cold',
    effect: 'The latency is not the one of this cache state.',
    action: ceilingsAgain,
    cause: 'numbers',
    doubtsLatency: true,
  },
  kernelSum: {
    letter: 'K',
    happened: "kernel times don't add up",
    effect: 'The latency stands; the shares of kernels are in doubt.',
    action: closePrograms,
    cause: 'numbers',
    doubtsLatency: false,
  },
  bound: {
    letter: 'L',
    happened: 'it was faster than its bound',
    effect: 'The latency stands; a ceiling is too low, so the efficiency is too high.',
    action: ceilingsAgain,
    cause: 'numbers',
    doubtsLatency: false,
  },
  mistrusted: {
    letter: 'X',
    happened: 'the check of its result proves little',
    effect: 'The network may compute something else.',
    action: 'Do not rely on it.',
    cause: 'numbers',
    doubtsLatency: true,
  },
};

export interface WarningGroup extends KindOfWarning {
  readonly kind: MarkKind;
  /** Results that have it. */
  readonly count: number;
  readonly measurementIds: readonly string[];
}

type Marked = Pick<MeasurementSummary, 'id' | 'marks'>;

/** Most frequent first. */
export function groupWarnings(measurements: readonly Marked[]): WarningGroup[] {
  const found = measurements.flatMap(({ id, marks }) =>
    marks.filter(({ severity }) => severity === 'warning').map(({ kind }) => ({ kind, id })),
  );
  return [...Map.groupBy(found, ({ kind }) => kind)]
    .map(([kind, marks]) => {
      const measurementIds = [...new Set(marks.map(({ id }) => id))];
      return { kind, ...warningKinds[kind], count: measurementIds.length, measurementIds };
    })
    .sort((a, b) => b.count - a.count);
}

/** Results whose latency a warning puts in doubt. */
export function doubtful<M extends Marked>(measurements: readonly M[]): M[] {
  return measurements.filter(({ marks }) =>
    marks.some(({ severity, kind }) => severity === 'warning' && warningKinds[kind].doubtsLatency),
  );
}
