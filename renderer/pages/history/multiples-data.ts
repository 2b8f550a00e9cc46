/** Small multiples on one real time axis: each network, and each ceiling, with its noise band and what changed in the machine. */
import { formatCeiling, noteworthyMove } from '../../../core/analysis/ceiling-history.ts';
import { formatNs, formatTime } from '../../../core/format/units.ts';
import type { CeilingSeries } from '../../../core/protocol/answers.ts';
import type { HistoryMark, HistorySeries } from '../../../core/protocol/compare.ts';
import { medianOf } from '../../../core/statistics/summary.ts';
import { seriesKey, seriesName } from '../../charts/history-data.ts';

interface Point {
  readonly runId: string;
  /** 0 to 1 along the time axis. */
  readonly x: number;
  /** Relative to the middle of the series: 0.1 is 10% above it. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Multiple {
  readonly key: string;
  readonly title: string;
  /** The newest value, with its unit. */
  readonly newest: string;
  readonly points: readonly Point[];
  /** Of each side of the middle. */
  readonly noise: number;
  /** Of changes of level, along the time axis. */
  readonly shifts: readonly number[];
  /** The model and series that a click opens; undefined for a ceiling. */
  readonly opens: { readonly model: string; readonly series: string } | undefined;
}

export interface Multiples {
  readonly networks: readonly Multiple[];
  readonly ceilings: readonly Multiple[];
  /** Half the height of every drawing of a kind, so that they can be compared. */
  readonly reach: { readonly networks: number; readonly ceilings: number };
  readonly marks: readonly { readonly x: number; readonly text: string }[];
  readonly from: string;
  readonly to: string;
}

/** Undefined without a point. */
export function multiplesOf(
  series: readonly HistorySeries[],
  ceilings: readonly CeilingSeries[],
  marks: readonly HistoryMark[],
): Multiples | undefined {
  const times = [...series, ...ceilings].flatMap(({ points }) =>
    points.map(({ startedAt }) => Date.parse(startedAt)),
  );
  if (times.length === 0) return undefined;
  const [from, to] = [Math.min(...times), Math.max(...times)];
  // All of one moment stand in the middle.
  const along = (startedAt: string) => (to === from ? 0.5 : (Date.parse(startedAt) - from) / (to - from));
  const networks = series.map((one): Multiple => {
    const middle = medianOf(one.points.map(({ undisturbedNs }) => undisturbedNs.estimate));
    return {
      key: `${one.model} ${seriesKey(one)}`,
      title: `${one.model}, ${seriesName(
        one,
        series.filter(({ model }) => model === one.model),
      )}`,
      newest: formatNs(one.points.at(-1)?.undisturbedNs.estimate ?? middle),
      points: one.points.map(({ runId, startedAt, undisturbedNs: { estimate, low, high } }) => ({
        runId,
        x: along(startedAt),
        value: estimate / middle - 1,
        low: low / middle - 1,
        high: high / middle - 1,
      })),
      noise: one.threshold,
      shifts: one.changePoints.map(({ startedAt }) => along(startedAt)),
      opens: { model: one.model, series: seriesKey(one) },
    };
  });
  const ofCeilings = newestThreads(ceilings).map((one): Multiple => {
    const middle = medianOf(one.points.map(({ perSecond }) => perSecond));
    return {
      key: `${one.what} ${one.provider} ${one.device} ${one.threads}`,
      title: one.what,
      newest: formatCeiling(one, one.points.at(-1)?.perSecond ?? middle),
      points: one.points.map(({ runId, startedAt, perSecond, trials }) => ({
        runId,
        x: along(startedAt),
        value: perSecond / middle - 1,
        low: (trials?.low ?? perSecond) / middle - 1,
        high: (trials?.high ?? perSecond) / middle - 1,
      })),
      noise: noteworthyMove,
      shifts: [],
      opens: undefined,
    };
  });
  return {
    networks,
    ceilings: ofCeilings,
    reach: { networks: reachOf(networks), ceilings: reachOf(ofCeilings) },
    marks: marks
      .filter(({ startedAt }) => Date.parse(startedAt) > from && Date.parse(startedAt) <= to)
      .map(({ startedAt, changes }) => ({
        x: along(startedAt),
        text: changes.map(({ what }) => what).join(', '),
      })),
    from: formatTime(new Date(from).toISOString()),
    to: formatTime(new Date(to).toISOString()),
  };
}

function reachOf(multiples: readonly Multiple[]): number {
  const ends = multiples.flatMap(({ points, noise }) => [
    noise,
    ...points.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]),
  ]);
  return Math.min(1, Math.max(0.05, ...ends));
}

/** Of each ceiling that with the most threads: what networks are held against. */
function newestThreads(ceilings: readonly CeilingSeries[]): CeilingSeries[] {
  return [
    ...Map.groupBy(ceilings, ({ what, provider, device }) => [what, provider, device].join(' ')).values(),
  ].map((same) => same.reduce((most, one) => (one.threads > most.threads ? one : most)));
}
