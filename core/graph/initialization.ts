/**
 * How wide the random weights of each operator are, so that activations keep about unit variance through the deepest
 * network. An output of zeros, infinities or denormals would prove nothing about a kernel, and denormals would spoil
 * its time.
 *
 * The rule is He's (2015): the variance of a layer's weights is 1 / (fan-in x second moment of its input), the second
 * moment being followed through the graph under the assumption that what a layer produces is standard normal. The last
 * layer of each residual branch is made smaller by 1 / sqrt(number of residual sums), so that the sum over all of them
 * at most multiplies the variance by e; real networks are kept in place by the batch norms that are folded here.
 */
import { type ActivationFunction, type Graph, type Operator, type OperatorId, operatorAt } from './graph.ts';

/** Half-widths of the uniform distributions that an operator's parameters are drawn from. */
export interface ParameterBounds {
  readonly weights: number;
  readonly biases: number;
  /** The second layer of squeeze-and-excite. */
  readonly secondWeights?: number;
  readonly secondBiases?: number;
}

interface Moments {
  readonly mean: number;
  /** Mean of the square. */
  readonly second: number;
}

const biasBound = 0.1;
/** Layer norm's scale is 1 + a value within this bound; its shift is a value within it. */
const layerNormBound = 0.1;

/** Mean and second moment of f(z) for a standard normal z, by Simpson's rule over [-8, 8]. */
function normalMoments(f: (z: number) => number): Moments {
  const steps = 800;
  const width = 16 / steps;
  let mean = 0;
  let second = 0;
  for (let i = 0; i <= steps; i++) {
    const z = -8 + i * width;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    const density = (weight * width * Math.exp((-z * z) / 2)) / (3 * Math.sqrt(2 * Math.PI));
    mean += density * f(z);
    second += density * f(z) ** 2;
  }
  return { mean, second };
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const hardSigmoid = (z: number) => Math.min(Math.max(z + 3, 0), 6) / 6;
/** Gauss error function, Abramowitz and Stegun 7.1.26: within 1.5e-7, ample for a moment. */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

const functions: Readonly<Record<ActivationFunction, (z: number) => number>> = {
  relu: (z) => Math.max(z, 0),
  relu6: (z) => Math.min(Math.max(z, 0), 6),
  silu: (z) => z * sigmoid(z),
  hardSwish: (z) => z * hardSigmoid(z),
  gelu: (z) => (z * (1 + errorFunction(z / Math.SQRT2))) / 2,
  sigmoid,
  hardSigmoid,
};

/** Bounds for every operator that has parameters, by operator id. */
export function initializeParameters(graph: Graph): ReadonlyMap<OperatorId, ParameterBounds> {
  const branchEnds = residualBranchEnds(graph);
  const branchGain = 1 / Math.sqrt(Math.max(1, countAdds(graph)));
  const activationMoments = new Map<ActivationFunction, Moments>();
  const momentsOfActivation = (fn: ActivationFunction) => {
    const known = activationMoments.get(fn);
    if (known !== undefined) return known;
    const moments = normalMoments(functions[fn]);
    activationMoments.set(fn, moments);
    return moments;
  };

  const moments: Moments[] = [];
  const bounds = new Map<OperatorId, ParameterBounds>();
  const momentsOf = (id: OperatorId): Moments => moments[id] ?? { mean: 0, second: 1 };
  // A uniform distribution on [-b, b) has variance b^2 / 3.
  const layerBound = (fanIn: number, input: Moments, gain = 1) =>
    gain * Math.sqrt(3 / (fanIn * Math.max(input.second, 1e-3)));

  for (const operator of graph.operators) {
    const input = momentsOf(operator.inputs[0] ?? 0);
    switch (operator.kind) {
      case 'conv2d':
      case 'linear': {
        const fanIn =
          operator.kind === 'linear'
            ? operator.inFeatures
            : (operator.inChannels / operator.groups) * operator.kernelHeight * operator.kernelWidth;
        const gain = branchEnds.has(operator.id) ? branchGain : 1;
        bounds.set(operator.id, { weights: layerBound(fanIn, input, gain), biases: biasBound * gain });
        moments.push({ mean: 0, second: gain * gain });
        break;
      }
      case 'squeezeExcite': {
        const pooled = momentsAfterPool(input, operator, graph);
        bounds.set(operator.id, {
          weights: layerBound(operator.output.channels, pooled),
          biases: biasBound,
          secondWeights: layerBound(operator.squeezeChannels, momentsOfActivation(operator.innerActivation)),
          secondBiases: biasBound,
        });
        const gate = momentsOfActivation(operator.gate);
        moments.push({ mean: input.mean * gate.mean, second: input.second * gate.second });
        break;
      }
      case 'layerNorm':
        bounds.set(operator.id, { weights: layerNormBound, biases: layerNormBound });
        moments.push({ mean: 0, second: 1 });
        break;
      case 'activation':
        moments.push(momentsOfActivation(operator.function));
        break;
      case 'globalAveragePool':
        moments.push(momentsAfterPool(input, operator, graph));
        break;
      case 'add': {
        const other = momentsOf(operator.inputs[1] ?? 0);
        moments.push({
          mean: input.mean + other.mean,
          second: input.second + other.second + 2 * input.mean * other.mean,
        });
        break;
      }
      case 'concat': {
        const other = momentsOf(operator.inputs[1] ?? 0);
        moments.push({ mean: (input.mean + other.mean) / 2, second: (input.second + other.second) / 2 });
        break;
      }
      case 'input':
        moments.push({ mean: 0, second: 1 });
        break;
      case 'maxPool':
      case 'averagePool':
      case 'blurPool':
        moments.push(input);
        break;
      default:
        operator satisfies never;
    }
  }
  return bounds;
}

/** The image is uniform with unit variance. */
export const inputBound = Math.sqrt(3);

function momentsAfterPool(input: Moments, operator: Operator, graph: Graph): Moments {
  const shape = operatorAt(graph, operator.inputs[0] ?? 0).output;
  const variance = Math.max(input.second - input.mean ** 2, 0) / (shape.height * shape.width);
  return { mean: input.mean, second: input.mean ** 2 + variance };
}

function countAdds(graph: Graph): number {
  return graph.operators.filter((operator) => operator.kind === 'add').length;
}

/** The layers whose output is the later of the two tensors that an add sums: the ends of residual branches. */
function residualBranchEnds(graph: Graph): ReadonlySet<OperatorId> {
  const ends = new Set<OperatorId>();
  for (const operator of graph.operators) {
    if (operator.kind !== 'add') continue;
    let end = operatorAt(graph, operator.inputs[0] ?? 0);
    // A branch may end in an activation (EfficientNetV2's first stage): the layer before it is what can be scaled.
    while (end.kind === 'activation') end = operatorAt(graph, end.inputs[0] ?? 0);
    ends.add(end.id);
  }
  return ends;
}
