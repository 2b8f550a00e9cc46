/** Texts of the page Roofline. */

export const rooflineTexts = {
  help:
    'Each kernel is a dot as large as its time, under the roofs that were measured: the bandwidth of each memory level, and ' +
    'the arithmetic. A dot far below its roof is slower than this machine must be.',
  chart: (model: string, plan: string, dtype: string, threads: number) =>
    `${model}, ${plan}: ${dtype}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
  chartSentence: (dots: number, above: number) =>
    `${dots} kernels; ${above === 0 ? 'none lies' : above === 1 ? '1 lies' : `${above} lie`} above the DRAM roof, which only caches make possible.`,
  nothing: 'No kernel of this measurement was timed on its own',
  withoutOperations: (kernels: number, share: string) =>
    `Not drawn: ${kernels === 1 ? '1 kernel' : `${kernels} kernels`} without operations, with ${share} of the time.`,
  notTimed: (kernels: number) => `Not drawn: ${kernels} kernels that were not timed.`,
  origin:
    'Intensity counts each tensor of a kernel once, from whatever level it comes. Solid roofs were measured in this run; the ' +
    'dashed one is operations a cycle × the clock in the same moment.',
  intensityAxis: 'Operations a byte',
  throughputAxis: 'GFLOP/s',
  operationsAByte: (value: string) => `${value} operations a byte`,
  tooltip: { intensity: 'Intensity', throughput: 'Throughput' },
  columns: {
    order: '#',
    kernel: 'Kernel',
    intensity: 'Operations a byte',
    throughput: 'GFLOP/s',
    latency: 'Latency [µs]',
    share: 'Share [%]',
    limit: 'Limit',
  },
} as const;
