/**
 * The blocks of `block-ffn.ts` with both pointwise layers on subgroup matrices. The spatial layer's result and a chunk of the
 * hidden channels lie in workgroup memory as they would be stored. Of the columns of matrices, of the chunk and of the output,
 * each subgroup of the workgroup sums every so-manyth one. What is done to single elements goes through workgroup memory, a
 * matrix of each subgroup at a time.
 *
 *     middle[pixel][channel] = spatial layer
 *     for each chunk of hidden channels:
 *       hidden[pixel][chunk] = activation(middle * expansion + bias)
 *       sums[pixel][output] += hidden * projection
 *     output = epilogue(sums + bias)
 */
import {
  activationFunctionTexts,
  bytesOfStorage,
  type KernelSource,
  kernelSource,
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
import { type Cells, type FfnBlock, regionVectors, spatialText } from './block-ffn.ts';
import { activate, type BlockTile, parameter, pixelsOf } from './block-text.ts';
import { activationsOf, applyEpilogue, hasResidual } from './epilogue.ts';

/** Its threads are those of all its subgroups. */
export interface MatrixBlockTile extends BlockTile {
  readonly config: SubgroupMatrixConfig;
  readonly subgroups: number;
}

/** Sums that an invocation can hold, and matrices of them that a text should spell out. */
const mostSums = 128;
const mostMatrices = 32;

/** Matrices along the tile's pixels, and of each subgroup along the chunk and along the output channels. */
function matricesOf(tile: MatrixBlockTile, outChannels: number) {
  const { config, subgroups, chunk } = tile;
  return {
    down: pixelsOf(tile) / config.M,
    hidden: (4 * chunk) / (config.N * subgroups),
    outputs: outChannels / (config.N * subgroups),
  };
}

/** Whether matrices cut the block without a rest, and the device has room for what the tile holds. */
export function ffnMatrixFits(
  block: FfnBlock,
  tile: MatrixBlockTile,
  storage: Storage,
  { subgroupSize }: MatrixUnits,
  limits: { readonly workgroupBytes: number; readonly invocations: number },
): boolean {
  const { M, N, K } = tile.config;
  const { middleChannels, hiddenChannels, output, expand, projection } = block;
  if (!isUsable(tile.config, storage)) return false;
  const { down, hidden, outputs } = matricesOf(tile, output.channels);
  const isCut =
    [
      down,
      hidden,
      outputs,
      middleChannels / K,
      (4 * tile.chunk) / K,
      hiddenChannels / (4 * tile.chunk),
    ].every(Number.isInteger) &&
    [hiddenChannels, output.channels].every((columns) => isAligned(columns, storage));
  // Offsets are in vectors of four.
  const starts = [expand.weights, projection.weights].map((offset) => 4 * offset);
  const held = down * (hidden + outputs);
  return (
    isCut &&
    starts.every((start) => isAligned(start, storage)) &&
    held <= mostMatrices &&
    held * M * N <= mostSums * subgroupSize &&
    tile.threads <= limits.invocations &&
    bytesOf(block, tile, storage) <= limits.workgroupBytes
  );
}

const sumsOf = ({ config, subgroups }: MatrixBlockTile) => config.M * config.N * subgroups;

function bytesOf(block: FfnBlock, tile: MatrixBlockTile, storage: Storage): number {
  const stored = pixelsOf(tile) * (block.middleChannels + 4 * tile.chunk);
  return bytesOfStorage[storage] * stored + 4 * sumsOf(tile) + 16 * regionVectors(block, tile);
}

/** `weights`, its last binding, is the buffer of the parameters once more, as single values. */
export function ffnMatrixKernel(
  block: FfnBlock,
  tile: MatrixBlockTile,
  units: MatrixUnits,
  implementation: string,
  storage: Storage,
): KernelSource {
  const { batch, output, spatial, middleChannels, hiddenChannels, expand, activation, projection, epilogue } =
    block;
  const { config, subgroups, chunk, threads } = tile;
  const { M, N, K } = config;
  const { subgroupSize, pinsSize } = units;
  const pixels = pixelsOf(tile);
  const chunkChannels = 4 * chunk;
  const { down, hidden, outputs } = matricesOf(tile, output.channels);
  const across = Math.ceil(output.width / tile.width);
  const rowsOfTiles = Math.ceil(output.height / tile.height);
  const outVectors = vectorsOf(output.channels);
  const result = `subgroup_matrix_result<f32, ${N}, ${M}>`;
  const left = `subgroup_matrix_left<${storage}, ${K}, ${M}>`;
  const right = `subgroup_matrix_right<${storage}, ${N}, ${K}>`;
  const each = (columns: number, line: (row: number, column: number) => string) =>
    repeat(down, (row) => repeat(columns, (column) => line(row, column)));

  /** Adds rows of `from`, `pitch` apart, times columns of the weights: `terms` of them, those from `first` on. */
  const multiply = (options: {
    readonly sums: string;
    readonly columns: number;
    readonly from: string;
    readonly terms: number;
    readonly weights: (k: string) => string;
    readonly width: number;
  }) => {
    const { sums, columns, from, terms, weights, width } = options;
    return `for (var k: u32 = 0u; k < ${terms}u; k += ${K}u) {
${repeat(down, (row) => `  let a${row} = subgroupMatrixLoad<${left}, row_major>(&${from}, ${row * M * terms}u + k, ${terms}u);`)}
${repeat(
  columns,
  (
    column,
  ) => `  let b${column} = subgroupMatrixLoad<${right}, row_major>(&weights, ${weights('k')} + (${column * subgroups}u + part) * ${N}u, ${width}u);
${repeat(down, (row) => `  ${sums}${row}_${column} = subgroupMatrixMultiplyAccumulate(a${row}, b${column}, ${sums}${row}_${column});`)}`,
)}
}`;
  };

  /** Hands over a matrix of each subgroup: `use` sees its elements in fours, `v` of pixel `p` and vector `n` of the columns. */
  const handOver = (sums: string, columns: number, use: string) => {
    const width = N * subgroups;
    return each(
      columns,
      (
        row,
        column,
      ) => `subgroupMatrixStore<row_major>(&sums, part * ${N}u, ${sums}${row}_${column}, ${width}u);
workgroupBarrier();
for (var i: u32 = thread; i < ${(M * width) / 4}u; i += ${threads}u) {
  let p = ${row * M}u + i / ${width / 4}u;
  let n = ${(column * width) / 4}u + i % ${width / 4}u;
  let v = vec4f(sums[4u * i], sums[4u * i + 1u], sums[4u * i + 2u], sums[4u * i + 3u]);
  ${use}
}
workgroupBarrier();`,
    );
  };

  const body = `
let image = block / ${across * rowsOfTiles}u;
let oy0 = ((block / ${across}u) % ${rowsOfTiles}u) * ${tile.height}u;
let ox0 = (block % ${across}u) * ${tile.width}u;
${subgroups === 1 ? 'let part = 0u;' : ''}
${each(outputs, (row, column) => `var s${row}_${column}: ${result} = ${result}(0.0);`)}
${spatialText(block, tile, storage, cells)}
workgroupBarrier();
for (var e0: u32 = 0u; e0 < ${hiddenChannels}u; e0 += ${chunkChannels}u) {
${each(hidden, (row, column) => `var h${row}_${column}: ${result} = ${result}(0.0);`)}
${multiply({
  sums: 'h',
  columns: hidden,
  from: 'middle',
  terms: middleChannels,
  weights: (k) => `${4 * expand.weights}u + ${k} * ${hiddenChannels}u + e0`,
  width: hiddenChannels,
})}
${handOver(
  'h',
  hidden,
  `write_hidden(p * ${chunk}u + n, ${activate(activation, `v + ${parameter(storage, expand.biases, 'e0 / 4u + n')}`)});`,
)}
${multiply({
  sums: 's',
  columns: outputs,
  from: 'hidden',
  terms: chunkChannels,
  weights: (k) => `${4 * projection.weights}u + (e0 + ${k}) * ${output.channels}u`,
  width: output.channels,
})}
workgroupBarrier();
}
${handOver(
  's',
  outputs,
  `let oy = oy0 + p / ${tile.width}u;
  let ox = ox0 + p % ${tile.width}u;
  if (oy < ${output.height}u && ox < ${output.width}u) {
    let to = ((image * ${output.height}u + oy) * ${output.width}u + ox) * ${outVectors}u + n;
    let sum = v + ${parameter(storage, projection.biases, 'n')};
    ${store(storage, 'output', 'to', applyEpilogue(epilogue, storage, 'sum', 'to'))}
  }`,
)}`;
  const region = regionVectors(block, tile);
  return kernelSource({
    implementation: `${implementation}.matrix.${tile.height}x${tile.width}x${chunkChannels}.${M}x${N}x${K}`,
    storage,
    bindings: [
      ...['input', ...(hasResidual(epilogue) ? ['residual'] : []), 'parameters'].map(
        (name) => ({ name, access: 'read' }) as const,
      ),
      { name: 'output', access: 'read_write' },
      { name: 'weights', access: 'read' },
    ],
    extensions: matrixExtensions(units),
    scalars: ['weights'],
    ...(region > 0 && { shared: { region } }),
    sharedScalars: { sums: sumsOf(tile) },
    sharedStored: { middle: pixels * middleChannels, hidden: pixels * chunkChannels },
    workgroupSize: [threads, 1],
    ...(pinsSize && { subgroupSize }),
    ...(subgroups > 1 && { subgroupName: 'part' }),
    blocks: batch * across * rowsOfTiles,
    // The spatial layer's result, before and behind its norm, the hidden channels, and the output.
    roundings: spatial.kind === 'convolution' && spatial.norm !== undefined ? 4 : 3,
    functions: [
      ...activationFunctionTexts([
        ...(activation === undefined ? [] : [activation]),
        ...activationsOf(epilogue),
      ]),
      ...['middle', 'hidden'].map(
        (name) =>
          `fn write_${name}(i: u32, v: vec4f) { ${repeat(4, (lane) => `${name}[4u * i + ${lane}u] = ${storage}(v[${lane}]);`, ' ')} }`,
      ),
      `fn read_middle(i: u32) -> vec4f { return vec4f(${repeat(4, (lane) => `f32(middle[4u * i + ${lane}u])`, ', ')}); }`,
    ],
    body,
  });
}

const cells: Cells = {
  read: (index) => `read_middle(${index})`,
  write: (index, value) => `write_middle(${index}, ${value});`,
};
