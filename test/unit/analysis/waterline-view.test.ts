import { describe, expect, it } from 'vitest';
import { ceilingsOf, plansOf } from '../../../core/analysis/find-ceilings.ts';
import { measurementDetail, summarizeRun } from '../../../core/analysis/report.ts';
import { aggregateRooflineEfficiency, waterlineEfficiency } from '../../../core/analysis/waterline.ts';
import { waterlineView } from '../../../core/analysis/waterline-view.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

const report = summarizeRun(sampleRun);
const [first] = report.measurements;
const detail = measurementDetail(sampleRun, 'm1');
const ceilings = first && ceilingsOf(report, first);
if (detail === undefined || ceilings === undefined) throw new Error('the sample run has m1 and its ceilings');
const machine = { peakOperationsPerSecond: 2e11, bytesPerSecond: 2e10 };

describe.each(['levels', 'dram'] as const)('the waterline with the water of %s', (water) => {
  const view = waterlineView(detail, ceilings, water);
  if (view === undefined) throw new Error('DRAM was measured');

  it('has bars whose area is their operations, one after the other', () => {
    let start = 0;
    for (const { bytes, intensity, operations, startBytes } of view.bars) {
      expect(bytes * intensity).toBeCloseTo(operations, 3);
      expect(startBytes).toBe(start);
      start += bytes;
    }
    expect(view.bytes).toBe(start);
  });

  it('has bars and water whose area together is the peak times the bound', () => {
    const area = view.bars.reduce(
      (sum, { bytes, intensity, waterIntensity }) => sum + bytes * Math.max(intensity, waterIntensity),
      0,
    );
    expect(area / 2e11).toBeCloseTo(view.boundNs / 1e9, 9);
  });

  it('never lets the roofline of the whole exceed it', () => {
    expect(view.idealNs).toBeLessThanOrEqual(view.rooflineNs);
    expect(view.rooflineNs).toBeLessThan(view.boundNs);
  });
});

describe('the paper’s water', () => {
  const view = waterlineView(detail, ceilings, 'dram');

  it('stands at the ridge over every kernel, and gives the paper’s efficiencies', () => {
    expect(view?.dramRidge).toBe(10);
    for (const { waterIntensity } of view?.bars ?? []) expect(waterIntensity).toBeCloseTo(10, 9);
    expect(view && view.idealNs / view.boundNs).toBeCloseTo(
      waterlineEfficiency(machine, view?.bars ?? []),
      9,
    );
    expect(view && view.idealNs / view.rooflineNs).toBeCloseTo(
      aggregateRooflineEfficiency(machine, view?.bars ?? []),
      9,
    );
    expect(view?.bars.map(({ limit }) => limit)).toEqual(['arithmetic', 'DRAM']);
    expect(view?.underWater).toBe(1);
  });
});

describe('the water of the levels', () => {
  it('has the bound that the run is shown with', () => {
    expect(waterlineView(detail, ceilings, 'levels')?.boundNs).toBeCloseTo(
      detail.summary.waterlineLatencyNs,
      3,
    );
  });

  it('lies lower where a cache holds the bytes', () => {
    const cached = {
      ...detail,
      kernels: detail.kernels.map((kernel) => ({
        ...kernel,
        traffic: kernel.traffic.map((tensor) => ({ ...tensor, reuseDistanceBytes: 1000 })),
      })),
    };
    for (const { waterIntensity } of waterlineView(cached, ceilings, 'levels')?.bars ?? []) {
      expect(waterIntensity).toBeCloseTo(1, 9);
    }
  });
});

it('the plans of a case are found, layerwise first', () => {
  const fused = report.measurements.find(({ id }) => id === 'm2');
  expect(fused && plansOf(report, fused).map(({ id }) => id)).toEqual(['m3', 'm2']);
});
