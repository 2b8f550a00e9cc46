/** Which samples lie far from the others. They are named and counted, never dropped: they happened. */
import { medianOf } from './summary.ts';

export interface OutlierCounts {
  /** Beyond one and a half interquartile ranges from the quartiles, but not severe. */
  readonly mild: number;
  /** Beyond three. */
  readonly severe: number;
}

export type OutlierClass = 'inside' | 'mild' | 'severe';

/**
 * Tukey's fences (Exploratory Data Analysis, 1977, 2C): 1.5 and 3 interquartile ranges outside the quartiles. Where more than half
 * of the samples are equal, the range is nothing and every other one would be severe: then the fences are those of the median
 * absolute deviation, or of nothing at all where that is nothing as well.
 */
export function classifyOutliers(samples: readonly number[]): OutlierClass[] {
  if (samples.length < 4) return samples.map(() => 'inside');
  const sorted = samples.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const low = medianOf(sorted.slice(0, half));
  const high = medianOf(sorted.slice(sorted.length - half));
  if (high > low) return byFences(samples, low, high, high - low);
  const centre = medianOf(sorted);
  // 1.349 standard deviations of a normal distribution lie between its quartiles.
  const range = 1.349 * medianAbsoluteDeviation(samples);
  return byFences(samples, centre - range / 2, centre + range / 2, range);
}

export function countOutliers(samples: readonly number[]): OutlierCounts {
  const classes = classifyOutliers(samples);
  return {
    mild: classes.filter((kind) => kind === 'mild').length,
    severe: classes.filter((kind) => kind === 'severe').length,
  };
}

/** Times 1.4826, which makes it the standard deviation of a normal distribution (Hampel, J. Am. Statist. Assoc. 69, 1974). */
export function medianAbsoluteDeviation(samples: readonly number[]): number {
  const centre = medianOf(samples);
  return 1.4826 * medianOf(samples.map((sample) => Math.abs(sample - centre)));
}

function byFences(samples: readonly number[], low: number, high: number, range: number): OutlierClass[] {
  return samples.map((sample) => {
    const outside = Math.max(low - sample, sample - high);
    if (range === 0 || outside <= 1.5 * range) return 'inside';
    return outside <= 3 * range ? 'mild' : 'severe';
  });
}
