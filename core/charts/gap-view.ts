/** From the chosen sets to what the two panels of the efficiency-gap plot draw. */
import { type GapPoint, type GapSeries, linesOf, shortenLabels } from './gap-point.ts';
import { type GapSet, isSameCondition, type SetPoint } from './gap-sets.ts';
import { paretoFront } from './pareto-front.ts';

export interface DrawnPoint extends SetPoint {
  readonly set: GapSet;
  /** Place of its set among those that are drawn. */
  readonly index: number;
}

export interface GapView {
  readonly sets: readonly GapSet[];
  /** In the order of the sets; latencies are those of `images`. */
  readonly points: readonly DrawnPoint[];
  /** The batch, where all were measured with the same; else 1: only then can they share an axis. */
  readonly images: number;
  /** Whether colours tell sets apart, or families: as in the paper, where all is of one condition. */
  readonly bySet: boolean;
  /** A line a family: neither plan nor machine changes operations or accuracy. */
  readonly byOperations: readonly GapSeries<DrawnPoint>[];
  /** A line a family, machine and data type. */
  readonly ideal: readonly GapSeries<DrawnPoint>[];
  /** A line a family and set. */
  readonly actual: readonly GapSeries<DrawnPoint>[];
  /** Of what was measured on real devices, and is trusted. */
  readonly front: readonly DrawnPoint[];
  readonly notPlotted: readonly string[];
}

/** `without`: families that are left out. */
export function gapView(sets: readonly GapSet[], without: ReadonlySet<string> = new Set()): GapView {
  const batches = new Set(sets.flatMap(({ points }) => points.map(({ batch }) => batch)));
  const [onlyBatch = 1] = batches;
  const images = batches.size === 1 ? onlyBatch : 1;
  const points = shortenLabels(
    sets.flatMap((set, index) =>
      set.points
        .filter(({ family }) => !without.has(family))
        .map((point): DrawnPoint => ({ ...ofImages(point, images), set, index })),
    ),
  );
  const unlike = (key: (point: DrawnPoint) => string) => [
    ...new Map(points.toReversed().map((point) => [key(point), point])).values(),
  ];
  return {
    sets,
    points,
    images,
    bySet: sets.some((set) => sets[0] !== undefined && !isSameCondition(set, sets[0])),
    byOperations: linesOf(
      unlike(({ model, gigaMacs }) => `${model} ${gigaMacs}`),
      ({ family }) => family,
      ({ gigaMacs }) => gigaMacs,
    ),
    ideal: linesOf(
      unlike(({ model, set, idealMs }) => `${model} ${conditionOf(set, sets)} ${idealMs}`),
      ({ family, set }) => `${family} ${conditionOf(set, sets)}`,
      ({ idealMs }) => idealMs,
    ),
    actual: linesOf(
      points,
      ({ family, set, plan }) => `${family} ${set.key} ${plan}`,
      ({ latencyMs }) => latencyMs,
    ),
    front: paretoFront(
      points.filter(({ set, isMistrusted }) => set.origin === 'measured' && !set.software && !isMistrusted),
      ({ latencyMs }) => latencyMs,
      ({ top1 }) => top1,
    ),
    notPlotted: [...new Set(sets.flatMap((set) => (set.origin === 'measured' ? set.notPlotted : [])))],
  };
}

/** Sets of one condition have their ideal latencies in common. */
function conditionOf(set: GapSet, sets: readonly GapSet[]): number {
  return sets.findIndex((other) => isSameCondition(set, other));
}

function ofImages(point: SetPoint, images: number): SetPoint {
  const { interval } = point;
  const scale = images / point.batch;
  if (scale === 1) return point;
  return {
    ...point,
    idealMs: point.idealMs * scale,
    waterlineMs: point.waterlineMs === null ? null : point.waterlineMs * scale,
    latencyMs: point.latencyMs * scale,
    undisturbedMs: point.undisturbedMs * scale,
    interval: interval === null ? null : { lowMs: interval.lowMs * scale, highMs: interval.highMs * scale },
  };
}

/** What the latency is made of, from left to right. Parts of a latency below a bound would have no length, and are not drawn. */
export type GapPart = {
  readonly kind: 'memory' | 'kernels' | 'both';
  readonly fromMs: number;
  readonly toMs: number;
};

export function gapParts({ idealMs, waterlineMs, latencyMs }: GapPoint): readonly GapPart[] {
  const part = (kind: GapPart['kind'], fromMs: number, toMs: number) =>
    toMs > fromMs ? [{ kind, fromMs, toMs }] : [];
  if (waterlineMs === null) return part('both', idealMs, latencyMs);
  return [
    ...part('memory', idealMs, Math.min(waterlineMs, latencyMs)),
    ...part('kernels', waterlineMs, latencyMs),
  ];
}
