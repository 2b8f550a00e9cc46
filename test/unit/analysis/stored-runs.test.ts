/** Three real runs of the quick suite on a guest of two cores: two on a quiet machine, one after the other, and one beside other work. */
import { describe, expect, it } from 'vitest';
import { summarizeRun } from '../../../core/analysis/report.ts';
import { realRun } from '../../fixtures/statistics/real-runs.ts';
import { compareRuns } from '../../fixtures/statistics/stored-runs.ts';

const runs = { first: realRun('equal-1'), second: realRun('equal-2'), disturbed: realRun('disturbed') };

describe('two equal runs of a real machine', () => {
  it('are SAME in at least eight of ten rows, and nowhere BETTER or WORSE', () => {
    const { counts } = compareRuns({ run: runs.first }, { run: runs.second });
    expect(counts).toMatchObject({ better: 0, worse: 0 });
    expect(counts.same).toBeGreaterThanOrEqual(8);
  });

  it('say of every row that is UNCLEAR what would settle it', () => {
    const { rows } = compareRuns({ run: runs.first }, { run: runs.second });
    for (const { verdict, settling } of rows) {
      if (verdict === 'UNCLEAR') expect(settling?.rounds ?? settling?.action).toBeTruthy();
      else expect(settling).toBeNull();
    }
  });
});

describe('a run beside other work', () => {
  it.each([
    ['before', runs.disturbed, runs.first],
    ['before', runs.disturbed, runs.second],
    ['after', runs.first, runs.disturbed],
    ['after', runs.second, runs.disturbed],
  ])('is nowhere falsely BETTER or WORSE, %s', (_, before, after) => {
    expect(compareRuns({ run: before }, { run: after }).counts).toMatchObject({ better: 0, worse: 0 });
  });

  it('shows what was lost to it as a factor of its own', () => {
    const lost = (run: typeof runs.first) =>
      summarizeRun(run).measurements.map(({ disturbance }) => disturbance);
    const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
    expect(middle(lost(runs.disturbed))).toBeGreaterThan(middle(lost(runs.second)) + 0.02);
  });
});

describe('in every row of a real run', () => {
  it.each(Object.entries(runs))('ideal ≤ waterline ≤ undisturbed ≤ median, %s', (_, run) => {
    for (const row of summarizeRun(run).measurements) {
      expect(row.idealLatencyNs).toBeLessThanOrEqual(row.waterlineLatencyNs);
      expect(row.waterlineLatencyNs).toBeLessThanOrEqual(row.undisturbedNs.estimate);
      expect(row.undisturbedNs.estimate).toBeLessThanOrEqual(row.latencyNs.median);
      expect(row.gap).toBeCloseTo(row.memoryGap * row.kernelGap * row.disturbance, 9);
    }
  });
});
