/** Moves marks up and down, as little as it takes, so that none covers another. */

export interface Extent {
  /** From left to right, in pixels. */
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

const iterations = 60;

/** The new heights, none further than `most` from the old; where many crowd, they stay closer than `distance`. */
export function spreadApart(marks: readonly Extent[], distance: number, most: number): readonly number[] {
  const heights = marks.map(({ y }) => y);
  const order = marks.map((_, index) => index).sort((a, b) => at(heights, a) - at(heights, b) || a - b);
  const pairs = order.flatMap((upper, place) =>
    order
      .slice(place + 1)
      .filter((lower) => meet(marks[upper], marks[lower]))
      .map((lower) => [upper, lower] as const),
  );
  for (let round = 0; round < iterations; round++) {
    for (const [upper, lower] of pairs) {
      const missing = distance - (at(heights, lower) - at(heights, upper));
      if (missing <= 0) continue;
      heights[upper] = at(heights, upper) - missing / 2;
      heights[lower] = at(heights, lower) + missing / 2;
    }
  }
  return heights.map((height, index) => {
    const y = marks[index]?.y ?? height;
    return Math.min(y + most, Math.max(y - most, height));
  });
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}

function meet(a: Extent | undefined, b: Extent | undefined): boolean {
  return a !== undefined && b !== undefined && a.left < b.right && b.left < a.right;
}
