/**
 * Depthwise convolution: a thread computes `outputs` adjacent pixels of one row for four channels. Each input vector of a
 * row is loaded once and used by every output whose window it lies in.
 *
 * Weights: `[tap][vector of channels]`.
 */
import { type KernelSource, load, repeat, type Storage, store, vectorsOf } from '../wgsl/module.ts';
import { convKernel } from './conv-kernel.ts';
import type { ConvShape } from './conv-shape.ts';
import { applyEpilogue, type Epilogue } from './epilogue.ts';

export interface DepthwiseTile {
  readonly outputs: number;
  readonly threads: number;
}

export function convDepthwise(
  shape: ConvShape,
  { outputs, threads }: DepthwiseTile,
  epilogue: Epilogue,
  storage: Storage,
): KernelSource {
  const { batch, input, output, kernelHeight, kernelWidth, stride, padding } = shape;
  const vectors = vectorsOf(output.channels);
  const strips = Math.ceil(output.width / outputs);
  const count = batch * output.height * strips * vectors;
  const columns = (outputs - 1) * stride + kernelWidth;
  const body = `
let id = block * ${threads}u + thread;
if (id >= ${count}u) { return; }
let c = id % ${vectors}u;
let x0 = ((id / ${vectors}u) % ${strips}u) * ${outputs}u;
let row = id / ${vectors * strips}u;
let oy = row % ${output.height}u;
let image = row / ${output.height}u;
let ix = i32(x0) * ${stride} - ${padding.left};
let iy = i32(oy) * ${stride} - ${padding.top};
let bias = ${load(storage, 'biases', 'c')};
${repeat(outputs, (o) => `var s${o}: vec4f = bias;`)}
for (var ky: u32 = 0u; ky < ${kernelHeight}u; ky++) {
  let y = iy + i32(ky);
  if (y < 0 || y >= ${input.height}) { continue; }
  let line = (image * ${input.height}u + u32(y)) * ${input.width}u;
${repeat(kernelWidth, (kx) => `  let w${kx} = ${load(storage, 'weights', `(ky * ${kernelWidth}u + ${kx}u) * ${vectors}u + c`)};`)}
${repeat(columns, (column) => {
  const x = `ix + ${column}`;
  const uses = repeat(
    outputs,
    (o) => {
      const kx = column - o * stride;
      return kx >= 0 && kx < kernelWidth ? `s${o} += v${column} * w${kx};` : '';
    },
    ' ',
  ).trim();
  // With a stride beyond the window some columns are nobody's.
  if (uses === '') return '';
  return `  let inside${column} = ${x} >= 0 && ${x} < ${input.width};
  let v${column} = select(vec4f(0.0), ${load(storage, 'input', `select(0u, (line + u32(${x})) * ${vectors}u + c, inside${column})`)}, inside${column});
  ${uses}`;
})}
}
let to = ((image * ${output.height}u + oy) * ${output.width}u + x0) * ${vectors}u + c;
${repeat(outputs, (o) => {
  const index = `to + ${o * vectors}u`;
  return `if (x0 + ${o}u < ${output.width}u) { ${store(storage, 'output', index, applyEpilogue(epilogue, storage, `s${o}`, index))} }`;
})}`;
  return convKernel({
    implementation: `conv2d.depthwise.${outputs}`,
    storage,
    epilogue,
    workgroupSize: [threads, 1],
    blocks: Math.ceil(count / threads),
    body,
  });
}
