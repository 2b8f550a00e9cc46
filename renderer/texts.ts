/** Every sentence of the interface, and the meaning of every word that it uses. */

interface Term {
  readonly name: string;
  /** Shown where the word is pointed at. */
  readonly meaning: string;
}

const terms = {
  model: { name: 'Model', meaning: 'The network that was measured.' },
  plan: {
    name: 'Plan',
    meaning: 'How the network is executed: one kernel an operator, or one kernel a block.',
  },
  layerwise: { name: 'layerwise', meaning: 'One kernel for every operator; activations are folded in.' },
  fused: {
    name: 'fused',
    meaning:
      'One kernel for a whole block, whose intermediates never leave the caches nearest to the arithmetic.',
  },
  top1: { name: 'ImageNet top-1', meaning: 'Published accuracy of the trained network at this image size.' },
  operations: {
    name: 'Operations',
    meaning: 'Two for every multiply-accumulate of convolutions and linear layers; useful work only.',
  },
  latency: {
    name: 'Latency',
    meaning:
      'Median of all samples, each one pass over the whole network; in brackets its 95% confidence interval.',
  },
  ideal: { name: 'Ideal', meaning: 'Ideal latency: operations ÷ measured peak. No program can be faster.' },
  waterline: {
    name: 'Waterline',
    meaning:
      'Waterline latency: the sum over the kernels of the larger of operations ÷ peak and bytes ÷ bandwidth of the memory ' +
      'level that holds them. The best that this plan can do on this machine.',
  },
  efficiency: {
    name: 'Efficiency',
    meaning:
      'Computational efficiency: ideal latency ÷ latency, the share of the peak that does useful work.',
  },
  gap: { name: 'Gap', meaning: 'Efficiency gap: latency ÷ ideal latency = memory gap × kernel gap.' },
  memoryGap: {
    name: 'Memory gap',
    meaning:
      'Waterline ÷ ideal latency: what memory costs this plan. Only another plan or another network lowers it.',
  },
  kernelGap: {
    name: 'Kernel gap',
    meaning: 'Latency ÷ waterline: what better kernels could still win.',
  },
  timeSplit: {
    name: 'Time split',
    meaning: 'The latency in three parts: ideal latency, what memory adds to it, and what the kernels add.',
  },
  verified: {
    name: 'Verified',
    meaning: 'Every kernel was checked against a reference in double precision before anything was timed.',
  },
  dtype: { name: 'Type', meaning: 'Data type of weights and activations.' },
  provider: {
    name: 'Provider',
    meaning:
      'Whose kernels were measured: native are those of Plimsoll, others are libraries to compare with.',
  },
  batch: { name: 'Batch', meaning: 'Images in one pass.' },
  threads: { name: 'Threads', meaning: 'Threads that work on one pass, each pinned to a core.' },
  kernel: { name: 'Kernel', meaning: 'One launch: it covers one or more operators.' },
  implementation: { name: 'Implementation', meaning: 'Which code executed the kernel.' },
  share: { name: 'Share', meaning: 'Of the time of all kernels.' },
  lost: {
    name: 'Above waterline',
    meaning: 'Time of the kernel − its waterline: where better code would pay.',
  },
  limit: {
    name: 'Limit',
    meaning: 'What sets the waterline of the kernel: the arithmetic, or a level of the memory.',
  },
} as const satisfies Record<string, Term>;

export const texts = {
  terms,
  name: 'Plimsoll',
  tagline: 'How much of this machine’s arithmetic a network really uses',
  unknown: 'unknown',
  none: 'none',
  reconstruction: 'reconstruction',
  theme: { toDark: 'Dark theme', toLight: 'Light theme' },
  connection: {
    connecting: 'Connecting …',
    signedOut: {
      title: 'This page is not signed in',
      text: 'The program was started anew, or this address was opened without its token.',
      hint: 'Open the address that npm start or plimsoll serve printed, with everything behind the #.',
    },
    unreachable: {
      title: 'The program does not answer',
      text: 'It was ended, or the connection to its machine is cut. What was measured is stored.',
      hint: 'Start it again with npm start, then open the address that it prints.',
    },
    otherVersion: {
      title: 'The page and the program are of different versions',
      text: (version: string) =>
        `The program is Plimsoll ${version}; this page was loaded from another version.`,
      hint: 'Reload the page.',
    },
    failed: {
      title: 'Plimsoll could not be reached',
      hint: 'Reload the page; if it stays so, start the program again.',
    },
    retry: 'Try again',
    reload: 'Reload',
  },
  loading: 'Loading …',
  runs: {
    label: 'Run',
    empty: {
      title: 'Nothing has been measured yet',
      text:
        'Profiling measures the ceilings of this machine, then runs one small network of each family, checks its result ' +
        'and times it. It takes about a minute; leave the machine alone meanwhile.',
    },
    option: (time: string, suite: string, machine: string, status: string) =>
      `${time} · ${suite} · ${machine}${status === 'finished' ? '' : ` · ${status}`}`,
    status: {
      running: 'running',
      finished: 'finished',
      cancelled: 'cancelled: what was measured is kept',
      interrupted: 'interrupted: its program ended; what was measured is kept',
      failed: 'failed',
    },
    export: 'Export as JSON',
    remove: 'Delete',
    removeReally: 'Delete this run for good',
    keep: 'Keep it',
    notFound: 'Show the newest run',
  },
  profile: {
    start: 'Profile this machine',
    again: 'Profile again',
    inBrowser: 'Measure with WebGPU in this browser',
    inDesktop: 'Measure with WebGPU',
    inBrowserMeaning:
      'The same networks on the GPU, by the WebGPU of this browser. They run in a page of their own, which must stay open.',
    suite: 'Suite',
    stop: 'Stop',
    stopping: 'Stopping …',
    left: (time: string) => `about ${time} left`,
    cases: (done: number, total: number) => `${done} of ${total} done`,
    quiet: 'Leave the machine alone until it is done: whatever else runs is measured too.',
    progress: 'Progress of the run',
  },
  summary: {
    title: (least: string, most: string, peak: string) =>
      least === most
        ? `The networks use ${least} of the ${peak} that this machine can do.`
        : `The networks use between ${least} and ${most} of the ${peak} that this machine can do.`,
    worst: (model: string, gap: string) => `The widest gap is that of ${model}: ${gap} its ideal latency.`,
    alarms: (marked: number, all: number) =>
      `${marked} of ${all} measurements ${marked === 1 ? 'is' : 'are'} marked with a !: something disturbed ${marked === 1 ? 'it' : 'them'}. Point at the mark for what was seen.`,
  },
  machine: { title: 'Machine' },
  ceilings: {
    title: 'Ceilings',
    meaning:
      'What the machine sustains, measured at the start and at the end of the run, of which the higher counts.',
    arithmetic: 'Arithmetic',
    threads: (count: number) => (count === 1 ? '1 thread' : `${count} threads`),
    measured: 'measured',
    theoretical: 'theoretical',
    theoreticalMeaning: 'Operations a cycle of the instruction set × the clock measured in the same moment.',
    memory: 'Memory',
    noneMeasured: 'They were not measured.',
    access: { read: 'read', write: 'write', copy: 'copy', triad: 'triad' },
  },
  plot: {
    title: 'Efficiency gap',
    family: 'Family',
    byOperations: 'What it should cost',
    byLatency: 'What it does cost',
    accuracyAxis: 'ImageNet top-1 [%]',
    operationsAxis: 'Multiply-accumulates of one image [G]',
    idealAxis: (peak: string, batch: number) =>
      `Ideal latency${batch === 1 ? '' : ` of a batch of ${batch}`} [ms] at ${peak}`,
    latencyAxis: (batch: number) => `Measured latency${batch === 1 ? '' : ` of a batch of ${batch}`} [ms]`,
    hollow: 'hollow: layerwise plan',
    filled: 'filled: fused plan',
    condition: 'Measured with',
    notPlotted: (models: string) => `Not drawn, for no accuracy is published at their size: ${models}.`,
    nothing: 'There is nothing to draw yet.',
    reading:
      'Left, accuracy over operations, with the latency that the peak of this machine would allow above; right, over the ' +
      'latency that was measured. A family that looks cheap on the left and slow on the right starves the arithmetic.',
    reconstruction: '* Reconstruction:',
  },
  reference: {
    show: 'Show the paper’s own figures',
    title: (machine: string) => `Reference: the paper’s figures on an ${machine}`,
    condition: (dtype: string, batch: number) =>
      `${dtype}, batch of ${batch}; on scales of its own, for another machine and batch cannot share an axis with this run.`,
    source: 'Source:',
  },
  table: {
    title: 'Measurements',
    open: (model: string, plan: string) => `Kernels of ${model}, ${plan}`,
    parts: { ideal: 'ideal', memory: 'memory', kernels: 'kernels' },
    partMeanings: {
      ideal: 'ideal latency: the arithmetic at its peak',
      memory: 'added by memory, even with perfect kernels',
      kernels: 'added by the kernels',
    },
    yes: 'yes',
    no: 'no',
    sortBy: (column: string) => `Sort by ${column}`,
    samples: (count: number) => `${count} samples`,
  },
  lost: { title: 'Without a figure' },
  detail: {
    title: (model: string, plan: string) => `${model}, ${plan}: kernel by kernel`,
    close: 'Close',
    gone: 'This measurement has no kernels to show.',
    chart: 'Time of each kernel, in the order of execution',
    timeAxis: 'Time [µs]',
    measured: 'measured',
    waterline: 'waterline',
    sum: (kernels: string, latency: string, difference: string) =>
      `Timed one by one, the kernels take ${kernels}; the whole network takes ${latency}. Not explained: ${difference}.`,
    verification: (passed: number, total: number, worst: string) =>
      `${passed} of ${total} kernels agree with the reference; the largest relative error is ${worst}.`,
    samples: 'Samples, in the order of measuring',
    sampleAxis: 'Latency [ms]',
    notTimed: 'not timed',
    order: '#',
  },
  error: {
    title: 'That did not work',
    dismiss: 'Dismiss',
    broken: 'The page stumbled over something that it should know. What was measured is stored.',
  },
} as const;
