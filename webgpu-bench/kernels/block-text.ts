/**
 * The shell that all fused blocks share. A workgroup owns a tile of output pixels and all of their channels. It walks through
 * the hidden channels in chunks: a *producer* writes a chunk for every pixel of the tile into workgroup memory, then each
 * thread adds what the chunk means to the output channels that it holds in registers. So a hidden tensor, the largest of a
 * block, never leaves the chip.
 *
 *     prologue
 *     for each chunk of hidden channels:
 *       hidden[pixel][chunk] = producer
 *       sums[pixel][output] += hidden[pixel][chunk] * projection[chunk][output]
 *     output = epilogue(sums + bias)
 *
 * All parameters of the block lie in one buffer, each at an offset that is a constant of the text: the least that an adapter
 * must offer is eight buffers.
 */
import type { ActivationFunction, Shape } from '../../core/graph/graph.ts';
import {
  activationFunctionTexts,
  type KernelSource,
  kernelSource,
  load,
  repeat,
  type Storage,
  store,
  vectorsOf,
} from '../wgsl/module.ts';
import type { ConvShape } from './conv-shape.ts';
import { activationsOf, applyEpilogue, type Epilogue } from './epilogue.ts';

/** How a workgroup is cut. */
export interface BlockTile {
  readonly height: number;
  readonly width: number;
  readonly threads: number;
  /** Pixels that a thread computes with the same weights; divides the tile. */
  readonly rows: number;
  /** Vectors of hidden channels at a time; divides the hidden channels. */
  readonly chunk: number;
}

/** A layer's place in the buffer of parameters, in vectors; undefined biases are zeros. */
export interface LayerOffsets {
  readonly weights: number;
  readonly biases: number;
}

/** More accumulators than this would leave the registers. */
const mostAccumulators = 32;

export const pixelsOf = (tile: BlockTile) => tile.height * tile.width;

/** Vectors of four accumulators that a thread holds for `outputs` channels. */
export function accumulatorsOf(tile: BlockTile, outputs: number): number {
  const items = (pixelsOf(tile) / tile.rows) * vectorsOf(outputs);
  return Math.ceil(items / tile.threads) * tile.rows;
}

export const fitsRegisters = (tile: BlockTile, outputs: number) =>
  accumulatorsOf(tile, outputs) <= mostAccumulators;

export interface BlockText {
  readonly implementation: string;
  readonly storage: Storage;
  readonly batch: number;
  readonly output: Shape;
  readonly tile: BlockTile;
  readonly hiddenChannels: number;
  readonly projection: LayerOffsets;
  readonly epilogue: Epilogue;
  /** Names of read-only buffers before `parameters`; the first is the block's input, `residual` may be among them. */
  readonly inputs: readonly string[];
  readonly shared: Readonly<Record<string, number>>;
  readonly activations: readonly ActivationFunction[];
  readonly functions?: readonly string[];
  /** Statements before the loop; `image`, `oy0`, `ox0` (u32) are known. */
  readonly prologue: string;
  /** Statements that fill `hidden[pixel * chunk + k]` for the chunk that begins at vector `e0`. */
  readonly producer: string;
}

export function blockKernel(text: BlockText): KernelSource {
  const { storage, batch, output, tile, projection, epilogue } = text;
  const { threads, rows, chunk } = tile;
  const across = Math.ceil(output.width / tile.width);
  const down = Math.ceil(output.height / tile.height);
  const outVectors = vectorsOf(output.channels);
  const hiddenVectors = vectorsOf(text.hiddenChannels);
  const items = (pixelsOf(tile) / rows) * outVectors;
  const turns = Math.ceil(items / threads);
  const each = (line: (turn: number, row: number) => string) =>
    repeat(turns, (turn) => repeat(rows, (row) => line(turn, row)));
  const body = `
let image = block / ${across * down}u;
let oy0 = ((block / ${across}u) % ${down}u) * ${tile.height}u;
let ox0 = (block % ${across}u) * ${tile.width}u;
${repeat(
  turns,
  (turn) => `let item${turn} = min(thread + ${turn * threads}u, ${items - 1}u);
let n${turn} = item${turn} % ${outVectors}u;
let first${turn} = (item${turn} / ${outVectors}u) * ${rows}u;`,
)}
${each((turn, row) => `var s${turn}_${row}: vec4f = ${parameter(storage, projection.biases, `n${turn}`)};`)}
${text.prologue}
for (var e0: u32 = 0u; e0 < ${hiddenVectors}u; e0 += ${chunk}u) {
workgroupBarrier();
${text.producer}
workgroupBarrier();
for (var k: u32 = 0u; k < ${chunk}u; k++) {
${repeat(
  turns,
  (turn) => `  {
${repeat(4, (lane) => `    let w${lane} = ${parameter(storage, projection.weights, `(4u * (e0 + k) + ${lane}u) * ${outVectors}u + n${turn}`)};`)}
${repeat(
  rows,
  (row) => `    let h${row} = hidden[(first${turn} + ${row}u) * ${chunk}u + k];
    s${turn}_${row} += h${row}.x * w0 + h${row}.y * w1 + h${row}.z * w2 + h${row}.w * w3;`,
)}
  }`,
)}
}
}
${each((turn, row) => {
  const index = `to${turn}_${row}`;
  return `{
  let oy = oy0 + (first${turn} + ${row}u) / ${tile.width}u;
  let ox = ox0 + (first${turn} + ${row}u) % ${tile.width}u;
  if (thread + ${turn * threads}u < ${items}u && oy < ${output.height}u && ox < ${output.width}u) {
    let ${index} = ((image * ${output.height}u + oy) * ${output.width}u + ox) * ${outVectors}u + n${turn};
    ${store(storage, 'output', index, applyEpilogue(epilogue, storage, `s${turn}_${row}`, index))}
  }
}`;
})}`;
  return kernelSource({
    implementation: `${text.implementation}.${tile.height}x${tile.width}x${4 * chunk}`,
    storage,
    bindings: [
      ...[...text.inputs, 'parameters'].map((name) => ({ name, access: 'read' }) as const),
      { name: 'output', access: 'read_write' },
    ],
    workgroupSize: [threads, 1],
    blocks: batch * across * down,
    shared: { ...text.shared, hidden: pixelsOf(tile) * chunk },
    functions: [
      ...activationFunctionTexts([...text.activations, ...activationsOf(epilogue)]),
      ...(text.functions ?? []),
    ],
    body,
  });
}

/** The vector of the parameters at an index behind an offset. */
export const parameter = (storage: Storage, offset: number, index: string) =>
  load(storage, 'parameters', offset === 0 ? index : `${offset}u + ${index}`);

/** An activation of an expression, or the expression. */
export const activate = (name: ActivationFunction | undefined, value: string) =>
  name === undefined ? value : `activate_${name}(${value})`;

/**
 * A loop of the workgroup over `pixels` x `vectors` of a layer's results, `rows` pixels at a time. `begin` declares what
 * each pixel needs (`p` is its name), `multiply` adds to the sums `v0`, `v1` …, `end` uses them.
 */
export function layerLoop(options: {
  readonly tile: BlockTile;
  readonly pixels: number;
  readonly vectors: string;
  readonly rows: number;
  readonly bias: (n: string) => string;
  readonly begin: (row: number, pixel: string) => string;
  readonly multiply: string;
  readonly end: (row: number, pixel: string) => string;
}): string {
  const { tile, pixels, vectors, rows, bias, begin, multiply, end } = options;
  const groups = Math.ceil(pixels / rows);
  return `for (var i: u32 = thread; i < ${groups}u * ${vectors}; i += ${tile.threads}u) {
  let n = i % ${vectors};
  let group0 = (i / ${vectors}) * ${rows}u;
${repeat(rows, (row) => begin(row, `(group0 + ${row}u)`))}
${repeat(rows, (row) => `  var v${row}: vec4f = ${bias('n')};`)}
${multiply}
${repeat(rows, (row) => (pixels % rows === 0 ? end(row, `(group0 + ${row}u)`) : `  if (group0 + ${row}u < ${pixels}u) { ${end(row, `(group0 + ${row}u)`)} }`))}
}`;
}

/**
 * Text for `layerLoop`'s `begin` and `multiply`: a convolution read straight from the buffer `input`. Pixel coordinates are
 * those of its output; `channel` is the vector of output channels.
 */
export function convolutionText(
  shape: ConvShape,
  storage: Storage,
  layer: LayerOffsets,
  rows: number,
  channel: string,
  coordinates: (pixel: string) => { readonly y: string; readonly x: string },
): { readonly begin: (row: number, pixel: string) => string; readonly multiply: string } {
  const { input, output, kernelHeight, kernelWidth, stride, padding, groups } = shape;
  const inVectors = vectorsOf(input.channels);
  const outVectors = vectorsOf(output.channels);
  const isDepthwise = groups > 1 && groups === input.channels && groups === output.channels;
  const groupIn = vectorsOf(input.channels / groups);
  const groupOut = vectorsOf(output.channels / groups);
  const begin = (row: number, pixel: string) => {
    const { y, x } = coordinates(pixel);
    return `  let iy${row} = i32(${y}) * ${stride} - ${padding.top};
  let ix${row} = i32(${x}) * ${stride} - ${padding.left};`;
  };
  const address = (row: number, c: string) =>
    `select(0u, ((image * ${input.height}u + u32(y${row})) * ${input.width}u + u32(x${row})) * ${inVectors}u + ${c}, inside${row})`;
  const taps = `  for (var tap: u32 = 0u; tap < ${kernelHeight * kernelWidth}u; tap++) {
    let dy = i32(tap / ${kernelWidth}u);
    let dx = i32(tap % ${kernelWidth}u);
${repeat(
  rows,
  (row) => `    let y${row} = iy${row} + dy;
    let x${row} = ix${row} + dx;
    let inside${row} = y${row} >= 0 && y${row} < ${input.height} && x${row} >= 0 && x${row} < ${input.width};`,
)}`;
  const read = (row: number, c: string) =>
    `select(vec4f(0.0), ${load(storage, 'input', address(row, c))}, inside${row})`;
  if (isDepthwise) {
    return {
      begin,
      multiply: `${taps}
    let w = ${parameter(storage, layer.weights, `tap * ${outVectors}u + ${channel}`)};
${repeat(rows, (row) => `    v${row} += ${read(row, channel)} * w;`)}
  }`,
    };
  }
  const first = groups === 1 ? '0u' : `(${channel} / ${groupOut}u) * ${groupIn}u`;
  return {
    begin,
    multiply: `${taps}
    let first = ${first};
    for (var c: u32 = 0u; c < ${groupIn}u; c++) {
      let w = (tap * ${groupIn}u + c) * ${4 * outVectors}u + ${channel};
${repeat(4, (lane) => `      let w${lane} = ${parameter(storage, layer.weights, `w + ${lane * outVectors}u`)};`)}
${repeat(
  rows,
  (row) => `      let a${row} = ${read(row, 'first + c')};
      v${row} += a${row}.x * w0 + a${row}.y * w1 + a${row}.z * w2 + a${row}.w * w3;`,
)}
    }
  }`,
  };
}

/** Text for `layerLoop`'s `multiply`: a 1x1 layer whose inputs are `from(row, c)`, vectors of the sum `c`. */
export function pointwiseText(
  storage: Storage,
  layer: LayerOffsets,
  rows: number,
  inVectors: number,
  outVectors: number,
  channel: string,
  from: (row: number, c: string) => string,
): string {
  return `  for (var c: u32 = 0u; c < ${inVectors}u; c++) {
    let w = c * ${4 * outVectors}u + ${channel};
${repeat(4, (lane) => `    let w${lane} = ${parameter(storage, layer.weights, `w + ${lane * outVectors}u`)};`)}
${repeat(
  rows,
  (row) => `    let a${row} = ${from(row, 'c')};
    v${row} += a${row}.x * w0 + a${row}.y * w1 + a${row}.z * w2 + a${row}.w * w3;`,
)}
  }`;
}

/** Coordinates of a pixel of the tile in the whole output. */
export const tileCoordinates = (tile: BlockTile) => (pixel: string) => ({
  y: `oy0 + ${pixel} / ${tile.width}u`,
  x: `ox0 + ${pixel} % ${tile.width}u`,
});
