/** Verdicts on a simulated provider whose truth is known; `npm run bench:verdicts` does the same more often, and prints it. */
import { describe, expect, it } from 'vitest';
import {
  latenciesOf,
  learnNoise,
  noiseThreshold,
  type RunNoise,
} from '../../../core/analysis/noise-floor.ts';
import { judge } from '../../../core/analysis/verdict.ts';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { aCase, runFigures } from '../../fixtures/statistics/figures.ts';
import {
  bursts,
  compareSimulated as compare,
  countVerdicts,
  equalPairs,
  noisy,
  steady,
} from '../../fixtures/statistics/noise-kinds.ts';
import { simulate, type Truth } from '../../fixtures/statistics/simulated-provider.ts';

type Random = () => number;

/** What a history of so many runs of the truth says of its noise. */
function learned(truth: Truth, runs: number, random: Random): RunNoise | null {
  const history = Array.from({ length: runs }, (_, index) =>
    latenciesOf(runFigures(`run${index}`, [{ rounds: simulate(truth, random) }])),
  );
  return learnNoise(history)('machine1', aCase);
}

describe('the same thing measured twice is called BETTER or WORSE at most 2 times in 100', () => {
  it.each(equalPairs)('with %s', (kind, before, after) => {
    const random = seededRandom(kind.length);
    const { BETTER, WORSE } = countVerdicts(250, () => compare(before, after, random));
    expect(BETTER + WORSE).toBeLessThanOrEqual(5);
  });

  it('where whole runs differ by 2%, once the machine is known', () => {
    const random = seededRandom(8);
    const truth = { ...noisy, runNoise: 0.02, samplesPerRound: 9 };
    let known = 0;
    let unknown = 0;
    for (let machine = 0; machine < 25; machine++) {
      const runs = learned(truth, 12, random);
      const told = countVerdicts(20, () => compare(truth, truth, random, runs));
      known += told.BETTER + told.WORSE;
      const blind = countVerdicts(20, () => compare(truth, truth, random));
      unknown += blind.BETTER + blind.WORSE;
    }
    expect(known).toBeLessThanOrEqual(10);
    // Nothing within a run tells of it: that is why the history is asked.
    expect(unknown).toBeGreaterThan(50);
  });
});

describe('a change that is there', () => {
  it.each([
    [1.05, 'WORSE'],
    [1 / 1.05, 'BETTER'],
  ] as const)('of × %d is found at least 95 times in 100 on a steady machine', (change, verdict) => {
    const random = seededRandom(31);
    const after = { ...steady, medianNs: steady.medianNs * change };
    const counts = countVerdicts(200, () => compare(steady, after, random));
    expect(counts[verdict]).toBeGreaterThanOrEqual(190);
    expect(counts.SAME).toBeLessThanOrEqual(2);
  });

  it.each(bursts)('of 5%% is found where %s take a third of all samples', (name, of) => {
    const random = seededRandom(33);
    const truth = { ...steady, bursts: of };
    const counts = countVerdicts(200, () => compare(truth, { ...truth, medianNs: 1.05e7 }, random));
    // Bursts as long as half a round take whole rounds away.
    expect(counts.WORSE, name).toBeGreaterThanOrEqual(of.samples < 30 ? 190 : 180);
  });

  it('is found once the noise between runs of a quiet machine is known', () => {
    const random = seededRandom(32);
    const truth = { ...noisy, runNoise: 0.004, roundNoise: 0.005 };
    const runs = learned(truth, 20, random);
    const counts = countVerdicts(100, () => compare(truth, { ...truth, medianNs: 1.06e7 }, random, runs));
    expect(counts.WORSE).toBeGreaterThanOrEqual(95);
  });

  it('of 0.5% is nothing that is told', () => {
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
  it.each([
    ['2% noise', noisy],
    ['one-sided bursts', { ...steady, bursts: { share: 1 / 3, samples: 10 } }],
  ])('covers the truth at least 94 times in 100 with %s', (_, truth) => {
    const random = seededRandom(36);
    let covered = 0;
    for (let repetition = 0; repetition < 500; repetition++) {
      const { effect } = compare(truth, { ...truth, medianNs: 1.05e7 }, random);
      if (effect.low <= 1.05 && 1.05 <= effect.high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(470);
  });

  it.each([
    ['2% noise', noisy],
    ['one-sided bursts', { ...noisy, bursts: { share: 1 / 3, samples: 10 } }],
  ])('says which change it would have shown 95 times in 100 with %s', (_, truth) => {
    const random = seededRandom(37);
    let shown = 0;
    for (let repetition = 0; repetition < 200; repetition++) {
      const change = compare(truth, truth, random).detectableChange ?? 0;
      const after = { ...truth, medianNs: truth.medianNs * (1 + change) };
      if (compare(truth, after, random).verdict === 'WORSE') shown++;
    }
    expect(shown).toBeGreaterThanOrEqual(185);
  });
});

describe('a verdict', () => {
  const floorOf = (before: number[], after: number[]) => ({
    before,
    after,
    floor: { threshold: noiseThreshold(null) },
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
    const weak = floorOf(rounds, [0.058, 0.087, 0.054, 0.071, 0.0435, 0.09, 0.085]);
    const same = floorOf(rounds, rounds);
    const [alone] = judge([weak]);
    const [among] = judge([weak, ...Array.from({ length: 199 }, () => ({ ...same }))]);
    expect(alone?.verdict).toBe('WORSE');
    expect(among?.verdict).toBe('UNCLEAR');
    // A large one is found among two hundred as well.
    const [large] = judge([floorOf(rounds, changed), ...Array.from({ length: 199 }, () => ({ ...same }))]);
    expect(large?.verdict).toBe('WORSE');
  });

  it('says by how much, in which direction, and against what', () => {
    expect(judge([floorOf(rounds, changed)])[0]?.reason).toMatch(
      /^10\.5% slower when left alone, more than the 3\.0% .*p < 0\.0001/,
    );
    expect(judge([floorOf(changed, rounds)])[0]?.reason).toMatch(/^9\.5% faster/);
  });

  it('calls nothing the same where the rounds would hide a large change, and says how many more show it', () => {
    const wild = rounds.map((value) => 18 * value);
    const [judged] = judge([floorOf(wild, wild)]);
    expect(judged?.verdict).toBe('UNCLEAR');
    expect(judged?.reason).toContain('is possible');
    expect(judged?.settling?.rounds).toBeGreaterThan(7);
    const [hopeless] = judge([
      floorOf(
        wild.map((value) => 10 * value),
        wild,
      ),
    ]);
    expect(hopeless?.settling).toEqual({ rounds: null, action: expect.stringContaining('other programs') });
  });

  it('tells no difference below the noise between runs, however sure the rounds are', () => {
    const after = rounds.map((value) => value + 0.08);
    const [judged] = judge([{ before: rounds, after, floor: { threshold: 0.1 } }]);
    expect(judged).toMatchObject({ verdict: 'UNCLEAR', settling: { rounds: null } });
    expect(judged?.reason).toContain('equal runs of this machine differ');
  });
});

describe('beside a neighbour', () => {
  const steadyRounds = [0.001, -0.002, 0.003, 0, -0.001, 0.002, -0.003];
  const judgedWith = (before: number, after: number) =>
    judge([
      {
        before: steadyRounds,
        after: steadyRounds.map((value) => value + 0.1),
        floor: { threshold: noiseThreshold(null) },
        arithmetic: {
          before: steadyRounds.map((value) => before * (1 + value)),
          after: steadyRounds.map((value) => after * (1 + value)),
        },
      },
    ])[0];

  it('a change that the bursts of arithmetic explain is none', () => {
    expect(judgedWith(1, 1)?.verdict).toBe('WORSE');
    expect(judgedWith(1, 0.97)?.verdict).toBe('WORSE');
    expect(judgedWith(1, 1.1)?.verdict).toBe('WORSE');
    expect(judgedWith(1, 0.91)).toMatchObject({
      verdict: 'UNCLEAR',
      reason: expect.stringContaining('the arithmetic units gave 9.0% less after'),
      settling: { rounds: null, action: expect.stringContaining('Close other programs') },
    });
  });
});

describe('and in cycles', () => {
  const pairOf = (ratio: number, clockRatio: number | null) => {
    const before = Array.from({ length: 7 }, (_, round) => Math.log(1e7 * (1 + round / 1e4)));
    const after = before.map((log) => log + Math.log(ratio));
    return { before, after, floor: { threshold: noiseThreshold(null) }, clockRatio };
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
