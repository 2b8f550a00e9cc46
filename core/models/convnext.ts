/** ConvNeXt (Liu et al. 2022), with the small sizes that timm added. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Model } from './model.ts';

interface Description {
  readonly name: string;
  readonly depths: readonly number[];
  /** Channels of the first stage; each next one doubles them. */
  readonly width: number;
}

const descriptions: readonly Description[] = [
  { name: 'convnext_atto', depths: [2, 2, 6, 2], width: 40 },
  { name: 'convnext_femto', depths: [2, 2, 6, 2], width: 48 },
  { name: 'convnext_pico', depths: [2, 2, 6, 2], width: 64 },
  { name: 'convnext_nano', depths: [2, 2, 8, 2], width: 80 },
  { name: 'convnext_tiny', depths: [3, 3, 9, 3], width: 96 },
  { name: 'convnext_small', depths: [3, 3, 27, 3], width: 96 },
  { name: 'convnext_base', depths: [3, 3, 27, 3], width: 128 },
  { name: 'convnext_large', depths: [3, 3, 27, 3], width: 192 },
];

export const convnexts: readonly Model[] = descriptions.map((description) => ({
  name: description.name,
  family: 'convnext',
  defaultSize: 224,
  build: (imageSize = 224) => buildConvnext(description, imageSize),
}));

function buildConvnext({ name, depths, width }: Description, size: number) {
  const g = new GraphBuilder(name, { height: size, width: size, channels: 3 });
  const plain = { batchNorm: false } as const;
  let x = g.block('stem', 'stem', () => {
    const patches = g.conv('stem.conv', g.input, {
      ...plain,
      outChannels: width,
      kernelSize: 4,
      stride: 4,
      padding: 'valid',
    });
    return g.layerNorm('stem.norm', patches);
  });
  for (const [stage, depth] of depths.entries()) {
    const channels = width * 2 ** stage;
    if (stage > 0) {
      const prefix = `s${stage}.downsample`;
      x = g.block(prefix, 'downsample', () =>
        g.conv(prefix, g.layerNorm(`${prefix}.norm`, x), {
          ...plain,
          outChannels: channels,
          kernelSize: 2,
          stride: 2,
          padding: 'valid',
        }),
      );
    }
    for (let index = 0; index < depth; index++) {
      const prefix = `s${stage}.b${index}`;
      x = g.block(prefix, 'convnext', () => {
        const spatial = g.depthwise(`${prefix}.dw`, x, { ...plain, kernelSize: 7 });
        const normed = g.layerNorm(`${prefix}.norm`, spatial);
        const hidden = g.conv(`${prefix}.fc1`, normed, {
          ...plain,
          outChannels: 4 * channels,
          kernelSize: 1,
          activation: 'gelu',
        });
        const projected = g.conv(`${prefix}.fc2`, hidden, {
          ...plain,
          outChannels: channels,
          kernelSize: 1,
          layerScale: true,
        });
        return g.add(`${prefix}.add`, projected, x);
      });
    }
  }
  g.block('head', 'head', () =>
    g.linear('head.fc', g.layerNorm('head.norm', g.globalAveragePool('pool', x)), 1000),
  );
  return g.build();
}
