/** Labels along one edge of a drawing, each as near to what it names as the others let it. */

export interface Wanted {
  /** Of its middle. */
  readonly at: number;
  readonly length: number;
}

/** The middles, in the order given: without overlaps, within the edge where it is long enough for all. */
export function spreadLabels(labels: readonly Wanted[], from: number, to: number): readonly number[] {
  const order = labels
    .map((_, index) => index)
    .sort((a, b) => middle(labels, a) - middle(labels, b) || a - b);
  const placed = labels.map(({ at }) => at);
  let free = from;
  for (const index of order) {
    const half = (labels[index]?.length ?? 0) / 2;
    const at = Math.max(middle(labels, index), free + half);
    placed[index] = at;
    free = at + half;
  }
  let end = to;
  for (const index of order.toReversed()) {
    const half = (labels[index]?.length ?? 0) / 2;
    const at = Math.min(placed[index] ?? 0, end - half);
    placed[index] = at;
    end = at - half;
  }
  return placed;
}

function middle(labels: readonly Wanted[], index: number): number {
  return labels[index]?.at ?? 0;
}
