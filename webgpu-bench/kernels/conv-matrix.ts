/**
 * A pointwise convolution on subgroup matrices: a workgroup is one subgroup, which multiplies `down` x `across` of the
 * adapter's matrices straight from the buffers and hands the sums through workgroup memory to what follows them. Only for
 * shapes that these matrices cut without a rest, and for sums in f32.
 *
 * No adapter at hand has them: this text was compiled, and never run.
 */
import type { SubgroupMatrixConfig, SubgroupMatrixFeature } from '../calibrate/arithmetic-kernels.ts';
import { type KernelSource, load, repeat, type Storage, store, vectorsOf } from '../wgsl/module.ts';
import { convKernel } from './conv-kernel.ts';
import { type ConvShape, isPointwise } from './conv-shape.ts';
import { applyEpilogue, type Epilogue } from './epilogue.ts';

export interface MatrixUnits {
  readonly feature: SubgroupMatrixFeature;
  readonly configs: readonly SubgroupMatrixConfig[];
  /** The largest that the adapter has: a workgroup must be a multiple of it. */
  readonly subgroupSize: number;
}

export interface MatrixTile {
  readonly config: SubgroupMatrixConfig;
  /** Matrices along the pixels, and along the output channels. */
  readonly down: number;
  readonly across: number;
}

/** The largest tiles of each kind of matrix that cut the shape without a rest. */
export function matrixTiles(
  shape: ConvShape,
  storage: Storage,
  { configs }: MatrixUnits,
  workgroupBytes: number,
): MatrixTile[] {
  if (!isPointwise(shape) || shape.groups !== 1) return [];
  const pixels = shape.batch * shape.output.height * shape.output.width;
  const { channels } = shape.output;
  return configs.flatMap((config) => {
    const { componentType, resultComponentType, M, N, K } = config;
    if (componentType !== storage || resultComponentType !== 'f32' || N % 4 !== 0) return [];
    if (shape.input.channels % Math.max(4, K) !== 0) return [];
    for (const [down, across] of [
      [4, 4],
      [4, 2],
      [2, 2],
      [2, 1],
      [1, 1],
    ] as const) {
      const fits = pixels % (M * down) === 0 && channels % (N * across) === 0;
      if (fits && 4 * M * down * N * across <= workgroupBytes) return [{ config, down, across }];
    }
    return [];
  });
}

export function convMatrix(
  shape: ConvShape,
  { config, down, across }: MatrixTile,
  { feature, subgroupSize }: MatrixUnits,
  epilogue: Epilogue,
  storage: Storage,
): KernelSource {
  const { M, N, K } = config;
  const inChannels = shape.input.channels;
  const outChannels = shape.output.channels;
  const outVectors = vectorsOf(outChannels);
  const pixels = shape.batch * shape.output.height * shape.output.width;
  const tileRows = M * down;
  const tileColumns = N * across;
  const columnBlocks = outChannels / tileColumns;
  const result = `subgroup_matrix_result<f32, ${N}, ${M}>`;
  const left = `subgroup_matrix_left<${storage}, ${K}, ${M}>`;
  const right = `subgroup_matrix_right<${storage}, ${N}, ${K}>`;
  const each = (line: (row: number, column: number) => string) =>
    repeat(down, (row) => repeat(across, (column) => line(row, column)));
  const body = `
let firstColumn = (block % ${columnBlocks}u) * ${tileColumns}u;
let firstRow = (block / ${columnBlocks}u) * ${tileRows}u;
${each((row, column) => `var s${row}_${column}: ${result} = ${result}(0.0);`)}
for (var k: u32 = 0u; k < ${inChannels}u; k += ${K}u) {
${repeat(down, (row) => `  let a${row} = subgroupMatrixLoad<${left}, row_major>(&input, (firstRow + ${row * M}u) * ${inChannels}u + k, ${inChannels}u);`)}
${repeat(
  across,
  (
    column,
  ) => `  let b${column} = subgroupMatrixLoad<${right}, row_major>(&weights, k * ${outChannels}u + firstColumn + ${column * N}u, ${outChannels}u);
${repeat(down, (row) => `  s${row}_${column} = subgroupMatrixMultiplyAccumulate(a${row}, b${column}, s${row}_${column});`)}`,
)}
}
${each((row, column) => `subgroupMatrixStore<row_major>(&tile, ${row * M * tileColumns + column * N}u, s${row}_${column}, ${tileColumns}u);`)}
workgroupBarrier();
for (var i: u32 = thread; i < ${(tileRows * tileColumns) / 4}u; i += ${subgroupSize}u) {
  let n = firstColumn / 4u + i % ${tileColumns / 4}u;
  let sum = vec4f(tile[4u * i], tile[4u * i + 1u], tile[4u * i + 2u], tile[4u * i + 3u]) + ${load(storage, 'biases', 'n')};
  let to = (firstRow + i / ${tileColumns / 4}u) * ${outVectors}u + n;
  ${store(storage, 'output', 'to', applyEpilogue(epilogue, storage, 'sum', 'to'))}
}`;
  return convKernel({
    implementation: `conv2d.matrix.${tileRows}x${tileColumns}x${K}`,
    storage,
    epilogue,
    features: [feature],
    scalars: ['input', 'weights'],
    sharedScalars: { tile: tileRows * tileColumns },
    workgroupSize: [subgroupSize, 1],
    blocks: (pixels / tileRows) * columnBlocks,
    body,
  });
}
