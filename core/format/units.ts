/** Quantities as people read them: three significant digits, the unit chosen by size. */

export function formatNs(ns: number): string {
  if (ns < 1e3) return `${formatSignificant(ns)} ns`;
  if (ns < 1e6) return `${formatSignificant(ns / 1e3)} µs`;
  if (ns < 1e9) return `${formatSignificant(ns / 1e6)} ms`;
  return `${formatSignificant(ns / 1e9)} s`;
}

/** `estimate [low–high]` in the unit of the estimate. */
export function formatUndisturbed({
  estimate,
  low,
  high,
}: {
  estimate: number;
  low: number;
  high: number;
}): string {
  return formatInterval({ median: estimate, low, high });
}

/** `median [low–high]` in the unit of the median. */
export function formatInterval({ median, low, high }: { median: number; low: number; high: number }): string {
  const [scale, unit] = median < 1e6 ? [1e3, 'µs'] : median < 1e9 ? [1e6, 'ms'] : [1e9, 's'];
  return `${formatSignificant(median / scale)} [${formatSignificant(low / scale)}–${formatSignificant(high / scale)}] ${unit}`;
}

export function formatOperationsPerSecond(operationsPerSecond: number): string {
  return operationsPerSecond < 1e12
    ? `${formatSignificant(operationsPerSecond / 1e9)} GFLOP/s`
    : `${formatSignificant(operationsPerSecond / 1e12)} TFLOP/s`;
}

export function formatBytesPerSecond(bytesPerSecond: number): string {
  return `${formatSignificant(bytesPerSecond / 1e9)} GB/s`;
}

/** Memory and caches come in powers of two. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatSignificant(value)} ${units[unit]}`;
}

/** Of a count: `4.09 G`, `25.6 M`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${formatSignificant(count / 1e9)} G`;
  if (count >= 1e6) return `${formatSignificant(count / 1e6)} M`;
  if (count >= 1e3) return `${formatSignificant(count / 1e3)} k`;
  return String(count);
}

export function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

export function formatRatio(ratio: number): string {
  return `${formatSignificant(ratio)}×`;
}

/** Of a duration that is still to come: `8 s`, `1 min 05 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** The user's own clock: `2026-03-01 14:05`. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  );
}

/** Three significant digits. */
export function formatSignificant(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 99.95) return value.toFixed(0);
  if (Math.abs(value) >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}
