/** The history of one series, as data: where its points, its changes of level and the changes of its surroundings are. */
import type { HistoryHead, HistoryMark, HistorySeries } from '../../core/protocol/compare.ts';
import { texts } from '../texts.ts';
import type { TableData } from './table-data.ts';

/** What tells one series from another. */
type SeriesHead = Omit<HistoryHead, 'runs'>;

/** In the address: all that makes it another series but the model, which is chosen apart. */
export function seriesKey(series: SeriesHead): string {
  const { machineId, provider, device, plan, dtype, batch, threads, imageSize } = series;
  return [machineId, provider, device, plan, dtype, batch, threads, imageSize].join('~');
}

/** The plan, and whatever else is not the same in all of these. */
export function seriesName(series: SeriesHead, all: readonly SeriesHead[]): string {
  const varies = (key: keyof SeriesHead) => all.some((other) => other[key] !== series[key]);
  return [
    series.plan,
    ...(varies('provider') ? [series.provider] : []),
    ...(varies('device') ? [series.device] : []),
    ...(varies('dtype') ? [series.dtype] : []),
    ...(varies('batch') ? [`${texts.terms.batch.name.toLowerCase()} ${series.batch}`] : []),
    ...(varies('threads') ? [texts.ceilings.threads(series.threads)] : []),
    ...(varies('imageSize') ? [texts.history.size(series.imageSize)] : []),
    ...(varies('machineId') ? [series.machineName] : []),
  ].join(' · ');
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
  return texts.history.change((100 * Math.abs(ratio - 1)).toFixed(1), ratio < 1);
}

export function historyTable(series: HistorySeries, marks: readonly HistoryMark[]): TableData {
  const placed = placeMarks(series, marks);
  return {
    columns: Object.values(texts.history.columns),
    rows: series.points.map(({ runId, startedAt, latencyNs, efficiency }, index) => {
      const change = series.changePoints.find((point) => point.index === index);
      return [
        startedAt,
        runId,
        latencyNs.median / 1e6,
        latencyNs.low / 1e6,
        latencyNs.high / 1e6,
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
