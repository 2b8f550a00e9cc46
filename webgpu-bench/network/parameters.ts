/** Weights and biases, drawn from the streams that all providers share, in the order that the kernels read. */
import type { Operator, OperatorId } from '../../core/graph/graph.ts';
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
 * The same values as the kernels read them: output channels innermost, in vectors of four, zeros in the lanes beyond the
 * last channel; sums over input channels in vectors of four likewise.
 */
export function packParameters(operator: Operator, parameters: Parameters): Parameters {
  const { weights, biases, secondWeights, secondBiases } = parameters;
  const packedBiases = { biases: padded(biases), secondBiases: padded(secondBiases) };
  switch (operator.kind) {
    case 'conv2d': {
      const { outChannels, inChannels, groups, kernelHeight, kernelWidth } = operator;
      const taps = kernelHeight * kernelWidth;
      const perGroup = inChannels / groups;
      // A single input channel a group, or one that fills no vector, is read channel by channel.
      const isPadded = groups === 1;
      return {
        weights: transposed(
          weights,
          outChannels,
          taps,
          perGroup,
          isPadded ? 4 * vectorsOf(perGroup) : perGroup,
        ),
        secondWeights,
        ...packedBiases,
      };
    }
    case 'linear':
      return {
        weights: transposed(
          weights,
          operator.outFeatures,
          1,
          operator.inFeatures,
          4 * vectorsOf(operator.inFeatures),
        ),
        secondWeights,
        ...packedBiases,
      };
    case 'squeezeExcite': {
      const { channels } = operator.output;
      const squeeze = operator.squeezeChannels;
      return {
        weights: transposed(weights, squeeze, 1, channels, 4 * vectorsOf(channels)),
        secondWeights: transposed(secondWeights, channels, 1, squeeze, 4 * vectorsOf(squeeze)),
        ...packedBiases,
      };
    }
    default:
      return { weights: padded(weights), secondWeights, ...packedBiases };
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
