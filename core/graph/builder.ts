import type {
  ActivationFunction,
  Block,
  BlockKind,
  Graph,
  Operator,
  OperatorId,
  Padding,
  Shape,
} from './graph.ts';
import { type PaddingRule, paddingFor, windowOutput } from './shape.ts';

/** `Omit` that keeps the members of a union apart. */
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface ConvOptions {
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Default: `symmetric`, which for stride 1 and an odd kernel keeps the size. */
  readonly padding?: PaddingRule;
  /** Default: the opposite of `batchNorm`. */
  readonly bias?: boolean;
  /** Default: true. */
  readonly batchNorm?: boolean;
  readonly layerScale?: boolean;
  readonly activation?: ActivationFunction | undefined;
}

/**
 * Builds a graph operator by operator, inferring shapes. A tensor is named by the id of the operator that makes it.
 *
 *     const g = new GraphBuilder('tiny', { height: 8, width: 8, channels: 3 });
 *     const x = g.block('stem', 'stem', () => g.conv('conv1', g.input, { outChannels: 16, kernelSize: 3 }));
 */
export class GraphBuilder {
  readonly input: OperatorId = 0;
  private readonly name: string;
  private readonly operators: Operator[] = [];
  private readonly blocks: Block[] = [];
  private currentBlock: number | undefined;

  constructor(name: string, input: Shape) {
    this.name = name;
    this.blocks.push({ name: 'input', kind: 'stem' });
    this.operators.push({ kind: 'input', id: 0, name: 'input', block: 0, inputs: [], output: input });
  }

  /** Everything that `build` adds belongs to a block of this name. Blocks do not nest. */
  block<T>(name: string, kind: BlockKind, build: () => T): T {
    if (this.currentBlock !== undefined) throw new Error(`${this.name}: block ${name} inside another block`);
    this.blocks.push({ name, kind });
    this.currentBlock = this.blocks.length - 1;
    try {
      return build();
    } finally {
      this.currentBlock = undefined;
    }
  }

  shapeOf(id: OperatorId): Shape {
    const operator = this.operators[id];
    if (operator === undefined) throw new Error(`${this.name}: no operator ${id}`);
    return operator.output;
  }

  channelsOf(id: OperatorId): number {
    return this.shapeOf(id).channels;
  }

  conv(name: string, input: OperatorId, options: ConvOptions): OperatorId {
    const { outChannels, kernelSize, stride = 1, groups = 1, batchNorm = true } = options;
    const shape = this.shapeOf(input);
    if (shape.channels % groups !== 0 || outChannels % groups !== 0) {
      throw new Error(
        `${this.name}: ${name} cannot split ${shape.channels} to ${outChannels} channels into ${groups} groups`,
      );
    }
    const padding = paddingFor(options.padding ?? 'symmetric', shape, kernelSize, stride);
    const conv = this.append({
      kind: 'conv2d',
      name,
      inputs: [input],
      output: { ...this.window(name, shape, kernelSize, stride, padding), channels: outChannels },
      inChannels: shape.channels,
      outChannels,
      kernelHeight: kernelSize,
      kernelWidth: kernelSize,
      stride,
      padding,
      groups,
      bias: options.bias ?? !batchNorm,
      batchNorm,
      layerScale: options.layerScale ?? false,
    });
    return options.activation === undefined ? conv : this.activation(`${name}.act`, conv, options.activation);
  }

  /** A depthwise convolution: as many groups as channels. */
  depthwise(
    name: string,
    input: OperatorId,
    options: Omit<ConvOptions, 'outChannels' | 'groups'>,
  ): OperatorId {
    const channels = this.channelsOf(input);
    return this.conv(name, input, { ...options, outChannels: channels, groups: channels });
  }

  /** The input is flattened when it is not 1 x 1. */
  linear(
    name: string,
    input: OperatorId,
    outFeatures: number,
    options: { readonly bias?: boolean; readonly activation?: ActivationFunction } = {},
  ): OperatorId {
    const { height, width, channels } = this.shapeOf(input);
    const linear = this.append({
      kind: 'linear',
      name,
      inputs: [input],
      output: { height: 1, width: 1, channels: outFeatures },
      inFeatures: height * width * channels,
      outFeatures,
      bias: options.bias ?? true,
    });
    return options.activation === undefined
      ? linear
      : this.activation(`${name}.act`, linear, options.activation);
  }

  activation(name: string, input: OperatorId, fn: ActivationFunction): OperatorId {
    return this.append({
      kind: 'activation',
      name,
      inputs: [input],
      output: this.shapeOf(input),
      function: fn,
    });
  }

  add(name: string, left: OperatorId, right: OperatorId): OperatorId {
    const a = this.shapeOf(left);
    const b = this.shapeOf(right);
    if (a.height !== b.height || a.width !== b.width || a.channels !== b.channels) {
      throw new Error(`${this.name}: ${name} adds ${shapeText(a)} to ${shapeText(b)}`);
    }
    return this.append({ kind: 'add', name, inputs: [left, right], output: a });
  }

  concat(name: string, left: OperatorId, right: OperatorId): OperatorId {
    const a = this.shapeOf(left);
    const b = this.shapeOf(right);
    if (a.height !== b.height || a.width !== b.width) {
      throw new Error(`${this.name}: ${name} joins ${shapeText(a)} with ${shapeText(b)}`);
    }
    return this.append({
      kind: 'concat',
      name,
      inputs: [left, right],
      output: { ...a, channels: a.channels + b.channels },
    });
  }

  maxPool(name: string, input: OperatorId, kernelSize: number, stride: number): OperatorId {
    return this.pool('maxPool', name, input, kernelSize, stride);
  }

  averagePool(name: string, input: OperatorId, kernelSize: number, stride: number): OperatorId {
    return this.pool('averagePool', name, input, kernelSize, stride);
  }

  globalAveragePool(name: string, input: OperatorId): OperatorId {
    const channels = this.channelsOf(input);
    return this.append({
      kind: 'globalAveragePool',
      name,
      inputs: [input],
      output: { height: 1, width: 1, channels },
    });
  }

  blurPool(name: string, input: OperatorId): OperatorId {
    const { height, width, channels } = this.shapeOf(input);
    return this.append({
      kind: 'blurPool',
      name,
      inputs: [input],
      output: { height: Math.ceil(height / 2), width: Math.ceil(width / 2), channels },
    });
  }

  layerNorm(name: string, input: OperatorId, epsilon = 1e-6): OperatorId {
    return this.append({ kind: 'layerNorm', name, inputs: [input], output: this.shapeOf(input), epsilon });
  }

  squeezeExcite(
    name: string,
    input: OperatorId,
    options: {
      readonly squeezeChannels: number;
      readonly innerActivation: ActivationFunction;
      readonly gate: 'sigmoid' | 'hardSigmoid';
    },
  ): OperatorId {
    return this.append({
      kind: 'squeezeExcite',
      name,
      inputs: [input],
      output: this.shapeOf(input),
      ...options,
    });
  }

  build(): Graph {
    const names = new Set<string>();
    for (const { name } of this.operators) {
      if (names.has(name)) throw new Error(`${this.name}: two operators are called ${name}`);
      names.add(name);
    }
    return { name: this.name, operators: this.operators, blocks: this.blocks };
  }

  private pool(
    kind: 'maxPool' | 'averagePool',
    name: string,
    input: OperatorId,
    kernelSize: number,
    stride: number,
  ): OperatorId {
    const shape = this.shapeOf(input);
    // Pools pad as torch does: half the window on every side, whatever the stride.
    const half = Math.floor((kernelSize - 1) / 2);
    const padding = { top: half, left: half, bottom: half, right: half };
    return this.append({
      kind,
      name,
      inputs: [input],
      output: { ...this.window(name, shape, kernelSize, stride, padding), channels: shape.channels },
      kernelSize,
      stride,
      padding,
    });
  }

  private window(name: string, input: Shape, kernelSize: number, stride: number, padding: Padding) {
    const output = windowOutput(input, kernelSize, stride, padding);
    if (output.height < 1 || output.width < 1) {
      throw new Error(
        `${this.name}: ${name} has a ${kernelSize} x ${kernelSize} window on ${shapeText(input)}`,
      );
    }
    return output;
  }

  private append(operator: DistributiveOmit<Operator, 'id' | 'block'>): OperatorId {
    if (this.currentBlock === undefined)
      throw new Error(`${this.name}: ${operator.name} is outside every block`);
    const id = this.operators.length;
    // The cast restores what the distributive Omit took away; both fields are added here and nowhere else.
    this.operators.push({ ...operator, id, block: this.currentBlock } as Operator);
    return id;
  }
}

function shapeText(shape: Shape): string {
  return `${shape.height} x ${shape.width} x ${shape.channels}`;
}
