/** Verdicts on a simulated provider whose truth is known. */
import { describe, expect, it } from 'vitest';
import { learnNoise, mediansOf, noiseFloor, type RunNoise } from '../../../core/analysis/noise-floor.ts';
import { type Judged, judge } from '../../../core/analysis/verdict.ts';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { medianOf } from '../../../core/statistics/summary.ts';
import { aCase, runFigures } from '../../fixtures/statistics/figures.ts';
import { simulate, type Truth } from '../../fixtures/statistics/simulated-provider.ts';

type Random = () => number;

function compare(before: Truth, after: Truth, random: Random, runs: RunNoise | null = null): Judged {
  const logsOf = (truth: Truth) => simulate(truth, random).map((round) => Math.log(medianOf(round)));
  const pair = { before: logsOf(before), after: logsOf(after) };
  const [judged] = judge([{ ...pair, floor: noiseFloor(pair.before, pair.after, runs) }]);
  if (judged === undefined) throw new Error('a pair has a verdict');
  return judged;
}

function countVerdicts(repetitions: number, draw: () => Judged): Record<Judged['verdict'], number> {
  const counts = { BETTER: 0, WORSE: 0, SAME: 0, UNCLEAR: 0 };
  for (let repetition = 0; repetition < repetitions; repetition++) counts[draw().verdict]++;
  return counts;
}

/** What a history of so many runs of the truth says of its noise. */
function learned(truth: Truth, runs: number, random: Random): RunNoise | null {
  const history = Array.from({ length: runs }, (_, index) =>
    mediansOf(runFigures(`run${index}`, [{ rounds: simulate(truth, random) }])),
  );
  return learnNoise(history)('machine1', aCase);
}

/** One sample in a network of ten milliseconds is 2% off, and one round another 1%. */
const noisy: Truth = { medianNs: 1e7, sampleNoise: 0.02, roundNoise: 0.01 };

describe('the same thing measured twice is called BETTER or WORSE at most 20 times in 1,000', () => {
  it.each<readonly [string, Truth]>([
    ['with 2% noise', noisy],
    ['on a quiet machine', { ...noisy, roundNoise: 0.002 }],
    ['with rounds that are 5% off', { ...noisy, roundNoise: 0.05 }],
    ['with rounds that resemble the one before', { ...noisy, roundCorrelation: 0.5 }],
    ['with a drift of up to 6%', { ...noisy, drift: 0.06 }],
    ['with two modes', { ...noisy, secondMode: 0.08 }],
    ['with heavy tails', { ...noisy, heavyTail: 5 }],
  ])('%s', (name, truth) => {
    const random = seededRandom(name.length);
    const { BETTER, WORSE } = countVerdicts(1000, () => compare(truth, truth, random));
    expect(BETTER + WORSE).toBeLessThanOrEqual(20);
  });

  it('where whole runs differ by 2%, once the machine is known', () => {
    const random = seededRandom(8);
    const truth = { ...noisy, runNoise: 0.02, samplesPerRound: 9 };
    let known = 0;
    let unknown = 0;
    for (let machine = 0; machine < 50; machine++) {
      const runs = learned(truth, 12, random);
      const told = countVerdicts(20, () => compare(truth, truth, random, runs));
      known += told.BETTER + told.WORSE;
      const blind = countVerdicts(20, () => compare(truth, truth, random));
      unknown += blind.BETTER + blind.WORSE;
    }
    expect(known).toBeLessThanOrEqual(20);
    // Nothing within a run tells of it: that is why the history is asked.
    expect(unknown).toBeGreaterThan(100);
  });
});

describe('a change that is there', () => {
  it.each([
    [1.05, 'WORSE'],
    [1 / 1.05, 'BETTER'],
  ] as const)('of × %d at 2%% noise is found at least 95 times in 100', (change, verdict) => {
    const random = seededRandom(31);
    const after = { ...noisy, medianNs: noisy.medianNs * change };
    const counts = countVerdicts(300, () => compare(noisy, after, random));
    expect(counts[verdict]).toBeGreaterThanOrEqual(285);
    expect(counts.SAME).toBe(0);
  });

  it('is found once the noise between runs of a quiet machine is known', () => {
    const random = seededRandom(32);
    const truth = { ...noisy, runNoise: 0.004, roundNoise: 0.005 };
    const runs = learned(truth, 20, random);
    const counts = countVerdicts(100, () => compare(truth, { ...truth, medianNs: 1.05e7 }, random, runs));
    expect(counts.WORSE).toBeGreaterThanOrEqual(95);
  });

  it('of 0.5% is nothing that is told, and mostly not called the same where noise is larger', () => {
    const random = seededRandom(34);
    const counts = countVerdicts(200, () => compare(noisy, { ...noisy, medianNs: 1.005e7 }, random));
    expect(counts.WORSE + counts.BETTER).toBeLessThanOrEqual(4);
  });

  it('of nothing is called the same on a quiet machine', () => {
    const random = seededRandom(35);
    const quiet = { ...noisy, sampleNoise: 0.005, roundNoise: 0.002 };
    expect(countVerdicts(200, () => compare(quiet, quiet, random)).SAME).toBeGreaterThanOrEqual(190);
  });
});

describe('the effect', () => {
  it('covers the truth at least 93 times in 100', () => {
    const random = seededRandom(36);
    let covered = 0;
    for (let repetition = 0; repetition < 1000; repetition++) {
      const { effect } = compare(noisy, { ...noisy, medianNs: 1.05e7 }, random);
      if (effect.low <= 1.05 && 1.05 <= effect.high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(930);
  });
});

describe('a verdict', () => {
  const floorOf = (before: number[], after: number[]) => ({
    before,
    after,
    floor: noiseFloor(before, after, null),
  });
  const rounds = [0.001, -0.002, 0.003, 0, -0.001, 0.002, -0.003];
  const changed = rounds.map((value) => value + 0.1);

  it('is UNCLEAR of fewer than five rounds, whatever they show', () => {
    const [four, one] = judge([
      floorOf(rounds.slice(3), changed.slice(3)),
      floorOf(rounds.slice(6), changed),
    ]);
    expect(four).toMatchObject({ verdict: 'UNCLEAR', p: null });
    expect(four?.reason).toContain('only 4 rounds');
    expect(one?.reason).toContain('one round');
  });

  it('allows for all the rows: one of two hundred needs more than one alone', () => {
    const weak = floorOf(rounds, [0.018, 0.027, 0.014, 0.021, 0.0035, 0.03, 0.025]);
    const same = floorOf(rounds, rounds);
    const [alone] = judge([weak]);
    const [among] = judge([weak, ...Array.from({ length: 199 }, () => ({ ...same }))]);
    expect(alone?.verdict).toBe('WORSE');
    expect(among?.verdict).toBe('UNCLEAR');
    expect(among?.reason).toContain('chance');
    // A large one is found among two hundred as well, where a rank test alone never could.
    const [large] = judge([floorOf(rounds, changed), ...Array.from({ length: 199 }, () => ({ ...same }))]);
    expect(large?.verdict).toBe('WORSE');
  });

  it('says by how much, in which direction, and against what', () => {
    expect(judge([floorOf(rounds, changed)])[0]?.reason).toMatch(
      /^10\.5% slower, more than the 1\.0% .*p = 0\.00058/,
    );
    expect(judge([floorOf(changed, rounds)])[0]?.reason).toMatch(/^9\.5% faster/);
  });

  it('calls nothing the same where the noise would hide a large change', () => {
    const wild = rounds.map((value) => 20 * value);
    const [judged] = judge([floorOf(wild, wild)]);
    expect(judged?.verdict).toBe('UNCLEAR');
    expect(judged?.reason).toContain('too noisy');
  });
});

describe('and in cycles', () => {
  const pairOf = (ratio: number, clockRatio: number | null) => {
    const before = Array.from({ length: 7 }, (_, round) => Math.log(1e7 * (1 + round / 1e4)));
    const after = before.map((log) => log + Math.log(ratio));
    return { before, after, floor: noiseFloor(before, after, null), clockRatio };
  };
  const told = (ratio: number, clockRatio: number | null) => judge([pairOf(ratio, clockRatio)])[0];

  it('a slower clock alone makes nothing WORSE, and a faster one nothing BETTER', () => {
    expect(told(1.25, null)?.verdict).toBe('WORSE');
    expect(told(1.25, 1)?.verdict).toBe('WORSE');
    expect(told(1.25, 0.95)?.verdict).toBe('WORSE');
    expect(told(1.25, 0.8)).toMatchObject({
      verdict: 'UNCLEAR',
      reason: '25.0% slower, but the clock was 20.0% lower: in cycles nothing changed.',
    });
    expect(told(1.1, 0.8)?.reason).toBe(
      '10.0% slower, but the clock was 20.0% lower: in cycles it is 12.0% faster.',
    );
    expect(told(0.9, 1.2)).toMatchObject({
      verdict: 'UNCLEAR',
      reason: expect.stringContaining('in cycles it is 8.0% slower'),
    });
    expect(told(0.9, 1.05)?.verdict).toBe('BETTER');
  });
});
