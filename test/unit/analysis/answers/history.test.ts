import { describe, expect, it } from 'vitest';
import { historyAnswer } from '../../../../core/analysis/answers/history.ts';
import type { HistorySeries } from '../../../../core/protocol/compare.ts';

const at = (day: number) => new Date(Date.UTC(2026, 0, day, 12)).toISOString();

function series(
  model: string,
  runs: number,
  changePoints: HistorySeries['changePoints'] = [],
): HistorySeries {
  const same = { median: 1e6, low: 1e6, high: 1e6 };
  return {
    ...{ machineId: 'm', machineName: 'm', model, imageSize: 224, provider: 'native', device: 'cpu' },
    ...{ plan: 'fused', dtype: 'fp32', batch: 1, threads: 2, threshold: 0.03, changePoints },
    points: Array.from({ length: runs }, (_, index) => ({
      runId: `run${index}`,
      measurementId: `run${index}-${model}`,
      startedAt: at(index + 1),
      latencyNs: same,
      undisturbedNs: { estimate: 1e6, low: 1e6, high: 1e6 },
      efficiency: null,
    })),
  };
}

const shift = (ratio: number, candidates: HistorySeries['changePoints'][number]['candidates'] = []) => ({
  ...{ index: 6, runId: 'run6', startedAt: at(7), p: 0.001, ratio, candidates },
});

describe('the answer of History', () => {
  it('names what shifted, since when, and the component that changed then', () => {
    const driver = { what: 'driver of NVIDIA RTX A2000', before: 'nvidia 550', after: 'nvidia 560' };
    const answer = historyAnswer({
      series: [series('resnet50', 12, [shift(1.08, [driver])]), series('vgg16', 12)],
    });
    expect(answer.headline).toBe('SLOWER');
    expect(answer.sentence).toMatch(
      /^Since 2026-01-07 \d\d:\d\d \(run run6\): resnet50 fused 8\.0% slower\. Changed then: driver of NVIDIA RTX A2000 nvidia 550 → nvidia 560\.$/,
    );
  });

  it('puts what shifted at the same run together', () => {
    const answer = historyAnswer({
      series: [series('a', 12, [shift(1.08)]), series('b', 12, [shift(1.1)]), series('c', 12, [shift(0.9)])],
    });
    expect(answer.headline).toBe('SHIFTED');
    expect(answer.sentence).toContain('2 of 3 series 8.0 to 10% slower, c fused 10% faster. Nothing');
  });

  it('says that there is none, or that there are too few runs to tell', () => {
    expect(historyAnswer({ series: [series('a', 12), series('b', 11)] })).toMatchObject({
      headline: 'NO SHIFT',
      sentence: 'No shift in 2 series over 12 runs.',
    });
    expect(historyAnswer({ series: [series('a', 3)] })).toMatchObject({
      headline: 'TOO FEW RUNS',
      sentence: '3 runs so far: a shift shows after ten.',
    });
  });
});
