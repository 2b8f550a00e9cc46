/**
 * Dense convolution on subgroup matrices: rows are the output pixels of the whole batch, columns the output channels, the sum
 * runs over taps and input channels. A workgroup is one subgroup (where its size cannot be asked for
 * it may be several, which then do the same work), and sums `down` x `across` of the adapter's matrices in
 * f32. Weights are read straight from their buffer, and so are the pixels of a pointwise convolution; those of any other
 * window are gathered into workgroup memory, a stretch of the sum at a time, with zeros where it hangs over the border. Matrices
 * cannot be cut: the last tile of a row or column is moved back until it fits, and leaves out what its neighbour writes.
 */
import {
  bytesOfStorage,
  type KernelSource,
  load,
  repeat,
  type Storage,
  store,
  vectorsOf,
} from '../wgsl/module.ts';
import {
  isAligned,
  isUsable,
  type MatrixUnits,
  matrixExtensions,
  type SubgroupMatrixConfig,
} from '../wgsl/subgroup-matrix.ts';
import { convKernel } from './conv-kernel.ts';
import { type ConvShape, isPointwise } from './conv-shape.ts';
import { applyEpilogue, type Epilogue } from './epilogue.ts';

export interface MatrixTile {
  readonly config: SubgroupMatrixConfig;
  /** Matrices along the pixels, and along the output channels. */
  readonly down: number;
  readonly across: number;
}

const pixelsOf = ({ batch, output }: ConvShape) => batch * output.height * output.width;
/** Columns, and terms of the sum, as they are stored. */
const columnsOf = ({ output }: ConvShape) => 4 * vectorsOf(output.channels);
const termsOf = ({ kernelHeight, kernelWidth, input }: ConvShape) =>
  kernelHeight * kernelWidth * 4 * vectorsOf(input.channels);

/** Terms that are gathered at a time: a few matrices' worth, so that a barrier pays. */
function stretchOf(shape: ConvShape, { K }: SubgroupMatrixConfig): number {
  return K * ([4, 2].find((matrices) => K * matrices <= 32 && termsOf(shape) % (K * matrices) === 0) ?? 1);
}

const gatheredElements = (shape: ConvShape, { config, down }: MatrixTile) =>
  isPointwise(shape) ? 0 : config.M * down * stretchOf(shape, config);

/** One row of matrices is handed over at a time. */
const sumElements = ({ config, across }: MatrixTile) => config.M * config.N * across;

/** What is computed, tiles that were moved back and all, over what is needed: no more than this. */
const mostWaste = 1.4;

/** At most two tiles of each kind of matrix, the largest first. `shape.groups` must be 1. */
export function matrixTiles(
  shape: ConvShape,
  storage: Storage,
  { configs }: MatrixUnits,
  workgroupBytes: number,
): MatrixTile[] {
  const pixels = pixelsOf(shape);
  const columns = columnsOf(shape);
  return configs.flatMap((config) => {
    const { M, N, K } = config;
    if (!isUsable(config, storage)) return [];
    // Rows of terms are multiples of K long; those of the weights are as long as there are columns.
    if (termsOf(shape) % K !== 0 || !isAligned(columns, storage)) return [];
    const fitting = ([4, 2, 1] as const)
      .flatMap((down) => ([4, 2, 1] as const).map((across): MatrixTile => ({ config, down, across })))
      .filter((tile) => {
        const rows = M * tile.down;
        const width = N * tile.across;
        if (rows > pixels || width > columns) return false;
        const computed = Math.ceil(pixels / rows) * rows * Math.ceil(columns / width) * width;
        const bytes = 4 * sumElements(tile) + bytesOfStorage[storage] * gatheredElements(shape, tile);
        return computed <= mostWaste * pixels * columns && bytes <= workgroupBytes;
      });
    const area = ({ down, across }: MatrixTile) => down * across;
    const skew = ({ down, across }: MatrixTile) => Math.max(down / across, across / down);
    // Of equal size, what is nearer to a square loads less.
    const sorted = fitting.toSorted((a, b) => area(b) - area(a) || skew(a) - skew(b));
    const [largest] = sorted;
    if (largest === undefined) return [];
    // A small layer may keep more of a device busy in smaller tiles.
    const small = sorted.find((tile) => 4 * area(tile) <= area(largest));
    return small === undefined ? [largest] : [largest, small];
  });
}

export function convMatrix(
  shape: ConvShape,
  tile: MatrixTile,
  units: MatrixUnits,
  epilogue: Epilogue,
  storage: Storage,
): KernelSource {
  const { subgroupSize, pinsSize } = units;
  const { config, down, across } = tile;
  const { M, N, K } = config;
  const pixels = pixelsOf(shape);
  const columns = columnsOf(shape);
  const terms = termsOf(shape);
  const tileRows = M * down;
  const tileColumns = N * across;
  const columnBlocks = Math.ceil(columns / tileColumns);
  const direct = isPointwise(shape);
  const result = `subgroup_matrix_result<f32, ${N}, ${M}>`;
  const left = `subgroup_matrix_left<${storage}, ${K}, ${M}>`;
  const right = `subgroup_matrix_right<${storage}, ${N}, ${K}>`;
  const each = (line: (row: number, column: number) => string) =>
    repeat(down, (row) => repeat(across, (column) => line(row, column)));

  /** One step of the sum: `k` is its first term, `inputs` and its offset where the rows' terms lie, `pitch` apart. */
  const step = (inputs: string, offset: (row: number) => string, pitch: number) => `
${repeat(down, (row) => `  let a${row} = subgroupMatrixLoad<${left}, row_major>(&${inputs}, ${offset(row)}, ${pitch}u);`)}
${repeat(
  across,
  (
    column,
  ) => `  let b${column} = subgroupMatrixLoad<${right}, row_major>(&weights, k * ${columns}u + firstColumn + ${column * N}u, ${columns}u);
${repeat(down, (row) => `  s${row}_${column} = subgroupMatrixMultiplyAccumulate(a${row}, b${column}, s${row}_${column});`)}`,
)}`;

  const stretch = stretchOf(shape, config);
  const sum = direct
    ? `for (var k: u32 = 0u; k < ${terms}u; k += ${K}u) {
${step('input', (row) => `(firstRow + ${row * M}u) * ${terms}u + k`, terms)}
}`
    : `for (var k0: u32 = 0u; k0 < ${terms}u; k0 += ${stretch}u) {
${gather(shape, storage, stretch, tileRows, subgroupSize)}
  workgroupBarrier();
  for (var j: u32 = 0u; j < ${stretch}u; j += ${K}u) {
  let k = k0 + j;
${step('gathered', (row) => `${row * M * stretch}u + j`, stretch)}
  }
  workgroupBarrier();
}`;

  // What the tile before has written is left to it.
  const own = [
    ...(pixels % tileRows === 0 ? [] : ['row >= nominalRow']),
    ...(columns % tileColumns === 0 ? [] : ['4u * n >= nominalColumn']),
  ];
  const body = `
let nominalColumn = (block % ${columnBlocks}u) * ${tileColumns}u;
let nominalRow = (block / ${columnBlocks}u) * ${tileRows}u;
let firstColumn = min(nominalColumn, ${columns - tileColumns}u);
let firstRow = min(nominalRow, ${pixels - tileRows}u);
${each((row, column) => `var s${row}_${column}: ${result} = ${result}(0.0);`)}
${sum}
${repeat(
  down,
  (
    matrixRow,
  ) => `${repeat(across, (column) => `subgroupMatrixStore<row_major>(&sums, ${column * N}u, s${matrixRow}_${column}, ${tileColumns}u);`)}
workgroupBarrier();
for (var i: u32 = thread; i < ${(M * tileColumns) / 4}u; i += ${subgroupSize}u) {
  let row = firstRow + ${matrixRow * M}u + i / ${tileColumns / 4}u;
  let n = firstColumn / 4u + i % ${tileColumns / 4}u;
  let to = row * ${columns / 4}u + n;
  let sum = vec4f(sums[4u * i], sums[4u * i + 1u], sums[4u * i + 2u], sums[4u * i + 3u]) + ${load(storage, 'biases', 'n')};
  ${own.length === 0 ? '' : `if (${own.join(' && ')}) `}{ ${store(storage, 'output', 'to', applyEpilogue(epilogue, storage, 'sum', 'to'))} }
}
${matrixRow === down - 1 ? '' : 'workgroupBarrier();'}`,
)}`;
  return convKernel({
    implementation: `conv2d.matrix.${tileRows}x${tileColumns}x${K}`,
    storage,
    epilogue,
    extensions: matrixExtensions(units),
    scalars: direct ? ['input', 'weights'] : ['weights'],
    sharedScalars: { sums: sumElements(tile) },
    ...(direct ? {} : { sharedStored: { gathered: gatheredElements(shape, tile) } }),
    workgroupSize: [subgroupSize, 1],
    ...(pinsSize ? { subgroupSize } : {}),
    blocks: Math.ceil(pixels / tileRows) * columnBlocks,
    body,
  });
}

/** Copies the terms `k0` .. `k0 + stretch` of the tile's rows to `gathered`, four at a time. */
function gather(
  { input, output, kernelWidth, stride, padding }: ConvShape,
  storage: Storage,
  stretch: number,
  tileRows: number,
  threads: number,
): string {
  const inVectors = vectorsOf(input.channels);
  return `  for (var i: u32 = thread; i < ${(tileRows * stretch) / 4}u; i += ${threads}u) {
    let p = firstRow + i / ${stretch / 4}u;
    let v = k0 / 4u + i % ${stretch / 4}u;
    let tap = v / ${inVectors}u;
    let x = i32(p % ${output.width}u) * ${stride} + i32(tap % ${kernelWidth}u) - ${padding.left};
    let y = i32((p / ${output.width}u) % ${output.height}u) * ${stride} + i32(tap / ${kernelWidth}u) - ${padding.top};
    let inside = y >= 0 && y < ${input.height} && x >= 0 && x < ${input.width};
    let image = p / ${output.width * output.height}u;
    let start = select(0u, ((image * ${input.height}u + u32(y)) * ${input.width}u + u32(x)) * ${inVectors}u + v % ${inVectors}u, inside);
    let four = select(vec4<${storage}>(0.0), input[start], inside);
${repeat(4, (lane) => `    gathered[4u * i + ${lane}u] = four[${lane}];`)}
  }`;
}
