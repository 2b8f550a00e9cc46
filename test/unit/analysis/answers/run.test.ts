import { describe, expect, it } from 'vitest';
import { runAnswer } from '../../../../core/analysis/answers/run.ts';
import { summarizeRun } from '../../../../core/analysis/report.ts';
import type { MeasurementSummary, RunReport } from '../../../../core/protocol/run.ts';
import { realRun } from '../../../fixtures/statistics/real-runs.ts';

const quiet = summarizeRun(realRun('equal-2'));
const disturbed = summarizeRun(realRun('disturbed'));

function withRows(report: RunReport, change: (row: MeasurementSummary) => MeasurementSummary): RunReport {
  return { ...report, measurements: report.measurements.map(change) };
}

describe('the answer of a run', () => {
  it('says first that a disturbed run is not reliable, what disturbed it and what to do', () => {
    const { validity, headline, why, next } = runAnswer(disturbed);
    expect(validity).toBe('unreliable');
    expect(`${headline}: ${why}`).toBe('NOT RELIABLE: 9 of 10 results were disturbed by other programs.');
    expect(next).toMatchObject({ kind: 'repeat', sentence: 'Close other programs and repeat.' });
  });

  it('says of a quiet run what it reached, and sends to the network that is furthest from its limit', () => {
    const { headline, why, sentences, next } = runAnswer(quiet);
    expect(`${headline}: ${why}`).toBe('RELIABLE: All 10 results are undisturbed and verified.');
    expect(sentences[0]).toBe(
      'Networks reach 54–91% of this machine’s 235 GFLOP/s; efficientnet_b0 (fused) is furthest from its limit.',
    );
    expect(quiet.measurements.find(({ id }) => id === next.measurementId)?.model).toBe('efficientnet_b0');
  });

  it('calls a plan faster only if the intervals do not overlap and the difference counts', () => {
    expect(runAnswer(quiet).sentences[1]).toBe(
      'Fused or layerwise: neither is shown to be faster for any of the 5 networks.',
    );
    const half = withRows(quiet, (row) =>
      row.plan === 'fused' && row.model === 'resnet50'
        ? { ...row, undisturbedNs: scaled(row.undisturbedNs, 0.5) }
        : row,
    );
    expect(runAnswer(half).sentences[1]).toBe('Of 5 networks: fused is faster for 1, 4 are not decided.');
  });

  it('groups equal warnings, the most frequent first, each with its effect and a remedy', () => {
    const { warnings } = runAnswer(disturbed);
    expect(warnings.map(({ kind }) => kind)).toEqual([...new Set(warnings.map(({ kind }) => kind))]);
    expect(warnings.map(({ count }) => count)).toEqual(
      warnings.map(({ count }) => count).toSorted((a, b) => b - a),
    );
    const single = disturbed.measurements.flatMap(({ alarms }) => alarms);
    expect(warnings.length).toBeLessThan(single.length / 2);
    expect(warnings.find(({ kind }) => kind === 'arithmetic')).toMatchObject({
      letter: 'N',
      count: 4,
      happened: 'other programs used the cores',
      action: 'Close other programs and repeat.',
    });
  });

  it('does not blame other programs for what was not seen', () => {
    const onlyWide = withRows(disturbed, (row) => ({
      ...row,
      marks: row.marks.filter(({ kind }) => kind === 'noisy'),
    }));
    expect(runAnswer(onlyWide).why).toContain('unsteady');
  });

  it('has an answer for a run without a result, and counts what was lost', () => {
    const [first] = quiet.measurements;
    if (first === undefined) throw new Error('The run has no result.');
    const lost = [{ ...first, status: 'failed' as const, reason: 'The provider ended.' }];
    expect(runAnswer({ ...quiet, measurements: [], lost })).toMatchObject({
      validity: 'nothing',
      headline: 'NOTHING MEASURED',
      why: 'The provider ended.',
    });
    expect(runAnswer({ ...quiet, lost }).why).toContain('1 case gave no result.');
  });
});

function scaled({ estimate, low, high }: MeasurementSummary['undisturbedNs'], by: number) {
  return { estimate: by * estimate, low: by * low, high: by * high };
}
