/** What is raced: single layers, single blocks and whole networks, all as graphs of the zoo's own kind. */
import { GraphBuilder } from '../../core/graph/builder.ts';
import {
  type ActivationFunction,
  type BlockKind,
  type Conv2dOperator,
  type Graph,
  type Operator,
  type OperatorId,
  operatorAt,
} from '../../core/graph/graph.ts';
import { findModel } from '../../core/models/zoo.ts';

/** A network of the zoo; `size` where it is not the model's own. */
export function network(name: string, size?: number): Graph {
  const model = findModel(name);
  if (model === undefined) throw new Error(`the zoo has no ${name}`);
  return model.build(size ?? model.defaultSize);
}

/** Every convolution of ResNet-50 once, as a layer of its own with its bias and a ReLU. */
export function resnetLayers(): Graph[] {
  const source = network('resnet50');
  const layers = new Map<string, Graph>();
  for (const operator of source.operators) {
    if (operator.kind !== 'conv2d') continue;
    const graph = layer(operator, operatorAt(source, operator.inputs[0] ?? 0).output);
    layers.set(graph.name, graph);
  }
  return [...layers.values()];
}

function layer(conv: Conv2dOperator, input: Operator['output']): Graph {
  const { kernelWidth, kernelHeight, stride, inChannels, outChannels } = conv;
  const strided = stride > 1 ? `/${stride}` : '';
  const name = `${kernelHeight}x${kernelWidth}${strided} ${inChannels}→${outChannels} @${input.height}`;
  const g = new GraphBuilder(name, input);
  g.block('layer', 'conv', () =>
    g.conv('conv', g.input, { outChannels, kernelSize: kernelWidth, stride, activation: 'relu' }),
  );
  return g.build();
}

/** A plain 3x3 layer that keeps its channels. */
export function plainLayer(channels: number, size: number): Graph {
  const name = `3x3 ${channels}→${channels} @${size}`;
  const g = new GraphBuilder(name, { height: size, width: size, channels });
  g.block('layer', 'conv', () =>
    g.conv('conv', g.input, { outChannels: channels, kernelSize: 3, activation: 'relu' }),
  );
  return g.build();
}

export interface BlockSize {
  readonly size: number;
  readonly channels: number;
}

/** The three stages of a network at 224 x 224 that these blocks are for. */
export const blockSizes: readonly BlockSize[] = [
  { size: 56, channels: 96 },
  { size: 28, channels: 192 },
  { size: 14, channels: 384 },
];

const named = ({ size, channels }: BlockSize) => `${size}x${size}x${channels}`;

/** A grouped 3x3 layer, two 1x1 layers with four times as many channels between them, and the sum with the input. */
export function convfirstBlock(at: BlockSize, groupWidth: number, activation: ActivationFunction): Graph {
  const { size, channels } = at;
  const g = new GraphBuilder(`ConvFirst ${named(at)} gw${groupWidth} ${activation}`, {
    height: size,
    width: size,
    channels,
  });
  g.block('block', 'convfirst', () => {
    const spatial = g.conv('spatial', g.input, {
      outChannels: channels,
      kernelSize: 3,
      groups: channels / groupWidth,
    });
    const hidden = g.conv('expand', spatial, { outChannels: 4 * channels, kernelSize: 1, activation });
    return g.add('add', g.conv('project', hidden, { outChannels: channels, kernelSize: 1 }), g.input);
  });
  return g.build();
}

export function convnextBlock(at: BlockSize): Graph {
  const { size, channels } = at;
  const plain = { batchNorm: false, bias: true };
  const g = new GraphBuilder(`ConvNeXt ${named(at)} gelu`, { height: size, width: size, channels });
  g.block('block', 'convnext', () => {
    const normed = g.layerNorm('norm', g.depthwise('dw', g.input, { ...plain, kernelSize: 7 }));
    const hidden = g.conv('fc1', normed, {
      ...plain,
      outChannels: 4 * channels,
      kernelSize: 1,
      activation: 'gelu',
    });
    return g.add('add', g.conv('fc2', hidden, { ...plain, outChannels: channels, kernelSize: 1 }), g.input);
  });
  return g.build();
}

/** The blocks of one kind in a network of the zoo, each a network of its own; equal ones once. */
export function blocksOf(model: string, kind: BlockKind): Graph[] {
  const source = network(model);
  const blocks = new Map<string, Graph>();
  for (const [index, block] of source.blocks.entries()) {
    if (block.kind !== kind) continue;
    const graph = cut(source, index);
    const shapes = graph.operators.map(({ name, ...rest }) => rest);
    const key = JSON.stringify(shapes);
    if (!blocks.has(key)) blocks.set(key, { ...graph, name: `${model} ${block.name}` });
  }
  return [...blocks.values()];
}

/** One block with the tensor that it reads as its image. */
function cut(source: Graph, block: number): Graph {
  const own = source.operators.filter((operator) => operator.block === block);
  const outside = own
    .flatMap(({ inputs }) => inputs)
    .find((id) => !own.some((operator) => operator.id === id));
  if (outside === undefined) throw new Error(`block ${block} of ${source.name} reads nothing`);
  const newIds = new Map<OperatorId, OperatorId>([[outside, 0]]);
  for (const [index, { id }] of own.entries()) newIds.set(id, index + 1);
  const newId = (id: OperatorId) => {
    const found = newIds.get(id);
    if (found === undefined) throw new Error(`block ${block} of ${source.name} reads more than one tensor`);
    return found;
  };
  const image: Operator = {
    kind: 'input',
    id: 0,
    name: 'input',
    block: 0,
    inputs: [],
    output: operatorAt(source, outside).output,
  };
  const kept = own.map((operator) => ({
    ...operator,
    id: newId(operator.id),
    block: 1,
    inputs: operator.inputs.map(newId),
  }));
  const { name, kind } = source.blocks[block] ?? { name: 'block', kind: 'stem' };
  return {
    name,
    operators: [image, ...kept],
    blocks: [
      { name: 'input', kind: 'stem' },
      { name, kind },
    ],
  };
}

/** The same network with one activation everywhere. */
export function withActivation(graph: Graph, activation: ActivationFunction): Graph {
  return {
    ...graph,
    name: `${graph.name} with ${activation}`,
    operators: graph.operators.map((operator) =>
      operator.kind === 'activation' ? { ...operator, function: activation } : operator,
    ),
  };
}
