import { describe, expect, it } from 'vitest';
import { bootstrapMedian, bootstrapRatio } from '../../../core/statistics/bootstrap.ts';
import { decimalsFor } from '../../../core/statistics/digits.ts';
import {
  classifyOutliers,
  countOutliers,
  medianAbsoluteDeviation,
} from '../../../core/statistics/outliers.ts';
import { lawfulQuantile, samplesForQuantile } from '../../../core/statistics/quantile.ts';
import { roundedInterval, splitRounds } from '../../../core/statistics/rounds.ts';
import { seededRandom, shuffle } from '../../../core/statistics/seeded-random.ts';
import { medianInterval } from '../../../core/statistics/summary.ts';
import { normal } from '../../fixtures/statistics/simulated-provider.ts';

const range = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe('seeded numbers', () => {
  it('are the same for a seed, others for another, and even', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 10_000 }, () => random());
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => draw(7).filter((x) => Math.floor(10 * x) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1100);
  });

  it('shuffle without loss', () => {
    const values = range(20);
    shuffle(values, seededRandom(1));
    expect(values).not.toEqual(range(20));
    expect(values.toSorted((a, b) => a - b)).toEqual(range(20));
  });
});

describe('outliers', () => {
  it('are classed by the fences, and all are kept', () => {
    const samples = [...range(19), 40, 60];
    const classes = classifyOutliers(samples);
    expect(classes).toHaveLength(samples.length);
    expect(classes.slice(-2)).toEqual(['mild', 'severe']);
    expect(countOutliers(samples)).toEqual({ mild: 1, severe: 1 });
  });

  it('are not found where all samples are alike, nor in three of them', () => {
    expect(countOutliers([7, 7, 7, 7, 7])).toEqual({ mild: 0, severe: 0 });
    expect(countOutliers([1, 2, 99])).toEqual({ mild: 0, severe: 0 });
  });

  it('the deviation of a normal sample is its standard deviation', () => {
    const random = seededRandom(2);
    const samples = Array.from({ length: 20_000 }, () => 3 * normal(random));
    expect(medianAbsoluteDeviation(samples)).toBeCloseTo(3, 1);
  });
});

describe('quantiles', () => {
  it.each([
    [0.9, 44],
    [0.95, 90],
    [0.99, 459],
  ])('the %d needs %d samples', (quantile, needed) => {
    expect(samplesForQuantile(quantile)).toBe(needed);
    expect(lawfulQuantile(range(needed - 1), quantile)).toBeNull();
    expect(lawfulQuantile(range(needed), quantile)).toBe(Math.ceil(quantile * needed));
  });
});

describe('digits', () => {
  it.each([
    { halfWidth: 1.35, decimals: 1 },
    { halfWidth: 5, decimals: 0 },
    { halfWidth: 0.05, decimals: 2 },
    { halfWidth: 0.0123, decimals: 3 },
    { halfWidth: 0.97, decimals: 1 },
    { halfWidth: 120, decimals: 0 },
    { halfWidth: 0, decimals: 4 },
  ])('of ± $halfWidth: $decimals', ({ halfWidth, decimals }) => {
    expect(decimalsFor(halfWidth, 4)).toBe(decimals);
  });
});

describe('the bootstrap', () => {
  const random = seededRandom(4);
  const blocks = Array.from({ length: 4 }, (_, block) =>
    Array.from({ length: 50 }, () => 100 + 3 * block + normal(random)),
  );

  it('gives the same interval for the same seed', () => {
    expect(bootstrapMedian(blocks, { seed: 9 })).toEqual(bootstrapMedian(blocks, { seed: 9 }));
    expect(bootstrapMedian(blocks, { seed: 9 })).not.toEqual(bootstrapMedian(blocks, { seed: 8 }));
  });

  it('does not take what differs between blocks for precision', () => {
    const byBlock = bootstrapMedian(blocks);
    const asOne = bootstrapMedian([blocks.flat()]);
    expect(byBlock.high - byBlock.low).toBeGreaterThan(2 * (asOne.high - asOne.low));
  });

  it('agrees with the order statistics of one block', () => {
    const [block = []] = blocks;
    const expected = medianInterval(block);
    const found = bootstrapMedian([block]);
    expect(found.median).toBe(expected.median);
    expect(found.low).toBeCloseTo(expected.low, 0);
    expect(found.high).toBeCloseTo(expected.high, 0);
  });

  it('brackets a ratio', () => {
    const { median, low, high } = bootstrapRatio(
      blocks,
      blocks.map((block) => block.map((x) => 1.2 * x)),
    );
    expect(median).toBeCloseTo(1.2, 12);
    expect(low).toBeLessThan(1.2);
    expect(high).toBeGreaterThan(1.2);
  });
});

describe('rounds', () => {
  it('are cut at their borders', () => {
    expect(splitRounds([1, 2, 3, 4, 5], [2, 3])).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('are one where the borders are not known, or are not those of these samples', () => {
    expect(splitRounds([1, 2, 3], undefined)).toEqual([[1, 2, 3]]);
    expect(splitRounds([1, 2, 3], [2, 2])).toEqual([[1, 2, 3]]);
  });

  it('cover the truth 93 to 97 times in 100, where independent samples would not', () => {
    const random = seededRandom(21);
    let covered = 0;
    let coveredAsIndependent = 0;
    for (let repetition = 0; repetition < 1000; repetition++) {
      const rounds = Array.from({ length: 7 }, () => {
        const level = 100 * Math.exp(0.02 * normal(random));
        return Array.from({ length: 40 }, () => level * Math.exp(0.02 * normal(random)));
      });
      const holds = ({ low, high }: { low: number; high: number }) => low <= 100 && 100 <= high;
      if (holds(roundedInterval(rounds))) covered++;
      if (holds(medianInterval(rounds.flat()))) coveredAsIndependent++;
    }
    expect(covered).toBeGreaterThanOrEqual(930);
    expect(covered).toBeLessThanOrEqual(970);
    expect(coveredAsIndependent).toBeLessThan(700);
  });

  it('of one are the interval of its samples, and of three reach over all three', () => {
    expect(roundedInterval([range(30)])).toEqual(medianInterval(range(30)));
    const { low, high } = roundedInterval([
      range(30),
      range(30).map((x) => x + 20),
      range(30).map((x) => x + 40),
    ]);
    expect(low).toBeLessThan(25);
    expect(high).toBeGreaterThan(45);
  });
});
