/** Every operator in double precision, slowly and plainly: what the kernels are held against. NHWC, channels not padded. */
import {
  type ActivationFunction,
  type Conv2dOperator,
  elementCount,
  type Graph,
  type LinearOperator,
  type Operator,
  operatorAt,
  type PoolOperator,
  type Shape,
  type SqueezeExciteOperator,
} from '../../core/graph/graph.ts';
import { convShape } from '../kernels/conv-shape.ts';
import type { Parameters } from './parameters.ts';

/** The operator's result for `batch` images. `inputs` are those of the operator, in order. */
export function referenceOperator(
  graph: Graph,
  operator: Operator,
  inputs: readonly Float64Array[],
  batch: number,
  parameters: Parameters,
): Float64Array {
  const input = inputs[0] ?? new Float64Array(0);
  const shape = operatorAt(graph, operator.inputs[0] ?? 0).output;
  switch (operator.kind) {
    case 'input':
      return input;
    case 'conv2d':
    case 'linear':
      return convolution(operator, shape, input, batch, parameters);
    case 'maxPool':
    case 'averagePool':
      return windowPool(operator, shape, input, batch);
    case 'globalAveragePool':
      return globalAverage(shape, input, batch);
    case 'blurPool':
      return blur(shape, operator.output, input, batch);
    case 'activation':
      return input.map((value) => activated(operator.function, value));
    case 'add': {
      const other = inputs[1] ?? input;
      return input.map((value, index) => value + (other[index] ?? Number.NaN));
    }
    case 'concat':
      return concatenate(shape, operatorAt(graph, operator.inputs[1] ?? 0).output, input, inputs[1] ?? input);
    case 'layerNorm':
      return layerNorm(operator.output.channels, operator.epsilon, input, parameters);
    case 'squeezeExcite':
      return squeezeExcite(operator, input, batch, parameters);
  }
}

function activated(name: ActivationFunction, value: number): number {
  const hard = () => Math.min(Math.max(value + 3, 0), 6) / 6;
  const sigmoid = () => 1 / (1 + Math.exp(-value));
  switch (name) {
    case 'relu':
      return Math.max(value, 0);
    case 'relu6':
      return Math.min(Math.max(value, 0), 6);
    case 'silu':
      return value * sigmoid();
    case 'hardSwish':
      return value * hard();
    case 'gelu':
      return (value * (1 + errorFunction(value / Math.SQRT2))) / 2;
    case 'sigmoid':
      return sigmoid();
    case 'hardSigmoid':
      return hard();
  }
}

/** To double precision: the series near zero, a continued fraction beyond (Abramowitz and Stegun 7.1.6 and 7.1.14). */
export function errorFunction(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * ((2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

function convolution(
  operator: Conv2dOperator | LinearOperator,
  inputShape: Shape,
  input: Float64Array,
  batch: number,
  { weights, biases }: Parameters,
): Float64Array {
  const shape = convShape(operator, inputShape, batch);
  const { output, kernelHeight, kernelWidth, stride, padding, groups } = shape;
  const { height, width, channels } = shape.input;
  const perGroupIn = channels / groups;
  const perGroupOut = output.channels / groups;
  const taps = kernelHeight * kernelWidth;
  // The outputs of a group side by side, so that the innermost loop runs along both arrays.
  const byInput = new Float64Array(weights.length);
  for (let out = 0; out < output.channels; out++) {
    const group = Math.floor(out / perGroupOut);
    for (let k = 0; k < taps * perGroupIn; k++) {
      byInput[(group * taps * perGroupIn + k) * perGroupOut + (out % perGroupOut)] =
        weights[out * taps * perGroupIn + k] ?? Number.NaN;
    }
  }
  const result = new Float64Array(batch * elementCount(output));
  const sums = new Float64Array(perGroupOut);
  for (let pixel = 0; pixel < batch * output.height * output.width; pixel++) {
    const x0 = (pixel % output.width) * stride - padding.left;
    const y0 = (Math.floor(pixel / output.width) % output.height) * stride - padding.top;
    const image = Math.floor(pixel / (output.width * output.height));
    for (let group = 0; group < groups; group++) {
      for (let o = 0; o < perGroupOut; o++) sums[o] = biases[group * perGroupOut + o] ?? Number.NaN;
      for (let tap = 0; tap < taps; tap++) {
        const y = y0 + Math.floor(tap / kernelWidth);
        const x = x0 + (tap % kernelWidth);
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const from = ((image * height + y) * width + x) * channels + group * perGroupIn;
        for (let k = 0; k < perGroupIn; k++) {
          const value = input[from + k] as number;
          const row = ((group * taps + tap) * perGroupIn + k) * perGroupOut;
          for (let o = 0; o < perGroupOut; o++) {
            (sums[o] as number) += value * (byInput[row + o] as number);
          }
        }
      }
      result.set(sums, pixel * output.channels + group * perGroupOut);
    }
  }
  return result;
}

function windowPool(operator: PoolOperator, shape: Shape, input: Float64Array, batch: number): Float64Array {
  const { output, kernelSize, stride, padding } = operator;
  const isMaximum = operator.kind === 'maxPool';
  return perElement(output, batch, (image, oy, ox, channel) => {
    let result = isMaximum ? Number.NEGATIVE_INFINITY : 0;
    for (let tap = 0; tap < kernelSize ** 2; tap++) {
      const y = oy * stride + Math.floor(tap / kernelSize) - padding.top;
      const x = ox * stride + (tap % kernelSize) - padding.left;
      if (y < 0 || y >= shape.height || x < 0 || x >= shape.width) continue;
      const value = at(shape, input, image, y, x, channel);
      result = isMaximum ? Math.max(result, value) : result + value;
    }
    return isMaximum ? result : result / kernelSize ** 2;
  });
}

function blur(shape: Shape, output: Shape, input: Float64Array, batch: number): Float64Array {
  const filter = [0.25, 0.5, 0.25];
  const reflect = (position: number, length: number) =>
    length === 1 ? 0 : length - 1 - Math.abs(length - 1 - Math.abs(position));
  return perElement(output, batch, (image, oy, ox, channel) => {
    let sum = 0;
    for (const [i, vertical] of filter.entries()) {
      for (const [j, horizontal] of filter.entries()) {
        const y = reflect(2 * oy + i - 1, shape.height);
        const x = reflect(2 * ox + j - 1, shape.width);
        sum += vertical * horizontal * at(shape, input, image, y, x, channel);
      }
    }
    return sum;
  });
}

function globalAverage(shape: Shape, input: Float64Array, batch: number): Float64Array {
  const pixels = shape.height * shape.width;
  const means = new Float64Array(batch * shape.channels);
  for (const [index, value] of input.entries()) {
    const image = Math.floor(index / (pixels * shape.channels));
    (means[image * shape.channels + (index % shape.channels)] as number) += value / pixels;
  }
  return means;
}

function layerNorm(
  channels: number,
  epsilon: number,
  input: Float64Array,
  { weights, biases }: Parameters,
): Float64Array {
  const output = new Float64Array(input.length);
  for (let from = 0; from < input.length; from += channels) {
    const pixel = input.subarray(from, from + channels);
    const mean = pixel.reduce((sum, value) => sum + value, 0) / channels;
    const variance = pixel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
    for (const [c, value] of pixel.entries()) {
      output[from + c] =
        ((value - mean) / Math.sqrt(variance + epsilon)) * (weights[c] ?? Number.NaN) +
        (biases[c] ?? Number.NaN);
    }
  }
  return output;
}

function squeezeExcite(
  { output, squeezeChannels, innerActivation, gate }: SqueezeExciteOperator,
  input: Float64Array,
  batch: number,
  { weights, biases, secondWeights, secondBiases }: Parameters,
): Float64Array {
  const { channels } = output;
  const pooled = globalAverage(output, input, batch);
  const gates = new Float64Array(batch * channels);
  for (let image = 0; image < batch; image++) {
    const means = pooled.subarray(image * channels, (image + 1) * channels);
    const hidden = Float64Array.from(biases.subarray(0, squeezeChannels), (bias, o) =>
      activated(
        innerActivation,
        means.reduce((sum, mean, c) => sum + mean * (weights[o * channels + c] ?? Number.NaN), bias),
      ),
    );
    for (let c = 0; c < channels; c++) {
      gates[image * channels + c] = activated(
        gate,
        hidden.reduce(
          (sum, value, o) => sum + value * (secondWeights[c * squeezeChannels + o] ?? Number.NaN),
          secondBiases[c] ?? Number.NaN,
        ),
      );
    }
  }
  const imageLength = elementCount(output);
  return input.map(
    (value, index) =>
      value * (gates[Math.floor(index / imageLength) * channels + (index % channels)] ?? Number.NaN),
  );
}

function concatenate(left: Shape, right: Shape, a: Float64Array, b: Float64Array): Float64Array {
  const channels = left.channels + right.channels;
  const output = new Float64Array(a.length + b.length);
  for (let pixel = 0; pixel * left.channels < a.length; pixel++) {
    output.set(a.subarray(pixel * left.channels, (pixel + 1) * left.channels), pixel * channels);
    output.set(
      b.subarray(pixel * right.channels, (pixel + 1) * right.channels),
      pixel * channels + left.channels,
    );
  }
  return output;
}

function perElement(
  shape: Shape,
  batch: number,
  value: (image: number, y: number, x: number, channel: number) => number,
): Float64Array {
  const result = new Float64Array(batch * elementCount(shape));
  let index = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < shape.height; y++) {
      for (let x = 0; x < shape.width; x++) {
        for (let c = 0; c < shape.channels; c++) result[index++] = value(image, y, x, c);
      }
    }
  }
  return result;
}

const at = (shape: Shape, values: Float64Array, image: number, y: number, x: number, channel: number) =>
  values[((image * shape.height + y) * shape.width + x) * shape.channels + channel] ?? Number.NaN;
