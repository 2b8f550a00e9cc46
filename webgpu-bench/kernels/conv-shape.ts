/** A convolution as the kernels see it; a linear layer is one of a 1x1 image. */
import type { Conv2dOperator, LinearOperator, Padding, Shape } from '../../core/graph/graph.ts';

export interface ConvShape {
  readonly batch: number;
  readonly input: Shape;
  readonly output: Shape;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly groups: number;
}

export function convShape(operator: Conv2dOperator | LinearOperator, input: Shape, batch: number): ConvShape {
  if (operator.kind === 'linear') {
    return {
      batch,
      input: { height: 1, width: 1, channels: operator.inFeatures },
      output: operator.output,
      kernelHeight: 1,
      kernelWidth: 1,
      stride: 1,
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
      groups: 1,
    };
  }
  const { output, kernelHeight, kernelWidth, stride, padding, groups } = operator;
  return { batch, input, output, kernelHeight, kernelWidth, stride, padding, groups };
}

export const isDepthwise = ({ groups, input, output }: ConvShape) =>
  groups > 1 && groups === input.channels && groups === output.channels;

/** A 1x1 window over every pixel: the convolution is a plain matrix product. */
export const isPointwise = ({ kernelHeight, kernelWidth, stride, padding }: ConvShape) =>
  kernelHeight === 1 && kernelWidth === 1 && stride === 1 && padding.top === 0 && padding.left === 0;

/** Groups can be cut into vectors of four channels on both sides. */
export const hasVectorGroups = ({ groups, input, output }: ConvShape) =>
  groups === 1 || ((input.channels / groups) % 4 === 0 && (output.channels / groups) % 4 === 0);
