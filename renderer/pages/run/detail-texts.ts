/** Texts of one measurement: its kernels and how it was checked. */

export const detailTexts = {
  title: (model: string, plan: string) => `${model}, ${plan}: kernel by kernel`,
  close: 'Close',
  gone: 'This measurement has no kernels to show.',
  chart: 'Time of each kernel, in the order of execution',
  chartSentence: 'Grey: the measured time of each kernel. Blue: its bound on this machine.',
  gaps: (gap: string, memory: string, kernels: string, others: string) =>
    `${gap} = ${memory} memory × ${kernels} kernels × ${others} other work`,
  timeAxis: 'Time [µs]',
  measured: 'measured',
  waterline: 'waterline',
  sum: (kernels: string, latency: string, difference: string) =>
    `Timed one by one, the kernels take ${kernels}; the whole network takes ${latency}. Not explained: ${difference}.`,
  verification: (passed: number, total: number, worst: string) =>
    `${passed} of ${total} kernels agree with the reference; the largest relative error is ${worst}.`,
  setAside: (round: number, samples: number, reasons: string) =>
    `Round ${round} was set aside, its ${samples} samples do not count: ${reasons}.`,
  samples: 'Samples, in the order of measuring',
  sampleAxis: 'Latency [ms]',
  notTimed: 'not timed',
  order: '#',
} as const;

export const accountTexts = {
  title: 'Check of this result',
  samplesSentence: (samples: number, rounds: number, setAside: number) =>
    `${samples} samples in ${rounds === 1 ? '1 round' : `${rounds} rounds`}; broken lines separate the rounds. ` +
    'The line across is the median of the samples that count. Rings and triangles are mild and severe outliers; they count. ' +
    `${setAside === 0 ? '' : 'Crosses are rounds that were set aside. '}Steps and slopes show other work, or a change of the clock.`,
  round: 'Round',
  kind: 'Kind',
  kinds: { inside: 'inside', mild: 'mild outlier', severe: 'severe outlier', setAside: 'set aside' },
  copy: 'Copy',
  again: 'Measure again',
  measuring: 'Measuring again …',
  agreements: {
    agrees: 'It agrees.',
    disagrees: 'It disagrees.',
    'cannot tell': 'Whether it agrees cannot be told.',
  },
  beforeAndAgain: (before: string, again: string) => `Before ${before}, now ${again}.`,
} as const;
