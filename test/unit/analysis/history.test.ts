import { describe, expect, it } from 'vitest';
import type { RunFigures } from '../../../core/analysis/figures.ts';
import { historyOf } from '../../../core/analysis/history.ts';
import { HistorySchema } from '../../../core/protocol/compare.ts';
import { seededRandom } from '../../../core/statistics/seeded-random.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';
import { runFigures } from '../../fixtures/statistics/figures.ts';
import { simulate } from '../../fixtures/statistics/simulated-provider.ts';

/** Forty runs, of which the later ones are `step` times as slow; the microcode changes with them. */
function fortyRuns(step: number, at: number, seed: number): RunFigures[] {
  const random = seededRandom(seed);
  return Array.from({ length: 40 }, (_, index) => {
    const medianNs = 1e7 * (index < at ? 1 : step);
    const truth = { samplesPerRound: 10, sampleNoise: 0.01, roundNoise: 0.004, runNoise: 0.004 };
    const microcode = index < at ? '0x1' : '0x2';
    return runFigures(`run${index}`, [{ rounds: simulate({ ...truth, medianNs }, random) }], {
      day: index + 1,
      environment: { cpu: { ...sampleRun.environment.cpu, microcode } },
    });
  });
}

describe('the history of a machine', () => {
  it('places a step of 3% in 40 runs within one run, with what changed then, at least 95 times in 100', () => {
    let placed = 0;
    for (let repetition = 0; repetition < 40; repetition++) {
      const at = 6 + ((repetition * 7) % 28);
      const { series } = historyOf(fortyRuns(1.03, at, repetition));
      const points = series[0]?.changePoints ?? [];
      const [point] = points;
      const causes = point?.candidates.map(({ what, after }) => `${what} ${after}`).join();
      if (
        points.length === 1 &&
        point !== undefined &&
        Math.abs(point.index - at) <= 1 &&
        causes === 'microcode 0x2'
      ) {
        placed++;
      }
    }
    expect(placed).toBeGreaterThanOrEqual(38);
  });

  it('finds no step where there is none', () => {
    let found = 0;
    for (let repetition = 0; repetition < 50; repetition++) {
      found += historyOf(fortyRuns(1, 20, 500 + repetition)).series[0]?.changePoints.length ?? 0;
    }
    expect(found).toBeLessThanOrEqual(1);
  });

  it('has a point a run, oldest first, with the efficiency against that run', () => {
    const runs = fortyRuns(1, 20, 1).slice(0, 3);
    const history = historyOf(runs);
    expect(HistorySchema.parse(history)).toEqual(history);
    const [series] = history.series;
    expect(series?.points.map(({ runId }) => runId)).toEqual(['run0', 'run1', 'run2']);
    const first = series?.points[0];
    // 1e9 operations at 2e11 a second are 5 ms.
    expect(first?.efficiency).toBeCloseTo(5e6 / (first?.undisturbedNs.estimate ?? 1), 9);
    const uncalibrated = runFigures('run', [{ rounds: [[1, 2, 3]] }], { providers: [] });
    expect(historyOf([uncalibrated]).series[0]?.points[0]?.efficiency).toBeNull();
  });

  it('keeps machines and cases apart, and marks only what changed on the same machine', () => {
    const [a] = fortyRuns(1, 20, 1);
    if (a === undefined) throw new Error('there are forty');
    const other = {
      ...a,
      id: 'other',
      machine: { ...a.machine, id: 'machine2' },
    };
    const fused = {
      ...a,
      id: 'fused',
      figures: a.figures.map((figure) => ({ ...figure, plan: 'fused' as const })),
    };
    const { series, marks } = historyOf([a, other, fused]);
    expect(series.map(({ machineId, plan }) => `${machineId} ${plan}`)).toEqual([
      'machine1 layerwise',
      'machine2 layerwise',
      'machine1 fused',
    ]);
    expect(marks).toEqual([]);
  });

  it('marks the first run in new surroundings', () => {
    const { marks } = historyOf(fortyRuns(1, 20, 1));
    expect(marks).toEqual([
      {
        machineId: 'machine1',
        runId: 'run20',
        startedAt: '2026-01-21T00:00:00.000Z',
        changes: [{ what: 'microcode', before: '0x1', after: '0x2' }],
      },
    ]);
  });

  it('of nothing is empty', () => {
    expect(historyOf([])).toEqual({ series: [], marks: [] });
  });
});
