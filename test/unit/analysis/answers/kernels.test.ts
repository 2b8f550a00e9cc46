import { describe, expect, it } from 'vitest';
import { layersAnswer } from '../../../../core/analysis/answers/layers.ts';
import { waterlineAnswer } from '../../../../core/analysis/answers/waterline.ts';
import { measurementDetail, summarizeRun } from '../../../../core/analysis/report.ts';
import { waterlineView } from '../../../../core/analysis/waterline-view.ts';
import type { MeasurementDetail } from '../../../../core/protocol/run.ts';
import { realRun } from '../../../fixtures/statistics/real-runs.ts';

const run = realRun('equal-2');
const { ceilings, measurements } = summarizeRun(run);

function detailOf(model: string, plan: string): MeasurementDetail {
  const { id } = measurements.find((one) => one.model === model && one.plan === plan) ?? {};
  const detail = id === undefined ? undefined : measurementDetail(run, id);
  if (detail === undefined) throw new Error(`The run has no ${model} ${plan}.`);
  return detail;
}

describe('the answer of Layers', () => {
  it('names how much the worst kernels hold, and with which to start', () => {
    const { kernels } = detailOf('efficientnet_b0', 'layerwise');
    expect(layersAnswer(kernels)?.sentence).toBe(
      '5 of 67 kernels hold 0.78 of the 2.83 ms lost; start with s1.b0.pw (456 µs, 2.78× its bound).',
    );
  });

  it('finds the kernel that is planted as the worst', () => {
    const { kernels } = detailOf('resnet50', 'layerwise');
    const planted = kernels.map((kernel) =>
      kernel.name === 's2.b1.conv2' ? { ...kernel, latencyNs: 100e6 } : kernel,
    );
    const answer = layersAnswer(planted);
    expect(answer?.worst).toEqual(['s2.b1.conv2']);
    expect(answer?.sentence).toContain('1 of 56 kernels holds');
  });

  it('says that little can be won if all kernels reach their bounds', () => {
    const { kernels } = detailOf('resnet50', 'fused');
    const atBound = kernels.map((kernel) => ({
      ...kernel,
      fused: true,
      latencyNs: 1.01 * kernel.waterlineNs,
    }));
    expect(layersAnswer(atBound)?.sentence).toBe(
      'The 20 kernels are within 1.0% of their bounds; little can be won.',
    );
  });

  it('has none if no kernel was timed', () => {
    const { kernels } = detailOf('resnet50', 'fused');
    expect(layersAnswer(kernels.map((kernel) => ({ ...kernel, latencyNs: null })))).toBeUndefined();
  });
});

describe('the answer of Waterline', () => {
  const [machine] = ceilings;
  if (machine === undefined) throw new Error('The run has no ceilings.');
  const view = waterlineView(detailOf('resnet50', 'layerwise'), machine, 'levels');
  if (view === undefined) throw new Error('The run has no DRAM ceiling.');

  it('counts the kernels that wait for memory, and the time that this takes', () => {
    expect(waterlineAnswer(view).sentence).toBe('3 of 56 kernels wait for memory: 0.2% of the time.');
  });

  it('adds up the time by which the bound of each kernel exceeds its arithmetic', () => {
    const waitNs = view.bars.reduce(
      (sum, bar) => sum + Math.max(0, bar.boundNs - (bar.operations / machine.peakOperationsPerSecond) * 1e9),
      0,
    );
    expect(waterlineAnswer(view).waitFraction).toBeCloseTo(waitNs / view.latencyNs, 9);
  });

  it('says that the ceiling is in doubt', () => {
    const doubt = 'DRAM bandwidth changed from 52.0 to 98.5 GB/s since the run before.';
    expect(waterlineAnswer(view, [doubt]).sentence).toContain(`The memory ceiling is in doubt: ${doubt}`);
  });
});
