import { describe, expect, it } from 'vitest';
import { changePoints } from '../../../core/statistics/change-points.ts';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { normal } from '../../fixtures/statistics/simulated-provider.ts';

function history(
  steps: readonly (readonly [length: number, level: number])[],
  noise: number,
  seed: number,
): number[] {
  const random = seededRandom(seed);
  return steps.flatMap(([length, level]) =>
    Array.from({ length }, () => level * Math.exp(noise * normal(random))),
  );
}

describe('change points', () => {
  it('places a step of 3% in 40 runs within one run, at least 95 times in 100', () => {
    const random = seededRandom(77);
    let placed = 0;
    for (let repetition = 0; repetition < 100; repetition++) {
      const at = 8 + Math.floor(24 * random());
      const up = repetition % 2 === 0;
      const values = history(
        [
          [at, 1e7],
          [40 - at, up ? 1.03e7 : 0.97e7],
        ],
        0.007,
        repetition,
      );
      const found = changePoints(values, { minimumChange: 0.01 });
      const [point] = found;
      if (
        found.length === 1 &&
        point !== undefined &&
        Math.abs(point.index - at) <= 1 &&
        point.ratio > 1 === up
      )
        placed++;
    }
    expect(placed).toBeGreaterThanOrEqual(95);
  });

  it('finds none where there is none, in all but a few of 200 histories', () => {
    let found = 0;
    for (let repetition = 0; repetition < 200; repetition++) {
      // The least change is far below the noise, so that only the test can say no.
      if (changePoints(history([[40, 1e7]], 0.02, 1000 + repetition), { minimumChange: 0.001 }).length > 0)
        found++;
    }
    expect(found).toBeLessThanOrEqual(6);
  });

  it('finds both of two, with their sizes', () => {
    const found = changePoints(
      history(
        [
          [15, 100],
          [15, 110],
          [15, 95],
        ],
        0.005,
        5,
      ),
      { minimumChange: 0.01 },
    );
    expect(found.map(({ index }) => index)).toEqual([15, 30]);
    expect(found[0]?.ratio).toBeCloseTo(1.1, 1);
    expect(found[1]?.ratio).toBeCloseTo(95 / 110, 1);
    expect(found[0]?.p).toBeLessThanOrEqual(0.01);
  });

  it('does not tell of a step smaller than the least change', () => {
    const values = history(
      [
        [20, 100],
        [20, 102],
      ],
      0.001,
      6,
    );
    expect(changePoints(values, { minimumChange: 0.01 })).toHaveLength(1);
    expect(changePoints(values, { minimumChange: 0.03 })).toEqual([]);
  });

  it('needs five figures on each side', () => {
    const values = history(
      [
        [6, 100],
        [4, 150],
      ],
      0.001,
      7,
    );
    expect(changePoints(values, { minimumChange: 0.01 }).filter(({ index }) => index > 5)).toEqual([]);
    expect(changePoints(values.slice(0, 9), { minimumChange: 0.01 })).toEqual([]);
    expect(changePoints([], { minimumChange: 0.01 })).toEqual([]);
  });
});
