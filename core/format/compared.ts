import type { ComparedFigure, PartField } from '../protocol/compare.ts';

interface BothFigures {
  readonly before: ComparedFigure;
  readonly after: ComparedFigure;
}

/** `layerwise`, or `layerwise → fused` where that is what is compared. */
export function bothOf({ before, after }: BothFigures, field: PartField): string {
  return before[field] === after[field] ? String(before[field]) : `${before[field]} → ${after[field]}`;
}
