/** The efficiency-gap plots of a run: one for each condition under which latencies may be drawn together. */
import { ceilingsOf } from '../../core/analysis/find-ceilings.ts';
import { conditionsOf, type GapPlotData, gapPlotData } from '../../core/charts/gap-plot-data.ts';
import type { RunReport } from '../../core/protocol/run.ts';

export interface GapPlot {
  /** Under which the latencies were measured: only such are drawn together. */
  readonly condition: {
    readonly provider: string;
    readonly device: string;
    readonly dtype: string;
    readonly batch: number;
    readonly threads: number;
    readonly cacheState?: string | undefined;
  };
  readonly peakOperationsPerSecond: number;
  readonly data: GapPlotData;
}

export function gapPlotsOf(report: RunReport): GapPlot[] {
  return conditionsOf(report).flatMap((condition) => {
    const data = gapPlotData(report, condition);
    const ceilings = ceilingsOf(report, condition);
    if (data === undefined || ceilings === undefined || data.byOperations.length === 0) return [];
    return [{ condition, peakOperationsPerSecond: ceilings.peakOperationsPerSecond, data }];
  });
}
