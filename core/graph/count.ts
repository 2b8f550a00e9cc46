import { elementCount, type Graph, type Operator } from './graph.ts';

/**
 * What an operator costs, for one image. The conventions are timm's and the paper's: one MAC is one multiply-add and two
 * operations; only convolutions, linear layers and the two 1x1 layers of squeeze-and-excite count.
 */
export interface OperatorCount {
  readonly macs: number;
  /** Learned parameters, with batch norm (2 a channel), layer norm (2) and layer scale (1). */
  readonly parameters: number;
  /** Elements of weights and biases that execution reads, with batch norm and layer scale folded in. */
  readonly weightElements: number;
  /** Output elements of the convolutions and linear layers in it (timm's `macts`). */
  readonly activations: number;
}

export function countOperator(graph: Graph, operator: Operator): OperatorCount {
  const count = countKind(graph, operator);
  return operator.parameters === undefined ? count : { ...count, parameters: operator.parameters };
}

function countKind(graph: Graph, operator: Operator): OperatorCount {
  const outputs = elementCount(operator.output);
  switch (operator.kind) {
    case 'conv2d': {
      const reduction =
        (operator.inChannels / operator.groups) * operator.kernelHeight * operator.kernelWidth;
      const weights = operator.outChannels * reduction;
      const bias = operator.bias ? operator.outChannels : 0;
      if (operator.scaleOnly === true) {
        return { macs: 0, parameters: 2 * weights, weightElements: 2 * weights, activations: 0 };
      }
      return {
        macs: outputs * reduction,
        parameters:
          weights +
          bias +
          (operator.batchNorm ? 2 * operator.outChannels : 0) +
          (operator.layerScale ? operator.outChannels : 0),
        weightElements: weights + (operator.bias || operator.batchNorm ? operator.outChannels : 0),
        activations: outputs,
      };
    }
    case 'linear': {
      const weights = operator.inFeatures * operator.outFeatures;
      const parameters = weights + (operator.bias ? operator.outFeatures : 0);
      return { macs: weights, parameters, weightElements: parameters, activations: outputs };
    }
    case 'squeezeExcite': {
      const channels = operator.output.channels;
      const macs = 2 * channels * operator.squeezeChannels;
      const parameters = macs + channels + operator.squeezeChannels;
      return {
        macs,
        parameters,
        weightElements: parameters,
        activations: channels + operator.squeezeChannels,
      };
    }
    case 'layerNorm': {
      const parameters = 2 * operator.output.channels;
      return { macs: 0, parameters, weightElements: parameters, activations: 0 };
    }
    case 'input':
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'blurPool':
    case 'activation':
    case 'add':
    case 'concat':
      return { macs: 0, parameters: 0, weightElements: 0, activations: 0 };
    default:
      operator satisfies never;
      throw new Error(`${graph.name}: unknown operator`);
  }
}

export interface GraphCount {
  readonly macs: number;
  readonly parameters: number;
  readonly activations: number;
}

/** Totals of a graph for one image. */
export function countGraph(graph: Graph): GraphCount {
  let macs = 0;
  let parameters = 0;
  let activations = 0;
  for (const operator of graph.operators) {
    const count = countOperator(graph, operator);
    macs += count.macs;
    parameters += count.parameters;
    activations += count.activations;
  }
  return { macs, parameters, activations };
}
