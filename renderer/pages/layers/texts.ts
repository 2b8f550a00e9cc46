/** Texts of the page Layers. */

export const layersTexts = {
  help:
    'The bar shows the whole pass from left to right. Each part is as wide as its time. Its coloured part is the bound of this ' +
    'machine; the grey part above it can be won. Drag over the bar to select kernels and add them up.',
  byBlock: 'By block',
  chart: (model: string, plan: string) => `${model}, ${plan}: time from first to last kernel`,
  chartSentence: (blocks: number, kernels: number) =>
    `${blocks} blocks above, ${kernels} kernels below, each as wide as its time.`,
  pointAtPart:
    'Click a part, or drag over several. Arrow keys step through the kernels; with Shift they select.',
  readout: (name: string, time: string, share: string, gap: string | null, canWin: string, limit: string) =>
    `${name}: ${time}, ${share} of the time${gap === null ? '' : `, ${gap} its bound`}; can win ${canWin}; limit: ${limit}.`,
  sums: {
    sentence: (kernels: number, all: number, time: string, share: string) =>
      kernels === all
        ? `All ${all} kernels take ${time}.`
        : `${kernels} of ${all} kernels take ${time}, ${share} of the time.`,
    canWin: (kernel: string, fusion: string | null) =>
      `Can win: ${kernel} by better kernels${fusion === null ? '' : `, up to ${fusion} by fusion`}.`,
    zoom: 'Zoom to selection',
    all: 'Show all',
  },
  canWin: {
    name: 'Can win',
    meaning: 'Time above the bound of this machine, and what memory adds to a kernel that is not fused.',
  },
  schedule: 'Schedule',
  operators: 'Operators',
  traffic: 'Traffic',
  table: 'Layers',
  filter: 'Filter',
  nothing: (filter: string) => `No layer has “${filter}” in its name, block, kind or limit.`,
  clear: 'Clear the filter',
  copyCsv: 'Copy as CSV',
  copyMarkdown: 'Copy as Markdown',
  orderMeaning: 'Place in the order of execution.',
  block: { name: 'Block', meaning: 'Operators that belong together and can be fused.' },
  kernels: { name: 'Kernels', meaning: 'Launches that the block takes in this plan.' },
  time: { name: 'Time', meaning: 'Median, from the pass that times kernels one by one.' },
  limit: {
    name: 'Limit',
    meaning:
      'The largest part of the time: the arithmetic, a level of the memory, or time that no bound explains.',
  },
  advice: { name: 'Advice', meaning: 'The change that would make it faster.' },
  advices: {
    notTimed: { short: 'not timed', long: 'It was not timed on its own.' },
    beaten: {
      short: 'profile again',
      long: 'It is faster than its bound: a ceiling was measured too low. Profile again on a quiet machine.',
    },
    kernel: {
      short: 'better kernel',
      long: 'Its time is far above its bound: a better kernel would pay.',
    },
    fuse: {
      short: 'fuse',
      long: 'Memory takes most of its time: fused with its neighbours, it would not write its intermediates.',
    },
    lessTraffic: {
      short: 'fewer bytes',
      long: 'It is fused, and memory still takes most of its time: only smaller tensors or a smaller data type help.',
    },
    arithmetic: {
      short: 'fewer operations',
      long: 'The arithmetic takes most of its time: only fewer operations or a faster data type help.',
    },
  },
  columns: {
    order: '#',
    name: 'Name',
    block: 'Block',
    kind: 'Kind',
    kernels: 'Kernels',
    operations: 'Operations',
    bytes: 'Bytes',
    time: 'Time [µs]',
    share: 'Share [%]',
    ideal: 'Ideal [µs]',
    waterline: 'Waterline [µs]',
    efficiency: 'Efficiency [%]',
    memoryGap: 'Memory gap',
    kernelGap: 'Kernel gap',
    canWinByKernel: 'Can win by a better kernel [µs]',
    canWinByFusion: 'Can win by fusion, at most [µs]',
    limit: 'Limit',
    advice: 'Advice',
  },
} as const;
