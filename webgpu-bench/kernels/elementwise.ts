/** The kernels that only move and combine elements: pooling, blur, sum, activation, concatenation, layer norm. */
import type { ActivationFunction, PoolOperator, Shape } from '../../core/graph/graph.ts';
import {
  activationFunctionTexts,
  type Binding,
  type KernelSource,
  kernelSource,
  load,
  repeat,
  type Storage,
  store,
  vectorsOf,
} from '../wgsl/module.ts';
import { activationsOf, applyEpilogue, type Epilogue } from './epilogue.ts';

const threads = 64;
const read = (name: string): Binding => ({ name, access: 'read' });
const output: Binding = { name: 'output', access: 'read_write' };

/** One thread a vector of the output; `id` is its number. */
function elementKernel(
  implementation: string,
  storage: Storage,
  count: number,
  inputs: readonly string[],
  body: string,
  activations: readonly ActivationFunction[] = [],
): KernelSource {
  return kernelSource({
    implementation,
    storage,
    bindings: [...inputs.map(read), output],
    workgroupSize: [threads, 1],
    blocks: Math.ceil(count / threads),
    functions: activationFunctionTexts(activations),
    body: `let id = block * ${threads}u + thread;\nif (id >= ${count}u) { return; }\n${body}`,
  });
}

/** `c`, `x`, `y` and `image` of output vector `id`. */
const position = (shape: Shape) => {
  const vectors = vectorsOf(shape.channels);
  return `let c = id % ${vectors}u;
let x = (id / ${vectors}u) % ${shape.width}u;
let y = (id / ${vectors * shape.width}u) % ${shape.height}u;
let image = id / ${vectors * shape.width * shape.height}u;`;
};

const vectorsIn = (shape: Shape, batch: number) =>
  batch * shape.height * shape.width * vectorsOf(shape.channels);

export function addKernel(shape: Shape, batch: number, epilogue: Epilogue, storage: Storage): KernelSource {
  const sum = `${load(storage, 'input', 'id')} + ${load(storage, 'other', 'id')}`;
  return elementKernel(
    'add',
    storage,
    vectorsIn(shape, batch),
    ['input', 'other'],
    store(storage, 'output', 'id', applyEpilogue(epilogue, storage, `(${sum})`, 'id')),
    activationsOf(epilogue),
  );
}

export function activationKernel(
  shape: Shape,
  batch: number,
  activation: ActivationFunction,
  storage: Storage,
): KernelSource {
  return elementKernel(
    `activation.${activation}`,
    storage,
    vectorsIn(shape, batch),
    ['input'],
    store(storage, 'output', 'id', `activate_${activation}(${load(storage, 'input', 'id')})`),
    [activation],
  );
}

export function poolKernel(
  operator: PoolOperator,
  input: Shape,
  batch: number,
  storage: Storage,
): KernelSource {
  const { kernelSize, stride, padding } = operator;
  const vectors = vectorsOf(input.channels);
  const isMaximum = operator.kind === 'maxPool';
  const body = `${position(operator.output)}
// The lowest finite f32: every window covers a pixel, so it never stays.
var result: vec4f = vec4f(${isMaximum ? '-3.40282347e38' : '0.0'});
for (var ky: u32 = 0u; ky < ${kernelSize}u; ky++) {
  for (var kx: u32 = 0u; kx < ${kernelSize}u; kx++) {
    let iy = i32(y * ${stride}u + ky) - ${padding.top};
    let ix = i32(x * ${stride}u + kx) - ${padding.left};
    if (iy < 0 || iy >= ${input.height} || ix < 0 || ix >= ${input.width}) { continue; }
    let v = ${load(storage, 'input', `((image * ${input.height}u + u32(iy)) * ${input.width}u + u32(ix)) * ${vectors}u + c`)};
    result = ${isMaximum ? 'max(result, v)' : 'result + v'};
  }
}
${store(storage, 'output', 'id', isMaximum ? 'result' : `result * ${1 / kernelSize ** 2}`)}`;
  return elementKernel(operator.kind, storage, vectorsIn(operator.output, batch), ['input'], body);
}

/** A workgroup an image and vector of channels; its threads sum every 64th pixel, then a tree joins the sums. */
export function globalAveragePoolKernel(input: Shape, batch: number, storage: Storage): KernelSource {
  const vectors = vectorsOf(input.channels);
  const pixels = input.height * input.width;
  const body = `
let c = block % ${vectors}u;
let image = block / ${vectors}u;
var sum: vec4f = vec4f(0.0);
for (var p: u32 = thread; p < ${pixels}u; p += ${threads}u) {
  sum += ${load(storage, 'input', `(image * ${pixels}u + p) * ${vectors}u + c`)};
}
sums[thread] = sum;
${joinSums}
if (thread == 0u) { ${store(storage, 'output', 'block', `sums[0] * ${1 / pixels}`)} }`;
  return kernelSource({
    implementation: 'globalAveragePool',
    storage,
    bindings: [read('input'), output],
    workgroupSize: [threads, 1],
    blocks: batch * vectors,
    shared: { sums: threads },
    body,
  });
}

/** Afterwards `sums[0]` is the sum over the workgroup's threads. */
export const joinSums = `workgroupBarrier();
for (var half: u32 = ${threads / 2}u; half > 0u; half >>= 1u) {
  if (thread < half) { sums[thread] += sums[thread + half]; }
  workgroupBarrier();
}`;

export function blurPoolKernel(input: Shape, out: Shape, batch: number, storage: Storage): KernelSource {
  const vectors = vectorsOf(input.channels);
  const reflect = (name: string, center: string, tap: number, length: number) =>
    length === 1
      ? `let ${name} = 0u;`
      : `let ${name} = ${length - 1}u - u32(abs(${length - 1} - abs(i32(${center}) * 2 + ${tap - 1})));`;
  const weight = [0.25, 0.5, 0.25] as const;
  const taps = [0, 1, 2] as const;
  const body = `${position(out)}
${taps.map((tap) => `${reflect(`y${tap}`, 'y', tap, input.height)}\n${reflect(`x${tap}`, 'x', tap, input.width)}`).join('\n')}
var sum: vec4f = vec4f(0.0);
${taps
  .flatMap((i) =>
    taps.map(
      (j) =>
        `sum += ${weight[i] * weight[j]} * ${load(storage, 'input', `((image * ${input.height}u + y${i}) * ${input.width}u + x${j}) * ${vectors}u + c`)};`,
    ),
  )
  .join('\n')}
${store(storage, 'output', 'id', 'sum')}`;
  return elementKernel('blurPool', storage, vectorsIn(out, batch), ['input'], body);
}

export function concatKernel(left: Shape, right: Shape, batch: number, storage: Storage): KernelSource {
  const joined = { ...left, channels: left.channels + right.channels };
  const [a, b] = [vectorsOf(left.channels), vectorsOf(right.channels)];
  const pixel = `((image * ${joined.height}u + y) * ${joined.width}u + x)`;
  // Where the left tensor ends within a vector, the right one's channels are picked one by one.
  const channel = (lane: number) => {
    const at = `(4u * c + ${lane}u)`;
    return `select(f32(other[${pixel} * ${b}u + min((max(${at}, ${left.channels}u) - ${left.channels}u) / 4u, ${b - 1}u)][(max(${at}, ${left.channels}u) - ${left.channels}u) % 4u]),
  f32(input[${pixel} * ${a}u + min(${at} / 4u, ${a - 1}u)][${lane}]), ${at} < ${left.channels}u)`;
  };
  const value =
    left.channels % 4 === 0
      ? `select(${load(storage, 'other', `${pixel} * ${b}u + max(c, ${a}u) - ${a}u`)}, ${load(storage, 'input', `${pixel} * ${a}u + min(c, ${a - 1}u)`)}, c < ${a}u)`
      : `vec4f(${repeat(4, channel, ', ')})`;
  const body = `${position(joined)}\n${store(storage, 'output', 'id', value)}`;
  return elementKernel('concat', storage, vectorsIn(joined, batch), ['input', 'other'], body);
}

/** A workgroup a pixel: mean first, then the squares of the differences, as the reference does. */
export function layerNormKernel(
  shape: Shape,
  batch: number,
  epsilon: number,
  storage: Storage,
): KernelSource {
  const vectors = vectorsOf(shape.channels);
  const pixels = batch * shape.height * shape.width;
  const tail = shape.channels % 4;
  const lanes = `vec4f(${[0, 1, 2, 3].map((lane) => (tail === 0 || lane < tail ? '1.0' : '0.0')).join(', ')})`;
  // The lanes beyond the last channel belong to nobody.
  const masked = (value: string) =>
    tail === 0 ? value : `(${value}) * select(vec4f(1.0), ${lanes}, c == ${vectors - 1}u)`;
  const body = `
let start = block * ${vectors}u;
var sum: vec4f = vec4f(0.0);
for (var c: u32 = thread; c < ${vectors}u; c += ${threads}u) { sum += ${masked(load(storage, 'input', 'start + c'))}; }
sums[thread] = sum;
${joinSums}
let mean = dot(sums[0], vec4f(1.0)) * ${1 / shape.channels};
workgroupBarrier();
var squares: vec4f = vec4f(0.0);
for (var c: u32 = thread; c < ${vectors}u; c += ${threads}u) {
  let d = ${masked(`${load(storage, 'input', 'start + c')} - vec4f(mean)`)};
  squares += d * d;
}
sums[thread] = squares;
${joinSums}
let scale = 1.0 / sqrt(dot(sums[0], vec4f(1.0)) * ${1 / shape.channels} + ${epsilon});
for (var c: u32 = thread; c < ${vectors}u; c += ${threads}u) {
  let v = (${load(storage, 'input', 'start + c')} - vec4f(mean)) * scale * ${load(storage, 'weights', 'c')} + ${load(storage, 'biases', 'c')};
  ${store(storage, 'output', 'start + c', 'v')}
}`;
  return kernelSource({
    implementation: 'layerNorm',
    storage,
    bindings: [read('input'), read('weights'), read('biases'), output],
    workgroupSize: [threads, 1],
    blocks: pixels,
    shared: { sums: threads },
    body,
  });
}
