/** MobileNetV3 (Howard et al. 2019). */
import { GraphBuilder } from '../graph/builder.ts';
import { depthwiseSeparable, invertedResidual, roundChannels } from './inverted-residual.ts';
import type { Model } from './model.ts';

interface BlockDescription {
  readonly kernelSize: 3 | 5;
  /** Absent: no expansion, a depthwise separable block. */
  readonly expanded?: number;
  readonly out: number;
  readonly squeezeExcite: boolean;
  readonly activation: 'relu' | 'hardSwish';
  readonly stride: 1 | 2;
}

interface Description {
  readonly name: string;
  readonly stages: readonly (readonly BlockDescription[])[];
  /** Width of the 1x1 layer before the pool, and of the layer behind it. */
  readonly lastConv: number;
  readonly head: number;
}

const block = (
  kernelSize: 3 | 5,
  expanded: number | undefined,
  out: number,
  squeezeExcite: boolean,
  activation: 'relu' | 'hardSwish',
  stride: 1 | 2 = 1,
): BlockDescription => ({
  kernelSize,
  ...(expanded === undefined ? {} : { expanded }),
  out,
  squeezeExcite,
  activation,
  stride,
});

const descriptions: readonly Description[] = [
  {
    name: 'mobilenetv3_large_100',
    stages: [
      [block(3, undefined, 16, false, 'relu')],
      [block(3, 64, 24, false, 'relu', 2), block(3, 72, 24, false, 'relu')],
      [block(5, 72, 40, true, 'relu', 2), block(5, 120, 40, true, 'relu'), block(5, 120, 40, true, 'relu')],
      [
        block(3, 240, 80, false, 'hardSwish', 2),
        block(3, 200, 80, false, 'hardSwish'),
        block(3, 184, 80, false, 'hardSwish'),
        block(3, 184, 80, false, 'hardSwish'),
      ],
      [block(3, 480, 112, true, 'hardSwish'), block(3, 672, 112, true, 'hardSwish')],
      [
        block(5, 672, 160, true, 'hardSwish', 2),
        block(5, 960, 160, true, 'hardSwish'),
        block(5, 960, 160, true, 'hardSwish'),
      ],
    ],
    lastConv: 960,
    head: 1280,
  },
  {
    name: 'mobilenetv3_small_100',
    stages: [
      [block(3, undefined, 16, true, 'relu', 2)],
      [block(3, 72, 24, false, 'relu', 2), block(3, 88, 24, false, 'relu')],
      [
        block(5, 96, 40, true, 'hardSwish', 2),
        block(5, 240, 40, true, 'hardSwish'),
        block(5, 240, 40, true, 'hardSwish'),
      ],
      [block(5, 120, 48, true, 'hardSwish'), block(5, 144, 48, true, 'hardSwish')],
      [
        block(5, 288, 96, true, 'hardSwish', 2),
        block(5, 576, 96, true, 'hardSwish'),
        block(5, 576, 96, true, 'hardSwish'),
      ],
    ],
    lastConv: 576,
    head: 1024,
  },
];

export const mobilenetV3s: readonly Model[] = descriptions.map((description) => ({
  name: description.name,
  family: 'mobilenetv3',
  defaultSize: 224,
  build: (imageSize = 224) => buildMobilenetV3(description, imageSize),
}));

function buildMobilenetV3({ name, stages, lastConv, head }: Description, size: number) {
  const g = new GraphBuilder(name, { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () =>
    g.conv('conv_stem', g.input, { outChannels: 16, kernelSize: 3, stride: 2, activation: 'hardSwish' }),
  );
  for (const [stage, blocks] of stages.entries()) {
    for (const [
      index,
      { kernelSize, expanded, out, squeezeExcite, activation, stride },
    ] of blocks.entries()) {
      const prefix = `s${stage}.b${index}`;
      // The squeezed width follows the expanded one here, unlike EfficientNet's.
      const squeezeOptions = squeezeExcite
        ? {
            squeezeChannels: roundChannels((expanded ?? g.channelsOf(x)) / 4),
            innerActivation: 'relu' as const,
            gate: 'hardSigmoid' as const,
          }
        : undefined;
      const common = { outChannels: out, kernelSize, stride, activation, squeezeExcite: squeezeOptions };
      x =
        expanded === undefined
          ? depthwiseSeparable(g, prefix, x, common)
          : invertedResidual(g, prefix, x, { ...common, expandedChannels: expanded });
    }
  }
  const last = `s${stages.length}.b0`;
  x = g.block(last, 'conv', () =>
    g.conv(`${last}.conv`, x, { outChannels: lastConv, kernelSize: 1, activation: 'hardSwish' }),
  );
  g.block('head', 'head', () => {
    const pooled = g.globalAveragePool('pool', x);
    return g.linear('classifier', g.linear('conv_head', pooled, head, { activation: 'hardSwish' }), 1000);
  });
  return g.build();
}
