import { describe, expect, it } from 'vitest';
import {
  normalCumulative,
  studentCritical,
  studentTwoSided,
} from '../../../core/statistics/distributions.ts';
import { centre, shift } from '../../../core/statistics/hodges-lehmann.ts';
import { lowerCriticalU, mannWhitney, smallestP } from '../../../core/statistics/mann-whitney.ts';
import { benjaminiHochberg, holm } from '../../../core/statistics/multiple-tests.ts';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { normal } from '../../fixtures/statistics/simulated-provider.ts';

/** Every way to choose the second sample from both, which is what the exact p counts. */
function bruteForceP(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second];
  const uOf = (chosen: ReadonlySet<number>) => {
    const inside = all.filter((_, index) => chosen.has(index));
    const outside = all.filter((_, index) => !chosen.has(index));
    return inside
      .flatMap((b) => outside.map((a): number => (b > a ? 1 : b === a ? 0.5 : 0)))
      .reduce((x, y) => x + y, 0);
  };
  const middle = (first.length * second.length) / 2;
  const seen = Math.abs(uOf(new Set(second.map((_, index) => first.length + index))) - middle);
  let count = 0;
  let asFar = 0;
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const chosen = new Set(all.keys().filter((index) => (bits >> index) & 1));
    if (chosen.size !== second.length) continue;
    count++;
    if (Math.abs(uOf(chosen) - middle) >= seen - 1e-9) asFar++;
  }
  return asFar / count;
}

describe('distributions', () => {
  it.each([
    [0, 0.5],
    [1.959964, 0.975],
    [-2.575829, 0.005],
  ])('the normal at %d', (z, probability) => {
    expect(normalCumulative(z)).toBeCloseTo(probability, 6);
  });

  // Tabulated two-sided critical values.
  it.each([
    [1, 0.05, 12.706],
    [8, 0.05, 2.306],
    [12, 0.01, 3.0545],
    [1000, 0.01, 2.5808],
  ])("Student's t with %d degrees of freedom", (freedom, probability, t) => {
    expect(studentCritical(probability, freedom)).toBeCloseTo(t, 3);
    expect(studentTwoSided(t, freedom)).toBeCloseTo(probability, 4);
  });
});

describe('Mann-Whitney', () => {
  it.each([
    { first: [1, 2, 3, 4], second: [5, 6, 7, 8], u: 16, p: 2 / 70 },
    { first: [5, 6, 7, 8], second: [1, 2, 3, 4], u: 0, p: 2 / 70 },
    { first: [1, 1, 1], second: [1, 1, 1], u: 4.5, p: 1 },
  ])('counts $first against $second', ({ first, second, u, p }) => {
    const found = mannWhitney(first, second);
    expect(found.u).toBe(u);
    expect(found.p).toBeCloseTo(p, 12);
  });

  it('is exact with ties as without', () => {
    const random = seededRandom(3);
    for (let repetition = 0; repetition < 12; repetition++) {
      const draw = (n: number) =>
        Array.from({ length: n }, () => Math.floor(random() * (repetition % 2 === 0 ? 4 : 1e6)));
      const first = draw(4);
      const second = draw(5);
      expect(mannWhitney(first, second).p).toBeCloseTo(bruteForceP(first, second), 12);
    }
  });

  it('goes over to the normal approximation without a jump', () => {
    const first = Array.from({ length: 20 }, (_, index) => index);
    const second = Array.from({ length: 20 }, (_, index) => index + 5.5);
    const exact = mannWhitney(first, second).p;
    const approximate = mannWhitney([...first, 9.7], [...second, 15.2]).p;
    expect(approximate).toBeGreaterThan(exact / 1.5);
    expect(approximate).toBeLessThan(exact * 1.5);
  });

  it('needs five on each side for p < 0.01', () => {
    expect(smallestP(4, 4)).toBeGreaterThan(0.01);
    expect(smallestP(5, 5)).toBeCloseTo(2 / 252, 12);
  });

  it('has the tabulated critical values', () => {
    expect(lowerCriticalU(7, 7, 0.025)).toBe(8);
    expect(lowerCriticalU(7, 7, 0.005)).toBe(4);
    expect(lowerCriticalU(3, 3, 0.025)).toBe(-1);
  });
});

describe('Hodges-Lehmann', () => {
  it('is the median of the differences', () => {
    expect(shift([1, 2, 3], [4, 6, 8]).value).toBe(4);
  });

  it('says that three against three have no 95% interval', () => {
    expect(shift([1, 2, 3], [4, 6, 8])).toMatchObject({ low: 1, high: 7, confidence: 0 });
  });

  it('of logarithms is the logarithm of the ratio', () => {
    const first = [10, 11, 12, 13, 14, 15, 16].map(Math.log);
    const found = shift(
      first,
      first.map((value) => value + Math.log(1.05)),
    );
    expect(Math.exp(found.value)).toBeCloseTo(1.05, 12);
    expect(Math.exp(found.low)).toBeLessThan(1.05);
    expect(Math.exp(found.high)).toBeGreaterThan(1.05);
  });

  it.each(['normal', 'heavy'] as const)('covers a true shift of %s noise 93 to 99 times in 100', (shape) => {
    const random = seededRandom(11);
    const draw = () => (shape === 'normal' ? normal(random) : normal(random) / (0.1 + random()));
    let covered = 0;
    for (let repetition = 0; repetition < 1000; repetition++) {
      const first = Array.from({ length: 7 }, draw);
      const second = Array.from({ length: 7 }, () => draw() + 3);
      const { low, high } = shift(first, second);
      if (low <= 3 && 3 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(930);
    expect(covered).toBeLessThan(990);
  });

  it('knows the exact confidence of the centre of few values', () => {
    expect(centre([1, 2, 3, 4, 5])).toEqual({ value: 3, low: 1, high: 5, confidence: 0.9375 });
    expect(centre([1, 2, 3, 4, 5, 6]).confidence).toBeCloseTo(0.96875, 12);
    expect(centre([1, 2, 3, 4, 5, 6, 7]).confidence).toBeCloseTo(0.953125, 12);
  });
});

describe('many tests', () => {
  const pValues = [0.01, 0.04, 0.03, 0.005];

  it('Holm', () => {
    expect(holm(pValues).map((p) => Number(p.toFixed(6)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('Benjamini and Hochberg', () => {
    expect(benjaminiHochberg(pValues).map((p) => Number(p.toFixed(6)))).toEqual([0.02, 0.04, 0.04, 0.02]);
  });

  it('leave a single one as it is, and never exceed 1', () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(benjaminiHochberg([0.9, 0.8])).toEqual([0.9, 0.9]);
  });
});
