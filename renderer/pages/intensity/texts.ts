/** Texts of the page Intensity. */

export const intensityTexts = {
  help:
    'A convolution whose curve is below the waterline waits for memory on that machine, however good its kernel is. More ' +
    'channels lift dense and pointwise convolutions out of the water. Grouped and depthwise ones stay where they are.',
  chart: (dtype: string) => `Operational intensity of convolutions over channels, ${dtype}`,
  chartSentence: (forms: readonly (readonly [name: string, channels: number | undefined])[]) =>
    `Out of the water: ${forms
      .map(([name, channels]) => `${name} ${channels === undefined ? 'never' : `from ${channels} channels`}`)
      .join('; ')}.`,
  noWater: 'No ceilings were measured for this data type, so no waterline is drawn.',
  legend: 'Kinds of convolution',
  forms: {
    dense: '3×3, dense',
    pointwise: '1×1, widening 4 times',
    grouped: '3×3, grouped',
    depthwise: '3×3, depthwise',
  },
  groupsOf: (width: number) => `3×3, groups of ${width}`,
  channels: 'Input channels',
  ofChannels: (channels: number) => `${channels} channels`,
  intensityAxis: 'Operations per byte',
  waterline: (ridge: string) => `waterline: ${ridge} operations per byte`,
  groupWidth: 'Group width',
  imageSize: 'Image side',
  countWeights: 'Count the weights',
  linear: 'Linear axis, as the paper',
  ridgeOrigin: (machine: string, peak: string, dtype: string, bandwidth: string) =>
    `Waterline: ${peak} of ${dtype} ÷ ${bandwidth} of DRAM, both measured on ${machine} in this run.`,
  source:
    'After Lavin, On the Efficiency of Convolutional Neural Networks, arXiv 2404.03617: each tensor is moved once, one ' +
    'multiply-accumulate is two operations, stride 1, as many output as input channels, except for the 1×1. The paper neglects ' +
    'the weights, as a large batch allows.',
} as const;
