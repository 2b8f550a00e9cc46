/**
 * ResNet (He et al. 2016) in the v1.5 form of torchvision, whose stride is on the 3x3 layer, and ResNeXt (Xie et al. 2017).
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { OperatorId } from '../graph/graph.ts';
import type { Model } from './model.ts';

interface ResnetDescription {
  readonly name: string;
  readonly block: 'basic' | 'bottleneck';
  readonly depths: readonly number[];
  /** ResNeXt: the 3x3 layer has this many groups, of `groupWidth` channels in the first stage. */
  readonly groups?: number;
  readonly groupWidth?: number;
}

const descriptions: readonly ResnetDescription[] = [
  { name: 'resnet18', block: 'basic', depths: [2, 2, 2, 2] },
  { name: 'resnet34', block: 'basic', depths: [3, 4, 6, 3] },
  { name: 'resnet50', block: 'bottleneck', depths: [3, 4, 6, 3] },
  { name: 'resnet101', block: 'bottleneck', depths: [3, 4, 23, 3] },
  { name: 'resnet152', block: 'bottleneck', depths: [3, 8, 36, 3] },
  { name: 'resnext50_32x4d', block: 'bottleneck', depths: [3, 4, 6, 3], groups: 32, groupWidth: 4 },
];

export const resnets: readonly Model[] = descriptions.map((description) => ({
  name: description.name,
  family: description.groups === undefined ? 'resnet' : 'resnext',
  defaultSize: 224,
  build: (imageSize = 224) => buildResnet(description, imageSize),
}));

function buildResnet({ name, block, depths, groups = 1, groupWidth = 64 }: ResnetDescription, size: number) {
  const g = new GraphBuilder(name, { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () => {
    const conv = g.conv('conv1', g.input, { outChannels: 64, kernelSize: 7, stride: 2, activation: 'relu' });
    return g.maxPool('maxpool', conv, 3, 2);
  });
  for (const [stage, depth] of depths.entries()) {
    const width = 64 * 2 ** stage;
    for (let index = 0; index < depth; index++) {
      const prefix = `s${stage + 1}.b${index + 1}`;
      const stride = stage > 0 && index === 0 ? 2 : 1;
      x = g.block(prefix, block, () =>
        block === 'basic'
          ? basicBlock(g, prefix, x, width, stride)
          : bottleneck(g, prefix, x, {
              inner: (width * groups * groupWidth) / 64,
              outer: 4 * width,
              groups,
              stride,
            }),
      );
    }
  }
  g.block('head', 'head', () => g.linear('fc', g.globalAveragePool('pool', x), 1000));
  return g.build();
}

/** The identity where shapes allow it, else a 1x1 projection. */
function shortcut(g: GraphBuilder, prefix: string, x: OperatorId, outChannels: number, stride: number) {
  if (stride === 1 && g.channelsOf(x) === outChannels) return x;
  return g.conv(`${prefix}.downsample`, x, { outChannels, kernelSize: 1, stride });
}

function basicBlock(g: GraphBuilder, prefix: string, x: OperatorId, width: number, stride: number) {
  const identity = shortcut(g, prefix, x, width, stride);
  const first = g.conv(`${prefix}.conv1`, x, {
    outChannels: width,
    kernelSize: 3,
    stride,
    activation: 'relu',
  });
  const second = g.conv(`${prefix}.conv2`, first, { outChannels: width, kernelSize: 3 });
  return g.activation(`${prefix}.act`, g.add(`${prefix}.add`, second, identity), 'relu');
}

function bottleneck(
  g: GraphBuilder,
  prefix: string,
  x: OperatorId,
  widths: {
    readonly inner: number;
    readonly outer: number;
    readonly groups: number;
    readonly stride: number;
  },
) {
  const { inner, outer, groups, stride } = widths;
  const identity = shortcut(g, prefix, x, outer, stride);
  const first = g.conv(`${prefix}.conv1`, x, { outChannels: inner, kernelSize: 1, activation: 'relu' });
  const second = g.conv(`${prefix}.conv2`, first, {
    outChannels: inner,
    kernelSize: 3,
    stride,
    groups,
    activation: 'relu',
  });
  const third = g.conv(`${prefix}.conv3`, second, { outChannels: outer, kernelSize: 1 });
  return g.activation(`${prefix}.act`, g.add(`${prefix}.add`, third, identity), 'relu');
}
