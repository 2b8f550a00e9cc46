/** Texts of the page History. */

export const historyTexts = {
  help:
    'Latency and efficiency over time, with shifts and their likely causes. Each small chart has one network or ceiling; click its ' +
    'name for the runs in detail.',
  multiples: {
    title: 'All networks and ceilings',
    one: (title: string, runs: number) => `${title} over ${runs === 1 ? '1 run' : `${runs} runs`}`,
    legend: (networks: string, ceilings: string, from: string, to: string) =>
      `From ${from} to ${to}. Networks span ±${networks} around their middle, ceilings ±${ceilings}. Grey: noise. Solid line: shift.`,
    marks: (what: string) => `Dashed line: the machine changed (${what}).`,
  },
  series: 'Series',
  size: (pixels: number) => `image side ${pixels}`,
  chart: (model: string, name: string, metric: string) => `${model}, ${name}: ${metric} over the runs`,
  metric: 'Metric',
  chartSentence: (runs: number, levels: number, marks: number) =>
    `${runs === 1 ? '1 run' : `${runs} runs`}, ${levels === 1 ? '1 change' : `${levels} changes`} of level, ` +
    `${marks === 1 ? '1 change' : `${marks} changes`} in hardware, drivers or software. The axis does not begin at zero.`,
  legend:
    'Dots are undisturbed latencies, the lines through them their 95% intervals. A solid upright line is a change of level; a dashed one ' +
    'with ▾ is a change in hardware, drivers or software. Runs are drawn equally far apart, whatever time passed between them.',
  runAxis: 'Runs in the order of time',
  latencyAxis: 'Undisturbed latency [ms]',
  efficiencyAxis: 'Efficiency [% of the peak]',
  pointAtRun: 'Point at a run, or step through them with the arrow keys; a click or Enter selects it.',
  selected: (run: string, time: string) => `Selected: run ${run} (${time}).`,
  compareWith: (run: string) => `Compare with run ${run} before it`,
  kinds: {
    driver: 'driver',
    library: 'library',
    program: 'program',
    system: 'system',
    power: 'power',
    machine: 'machine',
  },
  readout: (time: string, run: string, latency: string, efficiency: string, changed: string) =>
    `${time}, run ${run}: ${latency}, efficiency ${efficiency}.${changed === '' ? '' : ` Changed since the run before: ${changed}.`}`,
  change: (percent: string, isFaster: boolean) => `${percent}% ${isFaster ? 'faster' : 'slower'}`,
  levels: 'Changes of level',
  noLevels: 'No shift found. At least five runs are needed before and after it.',
  level: (change: string, run: string, time: string) => `${change} from run ${run} (${time}) on;`,
  noCandidates: 'nothing known changed then.',
  candidates: (changes: string) => `at that time: ${changes}.`,
  leastChange: (percent: string) => `Noise threshold: ${percent}%.`,
  surroundings: 'Changes in hardware, drivers and software',
  noSurroundings: 'Between these runs nothing changed that Plimsoll knows of.',
  mark: (run: string, time: string) => `Run ${run} (${time}):`,
  columns: {
    time: 'Time (UTC)',
    run: 'Run',
    undisturbed: 'Undisturbed latency [ms]',
    low: 'Low [ms]',
    high: 'High [ms]',
    latency: 'Median latency [ms]',
    efficiency: 'Efficiency [%]',
    level: 'Change of level',
    surroundings: 'Change in hardware, drivers or software',
  },
} as const;
