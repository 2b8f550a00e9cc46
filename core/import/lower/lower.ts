/**
 * The nodes of a file, one after the other, as operators over maps. Every result must have the shape that ONNX's own rules give it
 * (core/import/shapes). What there is no kernel for yet is left as a fragment, for core/import/fold to make something of.
 */

import type { Shape } from '../../graph/graph.ts';
import { type Constant, constantOfTensor } from '../constants/constant.ts';
import type { Draft } from '../draft.ts';
import { elementType } from '../file/elements.ts';
import type { OnnxGraph, OnnxInput, OnnxNode } from '../file/onnx.ts';
import { ImportRefused } from '../refusal.ts';
import { inferShapes } from '../shapes/infer.ts';
import { ShapeNode, type TensorInfo } from '../shapes/shape-node.ts';
import { activationLowerings } from './activations.ts';
import { arithmeticLowerings } from './arithmetic.ts';
import { arrangementLowerings } from './arrangement.ts';
import { layerLowerings } from './layers.ts';
import { type Lowering, LowerNode, type MapValue, type Value } from './lower-node.ts';
import { normLowerings } from './norms.ts';
import { poolLowerings } from './pools.ts';
import { arranged, extentsOf, type MapAxis, nchw, nhwc, shapeText, type View } from './view.ts';

const lowerings: ReadonlyMap<string, Lowering> = new Map([
  ...activationLowerings,
  ...arithmeticLowerings,
  ...arrangementLowerings,
  ...layerLowerings,
  ...normLowerings,
  ...poolLowerings,
]);

export interface LoweredNetwork {
  readonly result: Draft;
  /** How the file's image and result lie over ours. */
  readonly inputView: View;
  readonly outputView: View;
  /** The softmax at its end, which is left out: its type. */
  readonly leftOut: string | undefined;
}

/** Of the image where the file leaves it open. */
export const defaultImageSize = 224;

/** `nodes` in an order in which they can be executed. Throws ImportRefused. */
export function lowerNetwork(
  graph: Pick<OnnxGraph, 'inputs' | 'outputs' | 'tensors' | 'opset'>,
  nodes: readonly OnnxNode[],
  imageSize: number | undefined,
): LoweredNetwork {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const inputs = graph.inputs.filter(({ name }) => read.has(name));
  const [image, other] = inputs;
  if (image === undefined || other !== undefined) {
    throw new ImportRefused(
      image === undefined
        ? 'The network reads no input.'
        : `The network has ${inputs.length} inputs: ${inputs.map(({ name }) => name).join(', ')}.`,
      'Plimsoll measures networks that take one image.',
    );
  }
  const [wanted, another] = graph.outputs;
  if (wanted === undefined || another !== undefined) {
    throw new ImportRefused(
      `The network has ${graph.outputs.length} results: ${graph.outputs.join(', ')}.`,
      'Plimsoll measures networks with one, such as the scores of classes or one map of features.',
    );
  }
  const values = new Map<string, Value>();
  const input = imageOf(image, imageSize);
  values.set(image.name, input);
  const batch = image.dims[0] ?? 1;
  const reader = new NetworkReader(graph, values, wanted, batch);
  for (const [index, node] of nodes.entries()) reader.read(node, node.name || `${node.type}_${index}`);
  const value = values.get(wanted);
  if (value?.kind !== 'map') throw new ImportRefused(`Its result ${wanted} does not come from its image.`);
  const maker = nodes.find(({ outputs }) => outputs.includes(wanted))?.type ?? '';
  const leftOut = maker.endsWith('Softmax') ? maker : undefined;
  return { result: value.draft, inputView: input.view, outputView: value.view, leftOut };
}

/** The image, and how it lies in the file. */
function imageOf({ dims }: OnnxInput, wanted: number | undefined): MapValue {
  const isImage = (channels: number | null | undefined) => channels != null && channels >= 1 && channels <= 4;
  const [, second, , fourth] = dims;
  const order: readonly MapAxis[] = isImage(second) || !isImage(fourth) ? nchw : nhwc;
  const [channels, height, width] = order === nchw ? [second, dims[2], fourth] : [fourth, second, dims[2]];
  if (dims.length !== 4 || channels == null || channels < 1) {
    throw new ImportRefused(
      `Its input has the shape ${dims.map((dim) => dim ?? '?').join(' x ')}, and that is no image.`,
      'Plimsoll measures networks that take one image: batch, channels, height and width.',
    );
  }
  const size = height ?? width ?? wanted ?? defaultImageSize;
  const shape = { height: height ?? size, width: width ?? size, channels };
  const isOther = wanted !== undefined && (wanted !== shape.height || wanted !== shape.width);
  if (isOther) {
    throw new ImportRefused(
      `It was exported for images of ${shape.height} x ${shape.width} and for no others.`,
      'Leave the size out, or export it with height and width left open.',
    );
  }
  return { kind: 'map', draft: inputDraft(shape), view: arranged(order, extentsOf(dims[0] ?? 1, shape)) };
}

function inputDraft(output: Shape): Draft {
  return { name: 'input', type: 'input', inputs: [], output, operator: { kind: 'input' } };
}

class NetworkReader {
  private readonly graph: Pick<OnnxGraph, 'tensors' | 'opset'>;
  private readonly values: Map<string, Value>;
  private readonly wanted: string;
  private readonly batch: number;
  private readonly counted = new Set<object>();

  constructor(
    graph: Pick<OnnxGraph, 'tensors' | 'opset'>,
    values: Map<string, Value>,
    wanted: string,
    batch: number,
  ) {
    this.graph = graph;
    this.values = values;
    this.wanted = wanted;
    this.batch = batch;
  }

  read(node: OnnxNode, name: string): void {
    const inputs = node.inputs.map((input) => (input === '' ? undefined : this.valueOf(node, name, input)));
    const known = inputs.some((value) => value?.kind === 'map') ? lowerings.get(node.type) : undefined;
    const isConstant = inputs.every((value) => value?.kind !== 'map');
    const shapes = new ShapeNode(node, name, this.graph.opset, inputs.map(infoOf));
    const results =
      known !== undefined || isConstant || node.type === 'Shape' || node.type === 'Size'
        ? inferShapes(shapes)
        : undefined;
    if (results === undefined) {
      throw new ImportRefused(
        `Plimsoll has no ${node.domain === '' ? '' : `${node.domain}.`}${node.type} (node ${name}).`,
        'docs/networks.md lists what can be imported.',
      );
    }
    if (results.every(({ constant }) => constant !== undefined)) {
      this.store(
        node,
        results.map(({ constant }): Value => ({ kind: 'constant', constant: constant as Constant })),
      );
    } else if (isConstant || known === undefined) {
      shapes.refuse('computes with constants in a way that is not followed');
    } else {
      const isFinal = node.outputs[0] === this.wanted;
      const at = new LowerNode(node, shapes, results, inputs, {
        batch: this.batch,
        isFinal,
        counted: this.counted,
      });
      const made = known(at);
      this.store(node, this.checked(at, Array.isArray(made) ? (made as readonly Value[]) : [made as Value]));
    }
  }

  private valueOf(node: OnnxNode, name: string, input: string): Value {
    const known = this.values.get(input);
    if (known !== undefined) return known;
    const tensor = this.graph.tensors.get(input);
    if (tensor === undefined) {
      throw new ImportRefused(`${node.type} (node ${name}) reads ${input}, which nothing before it makes.`);
    }
    const value: Value = { kind: 'constant', constant: constantOfTensor(tensor) };
    this.values.set(input, value);
    return value;
  }

  private store({ outputs }: OnnxNode, values: readonly Value[]): void {
    for (const [index, value] of values.entries()) {
      const output = outputs[index];
      if (output) this.values.set(output, value);
    }
  }

  /** What a lowering takes a result for has the shape that ONNX's rule gives it. */
  private checked(at: LowerNode, values: readonly Value[]): readonly Value[] {
    for (const [index, value] of values.entries()) {
      const dims = at.resultDims(index);
      if (value.kind !== 'map') continue;
      const { view } = value;
      if (view.dims.length !== dims.length || view.dims.some((dim, axis) => dim !== dims[axis])) {
        at.refuse(`makes a tensor of ${dims.join(' x ')}, and is read here as one of ${shapeText(view)}`);
      }
    }
    return values;
  }
}

function infoOf(value: Value | undefined): TensorInfo | undefined {
  if (value === undefined) return undefined;
  if (value.kind === 'map') return { dims: value.view.dims, type: elementType.float };
  const { dims, type } = value.constant;
  return { dims, type, constant: value.constant };
}
