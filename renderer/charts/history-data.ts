/** The history of one series, as data: where its points, its changes of level and the changes of its surroundings are. */
import type {
  EnvironmentDifference,
  HistoryHead,
  HistoryMark,
  HistorySeries,
} from '../../core/protocol/compare.ts';
import { historyTexts } from '../pages/history/texts.ts';
import { ceilingTexts } from '../texts/ceilings.ts';
import { terms } from '../texts/terms.ts';
import type { TableData } from './table-data.ts';

/** What tells one series from another. */
type SeriesHead = Omit<HistoryHead, 'runs'>;

/** In the address: all that makes it another series but the model, which is chosen apart. */
export function seriesKey(series: SeriesHead): string {
  const { machineId, provider, device, plan, dtype, batch, threads, imageSize, cacheState } = series;
  const common = [machineId, provider, device, plan, dtype, batch, threads, imageSize];
  return [...common, ...(cacheState === undefined ? [] : [cacheState])].join('~');
}

/** The plan, and whatever else is not the same in all of these. */
export function seriesName(series: SeriesHead, all: readonly SeriesHead[]): string {
  const varies = (key: keyof SeriesHead) => all.some((other) => other[key] !== series[key]);
  return [
    series.plan,
    ...(varies('provider') ? [series.provider] : []),
    ...(varies('device') ? [series.device] : []),
    ...(varies('dtype') ? [series.dtype] : []),
    ...(varies('batch') ? [`${terms.batch.name.toLowerCase()} ${series.batch}`] : []),
    ...(varies('threads') ? [ceilingTexts.threads(series.threads)] : []),
    ...(varies('imageSize') ? [historyTexts.size(series.imageSize)] : []),
    ...(varies('cacheState') ? [series.cacheState ?? 'in-network'] : []),
    ...(varies('machineId') ? [series.machineName] : []),
  ].join(' · ');
}

/** The series of one machine: the one that the address names, else the one with the most figures. */
export function ofOneMachine(
  all: readonly HistoryHead[],
  machineId: string | undefined,
): readonly HistoryHead[] {
  const machines = Map.groupBy(all, (series) => series.machineId);
  const figures = (series: readonly HistoryHead[]) => series.reduce((sum, { runs }) => sum + runs, 0);
  return (
    (machineId === undefined ? undefined : machines.get(machineId)) ??
    [...machines.values()].toSorted((a, b) => figures(b) - figures(a))[0] ??
    []
  );
}

/** What the address names; else the first with the most runs, of which there is the most to see. */
export function chooseSeries(
  all: readonly HistoryHead[],
  { model, series }: { readonly model?: string | undefined; readonly series?: string | undefined },
): HistoryHead | undefined {
  const longest = (some: readonly HistoryHead[]) => some.toSorted((a, b) => b.runs - a.runs)[0];
  const ofModel = all.filter((one) => one.model === model);
  return (
    ofModel.find((one) => seriesKey(one) === series) ??
    // Another model with the same plan, batch and so on is the likeliest to be looked at next.
    (model === undefined ? all.find((one) => seriesKey(one) === series) : undefined) ??
    longest(ofModel) ??
    longest(all)
  );
}

export type Metric = 'latency' | 'efficiency';

interface Drawn {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Of each point, in milliseconds or in percent of the peak; null where its ceilings were not measured. */
export function metricOf({ points }: HistorySeries, metric: Metric): readonly (Drawn | null)[] {
  return points.map(({ undisturbedNs: { estimate, low, high }, efficiency }) => {
    if (metric === 'latency') return { value: estimate / 1e6, low: low / 1e6, high: high / 1e6 };
    if (efficiency === null) return null;
    // The slowest latency is the lowest efficiency.
    return {
      value: 100 * efficiency,
      low: (100 * efficiency * estimate) / high,
      high: (100 * efficiency * estimate) / low,
    };
  });
}

/** What kind of thing changed, for a word beside its mark. */
export function kindsOf(changes: readonly EnvironmentDifference[]): string {
  const { kinds } = historyTexts;
  const kindOf = (what: string) => {
    if (what.startsWith('driver ')) return kinds.driver;
    if (what.startsWith('library ') || what.startsWith('provider ')) return kinds.library;
    if (what === 'Plimsoll' || what === 'Node') return kinds.program;
    if (['kernel', 'system', 'BIOS', 'microcode'].includes(what)) return kinds.system;
    if (['power source', 'governor', 'power profile'].includes(what)) return kinds.power;
    return kinds.machine;
  };
  return [...new Set(changes.map(({ what }) => kindOf(what)))].join(', ');
}

export interface PlacedMark {
  readonly mark: HistoryMark;
  /** In the points of the series, of the first in the new surroundings. */
  readonly index: number;
}

/** Marks of its machine within the series: those before its first point changed nothing in it, later ones have no point yet. */
export function placeMarks(
  { machineId, points }: HistorySeries,
  marks: readonly HistoryMark[],
): readonly PlacedMark[] {
  return marks.flatMap((mark) => {
    if (mark.machineId !== machineId) return [];
    const same = points.findIndex(({ runId }) => runId === mark.runId);
    const time = Date.parse(mark.startedAt);
    const index = same >= 0 ? same : points.findIndex(({ startedAt }) => Date.parse(startedAt) >= time);
    return index > 0 ? [{ mark, index }] : [];
  });
}

/** `3.1% slower`. */
export function changeOfLevel(ratio: number): string {
  return historyTexts.change((100 * Math.abs(ratio - 1)).toFixed(1), ratio < 1);
}

export function historyTable(series: HistorySeries, marks: readonly HistoryMark[]): TableData {
  const placed = placeMarks(series, marks);
  return {
    columns: Object.values(historyTexts.columns),
    rows: series.points.map(({ runId, startedAt, latencyNs, undisturbedNs, efficiency }, index) => {
      const change = series.changePoints.find((point) => point.index === index);
      return [
        startedAt,
        runId,
        undisturbedNs.estimate / 1e6,
        undisturbedNs.low / 1e6,
        undisturbedNs.high / 1e6,
        latencyNs.median / 1e6,
        efficiency === null ? null : 100 * efficiency,
        change === undefined ? null : changeOfLevel(change.ratio),
        placed
          .filter((one) => one.index === index)
          .flatMap(({ mark }) => mark.changes.map(({ what }) => what))
          .join(', ') || null,
      ];
    }),
  };
}
