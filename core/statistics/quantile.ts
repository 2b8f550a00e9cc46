/** Tails: only from as many samples as can say something of them. */

/**
 * The smallest sample from which the quantile has an upper bound at this confidence: the n at which all of n samples lie below it
 * with probability 1 - confidence (quantile^n; Wilks, Ann. Math. Stat. 12, 1941). 44 for the 90th percentile, 90 for the 95th, 459
 * for the 99th at 99%.
 */
export function samplesForQuantile(quantile: number, confidence = 0.99): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(quantile));
}

/** The quantile as its nearest rank; null where the samples are too few to bound it. */
export function lawfulQuantile(samples: readonly number[], quantile: number): number | null {
  if (samples.length < samplesForQuantile(quantile)) return null;
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.ceil(quantile * sorted.length) - 1] ?? null;
}
