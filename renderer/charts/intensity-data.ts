/** Curves of operational intensity over the channels, and how high the plot is. */
import { type ConvolutionSetting, convolutionIntensity } from '../../core/analysis/convolution-intensity.ts';
import type { ConvolutionForm } from '../../core/graph/graph.ts';
import { intensityTexts } from '../pages/intensity/texts.ts';
import type { TableData } from './table-data.ts';

export const convolutionForms: readonly ConvolutionForm[] = ['dense', 'pointwise', 'grouped', 'depthwise'];

export type IntensityRow = { readonly channels: number } & {
  readonly [Form in ConvolutionForm]: number | null;
};

/** As in the paper's figure: 2⁴ to about 2^9.6. */
const firstPower = 4;
const lastPower = 10;
const stepsAPower = 4;
/** The paper's figure is about six times as high as its ridge. */
const heightInRidges = 6.25;

export const channelTicks = Array.from(
  { length: lastPower - firstPower + 1 },
  (_, index) => 2 ** (firstPower + index),
);

export function intensityRows(setting: ConvolutionSetting): readonly IntensityRow[] {
  return Array.from({ length: (lastPower - firstPower) * stepsAPower + 1 }, (_, index) => {
    const channels = Math.round(2 ** (firstPower + index / stepsAPower));
    const at = (form: ConvolutionForm) => convolutionIntensity(form, channels, setting) ?? null;
    return {
      channels,
      dense: at('dense'),
      pointwise: at('pointwise'),
      grouped: at('grouped'),
      depthwise: at('depthwise'),
    };
  });
}

/** Of the axis. Without a ridge, of all that is drawn. */
export function intensityHeight(rows: readonly IntensityRow[], ridge: number | undefined): number {
  const highest = Math.max(...rows.flatMap((row) => convolutionForms.map((form) => row[form] ?? 0)));
  return ridge === undefined ? highest : Math.min(highest, heightInRidges * ridge);
}

/** Of a logarithmic axis. */
export function intensityDecades(
  rows: readonly IntensityRow[],
  ridge: number | undefined,
): readonly number[] {
  const values = rows.flatMap((row) => convolutionForms.flatMap((form) => row[form] ?? []));
  return decades(ridge === undefined ? values : [...values, ridge]);
}

/** Where a curve rises out of the water: the fewest channels drawn that suffice; undefined where none do. */
export function channelsAboveWater(
  rows: readonly IntensityRow[],
  form: ConvolutionForm,
  ridge: number,
): number | undefined {
  return rows.find((row) => (row[form] ?? 0) >= ridge)?.channels;
}

export function intensityTable(rows: readonly IntensityRow[]): TableData {
  return {
    columns: [intensityTexts.channels, ...convolutionForms.map((form) => intensityTexts.forms[form])],
    rows: rows.map((row) => [row.channels, ...convolutionForms.map((form) => row[form])]),
  };
}

/** All powers of ten from the one below the least to the one above the greatest. */
function decades(values: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
