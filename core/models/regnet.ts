/** RegNetX and RegNetY (Radosavovic et al. 2020): widths follow a rounded line, and four stages come of it. */
import { GraphBuilder } from '../graph/builder.ts';
import type { OperatorId } from '../graph/graph.ts';
import type { Model } from './model.ts';

interface Description {
  readonly name: string;
  /** Width at the start, its growth a block, the ratio between stages, blocks in all, channels a group. */
  readonly initialWidth: number;
  readonly slope: number;
  readonly ratio: number;
  readonly depth: number;
  readonly groupWidth: number;
}

const network = (
  name: string,
  initialWidth: number,
  slope: number,
  ratio: number,
  depth: number,
  groupWidth: number,
): Description => ({ name, initialWidth, slope, ratio, depth, groupWidth });

const descriptions: readonly Description[] = [
  network('regnetx_002', 24, 36.44, 2.49, 13, 8),
  network('regnetx_004', 24, 24.48, 2.54, 22, 16),
  network('regnetx_008', 56, 35.73, 2.28, 16, 16),
  network('regnetx_016', 80, 34.01, 2.25, 18, 24),
  network('regnetx_032', 88, 26.31, 2.25, 25, 48),
  network('regnetx_040', 96, 38.65, 2.43, 23, 40),
  network('regnetx_080', 80, 49.56, 2.88, 23, 120),
  network('regnetx_160', 216, 55.59, 2.1, 22, 128),
  network('regnety_002', 24, 36.44, 2.49, 13, 8),
  network('regnety_004', 48, 27.89, 2.09, 16, 8),
  network('regnety_006', 48, 32.54, 2.32, 15, 16),
  network('regnety_008', 56, 38.84, 2.4, 14, 16),
  network('regnety_016', 48, 20.71, 2.65, 27, 24),
  network('regnety_032', 80, 42.63, 2.66, 21, 24),
  network('regnety_040', 96, 31.41, 2.24, 22, 64),
  network('regnety_064', 112, 33.22, 2.27, 25, 72),
  network('regnety_080', 192, 76.82, 2.19, 17, 56),
  network('regnety_120', 168, 73.36, 2.37, 19, 112),
  network('regnety_160', 200, 106.23, 2.48, 18, 112),
];

const hasSqueezeExcite = (name: string) => name.startsWith('regnety');

export const regnets: readonly Model[] = descriptions.map((description) => ({
  name: description.name,
  family: hasSqueezeExcite(description.name) ? 'regnety' : 'regnetx',
  defaultSize: 224,
  build: (imageSize = 224) => buildRegnet(description, imageSize),
}));

interface Stage {
  readonly width: number;
  readonly groupWidth: number;
  readonly depth: number;
}

function stagesOf({ initialWidth, slope, ratio, depth, groupWidth }: Description): readonly Stage[] {
  const depths = new Map<number, number>();
  for (let index = 0; index < depth; index++) {
    const wanted = initialWidth + slope * index;
    const exponent = Math.round(Math.log(wanted / initialWidth) / Math.log(ratio));
    const width = 8 * roundHalfToEven((initialWidth * ratio ** exponent) / 8);
    depths.set(width, (depths.get(width) ?? 0) + 1);
  }
  return [...depths].map(([width, stageDepth]) => {
    const group = Math.min(groupWidth, width);
    return { width: roundHalfToEven(width / group) * group, groupWidth: group, depth: stageDepth };
  });
}

/** As Python and NumPy round. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function buildRegnet(description: Description, size: number) {
  const { name } = description;
  const g = new GraphBuilder(name, { height: size, width: size, channels: 3 });
  let x = g.block('stem', 'stem', () =>
    g.conv('stem', g.input, { outChannels: 32, kernelSize: 3, stride: 2, activation: 'relu' }),
  );
  for (const [index, stage] of stagesOf(description).entries()) {
    for (let block = 0; block < stage.depth; block++) {
      const prefix = `s${index + 1}.b${block + 1}`;
      x = g.block(prefix, 'bottleneck', () =>
        bottleneck(g, prefix, x, stage, block === 0 ? 2 : 1, hasSqueezeExcite(name)),
      );
    }
  }
  g.block('head', 'head', () => g.linear('fc', g.globalAveragePool('pool', x), 1000));
  return g.build();
}

function bottleneck(
  g: GraphBuilder,
  prefix: string,
  x: OperatorId,
  { width, groupWidth }: Stage,
  stride: 1 | 2,
  withSqueezeExcite: boolean,
): OperatorId {
  const inChannels = g.channelsOf(x);
  const identity =
    stride === 1 && inChannels === width
      ? x
      : g.conv(`${prefix}.downsample`, x, { outChannels: width, kernelSize: 1, stride });
  const first = g.conv(`${prefix}.conv1`, x, { outChannels: width, kernelSize: 1, activation: 'relu' });
  const second = g.conv(`${prefix}.conv2`, first, {
    outChannels: width,
    kernelSize: 3,
    stride,
    groups: width / groupWidth,
    activation: 'relu',
  });
  const gated = withSqueezeExcite
    ? g.squeezeExcite(`${prefix}.se`, second, {
        squeezeChannels: Math.round(inChannels / 4),
        innerActivation: 'relu',
        gate: 'sigmoid',
      })
    : second;
  const third = g.conv(`${prefix}.conv3`, gated, { outChannels: width, kernelSize: 1 });
  return g.activation(`${prefix}.act`, g.add(`${prefix}.add`, third, identity), 'relu');
}
