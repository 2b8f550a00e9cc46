/** Whether a graph from outside is one: every shape follows from those before it, and nothing is larger than any network. */
import { countGraph, countOperator } from './count.ts';
import { elementCount, type Graph, type Operator, type Padding, type Shape } from './graph.ts';
import { windowOutput } from './shape.ts';

export const mostOperators = 2000;
const largestExtent = 1 << 16;
const largestChannels = 1 << 20;
const largestTensor = 2 ** 31;
const largestWeights = 2 ** 31;
const mostMacs = 2 ** 50;

/** A sentence without its full stop; undefined where all is well. */
export function problemOfGraph(graph: Graph): string | undefined {
  const { operators, blocks } = graph;
  const [image] = operators;
  if (image?.kind !== 'input' || operators.length < 2) return 'The network has no operator';
  if (operators.length > mostOperators) {
    return `The network has ${operators.length} operators, and at most ${mostOperators} can be executed`;
  }
  const read = new Set<number>();
  let block = 0;
  for (const [id, operator] of operators.entries()) {
    const problem = problemOfOperator(graph, operator, id);
    if (problem !== undefined) return `The operator ${operator.name} ${problem}`;
    // The operators of a block stand together: a plan may make one kernel of them.
    if (operator.block < block || operator.block >= blocks.length) {
      return `The operator ${operator.name} is in no block, or in one that ended before it`;
    }
    block = operator.block;
    for (const input of operator.inputs) read.add(input);
  }
  const unread = operators.find(({ id }) => id < operators.length - 1 && !read.has(id));
  if (unread !== undefined) return `Nothing reads the operator ${unread.name}`;
  if (new Set(operators.map(({ name }) => name)).size < operators.length)
    return 'Two operators have one name';
  if (countGraph(graph).macs > mostMacs) return 'The network has more operations than any';
  return undefined;
}

function problemOfOperator(graph: Graph, operator: Operator, id: number): string | undefined {
  const { inputs, output } = operator;
  if (operator.id !== id || (operator.kind === 'input') !== (id === 0)) return 'is not in its place';
  const expected =
    operator.kind === 'input' ? 0 : operator.kind === 'add' || operator.kind === 'concat' ? 2 : 1;
  if (inputs.length !== expected) return `reads ${inputs.length} tensors and not ${expected}`;
  const sources = inputs.map((input) => (input < id ? graph.operators[input]?.output : undefined));
  if (sources.includes(undefined)) return 'reads a tensor that is not there yet';
  const isWithin = (size: number, most: number) => Number.isInteger(size) && size >= 1 && size <= most;
  const { height, width, channels } = output;
  const isTensor =
    isWithin(height, largestExtent) && isWithin(width, largestExtent) && isWithin(channels, largestChannels);
  if (!isTensor || elementCount(output) > largestTensor) {
    return `makes a tensor of ${height} x ${width} x ${channels}, and no network has one`;
  }
  const made = outputOf(operator, sources as Shape[]);
  if (made === undefined || made.height !== height || made.width !== width || made.channels !== channels) {
    return 'does not make a tensor of its shape from what it reads';
  }
  return countOperator(graph, operator).weightElements > largestWeights
    ? 'has more weights than any'
    : undefined;
}

/** What it makes; undefined where its own numbers do not fit what it reads. */
function outputOf(operator: Operator, [source, other]: readonly Shape[]): Shape | undefined {
  if (source === undefined) return operator.kind === 'input' ? operator.output : undefined;
  const { height, width, channels } = source;
  switch (operator.kind) {
    case 'input':
      return undefined;
    case 'conv2d': {
      const { kernelHeight, kernelWidth, stride, padding, groups, inChannels, outChannels } = operator;
      const isWhole = groups >= 1 && inChannels % groups === 0 && outChannels % groups === 0;
      if (inChannels !== channels || !isWhole) return undefined;
      return window(source, kernelHeight, kernelWidth, stride, padding, outChannels);
    }
    case 'linear':
      if (operator.inFeatures !== elementCount(source)) return undefined;
      return { height: 1, width: 1, channels: operator.outFeatures };
    case 'maxPool':
    case 'averagePool': {
      const { kernelSize, stride, padding } = operator;
      return window(source, kernelSize, kernelSize, stride, padding, channels);
    }
    case 'globalAveragePool':
      return { height: 1, width: 1, channels };
    case 'blurPool':
      return { height: Math.ceil(height / 2), width: Math.ceil(width / 2), channels };
    case 'squeezeExcite':
      return operator.squeezeChannels >= 1 && operator.squeezeChannels <= largestChannels
        ? source
        : undefined;
    case 'activation':
    case 'layerNorm':
      return source;
    case 'add':
      return other?.height === height && other.width === width && other.channels === channels
        ? source
        : undefined;
    case 'concat':
      if (other?.height !== height || other.width !== width) return undefined;
      return { height, width, channels: channels + other.channels };
  }
}

/** A window may not be larger than its padded map, and padding no wider than the window. */
function window(
  source: Shape,
  kernelHeight: number,
  kernelWidth: number,
  stride: number,
  padding: Padding,
  channels: number,
): Shape | undefined {
  const { top, left, bottom, right } = padding;
  if (kernelHeight < 1 || kernelWidth < 1 || stride < 1 || stride > largestExtent) return undefined;
  if (Math.max(top, bottom) > kernelHeight || Math.max(left, right) > kernelWidth) return undefined;
  const { height } = windowOutput(source, kernelHeight, stride, padding);
  const { width } = windowOutput(source, kernelWidth, stride, padding);
  return { height, width, channels };
}
