/** Whether two means differ, where the values are few but nearly normal, as logarithms of medians are. */
import { studentTwoSided } from './distributions.ts';

/**
 * Welch's test with the degrees of freedom of Welch and Satterthwaite (Biometrika 34, 1947); two-sided p. Finer than a rank
 * test of as few values, whose p has a least value, and so the one to adjust for many comparisons. 1 where a side has fewer than
 * two values.
 */
export function welchP(first: readonly number[], second: readonly number[]): number {
  if (first.length < 2 || second.length < 2) return 1;
  const a = variance(first) / first.length;
  const b = variance(second) / second.length;
  const difference = mean(second) - mean(first);
  if (a + b === 0) return difference === 0 ? 1 : 0;
  const freedom = (a + b) ** 2 / (a ** 2 / (first.length - 1) + b ** 2 / (second.length - 1));
  return studentTwoSided(difference / Math.sqrt(a + b), freedom);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The unbiased one: over n - 1. */
export function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
