/** From the measurements of a run to the two panels of the efficiency-gap plot, as reports draw it. */
import { ceilingsOf } from '../analysis/find-ceilings.ts';
import type { Ceilings, MeasurementSummary, RunReport } from '../protocol/run.ts';
import { type GapPoint, type GapSeries, linesOf, measuredPoint, shortenLabels } from './gap-point.ts';

export interface GapPlotData {
  /** A series a family: the plan changes neither operations nor accuracy. */
  readonly byOperations: readonly GapSeries[];
  /** A series a family and plan. */
  readonly byLatency: readonly GapSeries[];
  /** Milliseconds of ideal latency for a giga of multiply-accumulates of one image: the twin axis. */
  readonly idealMsPerGigaMac: number;
  /** Models without a published accuracy at their size. */
  readonly notPlotted: readonly string[];
}

/** Latencies are only drawn together where all of this is alike. */
export type Condition = Pick<Ceilings, 'provider' | 'device' | 'dtype' | 'threads'> &
  Pick<MeasurementSummary, 'batch' | 'cacheState'>;

export function conditionKey({ provider, device, dtype, batch, threads, cacheState }: Condition): string {
  const common = [provider, device, dtype, `b${batch}`, `t${threads}`];
  return [...common, ...(cacheState === undefined ? [] : [cacheState])].join('.');
}

/** Every condition under which the run measured something, in the order of measuring. */
export function conditionsOf({ measurements }: RunReport): Condition[] {
  const conditions = new Map<string, Condition>();
  for (const { provider, device, dtype, batch, threads, cacheState } of measurements) {
    const condition = {
      ...{ provider, device, dtype, batch, threads },
      ...(cacheState !== undefined && { cacheState }),
    };
    const key = conditionKey(condition);
    if (!conditions.has(key)) conditions.set(key, condition);
  }
  return [...conditions.values()];
}

/** Undefined where nothing was measured under this condition. */
export function gapPlotData(report: RunReport, condition: Condition): GapPlotData | undefined {
  const key = conditionKey(condition);
  const measurements = report.measurements.filter((measurement) => conditionKey(measurement) === key);
  const ceilings = ceilingsOf(report, condition);
  if (measurements.length === 0 || ceilings === undefined) return undefined;
  const points: GapPoint[] = [];
  const notPlotted = new Set<string>();
  for (const measurement of measurements) {
    if (measurement.top1 === null) notPlotted.add(measurement.model);
    else points.push(measuredPoint(measurement, measurement.top1));
  }
  return {
    ...seriesOf(points),
    idealMsPerGigaMac: (2e9 * condition.batch * 1e3) / ceilings.peakOperationsPerSecond,
    notPlotted: [...notPlotted],
  };
}

function seriesOf(points: readonly GapPoint[]): Pick<GapPlotData, 'byOperations' | 'byLatency'> {
  const labelled = shortenLabels(points);
  const oneAModel = [...new Map(labelled.map((point) => [point.model, point])).values()];
  return {
    byOperations: linesOf(
      oneAModel,
      ({ family }) => family,
      ({ gigaMacs }) => gigaMacs,
    ).map((line) => ({ ...line, plan: null })),
    byLatency: linesOf(
      labelled,
      ({ family, plan }) => `${family} ${plan}`,
      ({ latencyMs }) => latencyMs,
    ),
  };
}
