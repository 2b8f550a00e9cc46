/** A measured figure with its interval, and how figures are put together. */
import { bootstrapMedian, bootstrapRatio } from '../../core/statistics/bootstrap.ts';

export interface Figure {
  readonly value: number;
  /** 95% interval over the rounds. */
  readonly low: number;
  readonly high: number;
  /** The largest relative L2 error of any kernel that it rests on. */
  readonly error: number;
}

/** What was measured of one contestant: one time a round, the fastest pass in it. */
export interface Timed {
  readonly latencyNs: readonly number[];
  readonly error: number;
}

const rounds = ({ latencyNs }: Timed) => latencyNs.map((one) => [one]);

/** How many times as fast as `other`. */
export function speedup(own: Timed, other: Timed): Figure {
  const { median, low, high } = bootstrapRatio(rounds(own), rounds(other));
  return { value: median, low, high, error: Math.max(own.error, other.error) };
}

/** The share of a ceiling. */
export function shareOf(own: Timed, operations: number, ceiling: number): Figure {
  const { median, low, high } = bootstrapMedian(rounds(own));
  const share = (ns: number) => operations / (ns * 1e-9) / ceiling;
  return { value: share(median), low: share(high), high: share(low), error: own.error };
}

export function smallest(figures: readonly Figure[]): Figure {
  const found = figures.reduce((a, b) => (b.value < a.value ? b : a));
  return { ...found, error: worstError(figures) };
}

/** Their errors are taken to be independent, so that the mean's interval is narrower than theirs. */
export function geometricMean(figures: readonly Figure[]): Figure {
  const mean = (of: (figure: Figure) => number) =>
    figures.reduce((sum, figure) => sum + of(figure), 0) / figures.length;
  const spread = (of: (figure: Figure) => number) =>
    Math.sqrt(mean((figure) => of(figure) ** 2) / figures.length);
  const centre = mean(({ value }) => Math.log(value));
  return {
    value: Math.exp(centre),
    low: Math.exp(centre - spread(({ value, low }) => Math.log(value / low))),
    high: Math.exp(centre + spread(({ value, high }) => Math.log(high / value))),
    error: worstError(figures),
  };
}

function worstError(figures: readonly Figure[]): number {
  return Math.max(...figures.map(({ error }) => error));
}
