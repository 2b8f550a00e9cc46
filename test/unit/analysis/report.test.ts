import { describe, expect, it } from 'vitest';
import { measurementDetail, summarizeRun } from '../../../core/analysis/report.ts';
import type { Run } from '../../../core/protocol/run.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

function withSamples(samplesNs: number[]): Run {
  const [first] = sampleRun.measurements;
  if (first?.outcome.status !== 'measured') throw new Error('the sample run begins with a measured case');
  return { ...sampleRun, measurements: [{ ...first, outcome: { ...first.outcome, samplesNs } }] };
}

describe('the report of a run', () => {
  const report = summarizeRun(sampleRun);

  it('factors the gap of every measurement, and counts operations over all kernels', () => {
    expect(report.measurements).toHaveLength(3);
    for (const row of report.measurements) {
      expect(row.operations).toBe(1.1e9);
      expect(row.idealLatencyNs).toBeCloseTo((1.1e9 / 2e11) * 1e9, 3);
      expect(row.gap).toBeCloseTo(row.memoryGap * row.kernelGap * row.disturbance, 9);
      expect(row.efficiency).toBeCloseTo(row.disturbance / row.gap, 9);
      expect(row.waterlineLatencyNs).toBeGreaterThanOrEqual(row.idealLatencyNs);
      expect(row.dramWaterlineLatencyNs).toBeGreaterThanOrEqual(row.waterlineLatencyNs);
    }
  });

  it('keeps what was lost, with its reason', () => {
    expect(report.lost).toMatchObject([{ model: 'mobilenetv2_100', status: 'failed' }]);
    expect(report.run).toMatchObject({ measured: 3, lost: 1 });
  });

  it('takes rounds that differ for less than as many independent samples', () => {
    const rounds = [0, 8, 2, 6, 4, 1, 7];
    const run = withSamples(rounds.flatMap((level) => Array.from({ length: 40 }, () => 20e6 + 1e5 * level)));
    const [first] = run.measurements;
    if (first?.outcome.status !== 'measured') throw new Error('it is measured');
    const known = { ...first, outcome: { ...first.outcome, rounds: rounds.map(() => 40) } };
    const without = summarizeRun(run).measurements[0]?.latencyNs;
    const within = summarizeRun({ ...run, measurements: [known] }).measurements[0]?.latencyNs;
    expect(within?.median).toBe(without?.median);
    expect(within?.low).toBeLessThan((without?.low ?? 0) - 1e5);
    expect(within?.high).toBeGreaterThan((without?.high ?? 0) + 1e5);
  });

  it('raises an alarm where a bound is beaten, and clips nothing', () => {
    const beaten = report.measurements.find(({ id }) => id === 'm3');
    expect(beaten?.efficiency).toBeGreaterThan(1);
    expect(beaten?.alarms.join()).toContain('Faster than the ideal latency');
    expect(report.measurements.find(({ id }) => id === 'm1')?.alarms).toEqual([]);
  });

  it('raises an alarm where the last samples are not like the first', () => {
    const quiet = Array.from({ length: 40 }, (_, index) => 20e6 + (index % 5) * 1e4);
    const alarms = (samplesNs: number[]) => summarizeRun(withSamples(samplesNs)).measurements[0]?.alarms;
    expect(alarms(quiet)).toEqual([]);
    const disturbed = quiet.map((ns, index) => (index < 28 ? ns : 1.5 * ns));
    expect(alarms(disturbed)?.join()).toMatch(/last quarter of its samples is 50% slower/);
    expect(alarms(disturbed.toReversed())?.join()).toMatch(/33% faster/);
  });

  it('raises an alarm where the samples lie far apart, at any time', () => {
    const alarms = (factor: number) =>
      summarizeRun(
        withSamples(Array.from({ length: 60 }, (_, index) => 20e6 * (index % 3 === 1 ? factor : 1))),
      ).measurements[0]?.alarms;
    expect(alarms(1.05)).toEqual([]);
    expect(alarms(1.3)?.join()).toMatch(/middle half of its samples is spread over 30% of the median/);
  });

  it('says kernel by kernel what limits it', () => {
    const kernels = measurementDetail(sampleRun, 'm1')?.kernels;
    expect(kernels?.map(({ limit }) => limit)).toEqual(['arithmetic', 'DRAM']);
    expect(measurementDetail(sampleRun, 'm4')).toBeUndefined();
  });
});
