/** EfficientNetV2-S (Tan and Le 2021) as its authors trained it: TensorFlow's padding, images of 300 pixels. */
import { GraphBuilder } from '../graph/builder.ts';
import type { OperatorId } from '../graph/graph.ts';
import { invertedResidual } from './inverted-residual.ts';
import type { Model } from './model.ts';

const activation = 'silu';
const padding = 'same';

const fusedStages = [
  { expansion: 4, channels: 48, repeats: 4 },
  { expansion: 4, channels: 64, repeats: 4 },
] as const;

const mbconvStages = [
  { expansion: 4, channels: 128, repeats: 6, stride: 2 },
  { expansion: 6, channels: 160, repeats: 9, stride: 1 },
  { expansion: 6, channels: 256, repeats: 15, stride: 2 },
] as const;

export const efficientnetV2s: readonly Model[] = [
  {
    name: 'tf_efficientnetv2_s',
    family: 'efficientnetv2',
    defaultSize: 300,
    build: (imageSize = 300) => buildEfficientnetV2S(imageSize),
  },
];

function buildEfficientnetV2S(size: number) {
  const g = new GraphBuilder('tf_efficientnetv2_s', { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () =>
    g.conv('conv_stem', g.input, { outChannels: 24, kernelSize: 3, stride: 2, padding, activation }),
  );
  for (let repeat = 0; repeat < 2; repeat++) x = plainResidual(g, `s0.b${repeat}`, x);
  for (const [index, { expansion, channels, repeats }] of fusedStages.entries()) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      x = fusedMbconv(g, `s${index + 1}.b${repeat}`, x, expansion, channels, repeat === 0 ? 2 : 1);
    }
  }
  for (const [index, { expansion, channels, repeats, stride }] of mbconvStages.entries()) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const inChannels = g.channelsOf(x);
      x = invertedResidual(g, `s${index + 3}.b${repeat}`, x, {
        expandedChannels: expansion * inChannels,
        outChannels: channels,
        kernelSize: 3,
        stride: repeat === 0 ? stride : 1,
        padding,
        activation,
        squeezeExcite: {
          squeezeChannels: Math.round(inChannels / 4),
          innerActivation: activation,
          gate: 'sigmoid',
        },
      });
    }
  }
  g.block('head', 'head', () => {
    const conv = g.conv('conv_head', x, { outChannels: 1280, kernelSize: 1, activation });
    return g.linear('classifier', g.globalAveragePool('pool', conv), 1000);
  });
  return g.build();
}

function plainResidual(g: GraphBuilder, prefix: string, x: OperatorId): OperatorId {
  return g.block(prefix, 'conv', () => {
    const conv = g.conv(`${prefix}.conv`, x, {
      outChannels: g.channelsOf(x),
      kernelSize: 3,
      padding,
      activation,
    });
    return g.add(`${prefix}.add`, conv, x);
  });
}

/** The expansion and the depthwise layer of MBConv made one dense convolution. */
function fusedMbconv(
  g: GraphBuilder,
  prefix: string,
  x: OperatorId,
  expansion: number,
  outChannels: number,
  stride: 1 | 2,
): OperatorId {
  return g.block(prefix, 'fusedMbconv', () => {
    const inChannels = g.channelsOf(x);
    const expanded = g.conv(`${prefix}.exp`, x, {
      outChannels: expansion * inChannels,
      kernelSize: 3,
      stride,
      padding,
      activation,
    });
    const projected = g.conv(`${prefix}.pwl`, expanded, { outChannels, kernelSize: 1 });
    return stride === 1 && inChannels === outChannels ? g.add(`${prefix}.add`, projected, x) : projected;
  });
}
