/** Which tiles are tried for a convolution, the likeliest first. What is fastest differs too much between devices to be known. */

import type { DepthwiseTile } from '../kernels/conv-depthwise.ts';
import { type DirectTile, directTileFits } from '../kernels/conv-direct.ts';
import type { ConvShape } from '../kernels/conv-shape.ts';
import { type GemmTile, gemmTileBytes } from '../kernels/conv-tiled.ts';
import { vectorsOf } from '../wgsl/module.ts';
import type { WorkgroupLimits } from './lower.ts';

export function directTiles(shape: ConvShape): DirectTile[] {
  const pixels = shape.batch * shape.output.height * shape.output.width;
  const tiles: DirectTile[] = [
    { rows: 4, columns: 2, threads: [8, 8] },
    { rows: 4, columns: 1, threads: [8, 8] },
    { rows: 8, columns: 1, threads: [8, 8] },
    { rows: 2, columns: 2, threads: [8, 8] },
  ];
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
