/**
 * How series look that are laid over one another: a colour for each theme, and dashes that say the same without colour. The hues
 * are those of the families.
 */
import type { FamilyStyle } from './family-style.ts';

export interface SeriesStyle {
  readonly colour: FamilyStyle['colour'];
  readonly dashes: string;
}

export const seriesStyles: readonly SeriesStyle[] = [
  { colour: { light: '#0072b2', dark: '#56b4e9' }, dashes: '6 4' },
  { colour: { light: '#d55e00', dark: '#f2853c' }, dashes: '2 3' },
  { colour: { light: '#008a63', dark: '#2cc79b' }, dashes: '10 3 2 3' },
  { colour: { light: '#a8487f', dark: '#dd94bd' }, dashes: '14 4' },
  { colour: { light: '#8a6a00', dark: '#e6c84a' }, dashes: '4 2 1 2' },
  { colour: { light: '#4a5a9c', dark: '#a3b1ee' }, dashes: '9 6' },
];
