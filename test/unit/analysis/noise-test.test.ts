/** An A/A test on a simulated provider: what it finds, and what verdicts that rely on it get wrong. */
import { describe, expect, it } from 'vitest';
import { learnNoise, noiseFloor, type RunNoise } from '../../../core/analysis/noise-floor.ts';
import { labelOf, noiseOfTest } from '../../../core/analysis/noise-test.ts';
import type { NoiseTest } from '../../../core/protocol/run.ts';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { medianOf } from '../../../core/statistics/summary.ts';
import { aCase } from '../../fixtures/statistics/figures.ts';
import { compareSimulated, noisy } from '../../fixtures/statistics/noise-kinds.ts';
import { simulate, type Truth } from '../../fixtures/statistics/simulated-provider.ts';

/** As `plimsoll noise` does it: two networks, eight starts of the program, two rounds in each. */
function test(truth: Truth, random: () => number, launches = 8): NoiseTest {
  const cases = ['mobilenetv2_100', 'convnext_atto'].map((model) => ({
    ...aCase,
    model,
    launches: Array.from({ length: launches }, (_, launch) => ({
      label: labelOf(launch),
      rounds: simulate({ ...truth, rounds: 2, samplesPerRound: 10 }, random),
    })),
  }));
  return { provider: 'native', startedAt: '2026-03-01T12:00:00.000Z', seconds: 15, cases };
}

function found(truth: Truth, random: () => number): RunNoise {
  const noise = noiseOfTest(test(truth, random));
  if (noise === null) throw new Error('eight starts are enough');
  const [machineId, provider] = ['machine1', 'native'];
  const known = learnNoise([], [], [{ machineId, provider, ...noise }])(machineId, aCase);
  if (known === null) throw new Error('the test is all that is known');
  return known;
}

/** Of 1,000 comparisons of one truth with itself, on 100 machines that were tested before. */
function falseVerdicts(truth: Truth, seed: number, isTested = true): number {
  const random = seededRandom(seed);
  let wrong = 0;
  for (let machine = 0; machine < 100; machine++) {
    const known = isTested ? found(truth, random) : null;
    for (let comparison = 0; comparison < 10; comparison++) {
      const { verdict } = compareSimulated(truth, truth, random, known);
      if (verdict === 'BETTER' || verdict === 'WORSE') wrong++;
    }
  }
  return wrong;
}

describe('with nothing but an A/A test, the same thing measured twice is called BETTER or WORSE at most 20 times in 1,000', () => {
  it.each<readonly [string, Truth]>([
    ['with 2% noise', noisy],
    ['where whole runs differ by 1%', { ...noisy, runNoise: 0.01 }],
    ['where whole runs differ by 2%', { ...noisy, runNoise: 0.02 }],
    ['where whole runs differ by 5%', { ...noisy, runNoise: 0.05 }],
    ['where they differ, with a drift', { ...noisy, runNoise: 0.02, drift: 0.04 }],
    ['where they differ, with two modes', { ...noisy, runNoise: 0.02, secondMode: 0.08 }],
    ['where they differ, with heavy tails', { ...noisy, runNoise: 0.02, heavyTail: 5 }],
  ])('%s', (name, truth) => {
    expect(falseVerdicts(truth, name.length)).toBeLessThanOrEqual(20);
  });

  it('and would be far more often without it', () => {
    expect(falseVerdicts({ ...noisy, runNoise: 0.02 }, 8, false)).toBeGreaterThan(100);
  });
});

describe('an A/A test', () => {
  it('finds how far whole runs lie apart, and takes off what its few rounds add', () => {
    const random = seededRandom(3);
    const deviations = (truth: Truth) =>
      medianOf(Array.from({ length: 200 }, () => noiseOfTest(test(truth, random))?.deviation ?? 0));
    // Of the ratio of two runs of seven rounds: the square root of 2 (0.02² + 0.01² / 7).
    expect(deviations({ ...noisy, sampleNoise: 0, runNoise: 0.02 })).toBeCloseTo(0.0288, 2);
    expect(deviations({ ...noisy, sampleNoise: 0, runNoise: 0.02 })).toBeGreaterThan(0.024);
    // Where only rounds differ, less than rounds of one start lie apart.
    expect(deviations({ ...noisy, sampleNoise: 0 })).toBeLessThan(0.01);
  });

  it('says nothing of a single pair, and does not count a start without its partner', () => {
    const random = seededRandom(4);
    expect(noiseOfTest(test(noisy, random, 3))).toBeNull();
    expect(noiseOfTest(test(noisy, random, 5))?.pairs).toBe(2);
    expect(noiseOfTest({ cases: [] })).toBeNull();
  });

  it('alternates its labels so that a drift favours neither', () => {
    expect(Array.from({ length: 8 }, (_, launch) => labelOf(launch)).join('')).toBe('ABBAABBA');
  });

  it('gives way to runs as soon as there are enough of them', () => {
    const tested = [{ machineId: 'machine1', provider: 'native', deviation: 0.5, pairs: 4 }];
    const noise = learnNoise([], [], tested);
    expect(noise('machine1', aCase)).toEqual({ deviation: 0.5, pairs: 4, from: 'test' });
    expect(noise('machine1', { provider: 'onednn' })).toBeNull();
    expect(noise('another', aCase)).toBeNull();
    const floor = noiseFloor(noise('machine1', aCase));
    expect(floor).toMatchObject({ testPairs: 4, runPairs: 0 });
    expect(floor.origin).toContain('An A/A test of 4 pairs');
  });
});
