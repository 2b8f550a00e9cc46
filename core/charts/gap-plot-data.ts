/** From measurements, or from the paper's table, to the two panels of the efficiency-gap plot. */
import type { PaperResult } from '../models/paper-results.ts';
import type { Ceilings, MeasurementSummary, RunReport } from '../protocol/run.ts';

export interface GapPoint {
  /** Of the measurement; a name of its own for a reference point. */
  readonly id: string;
  readonly model: string;
  /** The model's name, without its family's where several of a family are drawn. */
  readonly label: string;
  readonly family: string;
  readonly plan: MeasurementSummary['plan'] | null;
  /** ImageNet top-1 in percent. */
  readonly top1: number;
  /** Of one image. */
  readonly gigaMacs: number;
  /** Of the batch, in milliseconds. */
  readonly idealMs: number;
  readonly latencyMs: number;
  readonly interval: { readonly lowMs: number; readonly highMs: number } | null;
  readonly efficiency: number;
  readonly reconstruction: boolean;
}

/** One line: a family, and the plan that it was executed by. */
export interface GapSeries {
  readonly family: string;
  readonly plan: GapPoint['plan'];
  readonly points: readonly GapPoint[];
}

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
export type Condition = Pick<Ceilings, 'provider' | 'device' | 'dtype' | 'threads'> & {
  readonly batch: number;
};

export function conditionKey({ provider, device, dtype, batch, threads }: Condition): string {
  return [provider, device, dtype, `b${batch}`, `t${threads}`].join('.');
}

/** Every condition under which the run measured something, in the order of measuring. */
export function conditionsOf({ measurements }: RunReport): Condition[] {
  const conditions = new Map<string, Condition>();
  for (const { provider, device, dtype, batch, threads } of measurements) {
    const condition = { provider, device, dtype, batch, threads };
    const key = conditionKey(condition);
    if (!conditions.has(key)) conditions.set(key, condition);
  }
  return [...conditions.values()];
}

/** Undefined where nothing was measured under this condition. */
export function gapPlotData(report: RunReport, condition: Condition): GapPlotData | undefined {
  const key = conditionKey(condition);
  const measurements = report.measurements.filter((measurement) => conditionKey(measurement) === key);
  const ceilings = report.ceilings.find(
    ({ provider, device, dtype, threads }) =>
      provider === condition.provider &&
      device === condition.device &&
      dtype === condition.dtype &&
      threads === condition.threads,
  );
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

/** The paper's table. `latencyMs` is that of a whole batch, as there. */
export function paperPlotData(
  results: readonly PaperResult[],
  { peakOperationsPerSecond, batch }: { readonly peakOperationsPerSecond: number; readonly batch: number },
): GapPlotData {
  const idealMsPerGigaMac = (2e9 * batch * 1e3) / peakOperationsPerSecond;
  const points = results.map((result): GapPoint => {
    const gigaMacs = result.macsBillionsFromFigure ?? result.macsBillions;
    return {
      id: `paper ${result.model}`,
      model: result.model,
      label: result.model,
      family: result.family,
      plan: result.family === 'convfirst' ? 'fused' : 'layerwise',
      top1: result.top1,
      gigaMacs,
      idealMs: gigaMacs * idealMsPerGigaMac,
      latencyMs: result.latencyMs,
      interval: null,
      efficiency: result.percentOfPeak / 100,
      reconstruction: false,
    };
  });
  return { ...seriesOf(points), idealMsPerGigaMac, notPlotted: [] };
}

function measuredPoint(measurement: MeasurementSummary, top1: number): GapPoint {
  const { id, model, family, plan, batch, operations, idealLatencyNs, latencyNs, efficiency } = measurement;
  return {
    id,
    model,
    label: model,
    family,
    plan,
    top1,
    gigaMacs: operations / 2 / batch / 1e9,
    idealMs: idealLatencyNs / 1e6,
    latencyMs: latencyNs.median / 1e6,
    interval: { lowMs: latencyNs.low / 1e6, highMs: latencyNs.high / 1e6 },
    efficiency,
    reconstruction: measurement.reconstruction !== null,
  };
}

function seriesOf(points: readonly GapPoint[]): Pick<GapPlotData, 'byOperations' | 'byLatency'> {
  const labelled = shortenLabels(points);
  const oneAModel = [...new Map(labelled.map((point) => [point.model, point])).values()];
  return {
    byOperations: series(
      oneAModel,
      ({ family }) => family,
      ({ gigaMacs }) => gigaMacs,
    ).map((line) => ({
      ...line,
      plan: null,
    })),
    byLatency: series(
      labelled,
      ({ family, plan }) => `${family} ${plan}`,
      ({ latencyMs }) => latencyMs,
    ),
  };
}

function series(
  points: readonly GapPoint[],
  key: (point: GapPoint) => string,
  position: (point: GapPoint) => number,
): GapSeries[] {
  return [...Map.groupBy(points, key).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sorted = group.toSorted((a, b) => position(a) - position(b));
    return [{ family: first.family, plan: first.plan, points: sorted }];
  });
}

/** `convnext_femto` and `convnext_tiny` are `femto` and `tiny` on ConvNeXt's line; alone, each keeps its full name. */
function shortenLabels(points: readonly GapPoint[]): GapPoint[] {
  const byFamily = Map.groupBy(points, ({ family }) => family);
  return points.map((point) => {
    const models = new Set(byFamily.get(point.family)?.map(({ model }) => model));
    return models.size < 2 ? point : { ...point, label: withoutFamily(point.model, point.family) };
  });
}

function withoutFamily(model: string, family: string): string {
  // The family's name however it is written: `tf_efficientnet_b1`, `EfficientNet B1`, `ConvNeXt Femto (288)`.
  const short = model
    .replace(/^tf_/, '')
    .replace(new RegExp(`^${family}[ _]?`, 'i'), '')
    .replace(/ \(\d+\)$/, '');
  return short === '' ? model : short;
}

/** What to write beside each point: a model that is drawn more than once is named with its plan, a reconstruction starred. */
export function pointNames(points: readonly GapPoint[]): string[] {
  const times = new Map<string, number>();
  for (const { model } of points) times.set(model, (times.get(model) ?? 0) + 1);
  return points.map(({ model, label, plan, reconstruction }) => {
    const withPlan = (times.get(model) ?? 0) > 1 && plan !== null;
    return `${label}${reconstruction ? '*' : ''}${withPlan ? ` ${plan}` : ''}`;
  });
}
