/** Texts of the page Roofline. */

export const rooflineTexts = {
  help:
    'Each kernel is a mark as large as its time, under the measured roofs: the bandwidth of each memory level, and the ' +
    'arithmetic. A mark far below its roof is slower than this machine must be. The axes hold the kernels that take 99% of the ' +
    'time; arrows at the edge stand for the others. Five names are those of the kernels that can win the most time.',
  chart: (model: string, plan: string, dtype: string, threads: number) =>
    `${model}, ${plan}: ${dtype}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  chartSentence: (dots: number, above: number) =>
    `${dots} kernels, ${above === 0 ? 'none' : above} above the DRAM roof (only cached data could be).`,
  pointAtDot: 'Point at a mark, or step through them with the arrow keys.',
  readout: (
    name: string,
    intensity: string,
    throughput: string,
    time: string,
    share: string,
    canWin: string,
    limit: string,
  ) =>
    `${name}: ${throughput} at ${intensity} operations per byte; ${time}, ${share} of the time; can win ${canWin}; limit: ${limit}.`,
  worst: (name: string, canWin: string) => `${name} −${canWin}`,
  nothing: 'No kernel of this measurement was timed on its own',
  withoutOperations: (kernels: number, share: string) =>
    `Not drawn: ${kernels === 1 ? '1 kernel' : `${kernels} kernels`} without operations, with ${share} of the time.`,
  notTimed: (kernels: number) => `Not drawn: ${kernels} kernels that were not timed.`,
  origin:
    'Intensity counts each tensor of a kernel once, from whatever level it comes. Solid roofs were measured in this run; the ' +
    'dashed one is operations a cycle × the clock in the same moment.',
  intensityAxis: 'Operations per byte',
  throughputAxis: 'GFLOP/s',
  columns: {
    order: '#',
    kernel: 'Kernel',
    intensity: 'Operations per byte',
    throughput: 'GFLOP/s',
    latency: 'Latency [µs]',
    share: 'Share [%]',
    canWin: 'Can win [µs]',
    limit: 'Limit',
  },
} as const;
