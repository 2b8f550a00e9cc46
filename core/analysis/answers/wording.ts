/** Words and numbers of answers. In prose a number has two digits. */

export function percent(fraction: number): string {
  const value = 100 * fraction;
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)}%`;
}

/** `3.0%`, `3.0 to 5.1%`. */
export function percentRange(fractions: readonly number[]): string {
  const [least, most] = [percent(Math.min(...fractions)), percent(Math.max(...fractions))];
  return least === most ? least : `${least.slice(0, -1)} to ${most}`;
}

/** `1 result`, `3 results`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
