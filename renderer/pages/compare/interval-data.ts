/** The axis of the interval plot, and where each result is on it. */
import { tickFormat, ticksBetween } from '../../../core/charts/axis.ts';
import type { ComparedRow } from '../../../core/protocol/compare.ts';

export interface IntervalRow {
  readonly row: ComparedRow;
  /** 0 to 1 along the axis; an end beyond it is drawn as an arrow. */
  readonly low: number;
  readonly estimate: number;
  readonly high: number;
  readonly isCutLow: boolean;
  readonly isCutHigh: boolean;
  /** Noise between equal runs of this machine. */
  readonly noise: { readonly low: number; readonly high: number };
}

export interface IntervalAxis {
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly rows: readonly IntervalRow[];
}

/** More rows than this do not fit on a screen; the table has them all. */
const mostRows = 14;
const order = ['WORSE', 'BETTER', 'UNCLEAR', 'SAME'];
/** A change of more than this is an arrow: a factor of two would squeeze all others. */
const widest = 0.6;

/** What was shown first, then the largest changes. */
export function intervalAxis(rows: readonly ComparedRow[]): IntervalAxis {
  const size = ({ effect }: ComparedRow) => Math.abs(Math.log(effect.ratio));
  const shown = rows
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || size(b) - size(a))
    .slice(0, mostRows);
  const ends = shown.flatMap(({ effect, floor }) => [effect.low - 1, effect.high - 1, floor.threshold]);
  const reach = Math.min(widest, Math.max(0.05, ...ends.map(Math.abs)));
  const values = ticksBetween(-100 * reach, 100 * reach, 6);
  const most = Math.max(...values.map(Math.abs));
  const place = (change: number) => Math.min(1, Math.max(0, ((100 * change) / most + 1) / 2));
  const format = tickFormat(values);
  return {
    ticks: values.map((value) => ({
      at: place(value / 100),
      label: value === 0 ? '0' : `${value > 0 ? '+' : '−'}${format(Math.abs(value))}%`,
    })),
    rows: shown.map((row) => ({
      row,
      low: place(row.effect.low - 1),
      estimate: place(row.effect.ratio - 1),
      high: place(row.effect.high - 1),
      isCutLow: 100 * (row.effect.low - 1) < -most,
      isCutHigh: 100 * (row.effect.high - 1) > most,
      noise: {
        low: place(1 / (1 + row.floor.threshold) - 1),
        high: place(row.floor.threshold),
      },
    })),
  };
}
