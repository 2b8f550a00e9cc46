/** Round numbers for axes. */

/** From zero to a round number at or above the largest value, in about `count` steps of 1, 2, 2.5 or 5 times a power of ten. */
export function ticksFromZero(largest: number, count = 6): number[] {
  return ticksBetween(0, largest, count);
}

/** Round numbers that enclose both values. */
export function ticksBetween(low: number, high: number, count = 6): number[] {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // Multiplied, not added up: 0.1 + 0.2 would show.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** As many digits behind the point as the step between ticks needs. */
export function tickFormat(ticks: readonly number[]): (value: number) => string {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const scaled = [0, 1, 2, 3, 4, 5].find((digits) => {
    const shifted = step * 10 ** digits;
    return Math.abs(shifted - Math.round(shifted)) < 1e-6;
  });
  return (value) => value.toFixed(scaled ?? 5);
}

/** 1, 2 and 5 times powers of ten that enclose both values; the powers alone where that would be more than `count`. */
export function logTicks(low: number, high: number, count = 9): number[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = powersBetween(low, high, factors);
    if (ticks.length <= count || factors.length === 1) return ticks;
  }
  return [];
}

function powersBetween(low: number, high: number, factors: readonly number[]): number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high)) + 1;
  const all = Array.from({ length: to - from + 1 }, (_, index) =>
    factors.map((factor) => Number((factor * 10 ** (from + index)).toPrecision(12))),
  ).flat();
  const first = all.findLastIndex((tick) => tick <= low * 1.0000001);
  const last = all.findIndex((tick) => tick >= high * 0.9999999);
  return all.slice(Math.max(0, first), Math.max(first + 1, last) + 1);
}
