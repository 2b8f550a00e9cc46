/** The efficiency-gap plot as rows. */
import { setNames } from '../../core/charts/gap-sets.ts';
import type { GapView } from '../../core/charts/gap-view.ts';
import { formatTime } from '../../core/format/units.ts';
import { plotTexts } from '../pages/run/plot-texts.ts';
import { tableTexts } from '../texts/tables.ts';
import { terms } from '../texts/terms.ts';
import type { TableData } from './table-data.ts';

export function gapTable({ points, sets, front, images }: GapView): TableData {
  const plot = plotTexts;
  const words = plot.columns;
  const names = setNames(sets, formatTime);
  const onFront = new Set(front);
  return {
    columns: [
      terms.model.name,
      plot.family,
      terms.plan.name,
      plot.series,
      plot.accuracyAxis,
      words.gigaMacs,
      words.images,
      words.idealMs,
      words.waterlineMs,
      words.latencyMs,
      words.low,
      words.high,
      words.efficiency,
      words.front,
      words.trust,
    ],
    rows: points.map((point) => [
      point.model,
      point.family,
      point.plan,
      names[point.index] ?? null,
      point.top1,
      point.gigaMacs,
      images,
      point.idealMs,
      point.waterlineMs,
      point.latencyMs,
      point.interval?.lowMs ?? null,
      point.interval?.highMs ?? null,
      100 * point.efficiency,
      onFront.has(point) ? tableTexts.yes : null,
      point.isMistrusted ? tableTexts.mistrusted : null,
    ]),
  };
}
