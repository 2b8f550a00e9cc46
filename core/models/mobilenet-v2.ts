/** MobileNetV2 (Sandler et al. 2018). */
import { GraphBuilder } from '../graph/builder.ts';
import { depthwiseSeparable, invertedResidual } from './inverted-residual.ts';
import type { Model } from './model.ts';

/** Stages after the first: expansion 6, 3x3. */
const stages: readonly (readonly [outChannels: number, repeats: number, stride: number])[] = [
  [24, 2, 2],
  [32, 3, 2],
  [64, 4, 2],
  [96, 3, 1],
  [160, 3, 2],
  [320, 1, 1],
];

export const mobilenetV2s: readonly Model[] = [
  {
    name: 'mobilenetv2_100',
    family: 'mobilenetv2',
    defaultSize: 224,
    build: (imageSize = 224) => buildMobilenetV2(imageSize),
  },
];

function buildMobilenetV2(size: number) {
  const activation = 'relu6';
  const g = new GraphBuilder('mobilenetv2_100', { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () =>
    g.conv('conv_stem', g.input, { outChannels: 32, kernelSize: 3, stride: 2, activation }),
  );
  x = depthwiseSeparable(g, 's0.b0', x, { outChannels: 16, kernelSize: 3, stride: 1, activation });
  for (const [index, [outChannels, repeats, firstStride]] of stages.entries()) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      x = invertedResidual(g, `s${index + 1}.b${repeat}`, x, {
        expandedChannels: 6 * g.channelsOf(x),
        outChannels,
        kernelSize: 3,
        stride: repeat === 0 ? firstStride : 1,
        activation,
      });
    }
  }
  g.block('head', 'head', () => {
    const conv = g.conv('conv_head', x, { outChannels: 1280, kernelSize: 1, activation });
    return g.linear('classifier', g.globalAveragePool('pool', conv), 1000);
  });
  return g.build();
}
