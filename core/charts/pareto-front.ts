/** What nothing else beats in both: less of one, and more of the other. */

/** In the order of rising cost. Of points that are alike in both, the first. */
export function paretoFront<Point>(
  points: readonly Point[],
  cost: (point: Point) => number,
  worth: (point: Point) => number,
): Point[] {
  const front: Point[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const point of points.toSorted((a, b) => cost(a) - cost(b) || worth(b) - worth(a))) {
    if (worth(point) <= best) continue;
    best = worth(point);
    front.push(point);
  }
  return front;
}
