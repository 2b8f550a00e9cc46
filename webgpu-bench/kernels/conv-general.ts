/**
 * Any convolution, one vector of four output channels a thread, channel by channel: for groups that cannot be cut into
 * vectors of four. Right everywhere, fast nowhere.
 *
 * Weights: `[tap][input channel of the group][output vector]`, as for the direct kernel, but each output lane has the input
 * channels of its own group.
 */
import { type KernelSource, load, repeat, type Storage, store, vectorsOf } from '../wgsl/module.ts';
import { convKernel } from './conv-kernel.ts';
import type { ConvShape } from './conv-shape.ts';
import { applyEpilogue, type Epilogue } from './epilogue.ts';

const threads = 64;

export function convGeneral(shape: ConvShape, epilogue: Epilogue, storage: Storage): KernelSource {
  const { batch, input, output, kernelHeight, kernelWidth, stride, padding, groups } = shape;
  const vectors = vectorsOf(output.channels);
  const inVectors = vectorsOf(input.channels);
  const perGroupIn = input.channels / groups;
  const perGroupOut = output.channels / groups;
  const count = batch * output.height * output.width * vectors;
  const body = `
let id = block * ${threads}u + thread;
if (id >= ${count}u) { return; }
let n = id % ${vectors}u;
let p = id / ${vectors}u;
let ox = i32(p % ${output.width}u) * ${stride};
let oy = i32((p / ${output.width}u) % ${output.height}u) * ${stride};
let image = p / ${output.width * output.height}u;
${repeat(4, (lane) => `let first${lane} = (min(4u * n + ${lane}u, ${output.channels - 1}u) / ${perGroupOut}u) * ${perGroupIn}u;`)}
var sum: vec4f = ${load(storage, 'biases', 'n')};
for (var tap: u32 = 0u; tap < ${kernelHeight * kernelWidth}u; tap++) {
  let y = oy + i32(tap / ${kernelWidth}u) - ${padding.top};
  let x = ox + i32(tap % ${kernelWidth}u) - ${padding.left};
  if (y < 0 || y >= ${input.height} || x < 0 || x >= ${input.width}) { continue; }
  let start = ((image * ${input.height}u + u32(y)) * ${input.width}u + u32(x)) * ${inVectors}u;
  for (var k: u32 = 0u; k < ${perGroupIn}u; k++) {
${repeat(4, (lane) => `    let c${lane} = first${lane} + k;`)}
    let a = vec4f(${repeat(4, (lane) => `f32(input[start + c${lane} / 4u][c${lane} % 4u])`, ', ')});
    sum += a * ${load(storage, 'weights', `(tap * ${perGroupIn}u + k) * ${vectors}u + n`)};
  }
}
${store(storage, 'output', 'id', applyEpilogue(epilogue, storage, 'sum', 'id'))}`;
  return convKernel({
    implementation: 'conv2d.general',
    storage,
    epilogue,
    workgroupSize: [threads, 1],
    blocks: Math.ceil(count / threads),
    body,
  });
}
