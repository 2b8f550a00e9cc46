/** Texts of the page Layers. */

export const layersTexts = {
  sentence: 'Where the time of a pass goes, what holds each part back, and what would help.',
  byBlock: 'By block',
  chart: (model: string, plan: string) => `${model}, ${plan}: time from first to last kernel`,
  chartSentence: (blocks: number, kernels: number) =>
    `${blocks} blocks above, ${kernels} kernels below, each as wide as its time and coloured by what limits it.`,
  pointAtPart:
    'Point at a part, or step through the kernels with the arrow keys. A click filters the table by block.',
  readout: (name: string, time: string, share: string, gap: string | null, limit: string) =>
    `${name}: ${time}, ${share} of the time${gap === null ? '' : `, ${gap} its waterline`}; limit: ${limit}.`,
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
      'What accounts for most of the time: the arithmetic, a level of the memory, or nothing that a bound explains.',
  },
  advice: { name: 'What to do', meaning: 'What would make it faster.' },
  advices: {
    notTimed: { short: 'not timed', long: 'It was not timed on its own.' },
    beaten: {
      short: 'profile again',
      long: 'It is faster than its bound: a ceiling was measured too low. Profile again on a quiet machine.',
    },
    kernel: {
      short: 'better kernel',
      long: 'No bound explains most of its time: a better kernel would pay.',
    },
    fuse: {
      short: 'fuse',
      long: 'Memory takes most of its time: fused with its neighbours, what lies between them need not be written.',
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
    limit: 'Limit',
    advice: 'What to do',
  },
} as const;
