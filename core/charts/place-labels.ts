/** Where the names of points go, so that they cover neither each other nor a point. */

export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PlacedLabel {
  readonly text: string;
  readonly x: number;
  /** Of the middle of the line. */
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

const lineHeight = 14;
const markRadius = 8;
const distance = 13;

/** Polylines that labels keep clear of where they can. */
export type Line = readonly { readonly x: number; readonly y: number }[];

/** In pixels; `characterWidth` is that of the font, on average. A point whose name fits nowhere goes without. */
export function placeLabels(
  points: readonly LabelledPoint[],
  area: Area,
  lines: readonly Line[] = [],
  characterWidth = 6.3,
): (PlacedLabel | undefined)[] {
  const onLines = lines.flatMap(boxesAlong);
  const taken: Area[] = points.map(({ x, y }) => ({
    left: x - markRadius,
    top: y - markRadius,
    right: x + markRadius,
    bottom: y + markRadius,
  }));
  return points.map(({ x, y, text }) => {
    const width = text.length * characterWidth;
    const candidates: PlacedLabel[] = [
      { text, x: x + distance, y, anchor: 'start' },
      { text, x, y: y - distance - 4, anchor: 'middle' },
      { text, x, y: y + distance + 4, anchor: 'middle' },
      { text, x: x - distance, y, anchor: 'end' },
      { text, x: x + distance, y: y - distance, anchor: 'start' },
      { text, x: x + distance, y: y + distance, anchor: 'start' },
      { text, x: x - distance, y: y - distance, anchor: 'end' },
      { text, x: x - distance, y: y + distance, anchor: 'end' },
      // Behind an interval that ends at the right of its mark.
      { text, x: x + 2 * distance, y, anchor: 'start' },
    ];
    const free = candidates.filter((candidate) => {
      const box = boxOf(candidate, width);
      return inside(box, area) && !taken.some((other) => overlap(box, other));
    });
    const clear = free.find((candidate) => {
      const box = boxOf(candidate, width);
      return !onLines.some((other) => overlap(box, other));
    });
    const chosen = clear ?? free[0];
    if (chosen !== undefined) taken.push(boxOf(chosen, width));
    return chosen;
  });
}

/** Small boxes, dense enough that no line of text slips between them. */
function boxesAlong(line: Line): Area[] {
  return line.slice(1).flatMap((to, index) => {
    const from = line[index] ?? to;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / (lineHeight / 2)));
    return Array.from({ length: steps + 1 }, (_, step) => {
      const x = from.x + ((to.x - from.x) * step) / steps;
      const y = from.y + ((to.y - from.y) * step) / steps;
      return { left: x - 1, top: y - 1, right: x + 1, bottom: y + 1 };
    });
  });
}

function boxOf({ x, y, anchor }: PlacedLabel, width: number): Area {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, top: y - lineHeight / 2, right: left + width, bottom: y + lineHeight / 2 };
}

function inside(box: Area, area: Area): boolean {
  return box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
}

function overlap(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
