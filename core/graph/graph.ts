/**
 * A network as data: operators in topological order, NHWC shapes without the batch, each operator in a block.
 *
 * Batch norms are not operators: they are folded into the convolution before them, as every inference engine does, and
 * remembered (`batchNorm`) because a published parameter count includes them. The same holds for layer scale.
 */

/** One image's worth of an activation tensor. The batch is chosen when a plan is prepared. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const activationFunctions = [
  'relu',
  'relu6',
  'silu',
  'hardSwish',
  'gelu',
  'sigmoid',
  'hardSigmoid',
] as const;
export type ActivationFunction = (typeof activationFunctions)[number];

/** Position of an operator in `Graph.operators`; also names the tensor that it produces. */
export type OperatorId = number;

interface OperatorBase {
  readonly id: OperatorId;
  /** Unique in the graph, for example `s1.b1.conv2`. */
  readonly name: string;
  /** Index into `Graph.blocks`. */
  readonly block: number;
  /** Producers of the tensors that this operator reads, in order. */
  readonly inputs: readonly OperatorId[];
  /** Shape of the tensor that it produces. */
  readonly output: Shape;
  /**
   * Learned parameters, where they are not as many as its kind has: weights that an operator before it has as well, a
   * squeeze-and-excite or a norm without biases.
   */
  readonly parameters?: number | undefined;
}

/** The image. Always operator 0, and only there. */
export interface InputOperator extends OperatorBase {
  readonly kind: 'input';
}

export interface Conv2dOperator extends OperatorBase {
  readonly kind: 'conv2d';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly groups: number;
  /** The layer has a bias of its own. A folded batch norm gives it one in execution either way. */
  readonly bias: boolean;
  readonly batchNorm: boolean;
  /** A per-channel scale after the layer, folded into its weights (ConvNeXt). */
  readonly layerScale: boolean;
  /**
   * A scale and shift of channels by itself, such as a batch norm that no layer stands right before, executed as a depthwise 1x1
   * convolution. Norms count no operations, and nor does this.
   */
  readonly scaleOnly?: true | undefined;
}

/** A matrix product over the channels of a pooled (1 x 1) tensor, or of a flattened one. */
export interface LinearOperator extends OperatorBase {
  readonly kind: 'linear';
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
}

export interface PoolOperator extends OperatorBase {
  readonly kind: 'maxPool' | 'averagePool';
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: Padding;
}

export interface GlobalAveragePoolOperator extends OperatorBase {
  readonly kind: 'globalAveragePool';
}

/** Depthwise [1 2 1] x [1 2 1] / 16 low-pass filter with reflected borders, stride 2 (Zhang 2019). */
export interface BlurPoolOperator extends OperatorBase {
  readonly kind: 'blurPool';
}

export interface ActivationOperator extends OperatorBase {
  readonly kind: 'activation';
  readonly function: ActivationFunction;
}

/** Element-wise sum of two tensors of one shape: a residual connection. */
export interface AddOperator extends OperatorBase {
  readonly kind: 'add';
}

/** Concatenation along the channels. */
export interface ConcatOperator extends OperatorBase {
  readonly kind: 'concat';
}

/** Normalisation over the channels of each pixel, with scale and shift. */
export interface LayerNormOperator extends OperatorBase {
  readonly kind: 'layerNorm';
  readonly epsilon: number;
}

/** Global average, 1x1 to `squeezeChannels`, activation, 1x1 back, gate, channel-wise product with the input. */
export interface SqueezeExciteOperator extends OperatorBase {
  readonly kind: 'squeezeExcite';
  readonly squeezeChannels: number;
  readonly innerActivation: ActivationFunction;
  readonly gate: 'sigmoid' | 'hardSigmoid';
}

export type Operator =
  | InputOperator
  | Conv2dOperator
  | LinearOperator
  | PoolOperator
  | GlobalAveragePoolOperator
  | BlurPoolOperator
  | ActivationOperator
  | AddOperator
  | ConcatOperator
  | LayerNormOperator
  | SqueezeExciteOperator;

export const blockKinds = [
  'stem',
  'conv',
  'basic',
  'bottleneck',
  'depthwiseSeparable',
  'mbconv',
  'fusedMbconv',
  'convnext',
  'convfirst',
  'convfirstDownsample',
  'ffn',
  'downsample',
  'head',
] as const;
export type BlockKind = (typeof blockKinds)[number];

/** A named group of operators that a plan may fuse into one kernel. */
export interface Block {
  readonly name: string;
  readonly kind: BlockKind;
}

export interface Graph {
  readonly name: string;
  readonly operators: readonly Operator[];
  readonly blocks: readonly Block[];
}

/** The operator with this id; throws when the graph has none, which is a bug in whoever made the id. */
export function operatorAt(graph: Graph, id: OperatorId): Operator {
  const operator = graph.operators[id];
  if (operator === undefined) throw new Error(`${graph.name} has no operator ${id}`);
  return operator;
}

/** Elements of one image's tensor. */
export function elementCount(shape: Shape): number {
  return shape.height * shape.width * shape.channels;
}

/** The four forms of convolution whose efficiency differs so much. */
export type ConvolutionForm = 'dense' | 'grouped' | 'depthwise' | 'pointwise';

export function convolutionForm(conv: Conv2dOperator): ConvolutionForm {
  if (conv.groups === 1) return conv.kernelHeight === 1 && conv.kernelWidth === 1 ? 'pointwise' : 'dense';
  return conv.groups === conv.inChannels && conv.groups === conv.outChannels ? 'depthwise' : 'grouped';
}
