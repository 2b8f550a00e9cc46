/** A small network as an ONNX model: the few messages of its protocol buffers that it takes, written by hand. */
import { operatorAt, type Shape } from '../../core/graph/graph.ts';
import type { WireGraph } from '../../core/protocol/provider.ts';
import { drawParameters } from '../network/parameters.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Field numbers of onnx.proto. */
const field = {
  model: { irVersion: 1, graph: 7, opsetImport: 8 },
  opset: { version: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, opType: 4, attribute: 5 },
  attribute: { name: 1, integer: 3, integers: 8, type: 20 },
  tensor: { dims: 1, dataType: 2, name: 8, rawData: 9 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1 },
} as const;
const float = 1;
const attributeType = { integer: 2, integers: 7 } as const;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const integer = (number: number, value: number): Bytes =>
  Uint8Array.from([...varint(number * 8), ...varint(value)]);

function joined(parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function message(number: number, ...parts: readonly Bytes[]): Bytes {
  const body = joined(parts);
  return joined([Uint8Array.from([...varint(number * 8 + 2), ...varint(body.length)]), body]);
}

const text = (number: number, value: string) => message(number, new TextEncoder().encode(value) as Bytes);

const integersAttribute = (name: string, values: readonly number[]) =>
  message(
    field.node.attribute,
    text(field.attribute.name, name),
    ...values.map((value) => integer(field.attribute.integers, value)),
    integer(field.attribute.type, attributeType.integers),
  );

const integerAttribute = (name: string, value: number) =>
  message(
    field.node.attribute,
    text(field.attribute.name, name),
    integer(field.attribute.integer, value),
    integer(field.attribute.type, attributeType.integer),
  );

function node(opType: string, inputs: readonly string[], output: string, ...attributes: Bytes[]): Bytes {
  return message(
    field.graph.node,
    ...inputs.map((name) => text(field.node.input, name)),
    text(field.node.output, output),
    text(field.node.opType, opType),
    ...attributes,
  );
}

function constant(name: string, dims: readonly number[], values: Float32Array<ArrayBuffer>): Bytes {
  return message(
    field.graph.initializer,
    ...dims.map((dim) => integer(field.tensor.dims, dim)),
    integer(field.tensor.dataType, float),
    text(field.tensor.name, name),
    message(field.tensor.rawData, new Uint8Array(values.buffer)),
  );
}

function value(number: number, name: string, { height, width, channels }: Shape): Bytes {
  const dimensions = [1, height, width, channels].map((size) =>
    message(field.shape.dimension, integer(field.dimension.value, size)),
  );
  const shape = message(field.tensorType.shape, ...dimensions);
  const tensor = message(field.type.tensor, integer(field.tensorType.elementType, float), shape);
  return message(number, text(field.value.name, name), message(field.value.type, tensor));
}

/** From output, row, column, input to output, input, row, column. */
function channelsFirst(weights: Float32Array, outputs: number, taps: number): Float32Array<ArrayBuffer> {
  const inputs = weights.length / outputs / taps;
  const turned = new Float32Array(weights.length);
  for (let output = 0; output < outputs; output++) {
    for (let tap = 0; tap < taps; tap++) {
      for (let input = 0; input < inputs; input++) {
        turned[(output * inputs + input) * taps + tap] = weights[(output * taps + tap) * inputs + input] ?? 0;
      }
    }
  }
  return turned;
}

/**
 * `copies` times the same network, side by side on inputs of their own (`x0`, `x1` …, results `y0`, `y1` …), so that one call
 * of a session holds several. Inputs and outputs are NHWC: between the two transpositions the runtime may use either layout,
 * and cancels what it adds to be in NHWC itself.
 */
export function onnxModel(graph: WireGraph, seed: number, copies: number): Bytes {
  const parts: Bytes[] = [text(field.graph.name, graph.name)];
  const last = graph.operators.length - 1;
  for (const operator of graph.operators) {
    if (operator.kind !== 'conv2d') continue;
    const { weights, biases } = drawParameters(operator, seed);
    const { id, outChannels, inChannels, groups, kernelHeight, kernelWidth } = operator;
    const dims = [outChannels, inChannels / groups, kernelHeight, kernelWidth];
    parts.push(constant(`w${id}`, dims, channelsFirst(weights, outChannels, kernelHeight * kernelWidth)));
    parts.push(constant(`b${id}`, [outChannels], Float32Array.from(biases)));
  }
  for (let copy = 0; copy < copies; copy++) {
    const name = (id: number) => `t${id}.${copy}`;
    parts.push(value(field.graph.input, `x${copy}`, operatorAt(graph, 0).output));
    parts.push(node('Transpose', [`x${copy}`], name(0), integersAttribute('perm', [0, 3, 1, 2])));
    for (const operator of graph.operators) parts.push(...nodesOf(operator, name));
    parts.push(node('Transpose', [name(last)], `y${copy}`, integersAttribute('perm', [0, 2, 3, 1])));
    parts.push(value(field.graph.output, `y${copy}`, operatorAt(graph, last).output));
  }
  return joined([
    integer(field.model.irVersion, 10),
    message(field.model.graph, ...parts),
    message(field.model.opsetImport, integer(field.opset.version, 20)),
  ]);
}

function nodesOf(operator: WireGraph['operators'][number], name: (id: number) => string): Bytes[] {
  const { id } = operator;
  const inputs = operator.inputs.map(name);
  switch (operator.kind) {
    case 'input':
      return [];
    case 'conv2d': {
      const { kernelHeight, kernelWidth, stride, padding, groups } = operator;
      const { top, left, bottom, right } = padding;
      return [
        node(
          'Conv',
          [...inputs, `w${id}`, `b${id}`],
          name(id),
          integersAttribute('kernel_shape', [kernelHeight, kernelWidth]),
          integersAttribute('strides', [stride, stride]),
          integersAttribute('pads', [top, left, bottom, right]),
          integerAttribute('group', groups),
        ),
      ];
    }
    case 'activation': {
      if (operator.function !== 'relu') throw new Error(`no ONNX node for ${operator.function}`);
      return [node('Relu', inputs, name(id))];
    }
    case 'add':
      return [node('Add', inputs, name(id))];
    default:
      throw new Error(`no ONNX node for ${operator.kind}`);
  }
}
