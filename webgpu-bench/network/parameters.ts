/** Weights and biases, drawn from the streams that all providers share, in the order that the kernels read. */
import type { Operator } from '../../core/graph/graph.ts';
import type { WireGraph } from '../../core/protocol/provider.ts';
import { streams, uniformTensor } from '../../core/protocol/random.ts';
import { vectorsOf } from '../wgsl/module.ts';

/** As the protocol orders them: weights by output, row, column, input. */
export interface Parameters {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  /** The second layer of squeeze-and-excite; else empty. */
  readonly secondWeights: Float32Array;
  readonly secondBiases: Float32Array;
}

export type ParameterName = keyof Parameters;

type WireOperator = WireGraph['operators'][number];

/** Float32 values of one operator's parameters; biases are zeros where a layer has none. */
export function drawParameters(operator: WireOperator, seed: number): Parameters {
  const bounds = operator.parameterBounds;
  const { id } = operator;
  const draw = (stream: number, length: number, bound: number | undefined) =>
    bound === undefined ? new Float32Array(length) : uniformTensor(seed, stream, length, bound);
  const none = new Float32Array(0);
  switch (operator.kind) {
    case 'conv2d': {
      const { outChannels, inChannels, groups, kernelHeight, kernelWidth, bias, batchNorm } = operator;
      const length = (outChannels * kernelHeight * kernelWidth * inChannels) / groups;
      return {
        weights: draw(streams.weights(id), length, bounds?.weights),
        biases: draw(streams.biases(id), outChannels, bias || batchNorm ? bounds?.biases : undefined),
        secondWeights: none,
        secondBiases: none,
      };
    }
    case 'linear': {
      const { inFeatures, outFeatures, bias } = operator;
      return {
        weights: draw(streams.weights(id), inFeatures * outFeatures, bounds?.weights),
        biases: draw(streams.biases(id), outFeatures, bias ? bounds?.biases : undefined),
        secondWeights: none,
        secondBiases: none,
      };
    }
    case 'layerNorm': {
      const { channels } = operator.output;
      return {
        // The stream has the scale minus one.
        weights: draw(streams.weights(id), channels, bounds?.weights).map((value) => Math.fround(1 + value)),
        biases: draw(streams.biases(id), channels, bounds?.biases),
        secondWeights: none,
        secondBiases: none,
      };
    }
    case 'squeezeExcite': {
      const { squeezeChannels, output } = operator;
      const length = output.channels * squeezeChannels;
      return {
        weights: draw(streams.weights(id), length, bounds?.weights),
        biases: draw(streams.biases(id), squeezeChannels, bounds?.biases),
        secondWeights: draw(streams.secondWeights(id), length, bounds?.secondWeights),
        secondBiases: draw(streams.secondBiases(id), output.channels, bounds?.secondBiases),
      };
    }
    default:
      return { weights: none, biases: none, secondWeights: none, secondBiases: none };
  }
}

/**
 * One of an operator's parameters as the kernels read it: output channels innermost, in vectors of four, zeros in the lanes
 * beyond the last channel; sums over input channels in vectors of four likewise.
 */
export function packParameter(operator: Operator, parameters: Parameters, name: ParameterName): Float32Array {
  const values = parameters[name];
  if (name === 'biases' || name === 'secondBiases') return padded(values);
  switch (operator.kind) {
    case 'conv2d': {
      const { outChannels, inChannels, groups, kernelHeight, kernelWidth } = operator;
      const perGroup = inChannels / groups;
      // The inputs of a group that fills no vector are read channel by channel.
      const inputs = groups === 1 ? 4 * vectorsOf(perGroup) : perGroup;
      return transposed(values, outChannels, kernelHeight * kernelWidth, perGroup, inputs);
    }
    case 'linear': {
      const { outFeatures, inFeatures } = operator;
      return transposed(values, outFeatures, 1, inFeatures, 4 * vectorsOf(inFeatures));
    }
    case 'squeezeExcite': {
      const wide = operator.output.channels;
      const narrow = operator.squeezeChannels;
      const [outputs, inputs] = name === 'weights' ? [narrow, wide] : [wide, narrow];
      return transposed(values, outputs, 1, inputs, 4 * vectorsOf(inputs));
    }
    default:
      return padded(values);
  }
}

/** Length of what `packParameter` makes, in vectors of four, without making it. */
export function packedVectors(operator: Operator, name: ParameterName): number {
  const { channels } = operator.output;
  switch (operator.kind) {
    case 'conv2d': {
      if (name === 'biases') return vectorsOf(operator.outChannels);
      const perGroup = operator.inChannels / operator.groups;
      const inputs = operator.groups === 1 ? 4 * vectorsOf(perGroup) : perGroup;
      return operator.kernelHeight * operator.kernelWidth * inputs * vectorsOf(operator.outChannels);
    }
    case 'squeezeExcite': {
      const squeeze = vectorsOf(operator.squeezeChannels);
      if (name === 'biases') return squeeze;
      if (name === 'secondBiases') return vectorsOf(channels);
      return 4 * squeeze * vectorsOf(channels);
    }
    default:
      return vectorsOf(channels);
  }
}

/** From [output][tap][input] to [tap][input, padded][output, padded to fours]. */
function transposed(
  weights: Float32Array,
  outputs: number,
  taps: number,
  inputs: number,
  paddedInputs: number,
): Float32Array {
  const width = 4 * vectorsOf(outputs);
  const packed = new Float32Array(taps * paddedInputs * width);
  for (let output = 0; output < outputs; output++) {
    for (let tap = 0; tap < taps; tap++) {
      const from = (output * taps + tap) * inputs;
      const to = tap * paddedInputs * width + output;
      for (let input = 0; input < inputs; input++) {
        packed[to + input * width] = weights[from + input] ?? 0;
      }
    }
  }
  return packed;
}

function padded(values: Float32Array): Float32Array {
  const packed = new Float32Array(4 * vectorsOf(values.length));
  packed.set(values);
  return packed;
}
