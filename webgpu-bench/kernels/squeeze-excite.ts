/**
 * Squeeze-and-excite in three launches: the mean over the pixels, the two small layers that turn it into a gate, and the
 * product of the gate with every pixel. Weights as in the direct convolution: `[input channel][output vector]`.
 */
import type { Shape, SqueezeExciteOperator } from '../../core/graph/graph.ts';
import {
  activationFunctionTexts,
  type KernelSource,
  kernelSource,
  load,
  type Storage,
  store,
  vectorsOf,
} from '../wgsl/module.ts';

const threads = 64;

/** From `pooled` [image][vector] to `gate` [image][vector]. */
export function gateKernel(operator: SqueezeExciteOperator, batch: number, storage: Storage): KernelSource {
  const vectors = vectorsOf(operator.output.channels);
  const squeeze = vectorsOf(operator.squeezeChannels);
  const layer = (weights: string, from: (k: string) => string, inVectors: number, outVectors: number) => `
  for (var k: u32 = 0u; k < ${inVectors}u; k++) {
    let a = ${from('k')};
    let w = 4u * k * ${outVectors}u + n;
${[0, 1, 2, 3].map((lane) => `    sum += a[${lane}] * ${load(storage, weights, `w + ${lane * outVectors}u`)};`).join('\n')}
  }`;
  const body = `
for (var n: u32 = thread; n < ${squeeze}u; n += ${threads}u) {
  var sum: vec4f = ${load(storage, 'biases', 'n')};${layer('weights', (k) => load(storage, 'input', `block * ${vectors}u + ${k}`), vectors, squeeze)}
  hidden[n] = activate_${operator.innerActivation}(sum);
}
workgroupBarrier();
for (var n: u32 = thread; n < ${vectors}u; n += ${threads}u) {
  var sum: vec4f = ${load(storage, 'secondBiases', 'n')};${layer('secondWeights', (k) => `hidden[${k}]`, squeeze, vectors)}
  ${store(storage, 'output', `block * ${vectors}u + n`, `activate_${operator.gate}(sum)`)}
}`;
  return kernelSource({
    implementation: 'squeezeExcite.gate',
    storage,
    bindings: [
      ...['input', 'weights', 'biases', 'secondWeights', 'secondBiases'].map(
        (name) => ({ name, access: 'read' }) as const,
      ),
      { name: 'output', access: 'read_write' },
    ],
    workgroupSize: [threads, 1],
    blocks: batch,
    shared: { hidden: squeeze },
    functions: activationFunctionTexts([operator.innerActivation, operator.gate]),
    body,
  });
}

export function scaleKernel(shape: Shape, batch: number, storage: Storage): KernelSource {
  const vectors = vectorsOf(shape.channels);
  const imageVectors = shape.height * shape.width * vectors;
  const count = batch * imageVectors;
  return kernelSource({
    implementation: 'squeezeExcite.scale',
    storage,
    bindings: [
      { name: 'input', access: 'read' },
      { name: 'gate', access: 'read' },
      { name: 'output', access: 'read_write' },
    ],
    workgroupSize: [threads, 1],
    blocks: Math.ceil(count / threads),
    body: `let id = block * ${threads}u + thread;
if (id >= ${count}u) { return; }
let gate = ${load(storage, 'gate', `(id / ${imageVectors}u) * ${vectors}u + id % ${vectors}u`)};
${store(storage, 'output', 'id', `${load(storage, 'input', 'id')} * gate`)}`,
  });
}
