/** Where the bars and the water of the waterline plot are, in pixels. */
import type { WaterlineBar, WaterlineView } from '../../core/analysis/waterline-view.ts';
import { type Scale, type ScaleKind, scaleOf } from '../../core/charts/scale.ts';
import { waterlineTexts } from '../pages/waterline/texts.ts';
import type { TableData } from './table-data.ts';

/** `area`: as wide as its bytes. `layers`: all of one width. */
export type WaterlineForm = 'area' | 'layers';

/** Shared by charts that are to be compared. */
export interface WaterlineScale {
  readonly form: WaterlineForm;
  /** Of the whole width: bytes, or kernels. */
  readonly width: number;
  /** Of the height, in operations per byte. */
  readonly up: Scale;
}

/** On a linear axis higher bars are cut, or the water would be too shallow to be seen. */
const heightInRidges = 5;
/** On a logarithmic axis lower bars are drawn as the least: how far they are under water is seen. */
const depthInRidges = 100;

export function waterlineScale(
  views: readonly WaterlineView[],
  form: WaterlineForm,
  kind: ScaleKind,
): WaterlineScale {
  const bars = views.flatMap((view) => view.bars);
  const heights = bars
    .flatMap(({ intensity, waterIntensity }) => [intensity, waterIntensity])
    .filter((height) => height > 0);
  const ridge = Math.max(...views.map(({ dramRidge }) => dramRidge));
  return {
    form,
    width: Math.max(1, ...views.map((view) => (form === 'area' ? view.bytes : view.bars.length))),
    up: scaleOf(
      kind,
      kind === 'log'
        ? [...heights.map((height) => Math.max(height, ridge / depthInRidges)), ridge]
        : [Math.min(Math.max(...heights), heightInRidges * ridge)],
    ),
  };
}

export interface PlacedBar {
  readonly bar: WaterlineBar;
  readonly x: number;
  readonly width: number;
  /** Heights above the axis. */
  readonly height: number;
  readonly water: number;
  /** Higher than the plot: its area is more than is seen. */
  readonly cut: boolean;
}

/** Of the plot's height. */
const leastHeight = 0.01;

export function placeBars(
  { bars }: WaterlineView,
  scale: WaterlineScale,
  size: { readonly width: number; readonly height: number },
): readonly PlacedBar[] {
  const across = size.width / scale.width;
  // Nothing but zero has no height: on a logarithmic axis, too, the least is seen.
  const up = (intensity: number) =>
    intensity === 0 ? 0 : size.height * Math.min(1, Math.max(leastHeight, scale.up.place(intensity)));
  return bars.map((bar, index) => ({
    bar,
    x: across * (scale.form === 'area' ? bar.startBytes : index),
    width: across * (scale.form === 'area' ? bar.bytes : 1),
    height: up(bar.intensity),
    water: up(bar.waterIntensity),
    cut: scale.up.place(bar.intensity) > 1,
  }));
}

export function waterlineTable({ bars }: WaterlineView): TableData {
  const words = waterlineTexts.columns;
  return {
    columns: [
      words.order,
      words.kernel,
      words.block,
      words.operations,
      words.bytes,
      words.intensity,
      words.water,
      words.limit,
      words.bound,
      words.measured,
      words.difference,
    ],
    rows: bars.map((bar) => [
      bar.order,
      bar.name,
      bar.block,
      bar.operations,
      bar.bytes,
      bar.intensity,
      bar.waterIntensity,
      bar.limit,
      bar.boundNs / 1e3,
      bar.latencyNs === null ? null : bar.latencyNs / 1e3,
      bar.latencyNs === null ? null : (bar.latencyNs - bar.boundNs) / 1e3,
    ]),
  };
}
