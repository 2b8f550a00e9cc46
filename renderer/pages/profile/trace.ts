interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through the points, from the left edge to the right, within the range or the points' own. */
export function tracePath(
  points: readonly Point[],
  range: { readonly low: number; readonly high: number } | undefined,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  const values = points.map(({ y }) => y);
  const low = range?.low ?? Math.min(...values);
  const high = range?.high ?? Math.max(...values);
  const inset = 2;
  const x = (at: number) => (last.x === first.x ? width : ((at - first.x) / (last.x - first.x)) * width);
  // What never changed is a line through the middle.
  const y = (value: number) =>
    high === low ? height / 2 : height - inset - ((value - low) / (high - low)) * (height - 2 * inset);
  return points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`)
    .join('');
}
