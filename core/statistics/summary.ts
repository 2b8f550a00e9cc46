/** Robust summaries of latency samples. */

export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Median with its distribution-free confidence interval: the order statistics between which the true median lies with
 * at least this probability, whatever the distribution (the sign test's interval; Conover, Practical Nonparametric
 * Statistics, 3.2). With fewer than six samples there is no 95% interval: the range is given, which is less than that.
 */
export function medianInterval(samples: readonly number[], confidence = 0.95): MedianInterval {
  if (samples.length === 0) throw new Error('the median of no samples');
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const n = sorted.length;
  const rank = lowerRank(n, confidence);
  return { median: middleOf(sorted), low: at(rank), high: at(n - 1 - rank) };
}

/** Throws for no samples. */
export function medianOf(samples: ArrayLike<number>): number {
  if (samples.length === 0) throw new Error('the median of no samples');
  // Of typed arrays, whose sort compares numbers itself: medians are what comparisons spend their time on.
  return middleOf(new Float64Array(samples).sort());
}

function middleOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Largest r such that the r-th smallest and r-th largest (from 0) bracket the median with this confidence; 0 if none. */
function lowerRank(n: number, confidence: number): number {
  const tail = (1 - confidence) / 2;
  // P(Binomial(n, 1/2) <= r), built up term by term in logarithms so that large n does not underflow.
  let logTerm = -n * Math.LN2;
  let cumulative = Math.exp(logTerm);
  let rank = 0;
  for (let r = 0; r < n / 2 && cumulative <= tail; r++) {
    rank = r;
    logTerm += Math.log((n - r) / (r + 1));
    cumulative += Math.exp(logTerm);
  }
  return rank;
}
