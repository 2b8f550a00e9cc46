/** Measuring on until a verdict is there, on a simulated provider whose truth is known. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { levelOfLook } from '../../../core/statistics/sequential.ts';
import {
  countVerdicts,
  decideSimulated,
  equalPairs,
  noisy,
  steady,
} from '../../fixtures/statistics/noise-kinds.ts';

it('all looks together have the level of one', () => {
  const looks = Array.from({ length: 1000 }, (_, index) => levelOfLook(0.01, index + 1));
  expect(looks.reduce((sum, level) => sum + level, 0)).toBeLessThanOrEqual(0.01);
  expect(levelOfLook(0.01, 0)).toBe(0.01);
});

describe('whoever measures on until there is a verdict', () => {
  it.each(equalPairs)(
    'calls equal runs BETTER or WORSE at most 2 times in 100, with %s',
    (kind, before, after) => {
      const random = seededRandom(1000 + kind.length);
      const { BETTER, WORSE } = countVerdicts(200, () => decideSimulated(before, after, random));
      expect(BETTER + WORSE).toBeLessThanOrEqual(4);
    },
  );

  it.each([1.045, 1.1])('seldom calls × %d the same within 3%%, and finds it', (change) => {
    const random = seededRandom(Math.round(1000 * change));
    const after = { ...noisy, medianNs: noisy.medianNs * change };
    const { SAME, BETTER, WORSE } = countVerdicts(200, () => decideSimulated(noisy, after, random));
    expect(SAME + BETTER).toBeLessThanOrEqual(4);
    expect(WORSE).toBeGreaterThanOrEqual(180);
  });

  it('calls equal runs the same within 3%, where seven rounds do not', () => {
    const random = seededRandom(77);
    const { SAME } = countVerdicts(200, () => decideSimulated(noisy, noisy, random));
    expect(SAME).toBeGreaterThanOrEqual(190);
  });

  it('is not wrong more often where one side alone can grow', () => {
    const random = seededRandom(78);
    const grows = { before: false, after: true };
    const { BETTER, WORSE, SAME } = countVerdicts(200, () =>
      decideSimulated(steady, steady, random, { grows }),
    );
    expect(BETTER + WORSE).toBeLessThanOrEqual(4);
    expect(SAME).toBeGreaterThanOrEqual(180);
  });
});
