/** How a limit looks: a colour of the theme, and a shape that says the same without colour. */
import type { Limit } from '../../core/analysis/diagnosis.ts';
import type { MarkerShape } from '../../core/charts/family-style.ts';

interface LimitStyle {
  readonly colour: string;
  readonly shape: MarkerShape;
}

const styles: Readonly<Record<Limit, LimitStyle>> = {
  arithmetic: { colour: 'var(--part-ideal)', shape: 'circle' },
  DRAM: { colour: 'var(--limit-dram)', shape: 'square' },
  L3: { colour: 'var(--limit-l3)', shape: 'diamond' },
  L2: { colour: 'var(--limit-l2)', shape: 'triangle' },
  L1: { colour: 'var(--limit-l1)', shape: 'triangleDown' },
  unexplained: { colour: 'var(--limit-unexplained)', shape: 'hexagon' },
};

/** In the order of legends. */
export const limits: readonly Limit[] = ['arithmetic', 'L1', 'L2', 'L3', 'DRAM', 'unexplained'];

export function limitStyle(limit: Limit): LimitStyle {
  return styles[limit];
}
