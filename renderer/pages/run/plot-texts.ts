/** Texts of the plot of the efficiency gap. */

export const plotTexts = {
  title: 'Efficiency gap',
  family: 'Family',
  series: 'Series',
  peak: 'Held against',
  byOperations: 'Expected cost',
  byLatency: 'Measured cost',
  accuracyAxis: 'ImageNet top-1 [%]',
  operationsAxis: 'Multiply-accumulates of one image [G]',
  idealAxis: (peak: string, images: number) =>
    `Ideal latency${images === 1 ? '' : ` of a batch of ${images}`} [ms] at ${peak}`,
  latencyAxis: (images: number, isMixed: boolean) =>
    `Latency of ${images === 1 ? `one image${isMixed ? ', batches of several sizes' : ''}` : `a batch of ${images}`} [ms]`,
  hollow: 'hollow: layerwise plan',
  filled: 'filled: fused plan',
  pale: 'pale: plan of another program',
  mistrusted: 'crossed out: MISTRUSTED, and not on the front',
  solid: 'solid: ideal latency',
  dashed: 'dashed: measured latency',
  unsplit: 'efficiency gap, its waterline not known',
  front: 'Pareto front',
  legend: (entries: readonly string[]) => `Legend: ${entries.join(', ')}`,
  panel: (title: string, points: number) =>
    `${title}: ${points === 1 ? '1 point' : `${points} points`}. The arrow keys go from one to the next, Enter selects it, space pins it.`,
  notPlotted: (models: string) => `Not drawn, because no accuracy is published at their size: ${models}.`,
  nothing: 'There is nothing to draw yet.',
  drawing: 'Accuracy over operations and over latency',
  seen: (points: number, narrowest: string, least: string, widest: string, most: string) =>
    points === 1
      ? `The gap of ${widest} is ${most}.`
      : `${points} points, with gaps from ${least} (${narrowest}) to ${most} (${widest}).`,
  reconstruction: '* Reconstruction:',
  source: (name: string) => `Published, not measured here: ${name}. Source:`,
  software:
    'A software adapter runs on the processor: its points are small, it is no graphics device, and the Pareto front leaves it out.',
  showGaps: 'Ideal latency and gap',
  showFront: 'Pareto front',
  frontMeaning:
    'Measured points that no other beats in both latency and accuracy. Published results and software adapters are not ranked.',
  linear: 'Linear axes, as the paper',
  columns: {
    gigaMacs: 'GMAC',
    images: 'Images',
    idealMs: 'Ideal [ms]',
    waterlineMs: 'Waterline [ms]',
    latencyMs: 'Latency [ms]',
    low: 'Low [ms]',
    high: 'High [ms]',
    efficiency: 'Efficiency [%]',
    front: 'On the Pareto front',
    trust: 'Check',
  },
  chooser: {
    summary: (shown: number) => `Series (${shown})`,
    full: (most: number) => `${most} series are drawn. Take one away to draw another.`,
    here: 'measured on this machine',
    elsewhere: (machine: string) => `measured on ${machine}, another machine`,
    families: 'Families',
    published: 'Published by others',
    publishedNote: 'Measured by others, with other programs and batches; the source stands below the plot.',
    remove: (run: string) => `Take away the run of ${run}`,
    differs: 'Differs from the first run:',
    sameSurroundings: 'Same hardware, drivers and software as the first run.',
    points: (count: number) => (count === 1 ? '1 point' : `${count} points`),
    add: 'Add a run',
    default: 'As at first',
  },
  pin: {
    title: 'Side by side',
    images: (images: number) =>
      `Latencies are those of ${images === 1 ? 'one image' : `a batch of ${images}`}.`,
    pin: 'Pin',
    open: 'Show kernels',
    unpin: (model: string) => `Take away ${model}`,
    figure: 'Property',
    more: 'Pages',
    choose: 'Point',
    chooseNone: 'Select a point in the plot, or here',
  },
} as const;
