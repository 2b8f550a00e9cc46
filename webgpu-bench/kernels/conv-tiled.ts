/**
 * Convolution as a matrix product with tiles in workgroup memory (implicit GEMM): rows are the output pixels of the whole
 * batch, columns the output channels, and the sum runs over taps and input channels. A workgroup of `threads` computes
 * (threads[1] * rows) pixels x (threads[0] * columns) vectors; for each stretch of `depth` vectors of the sum it copies the
 * inputs that its pixels need (zeros where the window hangs over the border) and the weights, once, for all its threads.
 */
import { type KernelSource, load, repeat, type Storage, store, vectorsOf } from '../wgsl/module.ts';
import { convKernel } from './conv-kernel.ts';
import { type ConvShape, isPointwise } from './conv-shape.ts';
import { applyEpilogue, type Epilogue } from './epilogue.ts';

export interface GemmTile {
  readonly rows: number;
  readonly columns: number;
  /** Vectors of four input channels that one stretch of the sum takes. */
  readonly depth: number;
  readonly threads: readonly [number, number];
}

/** Bytes of workgroup memory that the tile takes. */
export const gemmTileBytes = (tile: GemmTile) => 16 * (inputLength(tile) + weightLength(tile));

// One vector more a row: rows that begin a power of two apart would fall on the same banks.
const inputPitch = (tile: GemmTile) => tile.depth + 1;
const inputLength = (tile: GemmTile) => tile.threads[1] * tile.rows * inputPitch(tile);
const weightLength = (tile: GemmTile) => 4 * tile.depth * tile.threads[0] * tile.columns;

/** For dense convolutions only: `shape.groups` must be 1. */
export function convTiled(
  shape: ConvShape,
  tile: GemmTile,
  epilogue: Epilogue,
  storage: Storage,
): KernelSource {
  const { input, output, batch, kernelHeight, kernelWidth } = shape;
  const { rows, columns, depth, threads } = tile;
  const count = threads[0] * threads[1];
  const pixels = batch * output.height * output.width;
  const outVectors = vectorsOf(output.channels);
  const inVectors = vectorsOf(input.channels);
  const sumVectors = kernelHeight * kernelWidth * inVectors;
  const tileRows = threads[1] * rows;
  const tileColumns = threads[0] * columns;
  const columnBlocks = Math.ceil(outVectors / tileColumns);
  const rowBlocks = Math.ceil(pixels / tileRows);
  const pitch = inputPitch(tile);
  const sums = (line: (row: number, column: number) => string) =>
    repeat(rows, (row) => repeat(columns, (column) => line(row, column)));

  const gather = isPointwise(shape)
    ? `    let inside = p < ${pixels}u && k < ${sumVectors}u;
    let start = select(0u, p * ${inVectors}u + k, inside);`
    : `    let tap = k / ${inVectors}u;
    let x = i32(p % ${output.width}u) * ${shape.stride} + i32(tap % ${kernelWidth}u) - ${shape.padding.left};
    let y = i32((p / ${output.width}u) % ${output.height}u) * ${shape.stride} + i32(tap / ${kernelWidth}u) - ${shape.padding.top};
    let image = p / ${output.width * output.height}u;
    let inside = p < ${pixels}u && k < ${sumVectors}u && y >= 0 && y < ${input.height} && x >= 0 && x < ${input.width};
    let start = select(0u, ((image * ${input.height}u + u32(y)) * ${input.width}u + u32(x)) * ${inVectors}u + k % ${inVectors}u, inside);`;

  const body = `
let firstColumn = (block % ${columnBlocks}u) * ${tileColumns}u;
let firstRow = (block / ${columnBlocks}u) * ${tileRows}u;
let n = firstColumn + local.x * ${columns}u;
let m = firstRow + local.y * ${rows}u;
${sums((row, column) => `var s${row}_${column}: vec4f = vec4f(0.0);`)}
for (var k0: u32 = 0u; k0 < ${sumVectors}u; k0 += ${depth}u) {
  for (var i: u32 = thread; i < ${tileRows * depth}u; i += ${count}u) {
    let p = firstRow + i / ${depth}u;
    let k = k0 + i % ${depth}u;
${gather}
    inputs[(i / ${depth}u) * ${pitch}u + i % ${depth}u] = select(vec4f(0.0), ${load(storage, 'input', 'start')}, inside);
  }
  for (var i: u32 = thread; i < ${weightLength(tile)}u; i += ${count}u) {
    let column = firstColumn + i % ${tileColumns}u;
    let k = 4u * k0 + i / ${tileColumns}u;
    let inside = column < ${outVectors}u && k < ${4 * sumVectors}u;
    panel[i] = select(vec4f(0.0), ${load(storage, 'weights', `select(0u, k * ${outVectors}u + column, inside)`)}, inside);
  }
  workgroupBarrier();
  for (var k: u32 = 0u; k < ${depth}u; k++) {
${repeat(rows, (row) => `    let a${row} = inputs[(local.y * ${rows}u + ${row}u) * ${pitch}u + k];`)}
    let w = k * ${4 * tileColumns}u + local.x * ${columns}u;
${repeat(4, (lane) =>
  [
    repeat(columns, (column) => `    let w${lane}_${column} = panel[w + ${lane * tileColumns + column}u];`),
    sums((row, column) => `    s${row}_${column} += a${row}[${lane}] * w${lane}_${column};`),
  ].join('\n'),
)}
  }
  workgroupBarrier();
}
${repeat(
  columns,
  (column) => `if (n + ${column}u < ${outVectors}u) {
  let bias = ${load(storage, 'biases', `n + ${column}u`)};
${repeat(rows, (row) => {
  const index = `(m + ${row}u) * ${outVectors}u + n + ${column}u`;
  const value = applyEpilogue(epilogue, storage, `(s${row}_${column} + bias)`, index);
  return `  if (m + ${row}u < ${pixels}u) { ${store(storage, 'output', index, value)} }`;
})}
}`,
)}`;
  return convKernel({
    implementation: `conv2d.tiled.${tileRows}x${4 * tileColumns}x${4 * depth}`,
    storage,
    epilogue,
    workgroupSize: threads,
    blocks: columnBlocks * rowBlocks,
    shared: { inputs: inputLength(tile), panel: weightLength(tile) },
    body,
  });
}
