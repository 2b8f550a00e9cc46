/** Holds every kernel against the reference, each on the inputs that it really had. */
import { elementCount, type OperatorId, operatorAt } from '../../core/graph/graph.ts';
import { type Kernel, kernelOutput } from '../../core/graph/plan.ts';
import type { Verification } from '../../core/protocol/provider.ts';
import type { Storage } from '../wgsl/module.ts';
import { encodeKernel, type Network, type ReadyKernel } from './network.ts';
import { referenceOperator } from './reference.ts';

/**
 * A result may be off by this many times the tolerance in one element: of 10^8 errors that are spread normally none is six
 * deviations away.
 */
const largestDeviation = 16;
/** JSON has no infinity; a value beyond every tolerance says the same. */
const finite = (value: number) => (Number.isFinite(value) ? value : 1e30);

/**
 * For sums of K terms 4 * 2^-24 * sqrt(K), at least 10^-6, as for every provider. What is stored in 16 bits is rounded to 2^-11 of itself as
 * well, so often as its kernels say, independently: the squares of such errors add up.
 */
export function toleranceFor(longestSum: number, storage: Storage, roundings: number): number {
  const ofSum = Math.max(4 * 2 ** -24 * Math.sqrt(longestSum), 1e-6);
  return storage === 'f32' ? ofSum : ofSum + 2 ** -11 * Math.sqrt(roundings);
}

export async function verify(
  network: Network,
  heard: (fraction: number, note: string) => Promise<void>,
): Promise<Verification> {
  const kernels: Verification['kernels'] = [];
  const { gpu } = network;
  for (const [index, kernel] of network.kernels.entries()) {
    const { plan } = kernel;
    await heard(index / network.kernels.length, `checking ${plan.name}`);
    const reference = await referenceOf(network, plan);
    const output = kernelOutput(plan);
    network.poison(output);
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    encodeKernel(pass, kernel);
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
    kernels.push(compare(network, kernel, await network.read(output), reference));
  }
  const last = network.kernels.at(-1);
  const output = await evidenceOf(network, last === undefined ? 0 : kernelOutput(last.plan));
  // An output of zeros or of one value would agree with anything.
  const proves = output.standardDeviation > 0 && kernels.length > 0;
  return { passed: proves && kernels.every(({ passed }) => passed), kernels, output };
}

async function referenceOf(network: Network, kernel: Kernel): Promise<Float64Array> {
  const known = new Map<OperatorId, Float64Array>();
  for (const id of network.inputsOf(kernel)) known.set(id, await network.read(id));
  let result = new Float64Array(0);
  for (const id of kernel.operators) {
    const operator = operatorAt(network.graph, id);
    const inputs = operator.inputs.map((input) => known.get(input) ?? new Float64Array(0));
    result = Float64Array.from(
      referenceOperator(network.graph, operator, inputs, network.batch, network.parametersOf(id)),
    );
    known.set(id, result);
  }
  return result;
}

/** Terms that one element of the kernel's result sums, in the longest of its operators. */
function longestSum(network: Network, kernel: Kernel): number {
  const lengths = kernel.operators.map((id) => {
    const operator = operatorAt(network.graph, id);
    const input = operatorAt(network.graph, operator.inputs[0] ?? 0).output;
    switch (operator.kind) {
      case 'conv2d':
        return (operator.inChannels / operator.groups) * operator.kernelHeight * operator.kernelWidth;
      case 'linear':
        return operator.inFeatures;
      case 'globalAveragePool':
        return input.height * input.width;
      case 'squeezeExcite':
        return Math.max(input.height * input.width, input.channels);
      case 'layerNorm':
        return input.channels;
      case 'averagePool':
        return operator.kernelSize ** 2;
      default:
        return 1;
    }
  });
  return Math.max(1, ...lengths);
}

/** As `core/protocol/provider.ts` defines them; not finite where the result is not. */
export function errorsOf(
  computed: Float64Array,
  reference: Float64Array,
): { readonly relativeL2Error: number; readonly maxError: number } {
  let squares = 0;
  for (const expected of reference) squares += expected * expected;
  const rms = Math.sqrt(squares / reference.length);
  let errorSquares = 0;
  let maxError = 0;
  for (let i = 0; i < reference.length; i++) {
    const expected = reference[i] as number;
    const error = Math.abs((computed[i] ?? Number.NaN) - expected);
    errorSquares += error * error;
    const relative = error / Math.max(rms, Math.abs(expected));
    // Once a NaN it stays one.
    if (relative > maxError || Number.isNaN(relative)) maxError = relative;
  }
  return { relativeL2Error: Math.sqrt(errorSquares / squares), maxError };
}

function compare(
  network: Network,
  { plan, launches }: ReadyKernel,
  computed: Float64Array,
  reference: Float64Array,
): Verification['kernels'][number] {
  const { relativeL2Error, maxError } = errorsOf(computed, reference);
  const roundings = launches.reduce((sum, { compiled }) => sum + compiled.source.roundings, 0);
  const tolerance = toleranceFor(longestSum(network, plan), network.storage, roundings);
  return {
    name: plan.name,
    // Reads as it stands: with a NaN both comparisons are false.
    passed: relativeL2Error <= tolerance && maxError <= largestDeviation * tolerance,
    relativeL2Error: finite(relativeL2Error),
    maxError: finite(maxError),
    tolerance,
  };
}

async function evidenceOf(network: Network, id: OperatorId): Promise<Verification['output']> {
  const values = await network.read(id);
  const count = network.batch * elementCount(operatorAt(network.graph, id).output);
  let sum = 0;
  let squares = 0;
  let zeros = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
    if (value === 0) zeros += 1;
  }
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean);
  const allFinite = Number.isFinite(squares);
  return {
    mean: allFinite ? mean : 0,
    standardDeviation: allFinite ? Math.sqrt(variance) : 0,
    zeroFraction: zeros / count,
    values: [...values.subarray(0, 16)].map((value) => (Number.isFinite(value) ? value : 0)),
  };
}
