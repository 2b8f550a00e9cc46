import { describe, expect, it } from 'vitest';
import { spreadApart } from '../../../core/charts/spread-apart.ts';

describe('marks that would cover each other', () => {
  it('are moved apart by half of what is missing each', () => {
    const two = [
      { left: 0, right: 20, y: 100 },
      { left: 10, right: 30, y: 100 },
    ];
    expect(spreadApart(two, 14, 24)).toEqual([93, 107]);
  });

  it('stay where they are when nothing covers them', () => {
    const apart = [
      { left: 0, right: 20, y: 100 },
      { left: 30, right: 50, y: 100 },
      { left: 0, right: 20, y: 130 },
    ];
    expect(spreadApart(apart, 14, 24)).toEqual([100, 100, 130]);
  });

  it('keep their order, and never go further than they may', () => {
    const crowd = Array.from({ length: 12 }, (_, index) => ({ left: 0, right: 20, y: 100 + index / 100 }));
    const heights = spreadApart(crowd, 14, 24);
    for (const [index, height] of heights.entries()) {
      expect(Math.abs(height - (crowd[index]?.y ?? 0))).toBeLessThanOrEqual(24 + 1e-9);
      if (index > 0) expect(height).toBeGreaterThanOrEqual(heights[index - 1] ?? 0);
    }
  });
});
