import { describe, expect, it } from 'vitest';
import { computationalEfficiency, idealLatencyNs } from '../../../core/analysis/efficiency.ts';
import { paperMachine, paperResults } from '../../../core/models/paper-results.ts';

describe("the paper's table", () => {
  it('has fifteen rows', () => {
    expect(paperResults).toHaveLength(15);
  });

  it.each(paperResults)('$model: its % Peak from its MACs and images per second', (row) => {
    const operations = 2e9 * (row.macsBillionsFromFigure ?? row.macsBillions);
    const ideal = idealLatencyNs(operations, paperMachine.peakOperationsPerSecond);
    const efficiency = computationalEfficiency(ideal, 1e9 / row.imagesPerSecond);
    expect(Math.abs(100 * efficiency - row.percentOfPeak)).toBeLessThanOrEqual(0.3);
  });
});
