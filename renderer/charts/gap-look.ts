/** How the points, lines and sets of the efficiency-gap plot look. */
import { familyStyle, type MarkerShape } from '../../core/charts/family-style.ts';
import type { GapPoint } from '../../core/charts/gap-point.ts';
import type { DrawnPoint, GapView } from '../../core/charts/gap-view.ts';
import { seriesStyles } from '../../core/charts/series-style.ts';

export interface Look {
  readonly colour: string;
  readonly shape: MarkerShape;
  /** Of its line of measured latencies. */
  readonly dashes: string;
}

/** Colours tell families apart where all is of one condition; else they tell sets apart, and shapes alone the families. */
export function lookOf(view: GapView, { family, index }: DrawnPoint, theme: 'light' | 'dark'): Look {
  const { colour, shape } = familyStyle(family);
  const style = seriesStyles[index];
  if (!view.bySet || style === undefined) return { colour: colour[theme], shape, dashes: '6 4' };
  return { colour: style.colour[theme], shape, dashes: style.dashes };
}

/** Operations are the same in every set: there, colours that tell sets apart would say something false. */
export function operationsLook(view: GapView, point: DrawnPoint, theme: 'light' | 'dark'): Look {
  const look = lookOf(view, point, theme);
  return view.bySet ? { ...look, colour: 'var(--text-muted)' } : look;
}

export function isFilled({ plan }: GapPoint): boolean {
  return plan !== 'layerwise';
}
