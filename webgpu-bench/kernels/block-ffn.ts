/**
 * Blocks whose spatial layer comes first: ConvFirst, ConvNeXt, and the plain pair of pointwise layers. The spatial layer's
 * result for the tile lies in workgroup memory, so that nothing but the input is read with a halo, and nothing computed twice.
 */
import type { ActivationFunction, Shape } from '../../core/graph/graph.ts';
import { type KernelSource, load, repeat, type Storage, vectorsOf } from '../wgsl/module.ts';
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
import type { Epilogue } from './epilogue.ts';

export type NormOffsets = LayerOffsets & { readonly epsilon: number };

/** What fills the tile before the two pointwise layers. */
export type SpatialStage =
  /** The input as it is. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'convolution';
      readonly shape: ConvShape;
      readonly layer: LayerOffsets;
      readonly norm: NormOffsets | undefined;
    }
  /** ConvFirst's step down: BlurPool of the convolution's result beside the input. */
  | { readonly kind: 'blurredBesideInput'; readonly shape: ConvShape; readonly layer: LayerOffsets };

export interface FfnBlock {
  readonly batch: number;
  readonly input: Shape;
  readonly output: Shape;
  readonly spatial: SpatialStage;
  /** Channels between the spatial stage and the first pointwise layer. */
  readonly middleChannels: number;
  readonly hiddenChannels: number;
  readonly expand: LayerOffsets;
  readonly activation: ActivationFunction | undefined;
  readonly projection: LayerOffsets;
  readonly epilogue: Epilogue;
}

/** Vectors of the convolution's result that the step down keeps at a time, for the tile and its halo. */
const blurChunk = 2;
const blurRegion = (tile: BlockTile) => (2 * tile.height + 1) * (2 * tile.width + 1);

/** Vectors of `region`, which a step down has besides. */
export const regionVectors = ({ spatial }: FfnBlock, tile: BlockTile) =>
  spatial.kind === 'blurredBesideInput' ? blurRegion(tile) * blurChunk : 0;

/** Bytes of workgroup memory. */
export const ffnBytes = (block: FfnBlock, tile: BlockTile) =>
  16 * (pixelsOf(tile) * (vectorsOf(block.middleChannels) + tile.chunk) + regionVectors(block, tile));

/** How a text reads and writes a vector of the spatial layer's result. */
export interface Cells {
  readonly read: (index: string) => string;
  /** A statement. */
  readonly write: (index: string, value: string) => string;
}

const vectorCells: Cells = {
  read: (index) => `middle[${index}]`,
  write: (index, value) => `middle[${index}] = ${value};`,
};

export function ffnKernel(
  block: FfnBlock,
  tile: BlockTile,
  implementation: string,
  storage: Storage,
): KernelSource {
  const { middleChannels, hiddenChannels, expand, activation, projection, epilogue } = block;
  const middle = vectorsOf(middleChannels);
  const region = regionVectors(block, tile);
  const producer = layerLoop({
    tile,
    pixels: pixelsOf(tile),
    vectors: `${tile.chunk}u`,
    rows: tile.rows,
    bias: (n) => parameter(storage, expand.biases, `e0 + ${n}`),
    begin: () => '',
    multiply: pointwiseText(
      storage,
      expand,
      tile.rows,
      middle,
      vectorsOf(hiddenChannels),
      '(e0 + n)',
      (row, c) => `middle[(group0 + ${row}u) * ${middle}u + ${c}]`,
    ),
    end: (row, pixel) => `  hidden[${pixel} * ${tile.chunk}u + n] = ${activate(activation, `v${row}`)};`,
  });
  return blockKernel({
    implementation,
    storage,
    batch: block.batch,
    output: block.output,
    tile,
    hiddenChannels,
    projection,
    epilogue,
    inputs: ['input', ...(epilogue.some(({ kind }) => kind === 'add') ? ['residual'] : [])],
    shared: {
      middle: pixelsOf(tile) * middle,
      ...(region > 0 && { region }),
    },
    activations: activation === undefined ? [] : [activation],
    prologue: spatialText(block, tile, storage, vectorCells),
    producer,
  });
}

/** Fills the tile's pixels with what the pointwise layers begin with. */
export function spatialText(block: FfnBlock, tile: BlockTile, storage: Storage, cells: Cells): string {
  const { spatial, input } = block;
  switch (spatial.kind) {
    case 'none':
      return copyText(input, tile, storage, cells);
    case 'convolution': {
      const { shape, layer, norm } = spatial;
      const vectors = vectorsOf(shape.output.channels);
      const { begin, multiply } = convolutionText(
        shape,
        storage,
        layer,
        tile.rows,
        'n',
        tileCoordinates(tile),
      );
      const convolve = layerLoop({
        tile,
        pixels: pixelsOf(tile),
        vectors: `${vectors}u`,
        rows: tile.rows,
        bias: (n) => parameter(storage, layer.biases, n),
        begin,
        multiply,
        end: (row, pixel) => `  ${cells.write(`${pixel} * ${vectors}u + n`, `v${row}`)}`,
      });
      return norm === undefined
        ? convolve
        : `${convolve}\nworkgroupBarrier();\n${normText(shape.output.channels, norm, tile, storage, cells)}`;
    }
    case 'blurredBesideInput':
      return blurredText(spatial.shape, spatial.layer, tile, storage, cells);
  }
}

function copyText(input: Shape, tile: BlockTile, storage: Storage, cells: Cells): string {
  const vectors = vectorsOf(input.channels);
  return `for (var i: u32 = thread; i < ${pixelsOf(tile) * vectors}u; i += ${tile.threads}u) {
  let y = min(oy0 + (i / ${vectors}u) / ${tile.width}u, ${input.height - 1}u);
  let x = min(ox0 + (i / ${vectors}u) % ${tile.width}u, ${input.width - 1}u);
  ${cells.write('i', load(storage, 'input', `((image * ${input.height}u + y) * ${input.width}u + x) * ${vectors}u + i % ${vectors}u`))}
}`;
}

/** Layer norm of each pixel of the tile, in place; a thread a pixel. */
function normText(
  channels: number,
  norm: NormOffsets,
  tile: BlockTile,
  storage: Storage,
  { read, write }: Cells,
): string {
  const index = (c: string) => `p * ${vectorsOf(channels)}u + ${c}`;
  const element: Cells = { read: (c) => read(index(c)), write: (c, value) => write(index(c), value) };
  return `for (var p: u32 = thread; p < ${pixelsOf(tile)}u; p += ${tile.threads}u) {
${normPixelText(channels, norm, element, storage)}
}`;
}

/** Layer norm of one pixel, in place, as statements of a scope of their own; `cells` are those of the pixel's channels. Channels are a multiple of four here. */
export function normPixelText(
  channels: number,
  norm: NormOffsets,
  { read, write }: Cells,
  storage: Storage,
): string {
  const vectors = vectorsOf(channels);
  return `  var sum: vec4f = vec4f(0.0);
  for (var c: u32 = 0u; c < ${vectors}u; c++) { sum += ${read('c')}; }
  let mean = dot(sum, vec4f(1.0)) * ${1 / channels};
  var squares: vec4f = vec4f(0.0);
  for (var c: u32 = 0u; c < ${vectors}u; c++) {
    let d = ${read('c')} - vec4f(mean);
    squares += d * d;
  }
  let scale = 1.0 / sqrt(dot(squares, vec4f(1.0)) * ${1 / channels} + ${norm.epsilon});
  for (var c: u32 = 0u; c < ${vectors}u; c++) {
    ${write('c', `(${read('c')} - vec4f(mean)) * scale * ${parameter(storage, norm.weights, 'c')} + ${parameter(storage, norm.biases, 'c')}`)}
  }`;
}

/** Filter [1 2 1] x [1 2 1] / 16 with reflected borders and stride 2 (Zhang 2019), of the convolution and of its input. */
function blurredText(
  shape: ConvShape,
  layer: LayerOffsets,
  tile: BlockTile,
  storage: Storage,
  cells: Cells,
): string {
  const { input, output } = shape;
  const vectors = vectorsOf(output.channels);
  const joined = vectors + vectorsOf(input.channels);
  const width = 2 * tile.width + 1;
  // Where a row or column of the region lies in the image; `position` counts from one before the tile's first tap.
  const reflect = (position: string, length: number) =>
    length === 1
      ? '0u'
      : `u32(clamp(${length - 1} - abs(${length - 1} - abs(i32(${position}) - 1)), 0, ${length - 1}))`;
  const coordinates = (pixel: string) => ({
    y: reflect(`(2u * oy0 + ${pixel} / ${width}u)`, output.height),
    x: reflect(`(2u * ox0 + ${pixel} % ${width}u)`, output.width),
  });
  const { begin, multiply } = convolutionText(shape, storage, layer, 1, '(c0 + n)', coordinates);
  const weights = [0.25, 0.5, 0.25] as const;
  const taps = weights.flatMap((vertical, i) =>
    weights.map((horizontal, j) => ({ i, j, weight: vertical * horizontal })),
  );
  return `for (var c0: u32 = 0u; c0 < ${vectors}u; c0 += ${blurChunk}u) {
${layerLoop({
  tile,
  pixels: blurRegion(tile),
  vectors: `${blurChunk}u`,
  rows: 1,
  bias: (n) => parameter(storage, layer.biases, `c0 + ${n}`),
  begin,
  multiply,
  end: (row, pixel) => `  region[${pixel} * ${blurChunk}u + n] = v${row};`,
})}
workgroupBarrier();
for (var i: u32 = thread; i < ${pixelsOf(tile) * blurChunk}u; i += ${tile.threads}u) {
  let p = i / ${blurChunk}u;
  let start = 2u * (p / ${tile.width}u) * ${width}u + 2u * (p % ${tile.width}u);
  ${cells.write(
    `p * ${joined}u + c0 + i % ${blurChunk}u`,
    taps
      .map(
        ({ i, j, weight }) =>
          `${weight} * region[(start + ${i * width + j}u) * ${blurChunk}u + i % ${blurChunk}u]`,
      )
      .join(' + '),
  )}
}
workgroupBarrier();
}
for (var i: u32 = thread; i < ${pixelsOf(tile) * (joined - vectors)}u; i += ${tile.threads}u) {
  let p = i / ${joined - vectors}u;
  let c = i % ${joined - vectors}u;
${repeat(
  3,
  (tap) => `  let y${tap} = ${reflect(`(2u * (oy0 + p / ${tile.width}u) + ${tap}u)`, input.height)};
  let x${tap} = ${reflect(`(2u * (ox0 + p % ${tile.width}u) + ${tap}u)`, input.width)};`,
)}
  ${cells.write(
    `p * ${joined}u + ${vectors}u + c`,
    taps
      .map(
        ({ i, j, weight }) =>
          `${weight} * ${load(storage, 'input', `((image * ${input.height}u + y${i}) * ${input.width}u + x${j}) * ${joined - vectors}u + c`)}`,
      )
      .join(' + '),
  )}
}`;
}
