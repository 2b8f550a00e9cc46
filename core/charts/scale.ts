/** From values to places along an axis. */
import { logTicks, tickFormat, ticksFromZero } from './axis.ts';

export type ScaleKind = 'log' | 'linear';

export interface Scale {
  readonly kind: ScaleKind;
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
  /** 0 at the beginning of the axis, 1 at its end. */
  readonly place: (value: number) => number;
}

/** Holds all of the values, with a little room. A linear one begins at zero. */
export function scaleOf(kind: ScaleKind, values: readonly number[]): Scale {
  const high = Math.max(...values);
  const ticks =
    kind === 'linear' ? ticksFromZero(1.08 * high) : logTicks(Math.min(...values) / 1.15, 1.15 * high);
  const [first = 1, last = 1] = [ticks[0], ticks.at(-1)];
  const place =
    kind === 'linear'
      ? (value: number) => value / last
      : (value: number) => Math.log(value / first) / Math.log(last / first);
  return { kind, ticks, place, format: kind === 'linear' ? tickFormat(ticks) : String };
}

/** The same axis in another unit: each value times `factor`, with round ticks of its own. */
export function twinOf({ kind, ticks, place }: Scale, factor: number): Scale {
  const [first = 1, last = 1] = [(ticks[0] ?? 1) * factor, (ticks.at(-1) ?? 1) * factor];
  const own = kind === 'linear' ? ticksFromZero(last) : logTicks(first, last);
  return {
    kind,
    ticks: own.filter((tick) => tick >= first && tick <= last),
    place: (value) => place(value / factor),
    format: kind === 'linear' ? tickFormat(own) : String,
  };
}
