/** The rows of the comparison: what is raced for each, how its figure is made, and what it has to reach. */
import type { Graph } from '../../core/graph/graph.ts';
import type { DataType } from '../../core/graph/plan.ts';
import { paperResults } from '../../core/models/paper-results.ts';
import type { Outcome, Side } from './arena.ts';
import { type Figure, geometricMean, shareOf, smallest, speedup } from './figure.ts';
import {
  type BlockSize,
  blockSizes,
  blocksOf,
  convfirstBlock,
  convnextBlock,
  network,
  plainLayer,
  resnetLayers,
  withActivation,
} from './workloads.ts';

/** A part of a row's figure: one layer, one block, one network, or one share of a gain. */
export interface Part {
  readonly name: string;
  readonly figure: Figure;
}

export interface Answer {
  readonly figure: Figure;
  readonly parts?: readonly Part[];
}

export interface Target {
  readonly atLeast: number;
  readonly aim?: number;
}

export interface Row {
  readonly what: string;
  /** A share of the ceiling, or how many times as fast. */
  readonly unit: 'share' | 'ratio';
  /** Absent where the data type has none: then the figure stands for itself. */
  readonly targets: Partial<Record<DataType, Target>>;
  readonly answer: (measure: Measure, dtype: DataType) => Promise<Answer>;
}

export interface MeasureOptions {
  readonly graph: Graph;
  readonly batch: number;
  readonly threads?: readonly number[];
  readonly sides?: readonly Side[];
}

/** Races once and remembers: several rows read the same race. */
export type Measure = (options: MeasureOptions, dtype: DataType) => Promise<Outcome>;

export interface Scope {
  /** A sample of the layers, blocks and networks, to see in a minute where things stand. */
  readonly quick: boolean;
  /** All cores; the rows of two threads use two of them at most. */
  readonly cores: number;
}

const blockBatch = 8;

export function allRows({ quick, cores }: Scope): Row[] {
  const teams = cores > 1 ? [1, 2] : [1];
  const sample = <T>(all: readonly T[], count: number) => (quick ? all.slice(0, count) : all);
  const layers = quick ? resnetLayers().filter((_, index) => index % 5 === 2) : resnetLayers();
  const sizes = sample(blockSizes, 2);
  const groupWidths = (widths: readonly number[]) =>
    sizes.flatMap((size) => widths.map((width) => convfirstBlock(size, width, 'relu')));
  const convnextSizes = sample(blockSizes, 2);
  const mbconvs = sample(blocksOf('efficientnet_b0', 'mbconv'), 2);
  const networks = sample(convfirstNetworks, 1);

  return [
    {
      what: 'conv2d layers of ResNet-50, layerwise ÷ oneDNN, geometric mean',
      unit: 'ratio',
      targets: { bf16: { atLeast: 1, aim: 1.2 }, fp32: { atLeast: 0.95 } },
      answer: (measure, dtype) => layerRatios(measure, dtype, layers, teams, geometricMean),
    },
    {
      what: 'conv2d layers of ResNet-50, layerwise ÷ oneDNN, the slowest layer',
      unit: 'ratio',
      targets: { bf16: { atLeast: 0.8 }, fp32: { atLeast: 0.8 } },
      answer: (measure, dtype) => layerRatios(measure, dtype, layers, teams, smallest),
    },
    shareRow('3x3 256→256 @14 and 128→128 @28, layerwise, batch 1', {
      targets: { bf16: { atLeast: 0.6, aim: 0.7 } },
      graphs: [plainLayer(256, 14), plainLayer(128, 28)],
      batch: 1,
      side: 'layerwise',
    }),
    shareRow('ConvFirst block, C 96 to 384, group width 8, fused, batch 8', {
      targets: { bf16: { atLeast: 0.48, aim: 0.58 }, fp32: { atLeast: 0.8 } },
      graphs: groupWidths([8]),
    }),
    shareRow('ConvFirst block, C 96 to 384, group width 16 and 32, fused, batch 8', {
      targets: { bf16: { atLeast: 0.52, aim: 0.65 }, fp32: { atLeast: 0.8 } },
      graphs: groupWidths([16, 32]),
    }),
    ...sizes.flatMap((size, index) =>
      (['silu', 'gelu'] as const).map((activation) =>
        shareRow(`ConvFirst block with ${activation}, C = ${size.channels}, fused, batch 8`, {
          targets: { bf16: activationTargets[index] },
          graphs: [convfirstBlock(size, 8, activation)],
        }),
      ),
    ),
    gainRow('ConvFirst block, group width 8, fused ÷ oneDNN', {
      targets: { bf16: { atLeast: 2.5, aim: 3.5 } },
      graphs: groupWidths([8]),
    }),
    gainRow('ConvFirst block, group width 16 and 32, fused ÷ oneDNN', {
      targets: {},
      graphs: groupWidths([16, 32]),
    }),
    ...(quick ? [8] : [8, 32]).map(
      (batch): Row => ({
        what: `ConvFirst block, C = 96, fused ÷ own layerwise, batch ${batch}`,
        unit: 'ratio',
        targets: { bf16: batch === 8 ? { atLeast: 1.45, aim: 1.8 } : { atLeast: 1.8, aim: 2.3 } },
        answer: async (measure, dtype) => {
          const graph = convfirstBlock(firstSize, 8, 'relu');
          const outcome = await measure({ graph, batch }, dtype);
          return { figure: speedup(outcome.of('fused', 1), outcome.of('layerwise', 1)) };
        },
      }),
    ),
    ...convnextSizes.map((size, index) =>
      shareRow(`ConvNeXt block ${size.size}x${size.size}x${size.channels}, fused, GELU, batch 8`, {
        targets: { bf16: convnextTargets[index] },
        graphs: [convnextBlock(size)],
      }),
    ),
    gainRow('ConvNeXt blocks, fused ÷ oneDNN', {
      targets: { bf16: { atLeast: 2, aim: 2.5 } },
      graphs: convnextSizes.map(convnextBlock),
    }),
    gainRow('MBConv blocks of EfficientNet-B0, fused ÷ oneDNN', {
      targets: { bf16: { atLeast: 2.4, aim: 3 } },
      graphs: mbconvs,
    }),
    ...(teams.length > 1 ? [scalingRow(groupWidths([8]))] : []),
    shareRow('whole ConvFirst networks, fused, batch 8, all cores', {
      targets: { bf16: { atLeast: 0.4, aim: 0.5 } },
      graphs: networks.map((name) => network(name)),
      threads: cores,
    }),
    gainRow('whole EfficientNet-B0, fused ÷ oneDNN, batch 8, all cores', {
      targets: { bf16: { atLeast: 2, aim: 3 } },
      graphs: [network('efficientnet_b0')],
      threads: cores,
    }),
    ...(quick ? [] : equalAccuracyRows(cores)),
  ];
}

const firstSize: BlockSize = { size: 56, channels: 96 };
const activationTargets: readonly Target[] = [
  { atLeast: 0.29, aim: 0.38 },
  { atLeast: 0.42, aim: 0.5 },
  { atLeast: 0.48, aim: 0.55 },
];
const convnextTargets: readonly Target[] = [
  { atLeast: 0.22, aim: 0.32 },
  { atLeast: 0.35, aim: 0.45 },
  { atLeast: 0.44, aim: 0.55 },
];

// -------------------------------------------------------------------------------------------------------- kinds of row

async function layerRatios(
  measure: Measure,
  dtype: DataType,
  layers: readonly Graph[],
  teams: readonly number[],
  together: (figures: readonly Figure[]) => Figure,
): Promise<Answer> {
  const parts: Part[] = [];
  for (const graph of layers) {
    for (const batch of [1, 8]) {
      const outcome = await measure({ graph, batch, threads: teams, sides: ['layerwise', 'onednn'] }, dtype);
      for (const threads of teams) {
        const figure = speedup(outcome.of('layerwise', threads), outcome.of('onednn', threads));
        parts.push({ name: `${graph.name}, batch ${batch}, ${threadsText(threads)}`, figure });
      }
    }
  }
  return { figure: together(parts.map(({ figure }) => figure)), parts };
}

interface ShareOptions {
  readonly targets: Row['targets'] | { readonly bf16: Target | undefined };
  readonly graphs: readonly Graph[];
  readonly batch?: number;
  readonly threads?: number;
  readonly side?: Side;
}

/** The least share of the ceiling that any of these graphs reaches. */
function shareRow(what: string, options: ShareOptions): Row {
  const { graphs, batch = blockBatch, threads = 1, side = 'fused' } = options;
  return {
    what,
    unit: 'share',
    targets: options.targets as Row['targets'],
    answer: async (measure, dtype) => {
      const parts: Part[] = [];
      for (const graph of graphs) {
        const outcome = await measure({ graph, batch, threads: [threads] }, dtype);
        const figure = shareOf(outcome.of(side, threads), outcome.operations, outcome.ceiling(threads));
        parts.push({ name: graph.name, figure });
      }
      return { figure: smallest(parts.map(({ figure }) => figure)), parts };
    },
  };
}

/** How many times as fast as oneDNN's chain, and what of that is better kernels and what is fusion. */
function gainRow(
  what: string,
  { targets, graphs, threads = 1 }: { targets: Row['targets']; graphs: readonly Graph[]; threads?: number },
): Row {
  return {
    what,
    unit: 'ratio',
    targets,
    answer: async (measure, dtype) => {
      const gains: Part[] = [];
      const byKernels: Figure[] = [];
      const byFusion: Figure[] = [];
      for (const graph of graphs) {
        const outcome = await measure({ graph, batch: blockBatch, threads: [threads] }, dtype);
        const side = (name: Side) => outcome.of(name, threads);
        gains.push({ name: graph.name, figure: speedup(side('fused'), side('onednn')) });
        byKernels.push(speedup(side('layerwise'), side('onednn')));
        byFusion.push(speedup(side('fused'), side('layerwise')));
      }
      return {
        figure: geometricMean(gains.map(({ figure }) => figure)),
        parts: [
          { name: 'by better kernels', figure: geometricMean(byKernels) },
          { name: 'by fusion', figure: geometricMean(byFusion) },
          ...(gains.length > 1 ? gains : []),
        ],
      };
    },
  };
}

function scalingRow(graphs: readonly Graph[]): Row {
  return {
    what: 'two threads ÷ one, ConvFirst block, fused, batch 8',
    unit: 'ratio',
    targets: { bf16: { atLeast: 1.85, aim: 1.97 } },
    answer: async (measure, dtype) => {
      const parts: Part[] = [];
      for (const graph of graphs) {
        const outcome = await measure({ graph, batch: blockBatch, threads: [1, 2], sides: ['fused'] }, dtype);
        parts.push({ name: graph.name, figure: speedup(outcome.of('fused', 2), outcome.of('fused', 1)) });
      }
      return { figure: geometricMean(parts.map(({ figure }) => figure)), parts };
    },
  };
}

function threadsText(threads: number): string {
  return threads === 1 ? 'one thread' : `${threads} threads`;
}

// ------------------------------------------------------------------------------------------------------ equal accuracy

const convfirstNetworks = ['convfirst_pico', 'convfirst_nano', 'convfirst_tiny', 'convfirst_small'];
/** In the paper's table these are tested at 288 x 288, and its accuracies are those of that size. */
const convnextNetworks = [
  'convnext_femto',
  'convnext_pico',
  'convnext_nano',
  'convnext_tiny',
  'convnext_small',
];
const convnextSize = 288;

/** The paper's accuracy; its table writes `ConvNeXt Pico (288)`. */
function top1(name: string): number {
  const asOurs = (model: string) =>
    model
      .replace(/ \(\d+\)$/, '')
      .replace(' ', '_')
      .toLowerCase();
  const found = paperResults.find(({ model }) => asOurs(model) === name);
  if (found === undefined) throw new Error(`the paper has no result of ${name}`);
  return found.top1;
}

type Change = (graph: Graph) => Graph;

/**
 * Each ConvFirst network against a ConvNeXt that would be as accurate: its time is interpolated between its two neighbours, as a
 * reader of the paper's figure does.
 */
function equalAccuracyRows(cores: number): Row[] {
  const row = (what: string, rival: Side, targets: Row['targets'] = {}, change?: Change): Row => ({
    what: `whole ConvFirst, fused ÷ whole ConvNeXt at equal accuracy, ${what}`,
    unit: 'ratio',
    targets,
    answer: async (measure, dtype) => {
      const timed = async (graph: Graph, side: Side) => {
        const options = { batch: blockBatch, threads: [cores] };
        const outcome =
          change === undefined
            ? await measure({ graph, ...options }, dtype)
            : await measure({ graph: change(graph), ...options, sides: [side] }, dtype);
        return outcome.of(side, cores);
      };
      const rivals = [];
      for (const name of convnextNetworks) {
        rivals.push({ top1: top1(name), timed: await timed(network(name, convnextSize), rival) });
      }
      const parts: Part[] = [];
      for (const name of convfirstNetworks) {
        const own = await timed(network(name), 'fused');
        const wanted = top1(name);
        const above = rivals.findIndex((one) => one.top1 >= wanted);
        const [a, b] = [rivals[above - 1], rivals[above]];
        if (a === undefined || b === undefined) continue;
        const weight = (wanted - a.top1) / (b.top1 - a.top1);
        const latencyNs = a.timed.latencyNs.map(
          (ns, round) => ns + weight * ((b.timed.latencyNs[round] ?? ns) - ns),
        );
        const error = Math.max(a.timed.error, b.timed.error);
        parts.push({ name, figure: speedup(own, { latencyNs, error }) });
      }
      return { figure: geometricMean(parts.map(({ figure }) => figure)), parts };
    },
  });
  return [
    row("ConvNeXt in oneDNN's chain", 'onednn', { bf16: { atLeast: 4, aim: 6 } }),
    row("ReLU in both, ConvNeXt in oneDNN's chain", 'onednn', {}, (graph) => withActivation(graph, 'relu')),
    row("GELU in both, ConvNeXt in oneDNN's chain", 'onednn', {}, (graph) => withActivation(graph, 'gelu')),
    row('ConvNeXt in our layerwise plan', 'layerwise'),
    row('ConvNeXt in our fused plan', 'fused'),
  ];
}
