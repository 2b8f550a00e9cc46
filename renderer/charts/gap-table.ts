/** The efficiency-gap plot as rows. */
import type { GapPlotData } from '../../core/charts/gap-plot-data.ts';
import { texts } from '../texts.ts';
import type { TableData } from './table-data.ts';

export function gapTable({ byLatency }: GapPlotData): TableData {
  const { terms, plot } = texts;
  const words = plot.columns;
  return {
    columns: [
      terms.model.name,
      plot.family,
      terms.plan.name,
      plot.accuracyAxis,
      words.gigaMacs,
      words.idealMs,
      words.latencyMs,
      words.low,
      words.high,
    ],
    rows: byLatency.flatMap(({ points }) =>
      points.map(({ model, family, plan, top1, gigaMacs, idealMs, latencyMs, interval }) => [
        model,
        family,
        plan,
        top1,
        gigaMacs,
        idealMs,
        latencyMs,
        interval?.lowMs ?? null,
        interval?.highMs ?? null,
      ]),
    ),
  };
}
