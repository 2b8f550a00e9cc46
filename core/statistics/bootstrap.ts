/** Intervals by drawing again from what was measured. */
import { seededRandom } from './seeded-random.ts';
import type { MedianInterval } from './summary.ts';
import { medianOf } from './summary.ts';

/** Samples that were taken together, and so are alike: the unit that is drawn. */
export type Blocks = readonly (readonly number[])[];

/**
 * Percentile interval of the median by the two-stage bootstrap (Davison and Hinkley, Bootstrap Methods, 3.8): blocks are drawn
 * with replacement, then samples in each, so that what differs between blocks is not taken for precision. The same seed gives the same
 * interval. Few blocks say little: the interval of one block knows nothing of what another would have given.
 */
export function bootstrapMedian(
  blocks: Blocks,
  { resamples = 1000, seed = 1, confidence = 0.95 } = {},
): MedianInterval {
  const random = seededRandom(seed);
  const medians = Array.from({ length: resamples }, () => drawnMedian(blocks, random)).sort((a, b) => a - b);
  const outside = Math.floor(((1 - confidence) / 2) * resamples);
  return {
    median: medianOf(blocks.flat()),
    low: medians[outside] ?? Number.NaN,
    high: medians.at(-1 - outside) ?? Number.NaN,
  };
}

/** The same of the ratio of the second's median to the first's. */
export function bootstrapRatio(
  first: Blocks,
  second: Blocks,
  { resamples = 1000, seed = 1, confidence = 0.95 } = {},
): MedianInterval {
  const random = seededRandom(seed);
  const ratios = Array.from(
    { length: resamples },
    () => drawnMedian(second, random) / drawnMedian(first, random),
  ).sort((a, b) => a - b);
  const outside = Math.floor(((1 - confidence) / 2) * resamples);
  return {
    median: medianOf(second.flat()) / medianOf(first.flat()),
    low: ratios[outside] ?? Number.NaN,
    high: ratios.at(-1 - outside) ?? Number.NaN,
  };
}

function drawnMedian(blocks: Blocks, random: () => number): number {
  const drawn: number[] = [];
  for (let block = 0; block < blocks.length; block++) {
    const from = blocks[Math.floor(random() * blocks.length)] ?? [];
    for (let sample = 0; sample < from.length; sample++) {
      drawn.push(from[Math.floor(random() * from.length)] ?? Number.NaN);
    }
  }
  const sorted = Float64Array.from(drawn).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
