/** The answer of the page History: what shifted, since when, and what changed then. */
import { formatTime } from '../../format/units.ts';
import type { EnvironmentDifference, History, HistorySeries } from '../../protocol/compare.ts';
import type { Answer } from './answer.ts';
import { counted, percent, percentRange } from './wording.ts';

export interface HistoryAnswer extends Answer {
  readonly headline: string;
}

type Shift = HistorySeries['changePoints'][number] & { readonly series: HistorySeries };

/** Fewer on either side tell no shift. */
const runsEachSide = 5;

export function historyAnswer({ series }: Pick<History, 'series'>): HistoryAnswer {
  const shifts = series.flatMap((one) => one.changePoints.map((shift) => ({ ...shift, series: one })));
  const most = Math.max(0, ...series.map(({ points }) => points.length));
  const thresholds = series.map(({ threshold }) => threshold);
  const reason =
    thresholds.length === 0
      ? ''
      : `A shift needs at least five runs before and after it. Only changes of ${percentRange(thresholds)} or more count as real between two runs.`;
  if (shifts.length === 0) {
    const isShort = most < 2 * runsEachSide;
    return {
      headline: isShort ? 'TOO FEW RUNS' : 'NO SHIFT',
      sentence: isShort
        ? `${counted(most, 'run')} so far: a shift shows after ten.`
        : `No shift in ${series.length} series over ${counted(most, 'run')}.`,
      reason,
    };
  }
  const byRun = [...Map.groupBy(shifts, ({ runId }) => runId).values()].toSorted((a, b) =>
    (b[0]?.startedAt ?? '').localeCompare(a[0]?.startedAt ?? ''),
  );
  const newest = byRun[0] ?? [];
  return {
    headline: newest.every(({ ratio }) => ratio < 1)
      ? 'FASTER'
      : newest.every(({ ratio }) => ratio > 1)
        ? 'SLOWER'
        : 'SHIFTED',
    sentence: byRun.map((same) => sentenceOf(same, series.length)).join(' '),
    reason,
  };
}

function sentenceOf(shifts: readonly Shift[], all: number): string {
  const [first] = shifts;
  if (first === undefined) return '';
  const slower = shifts.filter(({ ratio }) => ratio > 1);
  const faster = shifts.filter(({ ratio }) => ratio <= 1);
  const parts = [
    ...(slower.length > 0 ? [changed(slower, all, 'slower')] : []),
    ...(faster.length > 0 ? [changed(faster, all, 'faster')] : []),
  ];
  const causes = new Map(shifts.flatMap(({ candidates }) => candidates).map((one) => [one.what, one]));
  const cause =
    causes.size === 0
      ? 'Nothing that Plimsoll knows of changed then.'
      : `Changed then: ${[...causes.values()].map(named).join(', ')}.`;
  return `Since ${formatTime(first.startedAt)} (run ${first.runId}): ${parts.join(', ')}. ${cause}`;
}

function changed(shifts: readonly Shift[], all: number, what: string): string {
  const sizes = shifts.map(({ ratio }) => Math.abs(ratio - 1));
  const [one] = shifts;
  const whose =
    shifts.length === 1 && one !== undefined
      ? `${one.series.model} ${one.series.plan}`
      : `${shifts.length} of ${all} series`;
  return `${whose} ${shifts.length === 1 ? percent(sizes[0] ?? 0) : percentRange(sizes)} ${what}`;
}

function named({ what, before, after }: EnvironmentDifference): string {
  return `${what} ${before ?? 'unknown'} → ${after ?? 'unknown'}`;
}
