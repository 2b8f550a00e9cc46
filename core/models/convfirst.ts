/**
 * ConvFirst (Lavin 2024): blocks whose spatial convolution comes first, so that a whole block can be one kernel.
 *
 * The paper draws the blocks (its figure 6) and prints parameters and MACs, but neither widths nor depths. The widths here
 * are those that the author's published kernel parameters suggest; the depths are the ones found by search that bring
 * parameters and MACs within 2% of the paper's table for all four sizes. Other depths would fit as well.
 */
import { GraphBuilder } from '../graph/builder.ts';
import type { OperatorId } from '../graph/graph.ts';
import { invertedResidual } from './inverted-residual.ts';
import type { Model } from './model.ts';

interface Description {
  readonly name: string;
  /** Of the ConvFirst stages at a half, a quarter and an eighth of the image's size. */
  readonly widths: readonly [number, number, number];
  /** Of the two MBConv stages, at a sixteenth and a thirty-second. */
  readonly lateWidth: number;
  /** Blocks of the five stages, without those that step down. */
  readonly depths: readonly [number, number, number, number, number];
}

const descriptions: readonly Description[] = [
  { name: 'convfirst_pico', widths: [16, 32, 48], lateWidth: 256, depths: [1, 1, 1, 2, 3] },
  { name: 'convfirst_nano', widths: [24, 48, 64], lateWidth: 160, depths: [1, 1, 5, 11, 20] },
  { name: 'convfirst_tiny', widths: [24, 48, 72], lateWidth: 192, depths: [1, 2, 9, 15, 25] },
  { name: 'convfirst_small', widths: [32, 64, 96], lateWidth: 256, depths: [1, 4, 6, 14, 27] },
];

const groupWidth = 8;
const activation = 'relu';

export const convfirsts: readonly Model[] = descriptions.map((description) => ({
  name: description.name,
  family: 'convfirst',
  defaultSize: 256,
  reconstruction:
    'The paper prints neither widths nor depths of ConvFirst: these were chosen so that parameters and MACs come within 2% ' +
    'of its table.',
  build: (imageSize = 256) => buildConvfirst(description, imageSize),
}));

function buildConvfirst({ name, widths, lateWidth, depths }: Description, size: number) {
  const g = new GraphBuilder(name, { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () =>
    g.conv('stem', g.input, { outChannels: widths[0], kernelSize: 3, stride: 2, activation }),
  );
  for (const [stage, width] of [...widths, lateWidth, lateWidth].entries()) {
    if (stage > 0) x = stepDown(g, `s${stage}.down`, x, width);
    for (let index = 0; index < (depths[stage] ?? 0); index++) {
      const prefix = `s${stage}.b${index}`;
      x =
        stage < widths.length
          ? convfirstBlock(g, prefix, x)
          : invertedResidual(g, prefix, x, {
              expandedChannels: 4 * width,
              outChannels: width,
              kernelSize: 3,
              stride: 1,
              activation,
              groupWidth,
            });
    }
  }
  g.block('head', 'head', () => {
    const conv = g.conv('head.conv', x, { outChannels: 1280, kernelSize: 1, activation });
    return g.linear('head.fc', g.globalAveragePool('head.pool', conv), 1000);
  });
  return g.build();
}

/** A 3x3 convolution over groups of eight channels, without an activation. */
function spatial(g: GraphBuilder, prefix: string, x: OperatorId): OperatorId {
  const channels = g.channelsOf(x);
  return g.conv(`${prefix}.conv`, x, { outChannels: channels, kernelSize: 3, groups: channels / groupWidth });
}

function convfirstBlock(g: GraphBuilder, prefix: string, x: OperatorId): OperatorId {
  return g.block(prefix, 'convfirst', () => {
    const channels = g.channelsOf(x);
    const hidden = g.conv(`${prefix}.expand`, spatial(g, prefix, x), {
      outChannels: 6 * channels,
      kernelSize: 1,
      activation,
    });
    const projected = g.conv(`${prefix}.project`, hidden, { outChannels: channels, kernelSize: 1 });
    return g.add(`${prefix}.add`, projected, x);
  });
}

/** The block of stride 2: it keeps its input beside the convolution's result, and halves the size with a BlurPool. */
function stepDown(g: GraphBuilder, prefix: string, x: OperatorId, outChannels: number): OperatorId {
  return g.block(prefix, 'convfirstDownsample', () => {
    const joined = g.concat(`${prefix}.concat`, spatial(g, prefix, x), x);
    const blurred = g.blurPool(`${prefix}.blur`, joined);
    const hidden = g.conv(`${prefix}.expand`, blurred, {
      outChannels: 4 * outChannels,
      kernelSize: 1,
      activation,
    });
    return g.conv(`${prefix}.project`, hidden, { outChannels, kernelSize: 1 });
  });
}
