/** A change of latency and its interval. */
import type { ComparedRow } from '../protocol/compare.ts';
import { decimalsFor } from '../statistics/digits.ts';

/** `+4.9% [+4.2 to +5.6]`: of the latency, so that minus is faster; no more digits than the interval supports. */
export function formatEffect({ ratio, low, high }: ComparedRow['effect']): string {
  const decimals = decimalsFor((100 * (high - low)) / 2, 2);
  const change = (value: number) => {
    const text = (100 * (value - 1)).toFixed(decimals);
    return Number(text) > 0 ? `+${text}` : Number(text) === 0 ? text.replace('-', '') : text;
  };
  return `${change(ratio)}% [${change(low)} to ${change(high)}]`;
}
