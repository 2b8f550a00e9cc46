/** Which tiles are tried for a convolution, the likeliest first. What is fastest differs too much between devices to be known. */

import type { FfnBlock } from '../kernels/block-ffn.ts';
import { ffnMatrixFits, type MatrixBlockTile } from '../kernels/block-ffn-matrix.ts';
import type { BlockTile } from '../kernels/block-text.ts';
import type { DepthwiseTile } from '../kernels/conv-depthwise.ts';
import { type DirectTile, directTileFits } from '../kernels/conv-direct.ts';
import type { ConvShape } from '../kernels/conv-shape.ts';
import { type GemmTile, gemmTileBytes } from '../kernels/conv-tiled.ts';
import { type Storage, vectorsOf } from '../wgsl/module.ts';
import type { MatrixUnits } from '../wgsl/subgroup-matrix.ts';
import type { WorkgroupLimits } from './workgroup-limits.ts';

export function directTiles(shape: ConvShape, { quads, shortTexts }: WorkgroupLimits): DirectTile[] {
  const pixels = shape.batch * shape.output.height * shape.output.width;
  const tiles: DirectTile[] = [
    { rows: 4, columns: 2, threads: [8, 8] },
    { rows: 4, columns: 1, threads: [8, 8] },
    { rows: 8, columns: 1, threads: [8, 8] },
    { rows: 2, columns: 2, threads: [8, 8] },
  ];
  // A processor behind the API pays for a load as for ten multiplications, and next to nothing for an exchange in a quad.
  if (quads && shortTexts) {
    const threads = [1, 16] as const;
    tiles.unshift({ rows: 4, columns: 4, threads, quads }, { rows: 4, columns: 2, threads, quads });
  }
  if (pixels < 16) return [{ rows: 1, columns: 1, threads: [64, 1] }];
  return tiles.filter((tile) => directTileFits(shape, tile));
}

export function gemmTiles(shape: ConvShape, limits: WorkgroupLimits): GemmTile[] {
  const pixels = shape.batch * shape.output.height * shape.output.width;
  // A tile of which less than half is used, or a sum shorter than one stretch, is not worth trying.
  if (shape.groups !== 1 || pixels < 16) return [];
  const tiles: GemmTile[] = [
    { rows: 4, columns: 1, depth: 8, threads: [8, 8] },
    { rows: 8, columns: 1, depth: 4, threads: [16, 4] },
    { rows: 8, columns: 1, depth: 4, threads: [16, 8] },
    { rows: 4, columns: 2, depth: 4, threads: [8, 16] },
  ];
  return tiles.filter(
    (tile) =>
      gemmTileBytes(tile) <= limits.workgroupBytes &&
      tile.threads[0] * tile.threads[1] <= limits.invocations &&
      tile.threads[0] * tile.columns < 2 * vectorsOf(shape.output.channels) + 8,
  );
}

export function depthwiseTiles({ output }: ConvShape): DepthwiseTile[] {
  return [4, 8, 2]
    .filter((outputs) => outputs < 2 * output.width)
    .map((outputs) => ({ outputs, threads: 64 }));
}

/** Pixels of a tile of a block, the likeliest first. */
const blockShapes = [
  [4, 8],
  [8, 8],
  [4, 4],
  [2, 4],
] as const;

const mostMatrixBlockTiles = 3;

/** Tiles of fused blocks, the likeliest first: large ones reuse weights more, small ones fit where memory is short. */
export function blockTiles(
  hiddenVectors: number,
  groupVectors: number,
  output: { readonly height: number; readonly width: number; readonly channels: number },
  limits: WorkgroupLimits,
): BlockTile[] {
  const vectors = vectorsOf(output.channels);
  const tiles: BlockTile[] = [];
  for (const [height, width] of blockShapes) {
    // Less than half of such a tile would be used.
    if (height >= 2 * output.height || width >= 2 * output.width) continue;
    const pixels = height * width;
    for (const chunk of new Set([16, 8, 4, 2, groupVectors])) {
      if (hiddenVectors % chunk !== 0 || chunk % groupVectors !== 0) continue;
      for (const rows of limits.shortTexts ? [4] : [8, 4]) {
        if (pixels % rows !== 0) continue;
        const items = (pixels / rows) * vectors;
        const threads = [64, 128, 256].find((count) => items <= 3 * count) ?? 256;
        if (threads <= limits.invocations) tiles.push({ height, width, threads, rows, chunk });
      }
    }
  }
  return tiles;
}

/** Tiles of a block on subgroup matrices, the likeliest first: pixels share weights, subgroups share pixels. */
export function matrixBlockTiles(
  block: FfnBlock,
  storage: Storage,
  units: MatrixUnits,
  limits: WorkgroupLimits,
): MatrixBlockTile[] {
  const { height: imageHeight, width: imageWidth } = block.output;
  const tiles = units.configs.flatMap((config) =>
    blockShapes
      .filter(([height, width]) => height < 2 * imageHeight && width < 2 * imageWidth)
      .flatMap(([height, width]) =>
        // Which subgroup an invocation belongs to is only known where their size is.
        (units.pinsSize ? [4, 2, 1] : [1]).flatMap((subgroups) =>
          [16, 8, 4].map((chunk): MatrixBlockTile => {
            const threads = subgroups * units.subgroupSize;
            return { config, height, width, subgroups, threads, chunk, rows: 4 };
          }),
        ),
      ),
  );
  const fitting = tiles.filter((tile) => ffnMatrixFits(block, tile, storage, units, limits));
  // The likeliest of each shape.
  return fitting
    .filter(
      ({ height, width }, index) =>
        index === fitting.findIndex((tile) => tile.height === height && tile.width === width),
    )
    .slice(0, limits.shortTexts ? 1 : mostMatrixBlockTiles);
}
