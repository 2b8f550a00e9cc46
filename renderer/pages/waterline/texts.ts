/** Texts of the page Waterline. */

export const waterlineTexts = {
  help:
    'Each kernel is a bar: as wide as its bytes, as high as its operations per byte. A bar that ends below the water waits for ' +
    'memory. On the linear axis, as in the paper, the area of a bar is its operations, and water above bars is lost arithmetic.',
  water: 'Water',
  waters: { levels: 'by memory level', dram: 'DRAM alone, as the paper' },
  simple: 'Equal widths',
  chart: (model: string, plan: string) => `${model}, ${plan}`,
  linear: 'Linear axis, as the paper',
  legend: 'Legend',
  marks: {
    arithmetic: 'bound by arithmetic',
    memory: 'bound by memory',
    cut: '↑ higher than drawn',
    water: 'water: operations that the memory leaves time for',
  },
  onePlan: 'Only one plan of this network was measured here.',
  noCeilings: 'The memory of this machine was not measured, so there is no water to draw',
  dramRidge: 'DRAM',
  bytesAxis: 'Bytes that the kernels must move, in the order of execution [MiB]',
  kernelAxis: 'Kernels in the order of execution',
  intensityAxis: 'Operations per byte',
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
    `${name}: ${operations} operations, ${bytes}, ${intensity} operations per byte; limit ${limit}, bound ${bound}, ${times}.`,
  columns: {
    order: '#',
    kernel: 'Kernel',
    block: 'Block',
    operations: 'Operations',
    bytes: 'Bytes',
    intensity: 'Operations per byte',
    water: 'Water [operations per byte]',
    limit: 'Limit',
    bound: 'Bound [µs]',
    measured: 'Measured [µs]',
    difference: 'Difference [µs]',
  },
  verdict: {
    title: 'Bounds of each plan',
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
    canWin: { kernel: 'Can win by better kernels', fusion: 'Can win by fusion' },
    canWinMeaning: {
      kernel: 'Measured − waterline.',
      fusion: 'Its waterline − the waterline of the fused plan of this network.',
    },
    fusedIsMissing: 'fused plan not measured',
    measured: 'Measured',
    ofPeak: (share: string) => `${share} of the peak`,
    beaten: 'That is faster than its waterline: a ceiling or the counting is wrong.',
    beatenDram: 'That is faster than DRAM alone would allow: caches hold a part of the bytes.',
  },
} as const;
