/**
 * EfficientNet B0 to B7 (Tan and Le 2019): one network, scaled in width, depth and image size together. The names with
 * `tf_` pad as TensorFlow does; they are the ones whose weights were trained and tested at the paper's image sizes.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { PaddingRule } from '../graph/shape.ts';
import { depthwiseSeparable, invertedResidual, roundChannels } from './inverted-residual.ts';
import type { Model } from './model.ts';

interface Scaling {
  readonly variant: string;
  readonly width: number;
  readonly depth: number;
  readonly size: number;
}

const scalings: readonly Scaling[] = [
  { variant: 'b0', width: 1.0, depth: 1.0, size: 224 },
  { variant: 'b1', width: 1.0, depth: 1.1, size: 240 },
  { variant: 'b2', width: 1.1, depth: 1.2, size: 260 },
  { variant: 'b3', width: 1.2, depth: 1.4, size: 300 },
  { variant: 'b4', width: 1.4, depth: 1.8, size: 380 },
  { variant: 'b5', width: 1.6, depth: 2.2, size: 456 },
  { variant: 'b6', width: 1.8, depth: 2.6, size: 528 },
  { variant: 'b7', width: 2.0, depth: 3.1, size: 600 },
];

const stages = [
  { kernelSize: 3, expansion: 1, channels: 16, repeats: 1, stride: 1 },
  { kernelSize: 3, expansion: 6, channels: 24, repeats: 2, stride: 2 },
  { kernelSize: 5, expansion: 6, channels: 40, repeats: 2, stride: 2 },
  { kernelSize: 3, expansion: 6, channels: 80, repeats: 3, stride: 2 },
  { kernelSize: 5, expansion: 6, channels: 112, repeats: 3, stride: 1 },
  { kernelSize: 5, expansion: 6, channels: 192, repeats: 4, stride: 2 },
  { kernelSize: 3, expansion: 6, channels: 320, repeats: 1, stride: 1 },
] as const;

const paddings = [
  { prefix: '', padding: 'symmetric' },
  { prefix: 'tf_', padding: 'same' },
] as const;

export const efficientnets: readonly Model[] = paddings.flatMap(({ prefix, padding }) =>
  scalings.map((scaling) => {
    const name = `${prefix}efficientnet_${scaling.variant}`;
    return {
      name,
      family: 'efficientnet',
      defaultSize: scaling.size,
      build: (imageSize = scaling.size) => buildEfficientnet(name, scaling, padding, imageSize),
    };
  }),
);

function buildEfficientnet(name: string, { width, depth }: Scaling, padding: PaddingRule, size: number) {
  const activation = 'silu';
  const g = new GraphBuilder(name, { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () =>
    g.conv('conv_stem', g.input, {
      outChannels: roundChannels(32 * width),
      kernelSize: 3,
      stride: 2,
      padding,
      activation,
    }),
  );
  for (const [stage, { kernelSize, expansion, channels, repeats, stride }] of stages.entries()) {
    for (let repeat = 0; repeat < Math.ceil(repeats * depth); repeat++) {
      const inChannels = g.channelsOf(x);
      const prefix = `s${stage}.b${repeat}`;
      const common = {
        outChannels: roundChannels(channels * width),
        kernelSize,
        stride: repeat === 0 ? stride : 1,
        padding,
        activation,
        squeezeExcite: {
          squeezeChannels: Math.round(inChannels / 4),
          innerActivation: activation,
          gate: 'sigmoid',
        },
      } as const;
      x =
        expansion === 1
          ? depthwiseSeparable(g, prefix, x, common)
          : invertedResidual(g, prefix, x, { ...common, expandedChannels: expansion * inChannels });
    }
  }
  g.block('head', 'head', () => {
    const conv = g.conv('conv_head', x, {
      outChannels: roundChannels(1280 * width),
      kernelSize: 1,
      activation,
    });
    return g.linear('classifier', g.globalAveragePool('pool', conv), 1000);
  });
  return g.build();
}
