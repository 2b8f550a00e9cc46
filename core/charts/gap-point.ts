/** One point of the efficiency-gap plot, from a measurement; what it is called, and the lines through several. */
import type { MeasurementSummary } from '../protocol/run.ts';

export interface GapPoint {
  /** Of the measurement; a name of its own for a published figure. */
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
  /** Of the batch, in milliseconds, as the two below. */
  readonly idealMs: number;
  /** Null where the bytes that were moved are not known. */
  readonly waterlineMs: number | null;
  readonly latencyMs: number;
  /** Equal to the latency for a published figure, of which nothing else is known. */
  readonly undisturbedMs: number;
  readonly interval: { readonly lowMs: number; readonly highMs: number } | null;
  readonly efficiency: number;
  readonly reconstruction: boolean;
  /** What makes the figure doubtful. */
  readonly alarms: readonly string[];
  /** Whether its check proves little. */
  readonly isMistrusted: boolean;
}

/** One line: a family, and the plan that it was executed by. */
export interface GapSeries<Point extends GapPoint = GapPoint> {
  readonly family: string;
  readonly plan: GapPoint['plan'];
  readonly points: readonly Point[];
}

export function measuredPoint(measurement: MeasurementSummary, top1: number): GapPoint {
  const { id, model, family, plan, batch, operations, latencyNs, undisturbedNs, efficiency, alarms, trust } =
    measurement;
  return {
    id,
    model,
    label: model,
    family,
    plan,
    top1,
    gigaMacs: operations / 2 / batch / 1e9,
    idealMs: measurement.idealLatencyNs / 1e6,
    waterlineMs: measurement.waterlineLatencyNs / 1e6,
    latencyMs: latencyNs.median / 1e6,
    undisturbedMs: undisturbedNs.estimate / 1e6,
    interval: { lowMs: latencyNs.low / 1e6, highMs: latencyNs.high / 1e6 },
    efficiency,
    reconstruction: measurement.reconstruction !== null,
    alarms,
    isMistrusted: trust === 'mistrusted',
  };
}

/** Points of equal key on one line, from left to right. */
export function linesOf<Point extends GapPoint>(
  points: readonly Point[],
  key: (point: Point) => string,
  position: (point: Point) => number,
): GapSeries<Point>[] {
  return [...Map.groupBy(points, key).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sorted = group.toSorted((a, b) => position(a) - position(b));
    return [{ family: first.family, plan: first.plan, points: sorted }];
  });
}

/** `convnext_femto` and `convnext_tiny` are `femto` and `tiny` on ConvNeXt's line; alone, each keeps its full name. */
export function shortenLabels<Point extends GapPoint>(points: readonly Point[]): Point[] {
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
