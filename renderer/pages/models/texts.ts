/** Texts of the page Models. */

export const modelsTexts = {
  help:
    'Each row of the drawing is a group of equal blocks. A box is as wide as the logarithm of its channels, and the stronger its ' +
    'colour the more operations it has. Click a row for its properties. At the right, the grey part of a time can be won.',
  table: 'Networks',
  nothing: (filter: string) => `No model has “${filter}” in its name or family.`,
  activations: 'Activations',
  notPublished: 'none published',
  import: 'Import a network …',
  ownNetworks:
    'To see and measure a network of your own, export it as ONNX and drop the file anywhere in this window. Plimsoll ' +
    'draws new weights, which change no time. If the file leaves the image size open, it is 224 pixels.',
  importedFrom: (file: string, image: string) =>
    `Imported from ${file} for an image of ${image}. Its accuracy is not known here.`,
  delete: 'Delete …',
  deleteReally: (name: string) =>
    `Delete ${name}? Its measurements stay. To measure it again, import its file again.`,
  deleteIt: 'Delete it',
  keep: 'Keep it',
  terms: {
    model: 'As timm and torchvision call it; an imported one as its file is called.',
    family: 'Networks built from the same block.',
    size: 'Pixels of height of the image that the published accuracy belongs to, or that a network was imported for.',
    parameters: 'Learned weights, biases and norms.',
    canWin: 'Time that better kernels and fusion could win, in its fastest measurement of the newest run.',
    activations: 'Outputs of all convolutions and linear layers, for one image.',
  },
  structure: (model: string) => `${model}: blocks from the image to the classes`,
  structureSentence: (blocks: number, macs: string, parameters: string, image: string) =>
    `${blocks} blocks with ${macs} multiply-accumulates and ${parameters} parameters, for an image of ${image}.`,
  image: 'image',
  open: (kind: string, block: string) => `Properties of ${kind}, from block ${block}`,
  stackTime: (time: string, canWin: string) => `${time}, −${canWin}`,
  notMeasured: 'The newest run did not measure this network.',
  measuredAs: (plan: string) => `Newest run, ${plan} plan`,
  measured: (plan: string, time: string, canWin: string) =>
    `In the newest run the ${plan} plan took ${time}. ${canWin}`,
  toLayers: 'Layers of this network',
  box: (shape: string, operations: string, share: string) => `${shape} · ${operations} · ${share}`,
  work: (model: string) => `${model}: operations and bytes by kind of operator`,
  workSentence: 'One image in fp32, layerwise. Kinds with many bytes and few operations wait for memory.',
  legend: 'Kinds of operator',
  kinds: {
    dense: 'dense convolution',
    pointwise: 'pointwise convolution',
    grouped: 'grouped convolution',
    depthwise: 'depthwise convolution',
    linear: 'linear',
    squeezeExcite: 'squeeze-and-excite',
    other: 'other',
  },
  accuracy: (top1: string, source: string) => `ImageNet top-1 ${top1}%. Source: ${source}.`,
  noAccuracy: (size: number) => `No accuracy is published for an image of ${size} pixels.`,
  columns: {
    block: 'Block',
    image: 'Image',
    input: 'Input',
    blocks: 'Number',
    output: 'Output',
    kind: 'Kind',
    kernels: 'Kernels',
    operations: 'Operations',
    bytes: 'Bytes',
    intensity: 'Operations per byte',
    parameters: 'Parameters',
  },
} as const;
