/** VGG-16 (Simonyan and Zisserman 2015), without batch norms, as torchvision has it. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Model } from './model.ts';

const stages: readonly (readonly [width: number, layers: number])[] = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
];

export const vggs: readonly Model[] = [
  { name: 'vgg16', family: 'vgg', defaultSize: 224, build: (imageSize = 224) => buildVgg16(imageSize) },
];

function buildVgg16(size: number) {
  const g = new GraphBuilder('vgg16', { height: size, width: size, channels: 3 });
  let x = g.input;
  for (const [stage, [width, layers]] of stages.entries()) {
    x = g.block(`s${stage}`, 'conv', () => {
      for (let layer = 0; layer < layers; layer++) {
        const name = `s${stage}.c${layer}`;
        x = g.conv(name, x, { outChannels: width, kernelSize: 3, batchNorm: false, activation: 'relu' });
      }
      // 2x2 windows need no padding.
      return g.maxPool(`s${stage}.pool`, x, 2, 2);
    });
  }
  g.block('head', 'head', () => {
    const first = g.linear('fc1', x, 4096, { activation: 'relu' });
    const second = g.linear('fc2', first, 4096, { activation: 'relu' });
    return g.linear('head.fc', second, 1000);
  });
  return g.build();
}
