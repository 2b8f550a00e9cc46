/** Ceilings are measurements too: what they were over the runs of a machine, and which of them are in doubt. */
import { formatBytesPerSecond, formatOperationsPerSecond } from '../format/units.ts';
import type { CeilingSeries } from '../protocol/answers.ts';
import type { Ceilings } from '../protocol/run.ts';
import { medianOf } from '../statistics/summary.ts';

/** A ceiling that moved by this much changes efficiencies and waterlines. */
export const noteworthyMove = 0.1;

interface RunWithCeilings {
  readonly id: string;
  readonly startedAt: string;
  readonly machine: { readonly id: string; readonly name: string };
  readonly ceilings: readonly Ceilings[];
}

type CeilingValue = Omit<CeilingSeries, 'machineId' | 'machineName' | 'points'> &
  Pick<CeilingSeries['points'][number], 'perSecond' | 'trials'>;

/** Each once: bandwidths do not depend on the data type. */
export function ceilingValues(ceilings: readonly Ceilings[]): ReadonlyMap<string, CeilingValue> {
  const values = ceilings.flatMap(
    ({ provider, device, dtype, threads, peakOperationsPerSecond, peakTrials, levels }): CeilingValue[] => {
      const common = { provider, device, threads };
      return [
        {
          ...common,
          what: `${dtype} peak`,
          level: null,
          dtype,
          perSecond: peakOperationsPerSecond,
          trials: peakTrials ?? null,
        },
        ...levels.map(({ level, bytesPerSecond, trials }) => ({
          ...common,
          what: `${level} bandwidth`,
          level,
          dtype: null,
          perSecond: bytesPerSecond,
          trials: trials ?? null,
        })),
      ];
    },
  );
  return new Map(
    values.map(
      (value) => [[value.what, value.provider, value.device, value.threads].join(' '), value] as const,
    ),
  );
}

/** `runs` oldest first. */
export function ceilingHistory(runs: readonly RunWithCeilings[]): CeilingSeries[] {
  const found = runs.flatMap(({ id: runId, startedAt, machine, ceilings }) =>
    [...ceilingValues(ceilings)].map(([key, { perSecond, trials, ...what }]) => ({
      key: `${machine.id} ${key}`,
      what,
      machine,
      point: { runId, startedAt, perSecond, trials },
    })),
  );
  return [...Map.groupBy(found, ({ key }) => key).values()].flatMap((same) => {
    const newest = same.at(-1);
    return newest === undefined
      ? []
      : [
          {
            ...newest.what,
            machineId: newest.machine.id,
            machineName: newest.machine.name,
            points: same.map(({ point }) => point),
          },
        ];
  });
}

export interface CeilingDoubt {
  readonly what: string;
  readonly level: CeilingSeries['level'];
  /** A whole sentence. */
  readonly sentence: string;
}

/** Of the ceilings of one run: trials that disagree, or another value than the runs before gave. */
export function ceilingDoubts(series: readonly CeilingSeries[], runId: string): CeilingDoubt[] {
  return series.flatMap((one) => {
    const at = one.points.findIndex((point) => point.runId === runId);
    const point = one.points[at];
    if (point === undefined) return [];
    const sentence = disagreement(one, point) ?? move(one, at);
    return sentence === undefined ? [] : [{ what: one.what, level: one.level, sentence }];
  });
}

function disagreement(
  series: CeilingSeries,
  { trials }: CeilingSeries['points'][number],
): string | undefined {
  if (trials === null || trials.high / trials.low < 1 + noteworthyMove) return undefined;
  return `${series.what} varied between ${formatCeiling(series, trials.low)} and ${formatCeiling(series, trials.high)} within the run.`;
}

/** Against the median of the runs before, which one bad run does not move, and never against runs that came later. */
function move(series: CeilingSeries, at: number): string | undefined {
  const before = series.points.slice(0, at).map(({ perSecond }) => perSecond);
  const is = series.points[at]?.perSecond;
  if (before.length === 0 || is === undefined) return undefined;
  const usual = medianOf(before);
  if (Math.abs(Math.log(is / usual)) < Math.log1p(noteworthyMove)) return undefined;
  const when = before.length === 1 ? 'in the run before' : `in the middle of ${before.length} runs before`;
  return `${series.what} is ${formatCeiling(series, is)}; it was ${formatCeiling(series, usual)} ${when}.`;
}

export function formatCeiling({ level }: Pick<CeilingSeries, 'level'>, perSecond: number): string {
  return level === null ? formatOperationsPerSecond(perSecond) : formatBytesPerSecond(perSecond);
}
