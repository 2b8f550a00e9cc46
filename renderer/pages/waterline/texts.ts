/** Texts of the page Waterline. */

export const waterlineTexts = {
  help:
    'Each kernel is a bar as wide as its bytes and as high as its operations a byte, so its area is its operations. Where the ' +
    'bar ends below the water, the arithmetic waits for memory.',
  water: 'Water',
  waters: { levels: 'by memory level', dram: 'DRAM alone, as the paper' },
  simple: 'Intensity a layer',
  chart: (model: string, plan: string) => `${model}, ${plan}`,
  chartSentence: (under: number, all: number, simple: boolean) =>
    `${under} of ${all} kernels lie under water, bound by memory. ` +
    (simple
      ? 'All are drawn of one width, so areas mean nothing here.'
      : 'Bars and water together are the shortest latency of this plan; water that shows is lost arithmetic.'),
  legend: 'What the colours mean',
  marks: {
    arithmetic: 'bound by arithmetic (↑: higher than drawn)',
    memory: 'bound by memory',
    water: 'water: what must be done in the time that memory takes',
  },
  onePlan: 'Only one plan of this network was measured here.',
  noCeilings: 'The memory of this machine was not measured, so there is no water to draw',
  dramRidge: (value: string) => `DRAM ridge: ${value} operations a byte`,
  bytesAxis: 'Bytes that the kernels must move, in the order of execution [MiB]',
  kernelAxis: 'Kernels in the order of execution',
  intensityAxis: 'Operations a byte',
  pointAtBar: 'Point at a bar, or step through them with the arrow keys.',
  times: (latency: string, difference: string) => `measured ${latency} (${difference})`,
  readout: (
    name: string,
    operations: string,
    bytes: string,
    intensity: string,
    limit: string,
    bound: string,
    times: string,
  ) =>
    `${name}: ${operations} operations, ${bytes}, ${intensity} operations a byte; limit ${limit}, bound ${bound}, ${times}.`,
  columns: {
    order: '#',
    kernel: 'Kernel',
    block: 'Block',
    operations: 'Operations',
    bytes: 'Bytes',
    intensity: 'Operations a byte',
    water: 'Water [operations a byte]',
    limit: 'Limit',
    bound: 'Bound [µs]',
    measured: 'Measured [µs]',
    difference: 'Difference [µs]',
  },
  verdict: {
    title: 'What the roofline misses',
    bound: 'Latency',
    sentence: (plan: string, roofline: string, waterline: string, measured: string) =>
      `Taken as one kernel, the ${plan} plan could use ${roofline} of the peak. Its kernels run one after another, and so it ` +
      `can use ${waterline} at most; it used ${measured}.`,
    roofline: 'Roofline of the whole',
    rooflineMeaning:
      'The longest of all operations ÷ peak and all bytes ÷ bandwidth, as if the network were one kernel.',
    misses: 'missed by it',
    missesMeaning:
      'Waterline − roofline of the whole: arithmetic that one kernel leaves idle cannot be used by another that waits for memory.',
    waterline: { levels: 'Waterline', dram: 'Waterline of DRAM alone (the paper’s)' },
    waterlineMeaning: {
      levels:
        'The sum over the kernels of the longest of operations ÷ peak and bytes ÷ bandwidth of each memory level.',
      dram: 'The same with every byte from DRAM. Caches can beat it; on this machine it need not be a bound.',
    },
    difference: 'Difference',
    differenceMeaning: 'Measured − waterline: what better kernels could win.',
    measured: 'Measured',
    ofPeak: (share: string) => `${share} of the peak`,
    beaten: 'That is faster than its waterline: a ceiling or the counting is wrong.',
    beatenDram: 'That is faster than DRAM alone would allow: caches hold a part of the bytes.',
  },
} as const;
