/**
 * The inverted residual (Sandler et al. 2018) and its relatives, of which MobileNetV2 and V3 and both EfficientNets are
 * made: expand with a 1x1 layer, convolve each channel by itself, perhaps squeeze and excite, project with a 1x1 layer.
 */
import type { GraphBuilder } from '../graph/builder.ts';
import type { ActivationFunction, OperatorId } from '../graph/graph.ts';
import type { PaddingRule } from '../graph/shape.ts';

export interface SqueezeExciteOptions {
  readonly squeezeChannels: number;
  readonly innerActivation: ActivationFunction;
  readonly gate: 'sigmoid' | 'hardSigmoid';
}

export interface InvertedResidualOptions {
  readonly expandedChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly activation: ActivationFunction;
  readonly padding?: PaddingRule;
  readonly squeezeExcite?: SqueezeExciteOptions | undefined;
  /** Channels per group of the spatial convolution; default 1, depthwise. */
  readonly groupWidth?: number;
}

/** Multiples of eight, and never less than nine tenths of what was asked for. */
export function roundChannels(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}

/** MBConv: one block named `prefix`. */
export function invertedResidual(
  g: GraphBuilder,
  prefix: string,
  x: OperatorId,
  options: InvertedResidualOptions,
): OperatorId {
  const { expandedChannels, kernelSize, stride, activation, padding = 'symmetric', groupWidth = 1 } = options;
  return g.block(prefix, 'mbconv', () => {
    const expanded = g.conv(`${prefix}.pw`, x, { outChannels: expandedChannels, kernelSize: 1, activation });
    const convolved = g.conv(`${prefix}.dw`, expanded, {
      outChannels: expandedChannels,
      groups: expandedChannels / groupWidth,
      kernelSize,
      stride,
      padding,
      activation,
    });
    return project(g, prefix, 'pwl', x, convolved, options);
  });
}

/** Without expansion: depthwise, perhaps squeeze and excite, 1x1. */
export function depthwiseSeparable(
  g: GraphBuilder,
  prefix: string,
  x: OperatorId,
  options: Omit<InvertedResidualOptions, 'expandedChannels' | 'groupWidth'>,
): OperatorId {
  const { kernelSize, stride, activation, padding = 'symmetric' } = options;
  return g.block(prefix, 'depthwiseSeparable', () => {
    const convolved = g.depthwise(`${prefix}.dw`, x, { kernelSize, stride, padding, activation });
    return project(g, prefix, 'pw', x, convolved, options);
  });
}

/** The end of both: gate, project, and the sum with the input where its shape allows it. */
function project(
  g: GraphBuilder,
  prefix: string,
  layer: string,
  input: OperatorId,
  convolved: OperatorId,
  options: Pick<InvertedResidualOptions, 'outChannels' | 'stride' | 'squeezeExcite'>,
): OperatorId {
  const { outChannels, stride, squeezeExcite } = options;
  const gated =
    squeezeExcite === undefined ? convolved : g.squeezeExcite(`${prefix}.se`, convolved, squeezeExcite);
  const projected = g.conv(`${prefix}.${layer}`, gated, { outChannels, kernelSize: 1 });
  const keepsShape = stride === 1 && g.channelsOf(input) === outChannels;
  return keepsShape ? g.add(`${prefix}.add`, projected, input) : projected;
}
