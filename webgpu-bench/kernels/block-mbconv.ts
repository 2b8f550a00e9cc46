/**
 * Inverted residuals and their relatives, fused along the hidden channels: a chunk of them is expanded, convolved and
 * projected before the next one begins. The expansion of the tile's halo is computed by every tile that needs it.
 *
 * A bottleneck is one whose convolution is dense: its one chunk is all of the hidden channels.
 *
 * Squeeze-and-excite needs the mean of the whole image before the projection, so such a block takes two launches: the first
 * stores the convolved tensor and each tile's sum, the second gates and projects it.
 */
import type { ActivationFunction, Shape, SqueezeExciteOperator } from '../../core/graph/graph.ts';
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
import {
  activate,
  type BlockTile,
  blockKernel,
  convolutionText,
  type LayerOffsets,
  layerLoop,
  parameter,
  pixelsOf,
  pointwiseText,
  tileCoordinates,
} from './block-text.ts';
import type { ConvShape } from './conv-shape.ts';
import { type Epilogue, hasResidual } from './epilogue.ts';

export interface Expansion {
  readonly layer: LayerOffsets;
  readonly inChannels: number;
  readonly activation: ActivationFunction | undefined;
}

/** Up to the convolved tensor. */
export interface HiddenStage {
  readonly batch: number;
  /** Of the block's input. */
  readonly input: Shape;
  /** Absent in blocks without one. */
  readonly expansion: Expansion | undefined;
  /** The spatial layer, over the expanded tensor where there is one. */
  readonly shape: ConvShape;
  readonly layer: LayerOffsets;
  readonly activation: ActivationFunction | undefined;
}

export interface Projection {
  readonly layer: LayerOffsets;
  readonly epilogue: Epilogue;
  readonly output: Shape;
}

const regionWidth = ({ shape }: HiddenStage, tile: BlockTile) =>
  (tile.width - 1) * shape.stride + shape.kernelWidth;
const regionPixels = (stage: HiddenStage, tile: BlockTile) =>
  regionWidth(stage, tile) * ((tile.height - 1) * stage.shape.stride + stage.shape.kernelHeight);

/** Bytes of workgroup memory, without squeeze-and-excite's own. */
export function hiddenBytes(stage: HiddenStage, tile: BlockTile): number {
  const region = stage.expansion === undefined ? 0 : regionPixels(stage, tile) * tile.chunk;
  return 16 * (pixelsOf(tile) * tile.chunk + region);
}

/** Expand, convolve, project: one launch. */
export function mbconvKernel(
  stage: HiddenStage,
  projection: Projection,
  tile: BlockTile,
  implementation: string,
  storage: Storage,
): KernelSource {
  const activations = [stage.expansion?.activation, stage.activation].filter((name) => name !== undefined);
  return blockKernel({
    implementation,
    storage,
    batch: stage.batch,
    output: projection.output,
    tile,
    hiddenChannels: stage.shape.output.channels,
    projection: projection.layer,
    epilogue: projection.epilogue,
    inputs: ['input', ...(hasResidual(projection.epilogue) ? ['residual'] : [])],
    shared: sharedOf(stage, tile),
    activations,
    prologue: '',
    producer: hiddenText(stage, tile, storage),
  });
}

const sharedOf = (stage: HiddenStage, tile: BlockTile): Record<string, number> =>
  stage.expansion === undefined ? {} : { region: regionPixels(stage, tile) * tile.chunk };

/** Fills `hidden[pixel * chunk + k]` for the chunk that begins at vector `e0`. */
function hiddenText(stage: HiddenStage, tile: BlockTile, storage: Storage): string {
  const { shape, layer, activation, expansion, input } = stage;
  const end = (row: number, pixel: string) =>
    `  hidden[${pixel} * ${tile.chunk}u + n] = ${activate(activation, `v${row}`)};`;
  const common = {
    tile,
    pixels: pixelsOf(tile),
    vectors: `${tile.chunk}u`,
    rows: tile.rows,
    bias: (n: string) => parameter(storage, layer.biases, `e0 + ${n}`),
  };
  if (expansion === undefined) {
    const text = convolutionText(shape, storage, layer, tile.rows, '(e0 + n)', tileCoordinates(tile));
    return layerLoop({ ...common, ...text, end });
  }
  const width = regionWidth(stage, tile);
  const inVectors = vectorsOf(input.channels);
  const { stride, padding, kernelWidth, kernelHeight } = shape;
  const expand = layerLoop({
    tile,
    pixels: regionPixels(stage, tile),
    vectors: `${tile.chunk}u`,
    rows: tile.rows,
    bias: (n) => parameter(storage, expansion.layer.biases, `e0 + ${n}`),
    begin: (row, pixel) => `  let y${row} = i32(oy0 * ${stride}u + ${pixel} / ${width}u) - ${padding.top};
  let x${row} = i32(ox0 * ${stride}u + ${pixel} % ${width}u) - ${padding.left};
  let inside${row} = y${row} >= 0 && y${row} < ${input.height} && x${row} >= 0 && x${row} < ${input.width};
  let from${row} = select(0u, ((image * ${input.height}u + u32(y${row})) * ${input.width}u + u32(x${row})) * ${inVectors}u, inside${row});`,
    multiply: pointwiseText(
      storage,
      expansion.layer,
      tile.rows,
      inVectors,
      vectorsOf(shape.input.channels),
      '(e0 + n)',
      (row, c) => load(storage, 'input', `from${row} + ${c}`),
    ),
    // The spatial layer pads the expanded tensor, so beyond the border there are zeros, not activated biases.
    end: (row, pixel) =>
      `  region[${pixel} * ${tile.chunk}u + n] = select(vec4f(0.0), ${activate(expansion.activation, `v${row}`)}, inside${row});`,
  });
  const groupVectors = vectorsOf(shape.input.channels / shape.groups);
  const isDepthwise = shape.groups === shape.input.channels;
  const outVectors = vectorsOf(shape.output.channels);
  const at = (row: number, c: string) =>
    `region[(corner${row} + (tap / ${kernelWidth}u) * ${width}u + tap % ${kernelWidth}u) * ${tile.chunk}u + ${c}]`;
  const multiply = isDepthwise
    ? `  for (var tap: u32 = 0u; tap < ${kernelHeight * kernelWidth}u; tap++) {
    let w = ${parameter(storage, layer.weights, `tap * ${outVectors}u + e0 + n`)};
${repeat(tile.rows, (row) => `    v${row} += ${at(row, 'n')} * w;`)}
  }`
    : `  for (var tap: u32 = 0u; tap < ${kernelHeight * kernelWidth}u; tap++) {
    for (var c: u32 = 0u; c < ${groupVectors}u; c++) {
      let w = (tap * ${groupVectors}u + c) * ${4 * outVectors}u + e0 + n;
${repeat(4, (lane) => `      let w${lane} = ${parameter(storage, layer.weights, `w + ${lane * outVectors}u`)};`)}
${repeat(
  tile.rows,
  (row) => `      let a${row} = ${at(row, `(n / ${groupVectors}u) * ${groupVectors}u + c`)};
      v${row} += a${row}.x * w0 + a${row}.y * w1 + a${row}.z * w2 + a${row}.w * w3;`,
)}
    }
  }`;
  const convolve = layerLoop({
    ...common,
    begin: (row, pixel) =>
      `  let corner${row} = (${pixel} / ${tile.width}u) * ${stride * width}u + (${pixel} % ${tile.width}u) * ${stride}u;`,
    multiply,
    end,
  });
  return `${expand}\nworkgroupBarrier();\n${convolve}`;
}

/** Tiles of one image: as many partial sums has each channel. */
export const tilesOf = ({ output }: { readonly output: Shape }, tile: BlockTile) =>
  Math.ceil(output.height / tile.height) * Math.ceil(output.width / tile.width);

/**
 * The first launch of a block with squeeze-and-excite. Writes the convolved tensor to `output` and to
 * `partial` [image][tile][vector] the sum over the tile's pixels.
 */
export function expandConvolveKernel(
  stage: HiddenStage,
  tile: BlockTile,
  implementation: string,
  storage: Storage,
): KernelSource {
  const { output } = stage.shape;
  const vectors = vectorsOf(output.channels);
  const across = Math.ceil(output.width / tile.width);
  const tiles = tilesOf(stage.shape, tile);
  const body = `
let image = block / ${tiles}u;
let oy0 = ((block % ${tiles}u) / ${across}u) * ${tile.height}u;
let ox0 = ((block % ${tiles}u) % ${across}u) * ${tile.width}u;
for (var e0: u32 = 0u; e0 < ${vectors}u; e0 += ${tile.chunk}u) {
workgroupBarrier();
${hiddenText(stage, tile, storage)}
workgroupBarrier();
for (var k: u32 = thread; k < ${tile.chunk}u; k += ${tile.threads}u) {
  var sum: vec4f = vec4f(0.0);
  for (var p: u32 = 0u; p < ${pixelsOf(tile)}u; p++) {
    let oy = oy0 + p / ${tile.width}u;
    let ox = ox0 + p % ${tile.width}u;
    if (oy < ${output.height}u && ox < ${output.width}u) { sum += hidden[p * ${tile.chunk}u + k]; }
  }
  ${store(storage, 'partial', `block * ${vectors}u + e0 + k`, `sum * ${1 / (output.height * output.width)}`)}
}
for (var i: u32 = thread; i < ${pixelsOf(tile) * tile.chunk}u; i += ${tile.threads}u) {
  let oy = oy0 + (i / ${tile.chunk}u) / ${tile.width}u;
  let ox = ox0 + (i / ${tile.chunk}u) % ${tile.width}u;
  if (oy < ${output.height}u && ox < ${output.width}u) {
    ${store(storage, 'output', `((image * ${output.height}u + oy) * ${output.width}u + ox) * ${vectors}u + e0 + i % ${tile.chunk}u`, 'hidden[i]')}
  }
}
}`;
  return kernelSource({
    implementation: `${implementation}.${tile.height}x${tile.width}x${4 * tile.chunk}`,
    storage,
    bindings: [
      { name: 'input', access: 'read' },
      { name: 'parameters', access: 'read' },
      { name: 'partial', access: 'read_write' },
      { name: 'output', access: 'read_write' },
    ],
    workgroupSize: [tile.threads, 1],
    blocks: stage.batch * tiles,
    shared: { ...sharedOf(stage, tile), hidden: pixelsOf(tile) * tile.chunk },
    functions: activationFunctionTexts(
      [stage.expansion?.activation, stage.activation].filter((name) => name !== undefined),
    ),
    body,
  });
}

export interface Gate {
  readonly operator: SqueezeExciteOperator;
  readonly first: LayerOffsets;
  readonly second: LayerOffsets;
  /** Partial sums of each image. */
  readonly tiles: number;
}

/** Bytes of workgroup memory of the second launch. */
export const gatedBytes = ({ operator }: Gate, tile: BlockTile) =>
  16 *
  (pixelsOf(tile) * tile.chunk +
    2 * vectorsOf(operator.output.channels) +
    vectorsOf(operator.squeezeChannels));

/** The second launch: every workgroup computes the gate anew, which is little beside its share of the projection. */
export function gatedProjectKernel(
  batch: number,
  gate: Gate,
  projection: Projection,
  tile: BlockTile,
  implementation: string,
  storage: Storage,
): KernelSource {
  const { operator, first, second, tiles } = gate;
  const { height, width, channels } = operator.output;
  const vectors = vectorsOf(channels);
  const squeeze = vectorsOf(operator.squeezeChannels);
  const dense = (layer: LayerOffsets, from: string, inVectors: number, outVectors: number) =>
    `  var v0: vec4f = ${parameter(storage, layer.biases, 'n')};
${pointwiseText(storage, layer, 1, inVectors, outVectors, 'n', (_, c) => `${from}[${c}]`)}`;
  const strided = (count: number, statements: string) =>
    `for (var n: u32 = thread; n < ${count}u; n += ${tile.threads}u) {\n${statements}\n}\nworkgroupBarrier();`;
  const prologue = [
    strided(
      vectors,
      `  var sum: vec4f = vec4f(0.0);
  for (var t: u32 = 0u; t < ${tiles}u; t++) { sum += ${load(storage, 'partial', `(image * ${tiles}u + t) * ${vectors}u + n`)}; }
  means[n] = sum;`,
    ),
    strided(
      squeeze,
      `${dense(first, 'means', vectors, squeeze)}\n  squeezed[n] = activate_${operator.innerActivation}(v0);`,
    ),
    strided(
      vectors,
      `${dense(second, 'squeezed', squeeze, vectors)}\n  gates[n] = activate_${operator.gate}(v0);`,
    ),
  ].join('\n');
  const producer = `for (var i: u32 = thread; i < ${pixelsOf(tile) * tile.chunk}u; i += ${tile.threads}u) {
  let y = min(oy0 + (i / ${tile.chunk}u) / ${tile.width}u, ${height - 1}u);
  let x = min(ox0 + (i / ${tile.chunk}u) % ${tile.width}u, ${width - 1}u);
  let e = e0 + i % ${tile.chunk}u;
  hidden[i] = ${load(storage, 'input', `((image * ${height}u + y) * ${width}u + x) * ${vectors}u + e`)} * gates[e];
}`;
  return blockKernel({
    implementation,
    storage,
    batch,
    output: projection.output,
    tile,
    hiddenChannels: channels,
    projection: projection.layer,
    epilogue: projection.epilogue,
    inputs: ['input', 'partial', ...(hasResidual(projection.epilogue) ? ['residual'] : [])],
    shared: { means: vectors, squeezed: squeeze, gates: vectors },
    activations: [operator.innerActivation, operator.gate],
    prologue,
    producer,
  });
}
