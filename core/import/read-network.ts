/**
 * The nodes of an ONNX graph, one after the other, as operators of ours. What an inference engine folds away is folded here: batch
 * norms, biases and scales go into the layer before them, and what exporters write as several nodes (SiLU, GELU, layer norm,
 * squeeze-and-excite) becomes one operator again. Whatever there is no operator for is refused by its name.
 */
import type { ActivationFunction, Padding, Shape } from '../graph/graph.ts';
import { elementCount } from '../graph/graph.ts';
import { paddingFor, windowOutput } from '../graph/shape.ts';
import { axesOf, elementsOf, foldConstants, resolveShape, squeeze } from './constants.ts';
import type { Draft } from './draft.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx.ts';
import { isNear, joinedByProduct, layerNormOf, scaled } from './patterns.ts';
import { ImportRefused } from './refusal.ts';

/** How a map lies in the file: what its axes mean. Flat: one axis behind the batch. */
type Layout = 'NCHW' | 'NHWC' | 'flat';

interface MapValue {
  readonly kind: 'map';
  readonly draft: Draft;
  readonly layout: Layout;
}
type Value = MapValue | { readonly kind: 'constant'; readonly tensor: OnnxTensor };

/** Of the image where the file leaves it open. */
export const defaultImageSize = 224;

/** The operator whose tensor is the network's result. Throws ImportRefused. */
export function readNetwork(graph: OnnxGraph, imageSize: number | undefined): Draft {
  return new NetworkReader(graph, imageSize).result();
}

class NetworkReader {
  private readonly graph: OnnxGraph;
  private readonly values = new Map<string, Value>();
  private readonly batch: number;
  /** How many nodes read it. */
  private readonly uses = new Map<string, number>();

  constructor(graph: OnnxGraph, imageSize: number | undefined) {
    this.graph = graph;
    for (const input of graph.nodes.flatMap(({ inputs }) => inputs)) {
      this.uses.set(input, (this.uses.get(input) ?? 0) + 1);
    }
    for (const [name, tensor] of graph.tensors) this.values.set(name, { kind: 'constant', tensor });
    const [image, other] = graph.inputs;
    if (image === undefined || other !== undefined) {
      throw new ImportRefused(
        image === undefined
          ? 'The network has no input.'
          : `The network has ${graph.inputs.length} inputs: ${graph.inputs.map(({ name }) => name).join(', ')}.`,
        'Plimsoll measures networks that take one image.',
      );
    }
    this.batch = image.dims[0] ?? 1;
    const { shape, layout } = imageOf(image.dims, imageSize);
    const draft: Draft = {
      name: 'input',
      type: 'input',
      inputs: [],
      output: shape,
      operator: { kind: 'input' },
    };
    this.values.set(image.name, { kind: 'map', draft, layout });
  }

  result(): Draft {
    const { nodes, outputs } = this.graph;
    const [wanted, other] = outputs;
    if (wanted === undefined || other !== undefined) {
      throw new ImportRefused(
        `The network has ${outputs.length} results: ${outputs.join(', ')}.`,
        'Plimsoll measures networks with one, such as the scores of classes or one map of features.',
      );
    }
    for (const [index, node] of nodes.entries()) {
      const [output] = node.outputs;
      if (output === undefined) continue;
      this.values.set(output, this.read(node, node.name || `${node.type}_${index}`));
    }
    const value = this.values.get(wanted);
    if (value?.kind !== 'map') throw new ImportRefused(`Its result ${wanted} does not come from its image.`);
    return value.draft;
  }

  private read(node: OnnxNode, name: string): Value {
    const inputs = node.inputs.map((input) => {
      if (input === '') return undefined;
      const value = this.values.get(input);
      if (value === undefined) {
        throw new ImportRefused(`${label(node.type, name)} reads ${input}, which nothing before it makes.`);
      }
      return value;
    });
    const at = new NodeReader(node, name, inputs, {
      batch: this.batch,
      isFinal: node.outputs[0] === this.graph.outputs[0],
      isShared: node.inputs.some(
        (input) => this.values.get(input)?.kind === 'map' && (this.uses.get(input) ?? 0) > 1,
      ),
    });
    if (node.type === 'Constant') return at.constant();
    const constants = inputs.flatMap((value) => (value?.kind === 'constant' ? [value.tensor] : []));
    if (constants.length === inputs.length) {
      const tensor = foldConstants(node, constants);
      return tensor === undefined ? at.refuse(unfollowed) : { kind: 'constant', tensor };
    }
    const read = node.domain === '' ? readers[node.type] : undefined;
    if (read === undefined) {
      throw new ImportRefused(
        `Plimsoll has no ${node.domain === '' ? '' : `${node.domain}.`}${node.type} (node ${name}).`,
        'docs/networks.md lists what can be imported.',
      );
    }
    return read(at);
  }
}

const unfollowed = 'computes with constants in a way that is not followed';

function label(type: string, name: string): string {
  return `${type} (node ${name})`;
}

/** The image's shape, for one of the batch, and how it lies in the file. */
function imageOf(
  dims: readonly (number | null)[],
  wanted: number | undefined,
): { shape: Shape; layout: Layout } {
  const isImage = (channels: number | null | undefined) => channels != null && channels >= 1 && channels <= 4;
  const [, second, , fourth] = dims;
  const layout = isImage(second) || !isImage(fourth) ? 'NCHW' : 'NHWC';
  const [channels, height, width] = layout === 'NCHW' ? [second, dims[2], fourth] : [fourth, second, dims[2]];
  if (dims.length !== 4 || channels == null || channels < 1) {
    throw new ImportRefused(
      `Its input has the shape ${dims.map((dim) => dim ?? '?').join(' x ')}, and that is no image.`,
      'Plimsoll measures networks that take one image: batch, channels, height and width.',
    );
  }
  const size = height ?? width ?? wanted ?? defaultImageSize;
  if ((height ?? size) !== (width ?? size)) {
    throw new ImportRefused(
      `Its image is ${height} x ${width}, and only square ones can be measured.`,
      'Export it for a square image, or leave the size open.',
    );
  }
  if (wanted !== undefined && wanted !== size) {
    throw new ImportRefused(
      `It was exported for images of ${size} x ${size} and for no others.`,
      'Leave the size out, or export it with height and width left open.',
    );
  }
  return { shape: { height: size, width: size, channels }, layout };
}

interface Surroundings {
  /** Images that the file computes at once. */
  readonly batch: number;
  /** The node makes the network's result. */
  readonly isFinal: boolean;
  /** Another node reads a map that this one reads. */
  readonly isShared: boolean;
}

/** A node with what it reads. */
class NodeReader {
  readonly node: OnnxNode;
  private readonly name: string;
  private readonly inputs: readonly (Value | undefined)[];
  readonly surroundings: Surroundings;

  constructor(
    node: OnnxNode,
    name: string,
    inputs: readonly (Value | undefined)[],
    surroundings: Surroundings,
  ) {
    this.node = node;
    this.name = name;
    this.inputs = inputs;
    this.surroundings = surroundings;
  }

  refuse(why: string): never {
    throw new ImportRefused(
      `${label(this.node.type, this.name)} ${why}.`,
      'docs/networks.md says what can be imported.',
    );
  }

  constant(): Value {
    const { attributes } = this.node;
    const single = attributes.get('value_float') ?? attributes.get('value_int');
    const list = attributes.get('value_floats') ?? attributes.get('value_ints');
    const tensor =
      attributes.get('value')?.tensor ??
      (single?.number !== undefined ? { dims: [], values: [single.number] } : undefined) ??
      (list !== undefined ? { dims: [list.numbers.length], values: list.numbers } : undefined);
    if (tensor === undefined) this.refuse('is no constant of numbers');
    return { kind: 'constant', tensor };
  }

  get count(): number {
    return this.inputs.length;
  }

  map(index = 0): MapValue {
    const value = this.inputs[index];
    if (value?.kind !== 'map') this.refuse(`needs a map as its input ${index}`);
    return value;
  }

  tensor(index: number): OnnxTensor | undefined {
    const value = this.inputs[index];
    if (value?.kind === 'map') this.refuse(`has an input ${index} that is no constant`);
    return value?.tensor;
  }

  /** The two inputs where one is a constant, which may stand first; undefined where both are maps. */
  mapAndConstant(): { value: MapValue; constant: OnnxTensor; isFirst: boolean } | undefined {
    const [first, second] = this.inputs;
    if (first?.kind === 'map' && second?.kind === 'constant') {
      return { value: first, constant: second.tensor, isFirst: false };
    }
    if (first?.kind === 'constant' && second?.kind === 'map') {
      return { value: second, constant: first.tensor, isFirst: true };
    }
    return undefined;
  }

  number(attribute: string, otherwise: number): number {
    return this.node.attributes.get(attribute)?.number ?? otherwise;
  }

  numbers(attribute: string): readonly number[] {
    return this.node.attributes.get(attribute)?.numbers ?? [];
  }

  text(attribute: string, otherwise: string): string {
    return this.node.attributes.get(attribute)?.text || otherwise;
  }

  /** A bound or an exponent: an attribute, or an input that is a constant. */
  scalar(attribute: string, index: number): number | undefined {
    return this.node.attributes.get(attribute)?.number ?? this.tensor(index)?.values?.[0];
  }

  draft(operator: Draft['operator'], inputs: readonly Draft[], output: Shape): Draft {
    return { name: this.name, type: this.node.type, inputs, output, operator };
  }

  /** Of the shape of its input. */
  pointwise(operator: Draft['operator'], of: MapValue = this.map()): Value {
    return { ...of, draft: this.draft(operator, [of.draft], of.draft.output) };
  }

  /** What the batch is in the file is one here. */
  shapeWithoutBatch(dims: readonly number[]): number[] {
    return dims.map((dim, axis) => (axis === 0 && dim === this.surroundings.batch ? 1 : dim));
  }

  /** The same tensor under another shape. */
  reshaped({ draft }: MapValue, dims: readonly number[]): Value {
    const { height, width, channels } = draft.output;
    const is = (...wanted: number[]) =>
      dims.length === wanted.length && wanted.every((size, axis) => dims[axis] === size);
    if (is(1, channels, height, width)) return { kind: 'map', draft, layout: 'NCHW' };
    if (is(1, height, width, channels)) return { kind: 'map', draft, layout: 'NHWC' };
    if (is(1, elementCount(draft.output))) return { kind: 'map', draft, layout: 'flat' };
    return this.refuse(
      `makes a tensor of ${dims.join(' x ')} from a map of ${channels} channels at ${height} x ${width}`,
    );
  }
}

function dimsOf({ draft: { output }, layout }: MapValue): number[] {
  const { height, width, channels } = output;
  switch (layout) {
    case 'NCHW':
      return [1, channels, height, width];
    case 'NHWC':
      return [1, height, width, channels];
    case 'flat':
      return [1, elementCount(output)];
  }
}

/** Of one image, counted from the front. */
function axesNamed(value: MapValue, axes: readonly number[]): readonly number[] {
  const rank = value.layout === 'flat' ? 2 : 4;
  return axes.map((axis) => (axis < 0 ? axis + rank : axis)).toSorted((a, b) => a - b);
}

const spatialAxes: Readonly<Record<Layout, string>> = { NCHW: '2,3', NHWC: '1,2', flat: '' };
const channelAxis: Readonly<Record<Layout, string>> = { NCHW: '1', NHWC: '3', flat: '1' };

const isPooled = ({ height, width }: Shape) => height === 1 && width === 1;

const activation =
  (fn: ActivationFunction) =>
  (at: NodeReader): Value =>
    at.pointwise({ kind: 'activation', function: fn });

const unchanged = (at: NodeReader): Value => at.map();

// ------------------------------------------------------------------------------------------------------------- windows

interface Window {
  readonly stride: number;
  readonly padding: Padding;
}

/** Strides and padding of a convolution or pool, by whichever attribute says them. */
function windowOf(at: NodeReader, input: Shape, kernel: readonly [number, number]): Window {
  const [down = 1, right = down] = at.numbers('strides');
  if (down !== right) at.refuse(`has the strides ${down} x ${right}, and only equal ones can be executed`);
  if (at.numbers('dilations').some((dilation) => dilation !== 1)) {
    at.refuse(`is dilated (${at.numbers('dilations').join(' x ')}), and no kernel here is`);
  }
  const rule = at.text('auto_pad', 'NOTSET');
  if (rule === 'SAME_UPPER' || rule === 'SAME_LOWER') {
    const rows = paddingFor('same', input, kernel[0], down);
    const columns = paddingFor('same', input, kernel[1], down);
    const [top, left, bottom, right] = [rows.top, columns.left, rows.bottom, columns.right];
    const padding =
      rule === 'SAME_UPPER'
        ? { top, left, bottom, right }
        : { top: bottom, left: right, bottom: top, right: left };
    return { stride: down, padding };
  }
  const [top = 0, left = 0, bottom = 0, last = 0] = rule === 'VALID' ? [] : at.numbers('pads');
  if (Math.min(top, left, bottom, last) < 0) at.refuse('takes something off its input');
  return { stride: down, padding: { top, left, bottom, right: last } };
}

function slide(at: NodeReader, input: Shape, kernel: readonly [number, number], { stride, padding }: Window) {
  const height = windowOutput(input, kernel[0], stride, padding).height;
  const width = windowOutput(input, kernel[1], stride, padding).width;
  if (!(height >= 1 && width >= 1)) {
    at.refuse(`has a window of ${kernel.join(' x ')} on a map of ${input.height} x ${input.width}`);
  }
  return { height, width };
}

function convolution(at: NodeReader): Value {
  const value = at.map();
  const weights = at.tensor(1);
  const [outChannels = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weights?.dims ?? [];
  if (weights?.dims.length !== 4 || value.layout !== 'NCHW') at.refuse('is no convolution of images');
  const [before] = value.draft.inputs;
  const padded = value.draft.operator.kind === 'pad' ? value.draft.operator : undefined;
  const source = padded !== undefined && before !== undefined ? before : value.draft;
  const inChannels = source.output.channels;
  const groups = at.number('group', 1);
  const own = windowOf(at, value.draft.output, [kernelHeight, kernelWidth]);
  const hasBias = at.tensor(2) !== undefined;
  const isDepthwise = groups === inChannels && outChannels === inChannels;
  if (padded?.mode === 'reflect') {
    const isBlur =
      isDepthwise &&
      !hasBias &&
      kernelHeight === 3 &&
      kernelWidth === 3 &&
      own.stride === 2 &&
      isNone(own.padding);
    if (!isBlur || !isOneAround(padded.padding))
      at.refuse('reads reflected borders, which only a BlurPool has');
    const output = {
      height: Math.ceil(source.output.height / 2),
      width: Math.ceil(source.output.width / 2),
      channels: inChannels,
    };
    return { ...value, draft: at.draft({ kind: 'blurPool' }, [source], output) };
  }
  if (groups < 1 || perGroup * groups !== inChannels || outChannels % groups !== 0 || outChannels < 1) {
    at.refuse(`has weights for ${perGroup} x ${groups} channels and reads ${inChannels}`);
  }
  const window = padded === undefined ? own : { ...own, padding: sum(own.padding, padded.padding) };
  const output = { ...slide(at, source.output, [kernelHeight, kernelWidth], window), channels: outChannels };
  const operator = {
    kind: 'conv2d',
    inChannels,
    outChannels,
    kernelHeight,
    kernelWidth,
    ...window,
    groups,
    bias: hasBias,
    batchNorm: false,
    layerScale: false,
  } as const;
  return { ...value, draft: at.draft(operator, [source], output) };
}

const isNone = ({ top, left, bottom, right }: Padding) => top + left + bottom + right === 0;
const isOneAround = (padding: Padding) => Object.values(padding).every((pixels) => pixels === 1);

function sum(a: Padding, b: Padding): Padding {
  return {
    top: a.top + b.top,
    left: a.left + b.left,
    bottom: a.bottom + b.bottom,
    right: a.right + b.right,
  };
}

const pool =
  (kind: 'maxPool' | 'averagePool') =>
  (at: NodeReader): Value => {
    const value = at.map();
    const { output: input } = value.draft;
    const [kernelSize = 0, columns = 0] = at.numbers('kernel_shape');
    if (value.layout !== 'NCHW') at.refuse('is no pool of images');
    if (kind === 'averagePool' && kernelSize === input.height && columns === input.width)
      return globalPool(at);
    if (kernelSize !== columns)
      at.refuse(`has a window of ${kernelSize} x ${columns}, and only square ones can be executed`);
    const window = windowOf(at, input, [kernelSize, columns]);
    // What an adaptive pool is exported as where there is nothing to do.
    if (kernelSize === 1 && window.stride === 1 && isNone(window.padding)) return value;
    const whole = at.number('ceil_mode', 0) === 0 ? window : roundedUp(input, kernelSize, window);
    const output = { ...slide(at, input, [kernelSize, kernelSize], whole), channels: input.channels };
    return { ...value, draft: at.draft({ kind, kernelSize, ...whole }, [value.draft], output) };
  };

/** A last window that sticks out is one more row of padding; it must still begin inside. */
function roundedUp(input: Shape, size: number, { stride, padding }: Window): Window {
  const after = (length: number, before: number, behind: number) => {
    const windows = Math.ceil((length + before + behind - size) / stride) + 1;
    const kept = (windows - 1) * stride >= length + before ? windows - 1 : windows;
    return Math.max(behind, (kept - 1) * stride + size - length - before);
  };
  const bottom = after(input.height, padding.top, padding.bottom);
  const right = after(input.width, padding.left, padding.right);
  return { stride, padding: { ...padding, bottom, right } };
}

function globalPool(at: NodeReader): Value {
  const value = at.map();
  const { output } = value.draft;
  if (value.layout === 'flat') at.refuse('is no pool of images');
  if (isPooled(output)) return value;
  const pooled = { height: 1, width: 1, channels: output.channels };
  return { ...value, draft: at.draft({ kind: 'globalAveragePool' }, [value.draft], pooled) };
}

function mean(at: NodeReader): Value {
  const value = at.map();
  const axes = axesNamed(value, axesOf(at.node, at.tensor(1)) ?? []).join();
  const keepsAxes = at.number('keepdims', 1) === 1;
  if (axes === spatialAxes[value.layout]) {
    const pooled = globalPool(at);
    return keepsAxes || pooled.kind !== 'map' ? pooled : { ...pooled, layout: 'flat' };
  }
  if (axes !== channelAxis[value.layout] || !keepsAxes)
    at.refuse('takes a mean that is neither over the image nor over the channels');
  const { draft } = value;
  if (draft.operator.kind === 'squared') return at.pointwise({ kind: 'variance', epsilon: 0 });
  return at.pointwise({ kind: 'channelMean' });
}

function pad(at: NodeReader): Value {
  const value = at.map();
  const mode = at.text('mode', 'constant');
  const pads = at.node.attributes.get('pads')?.numbers ?? at.tensor(1)?.values ?? [];
  const [, , top = 0, left = 0, , , bottom = 0, right = 0] = pads;
  const isSpatial = pads.length === 8 && [0, 1, 4, 5].every((axis) => pads[axis] === 0);
  if (pads.length > 0 && pads.every((pixels) => pixels === 0)) return value;
  if (value.layout !== 'NCHW' || !isSpatial || Math.min(...pads) < 0) at.refuse('adds no border to an image');
  if (mode !== 'constant' && mode !== 'reflect') at.refuse(`adds a border of the kind ${mode}`);
  const { height, width, channels } = value.draft.output;
  const output = { height: height + top + bottom, width: width + left + right, channels };
  const padding = { top, left, bottom, right };
  return { ...value, draft: at.draft({ kind: 'pad', padding, mode }, [value.draft], output) };
}

// -------------------------------------------------------------------------------------------------------------- layers

function matrixProduct(at: NodeReader): Value {
  const value = at.map();
  const [inFeatures, outFeatures = 0] = at.tensor(1)?.dims ?? [];
  return layer(at, value, inFeatures, outFeatures, false);
}

function gemm(at: NodeReader): Value {
  const value = at.map();
  const [rows, columns = 0] = at.tensor(1)?.dims ?? [];
  const isTurned = at.number('transB', 0) === 1;
  if (at.number('alpha', 1) !== 1 || at.number('transA', 0) !== 0) at.refuse('is no linear layer');
  const [inFeatures, outFeatures] = isTurned ? [columns, rows ?? 0] : [rows, columns];
  return layer(at, value, inFeatures, outFeatures, at.tensor(2) !== undefined);
}

/** Over the channels of each pixel it is a 1x1 convolution; of a flat tensor a linear layer. */
function layer(
  at: NodeReader,
  value: MapValue,
  inFeatures: number | undefined,
  outFeatures: number,
  bias: boolean,
): Value {
  const { draft, layout } = value;
  const { height, width, channels } = draft.output;
  const read = layout === 'flat' ? elementCount(draft.output) : channels;
  if (layout === 'NCHW' || inFeatures !== read || outFeatures < 1) {
    at.refuse(
      `has weights for ${inFeatures ?? 'no'} features and reads a map of ${dimsOf(value).join(' x ')}`,
    );
  }
  if (layout === 'flat') {
    const operator = { kind: 'linear', inFeatures, outFeatures, bias } as const;
    return { ...value, draft: at.draft(operator, [draft], { height: 1, width: 1, channels: outFeatures }) };
  }
  const operator = {
    kind: 'conv2d',
    inChannels: channels,
    outChannels: outFeatures,
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: { top: 0, left: 0, bottom: 0, right: 0 },
    groups: 1,
    bias,
    batchNorm: false,
    layerScale: false,
  } as const;
  return { ...value, draft: at.draft(operator, [draft], { height, width, channels: outFeatures }) };
}

/** Into the layer before it: its weights are drawn anew in any case. */
function fold(at: NodeReader, value: MapValue, what: 'batchNorm' | 'bias' | 'layerScale'): Value {
  const { draft } = value;
  const { operator } = draft;
  if (operator.kind !== 'conv2d' && operator.kind !== 'linear' && operator.kind !== 'layerNorm') {
    at.refuse(
      'can only be folded into a convolution, a linear layer or a layer norm right before it, and there is none',
    );
  }
  if (at.surroundings.isShared)
    at.refuse('cannot be folded, for what it follows is read by another node too');
  if (operator.kind === 'conv2d') draft.operator = { ...operator, [what]: true };
  if (operator.kind === 'linear')
    draft.operator = { ...operator, bias: operator.bias || what !== 'layerScale' };
  return value;
}

function layerNorm(at: NodeReader): Value {
  const value = at.map();
  const axis = axesNamed(value, [at.number('axis', -1)]).join();
  if (axis !== channelAxis[value.layout]) at.refuse('normalises over more than the channels of a pixel');
  return at.pointwise({ kind: 'layerNorm', epsilon: at.number('epsilon', 1e-5) });
}

// --------------------------------------------------------------------------------------------------------- arithmetic

const isSameShape = (a: Shape, b: Shape) =>
  a.height === b.height && a.width === b.width && a.channels === b.channels;

function add(at: NodeReader): Value {
  const withConstant = at.mapAndConstant();
  if (withConstant !== undefined) {
    const { value, constant } = withConstant;
    const { draft } = value;
    if (elementsOf(constant.dims) === draft.output.channels) return fold(at, value, 'bias');
    const addend = constant.values?.[0];
    if (addend === undefined || elementsOf(constant.dims) !== 1) at.refuse('adds a constant that is no bias');
    if (draft.operator.kind === 'variance') return at.pointwise({ kind: 'variance', epsilon: addend }, value);
    return at.pointwise({ kind: 'offset', addend }, value);
  }
  const [left, right] = [at.map(0), at.map(1)];
  if (!isSameShape(left.draft.output, right.draft.output)) at.refuse('adds maps of different shapes');
  return { ...left, draft: at.draft({ kind: 'add' }, [left.draft, right.draft], left.draft.output) };
}

function product(at: NodeReader): Value {
  const withConstant = at.mapAndConstant();
  if (withConstant !== undefined) {
    const { value, constant } = withConstant;
    const [factor] = constant.values ?? [];
    if (elementsOf(constant.dims) === 1 && factor !== undefined) return scale(at, value, factor);
    if (elementsOf(constant.dims) === value.draft.output.channels) return fold(at, value, 'layerScale');
    at.refuse('multiplies by a constant that is no scale of channels');
  }
  const [left, right] = [at.map(0), at.map(1)];
  if (left.draft === right.draft && left.draft.operator.kind === 'centred') {
    return at.pointwise({ kind: 'squared' });
  }
  const joined = joinedByProduct(left.draft, right.draft, (...made) => at.draft(...made));
  if (joined === undefined)
    at.refuse('multiplies two maps in a way that is no activation and no squeeze-and-excite');
  const larger = isSameShape(joined.output, left.draft.output) ? left : right;
  return { ...larger, draft: joined };
}

function scale(at: NodeReader, value: MapValue, factor: number): Value {
  return { ...value, draft: scaled(value.draft, factor, (...made) => at.draft(...made)) };
}

function quotient(at: NodeReader): Value {
  const withConstant = at.mapAndConstant();
  const divisor = withConstant?.constant.values?.[0];
  if (withConstant !== undefined && !withConstant.isFirst && divisor !== undefined && divisor !== 0) {
    return scale(at, withConstant.value, 1 / divisor);
  }
  const [left, right] = [at.map(0), at.map(1)];
  const made = layerNormOf(left.draft, right.draft, (...parts) => at.draft(...parts));
  if (made === undefined) at.refuse('divides two maps in a way that is no layer norm');
  return { ...left, draft: made };
}

function difference(at: NodeReader): Value {
  const withConstant = at.mapAndConstant();
  if (withConstant !== undefined) at.refuse('subtracts a constant from a map, or a map from a constant');
  const [left, right] = [at.map(0), at.map(1)];
  const { operator, inputs } = right.draft;
  if (operator.kind !== 'channelMean' || inputs[0] !== left.draft) at.refuse('subtracts two maps');
  return at.pointwise({ kind: 'centred' });
}

function power(at: NodeReader): Value {
  if (at.map().draft.operator.kind !== 'centred' || at.tensor(1)?.values?.[0] !== 2) {
    at.refuse('takes a power that is no part of a layer norm');
  }
  return at.pointwise({ kind: 'squared' });
}

function root(at: NodeReader): Value {
  const { operator } = at.map().draft;
  if (operator.kind !== 'variance') at.refuse('takes a root that is no part of a layer norm');
  return at.pointwise({ kind: 'deviation', epsilon: operator.epsilon });
}

function clip(at: NodeReader): Value {
  const [low, high] = [at.scalar('min', 1), at.scalar('max', 2)];
  if (low === 0 && high === 6) return activation('relu6')(at);
  if (low === 0 && (high === undefined || high > 1e30)) return activation('relu')(at);
  return at.refuse(
    `clips to ${low ?? 'no bound'} and ${high ?? 'no bound'}, and only ReLU and ReLU6 can be executed`,
  );
}

function hardSigmoid(at: NodeReader): Value {
  if (!isNear(at.number('alpha', 0.2), 1 / 6) || !isNear(at.number('beta', 0.5), 0.5)) {
    at.refuse(`has the slope ${at.number('alpha', 0.2)}, and only that of 1/6 can be executed`);
  }
  return activation('hardSigmoid')(at);
}

function gelu(at: NodeReader): Value {
  const approximation = at.text('approximate', 'none');
  if (approximation !== 'none')
    at.refuse(`is approximated by ${approximation}, and only the exact one can be executed`);
  return activation('gelu')(at);
}

// -------------------------------------------------------------------------------------------------------------- shapes

function concat(at: NodeReader): Value {
  const [first, ...rest] = Array.from({ length: at.count }, (_, index) => at.map(index));
  if (first === undefined) at.refuse('joins nothing');
  if (axesNamed(first, [at.number('axis', 1)]).join() !== channelAxis[first.layout]) {
    at.refuse('joins along another axis than the channels');
  }
  let joined = first.draft;
  for (const { draft, layout } of rest) {
    const { height, width, channels } = joined.output;
    const isFlatMap = layout === 'flat' && !isPooled(draft.output);
    if (
      layout !== first.layout ||
      isFlatMap ||
      draft.output.height !== height ||
      draft.output.width !== width
    ) {
      at.refuse('joins maps of different sizes');
    }
    const output = { height, width, channels: channels + draft.output.channels };
    joined = at.draft({ kind: 'concat' }, [joined, draft], output);
  }
  return { ...first, draft: joined };
}

function transpose(at: NodeReader): Value {
  const value = at.map();
  const order = at.numbers('perm').join();
  if (value.layout === 'NCHW' && order === '0,2,3,1') return { ...value, layout: 'NHWC' };
  if (value.layout === 'NHWC' && order === '0,3,1,2') return { ...value, layout: 'NCHW' };
  return at.refuse('exchanges other axes than those of NCHW and NHWC');
}

function flatten(at: NodeReader): Value {
  if (at.number('axis', 1) !== 1) at.refuse('keeps more than the batch');
  return { ...at.map(), layout: 'flat' };
}

function reshape(at: NodeReader): Value {
  const target = at.tensor(1)?.values;
  if (target === undefined) at.refuse('has a shape that is not known before it is executed');
  const value = at.map();
  return at.reshaped(value, resolveShape(at.shapeWithoutBatch(target), dimsOf(value)));
}

function squeezed(at: NodeReader): Value {
  const value = at.map();
  return at.reshaped(value, squeeze(dimsOf(value), axesOf(at.node, at.tensor(1))));
}

function unsqueezed(at: NodeReader): Value {
  const value = at.map();
  const folded = foldConstants(at.node, [
    { dims: dimsOf(value), values: undefined },
    ...(at.count > 1 ? [at.tensor(1) ?? { dims: [], values: undefined }] : []),
  ]);
  return at.reshaped(value, folded?.dims ?? []);
}

function shapeOf(at: NodeReader): Value {
  const dims = dimsOf(at.map());
  return { kind: 'constant', tensor: { dims: [dims.length], values: dims } };
}

/** What turns scores into probabilities takes no time worth the name. */
function softmax(at: NodeReader): Value {
  if (!at.surroundings.isFinal) at.refuse('is only left out as the end of a network');
  return at.map();
}

const readers: Readonly<Record<string, (at: NodeReader) => Value>> = {
  Add: add,
  AveragePool: pool('averagePool'),
  BatchNormalization: (at) => fold(at, at.map(), 'batchNorm'),
  Cast: unchanged,
  Clip: clip,
  Concat: concat,
  Conv: convolution,
  Div: quotient,
  Dropout: unchanged,
  Erf: (at) => at.pointwise({ kind: 'erf' }),
  Flatten: flatten,
  Gelu: gelu,
  Gemm: gemm,
  GlobalAveragePool: globalPool,
  HardSigmoid: hardSigmoid,
  HardSwish: activation('hardSwish'),
  Identity: unchanged,
  LayerNormalization: layerNorm,
  LogSoftmax: softmax,
  MatMul: matrixProduct,
  MaxPool: pool('maxPool'),
  Mul: product,
  Pad: pad,
  Pow: power,
  ReduceMean: mean,
  Relu: activation('relu'),
  Reshape: reshape,
  Shape: shapeOf,
  Sigmoid: activation('sigmoid'),
  Softmax: softmax,
  Sqrt: root,
  Squeeze: squeezed,
  Sub: difference,
  Sum: (at) => (at.count === 2 ? add(at) : at.refuse('adds another number of maps than two')),
  Transpose: transpose,
  Unsqueeze: unsqueezed,
};
