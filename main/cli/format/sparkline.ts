const bars = '▁▂▃▄▅▆▇█';

/** Low bars being small values; flat where `low` and `high` are within a hundredth of each other. */
export function sparkline(values: readonly number[], low: number, high: number): string {
  const span = Math.max(high - low, 0.01 * low);
  return values.map((value) => bars[Math.round(((value - low) / span) * (bars.length - 1))] ?? '').join('');
}
