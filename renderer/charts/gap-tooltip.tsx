import type { TooltipContentProps } from 'recharts';
import { familyStyle } from '../../core/charts/family-style.ts';
import type { GapPoint } from '../../core/charts/gap-plot-data.ts';
import { formatNs, formatPercent, formatRatio } from '../../core/format/units.ts';
import { texts } from '../texts.ts';
import { ChartTooltip } from './chart-tooltip.tsx';

export function GapTooltip({ active, payload }: TooltipContentProps) {
  const point = payload?.[0]?.payload as GapPoint | undefined;
  if (!active || point === undefined) return null;
  const { model, family, plan, top1, gigaMacs, idealMs, latencyMs, efficiency, reconstruction } = point;
  const rows: [string, string][] = [
    [texts.plot.family, familyStyle(family).title],
    ...(plan === null ? [] : [[texts.terms.plan.name, plan] as [string, string]]),
    [texts.terms.top1.name, `${top1.toFixed(1)}%`],
    [texts.terms.operations.name, `${gigaMacs.toPrecision(3)} GMAC`],
    [texts.terms.latency.name, formatNs(latencyMs * 1e6)],
    [texts.terms.ideal.name, formatNs(idealMs * 1e6)],
    [texts.terms.efficiency.name, formatPercent(efficiency)],
    [texts.terms.gap.name, formatRatio(latencyMs / idealMs)],
  ];
  return (
    <ChartTooltip
      title={
        <>
          {model}
          {reconstruction && ` (${texts.reconstruction})`}
        </>
      }
      rows={rows}
    />
  );
}
