/**
 * The blocks of `block-ffn.ts` without workgroup memory: a thread owns a few adjacent pixels of a row and computes everything
 * of theirs, layer after layer, in arrays of its own, which stay in the first-level cache. No barriers, for threads share
 * nothing. It suits a processor behind the API, to which these arrays are memory like any other and a barrier is a change of
 * threads; a GPU has no registers for them.
 */
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
import { type Cells, type FfnBlock, normPixelText } from './block-ffn.ts';
import { activate, type LayerOffsets, parameter } from './block-text.ts';
import { type ConvShape, isDepthwise } from './conv-shape.ts';
import { activationsOf, applyEpilogue, hasResidual } from './epilogue.ts';

export interface OwnedTile {
  /** Adjacent pixels of a row that a thread owns. */
  readonly rows: number;
  readonly threads: number;
  /** Each thread of a quad reads a fourth of the weights, and gets the others' from them. */
  readonly quads: boolean;
}

/** WGSL promises 8 KiB for all variables of a function together; vectors of 16 bytes. */
const mostOwnVectors = 512;

/** Of these, what the sums in registers and the counters of loops take at most. */
const smallVariables = 48;

/** More loads side by side take SwiftShader's compiler minutes. */
const widestStrip = 6;

/** Vectors of hidden channels that a thread has room for at a time; undefined where it has for none, or does not fit the block. */
export function ownedChunk(block: FfnBlock, { rows }: OwnedTile): number | undefined {
  // A step down needs the results of its neighbours' pixels.
  if (block.spatial.kind === 'blurredBesideInput') return undefined;
  let window = 0;
  if (block.spatial.kind === 'convolution') {
    const { shape } = block.spatial;
    if (isDepthwise(shape)) window = stripWidth(shape, rows);
    else if (stripWidth(shape, rows) > widestStrip) return undefined;
  }
  const room = mostOwnVectors - smallVariables - window;
  const hidden = vectorsOf(block.hiddenChannels);
  const middle = vectorsOf(block.middleChannels);
  for (let parts = 1; parts <= hidden; parts++) {
    const sums = parts === 1 ? 0 : vectorsOf(block.output.channels);
    if (hidden % parts === 0 && rows * (middle + sums + hidden / parts) <= room) return hidden / parts;
  }
  return undefined;
}

/** The tile must have a chunk. */
export function ffnOwnedKernel(
  block: FfnBlock,
  tile: OwnedTile,
  implementation: string,
  storage: Storage,
): KernelSource {
  const { batch, output, expand, activation, projection, epilogue } = block;
  const { rows, threads, quads } = tile;
  const middle = vectorsOf(block.middleChannels);
  const hidden = vectorsOf(block.hiddenChannels);
  const outVectors = vectorsOf(output.channels);
  const chunk = ownedChunk(block, tile) ?? 1;
  const isWhole = chunk === hidden;
  const across = Math.ceil(output.width / rows);
  const strips = batch * output.height * across;
  const array = (name: string, vectors: number) =>
    `var ${name}: array<vec4f, ${rows * vectors}> = array<vec4f, ${rows * vectors}>();`;
  const stored = (row: number, n: string, value: string) => {
    const result = applyEpilogue(epilogue, storage, value, 'at');
    return `if (isOwn && ox0 + ${row}u < ${output.width}u) {
  let at = to + ${row * outVectors}u + ${n};
  ${store(storage, 'output', 'at', result)}
}`;
  };
  const expansion = productText({
    tile,
    storage,
    from: 'middle',
    sums: middle,
    results: chunk,
    weights: { ...expand, first: '0u', column: 'e + n', columns: hidden },
    begin: (_, n) => parameter(storage, expand.biases, `e + ${n}`),
    end: (row, n, value) => `hidden[(${n}) * ${rows}u + ${row}u] = ${activate(activation, value)};`,
  });
  const projected = productText({
    tile,
    storage,
    from: 'hidden',
    sums: chunk,
    results: outVectors,
    weights: { ...projection, first: 'e', column: 'n', columns: outVectors },
    begin: (row, n) =>
      isWhole ? parameter(storage, projection.biases, n) : `sums[(${n}) * ${rows}u + ${row}u]`,
    end: (row, n, value) =>
      isWhole ? stored(row, n, value) : `sums[(${n}) * ${rows}u + ${row}u] = ${value};`,
  });
  const body = `
// One beyond the last computes the last again and does not store it, for its quad needs it.
let strip = min(block * ${threads}u + thread, ${strips - 1}u);
let isOwn = block * ${threads}u + thread < ${strips}u;
let ox0 = (strip % ${across}u) * ${rows}u;
let oy0 = (strip / ${across}u) % ${output.height}u;
let image = strip / ${across * output.height}u;
let to = ((image * ${output.height}u + oy0) * ${output.width}u + ox0) * ${outVectors}u;
${array('middle', middle)}
${array('hidden', chunk)}
${spatialText(block, tile, storage)}
${
  isWhole
    ? `let e = 0u;\n${expansion}\n${projected}`
    : `${array('sums', outVectors)}
for (var n: u32 = 0u; n < ${outVectors}u; n++) {
  let bias = ${parameter(storage, projection.biases, 'n')};
${repeat(rows, (row) => `  sums[n * ${rows}u + ${row}u] = bias;`)}
}
for (var e: u32 = 0u; e < ${hidden}u; e += ${chunk}u) {
${expansion}
${projected}
}
for (var n: u32 = 0u; n < ${outVectors}u; n++) {
${repeat(rows, (row) => stored(row, 'n', `sums[n * ${rows}u + ${row}u]`))}
}`
}`;
  return kernelSource({
    implementation: `${implementation}.owned.${rows}x${4 * chunk}`,
    storage,
    quads,
    bindings: [
      ...['input', ...(hasResidual(epilogue) ? ['residual'] : []), 'parameters'].map(
        (name) => ({ name, access: 'read' }) as const,
      ),
      { name: 'output', access: 'read_write' },
    ],
    workgroupSize: [threads, 1],
    blocks: Math.ceil(strips / threads),
    functions: activationFunctionTexts([
      ...(activation === undefined ? [] : [activation]),
      ...activationsOf(epilogue),
    ]),
    body,
  });
}

/**
 * A 1x1 layer from the array `from` of the thread: for each `columns` vectors of results, the sums over all of `from` in
 * registers. `begin` and `end` say where a sum starts from and goes to.
 */
function productText(options: {
  readonly tile: OwnedTile;
  readonly storage: Storage;
  readonly from: string;
  /** Vectors of `from`, and of results. */
  readonly sums: number;
  readonly results: number;
  /** Of which the sum takes the vectors of inputs from `first` on, for the vector of outputs `column`. */
  readonly weights: LayerOffsets & {
    readonly first: string;
    readonly column: string;
    readonly columns: number;
  };
  readonly begin: (row: number, n: string) => string;
  readonly end: (row: number, n: string, value: string) => string;
}): string {
  const { tile, storage, from, sums, results, weights, begin, end } = options;
  const { rows, quads } = tile;
  const columns = [4, 2].find((count) => results % count === 0) ?? 1;
  const each = (line: (row: number, column: number) => string) =>
    repeat(columns, (column) => repeat(rows, (row) => line(row, column)));
  const weight = (index: string) => parameter(storage, weights.weights, index);
  return `for (var n: u32 = 0u; n < ${results}u; n += ${columns}u) {
${each((row, column) => `  var s${row}_${column}: vec4f = ${begin(row, `n + ${column}u`)};`)}
  for (var c: u32 = 0u; c < ${sums}u; c++) {
${repeat(rows, (row) => `    let a${row} = ${from}[c * ${rows}u + ${row}u];`)}
    let w = (4u * (${weights.first} + c)${quads ? ' + lane' : ''}) * ${weights.columns}u + ${weights.column};
${quads ? repeat(columns, (column) => `    let own${column} = ${weight(`w + ${column}u`)};`) : ''}
${repeat(4, (lane) =>
  [
    repeat(columns, (column) => {
      const read = quads
        ? `quadBroadcast(own${column}, ${lane}u)`
        : weight(`w + ${lane * weights.columns + column}u`);
      return `    let w${lane}_${column} = ${read};`;
    }),
    each(
      (row, column) =>
        `    s${row}_${column} = fma(vec4f(a${row}[${lane}]), w${lane}_${column}, s${row}_${column});`,
    ),
  ].join('\n'),
)}
  }
${each((row, column) => `  ${end(row, `n + ${column}u`, `s${row}_${column}`)}`)}
}`;
}

/** Fills `middle[vector * rows + row]`. */
function spatialText(block: FfnBlock, tile: OwnedTile, storage: Storage): string {
  const { spatial, input, output } = block;
  const { rows } = tile;
  if (spatial.kind === 'convolution') {
    const { shape, layer, norm } = spatial;
    const convolve = isDepthwise(shape)
      ? depthwiseText(shape, layer, tile, storage)
      : convolutionText(shape, layer, tile, storage);
    if (norm === undefined) return convolve;
    const own: Cells = {
      read: (c) => `middle[${c} * ${rows}u + row]`,
      write: (c, value) => `middle[${c} * ${rows}u + row] = ${value};`,
    };
    return `${convolve}
for (var row: u32 = 0u; row < ${rows}u; row++) {
${normPixelText(shape.output.channels, norm, own, storage)}
}`;
  }
  const vectors = vectorsOf(input.channels);
  return `for (var c: u32 = 0u; c < ${vectors}u; c++) {
${repeat(rows, (row) => {
  // Beyond the image the last pixel of the row is taken again, and not stored.
  const pixel = `(image * ${input.height}u + oy0) * ${input.width}u + min(ox0 + ${row}u, ${output.width - 1}u)`;
  return `  middle[c * ${rows}u + ${row}u] = ${load(storage, 'input', `(${pixel}) * ${vectors}u + c`)};`;
})}
}`;
}

/** Vectors of a row of the input that the windows of a thread's pixels cover. */
const stripWidth = ({ stride, kernelWidth }: ConvShape, rows: number) => (rows - 1) * stride + kernelWidth;

/**
 * A channel at a time, by loops over arrays: of a text with all of a 7x7 window's loads side by side SwiftShader's compiler
 * makes minutes.
 */
function depthwiseText(shape: ConvShape, layer: LayerOffsets, { rows }: OwnedTile, storage: Storage): string {
  const { input, output, kernelHeight, kernelWidth, stride, padding } = shape;
  const vectors = vectorsOf(output.channels);
  const width = stripWidth(shape, rows);
  const index = `select(0u, u32(line + x) * ${vectors}u + n, inside)`;
  return `let ix0 = i32(ox0) * ${stride} - ${padding.left};
var window: array<vec4f, ${width}> = array<vec4f, ${width}>();
for (var n: u32 = 0u; n < ${vectors}u; n++) {
  let bias = ${parameter(storage, layer.biases, 'n')};
${repeat(rows, (row) => `  var v${row}: vec4f = bias;`)}
  for (var ky: u32 = 0u; ky < ${kernelHeight}u; ky++) {
    let y = i32(oy0 * ${stride}u + ky) - ${padding.top};
    let line = (i32(image) * ${input.height} + y) * ${input.width};
    for (var column: u32 = 0u; column < ${width}u; column++) {
      let x = ix0 + i32(column);
      let inside = y >= 0 && y < ${input.height} && x >= 0 && x < ${input.width};
      window[column] = select(vec4f(0.0), ${load(storage, 'input', index)}, inside);
    }
    for (var kx: u32 = 0u; kx < ${kernelWidth}u; kx++) {
      let w = ${parameter(storage, layer.weights, `(ky * ${kernelWidth}u + kx) * ${vectors}u + n`)};
${repeat(rows, (row) => `      v${row} = fma(window[kx + ${row * stride}u], w, v${row});`)}
    }
  }
${repeat(rows, (row) => `  middle[n * ${rows}u + ${row}u] = v${row};`)}
}`;
}

/** Each vector of a row of the input is read once for all windows that it lies in. */
function convolutionText(
  shape: ConvShape,
  layer: LayerOffsets,
  { rows, quads }: OwnedTile,
  storage: Storage,
): string {
  const { input, output, kernelHeight, kernelWidth, stride, padding, groups } = shape;
  const inVectors = vectorsOf(input.channels);
  const outVectors = vectorsOf(output.channels);
  const groupIn = vectorsOf(input.channels / groups);
  const groupOut = vectorsOf(output.channels / groups);
  const columns = groupOut % 2 === 0 ? 2 : 1;
  const first = groups === 1 ? '0u' : `(n / ${groupOut}u) * ${groupIn}u`;
  const weight = (index: string) => parameter(storage, layer.weights, index);
  const each = (line: (row: number, column: number) => string) =>
    repeat(columns, (column) => repeat(rows, (row) => line(row, column)));
  const tap = (kx: number) => {
    const at = `(ky * ${kernelWidth}u + ${kx}u)`;
    const value = (row: number) => `a${row * stride + kx}`;
    return `      {
        let w = (${at} * ${4 * groupIn}u + 4u * c${quads ? ' + lane' : ''}) * ${outVectors}u + n;
${quads ? repeat(columns, (column) => `        let own${column} = ${weight(`w + ${column}u`)};`) : ''}
${repeat(4, (lane) =>
  [
    repeat(columns, (column) => {
      const read = quads
        ? `quadBroadcast(own${column}, ${lane}u)`
        : weight(`w + ${lane * outVectors + column}u`);
      return `        let w${lane}_${column} = ${read};`;
    }),
    each(
      (row, column) =>
        `        v${row}_${column} = fma(vec4f(${value(row)}[${lane}]), w${lane}_${column}, v${row}_${column});`,
    ),
  ].join('\n'),
)}
      }`;
  };
  return `let ix0 = i32(ox0) * ${stride} - ${padding.left};
for (var n: u32 = 0u; n < ${outVectors}u; n += ${columns}u) {
${each((row, column) => `  var v${row}_${column}: vec4f = ${parameter(storage, layer.biases, `n + ${column}u`)};`)}
  for (var ky: u32 = 0u; ky < ${kernelHeight}u; ky++) {
    let y = i32(oy0 * ${stride}u + ky) - ${padding.top};
    let line = (i32(image) * ${input.height} + y) * ${input.width};
    for (var c: u32 = 0u; c < ${groupIn}u; c++) {
${repeat(stripWidth(shape, rows), (column) => {
  const x = `ix0 + ${column}`;
  const index = `select(0u, u32(line + ${x}) * ${inVectors}u + ${first} + c, inside${column})`;
  return `      let inside${column} = y >= 0 && y < ${input.height} && ${x} >= 0 && ${x} < ${input.width};
      let a${column} = select(vec4f(0.0), ${load(storage, 'input', index)}, inside${column});`;
})}
${repeat(kernelWidth, tap)}
    }
  }
${each((row, column) => `  middle[(n + ${column}u) * ${rows}u + ${row}u] = v${row}_${column};`)}
}`;
}
