/** Every kernel of a network in order: what it took, and in front of that the waterline that it could have reached. */
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts';
import { tickFormat, ticksFromZero } from '../../core/charts/axis.ts';
import { formatNs } from '../../core/format/units.ts';
import type { KernelSummary } from '../../core/protocol/run.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { terms } from '../texts/terms.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import { axisLook, verticalTitle } from './recharts-look.ts';
import { useWidth } from './use-width.ts';

interface KernelChartProps {
  readonly kernels: readonly (KernelSummary & { readonly order: number })[];
}

interface Bars {
  readonly order: number;
  readonly name: string;
  readonly limit: KernelSummary['limit'];
  readonly measuredUs: number;
  readonly waterlineUs: number;
}

export function KernelChart({ kernels }: KernelChartProps) {
  const words = detailTexts;
  const [frame, width] = useWidth();
  const bars = kernels.map(
    ({ order, name, limit, latencyNs, waterlineNs }): Bars => ({
      order,
      name,
      limit,
      measuredUs: (latencyNs ?? 0) / 1e3,
      waterlineUs: waterlineNs / 1e3,
    }),
  );
  const ticks = ticksFromZero(
    Math.max(...bars.map(({ measuredUs, waterlineUs }) => Math.max(measuredUs, waterlineUs))),
    5,
  );
  return (
    <figure ref={frame} className="kernel-chart">
      <BarChart
        width={width}
        height={230}
        data={bars}
        margin={{ top: 8, right: 8, bottom: 0, left: 8 }}
        barCategoryGap="12%"
        title={words.chart}
      >
        <CartesianGrid stroke="var(--chart-grid)" vertical={false} />
        <XAxis {...axisLook} dataKey="order" xAxisId="measured" interval="preserveStartEnd" minTickGap={24} />
        <XAxis dataKey="order" xAxisId="waterline" hide />
        <YAxis
          {...axisLook}
          width={64}
          domain={[0, ticks.at(-1) ?? 1]}
          ticks={ticks}
          tickFormatter={tickFormat(ticks)}
          label={verticalTitle(words.timeAxis)}
        />
        <Bar
          xAxisId="measured"
          dataKey="measuredUs"
          name={words.measured}
          fill="var(--part-kernels)"
          isAnimationActive={false}
        />
        <Bar
          xAxisId="waterline"
          dataKey="waterlineUs"
          name={words.waterline}
          fill="var(--part-ideal)"
          isAnimationActive={false}
        />
        <Legend
          verticalAlign="top"
          align="right"
          height={22}
          iconType="square"
          iconSize={10}
          formatter={(name) => <span className="legend-name">{name}</span>}
        />
        <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--chart-grid)' }} content={KernelTooltip} />
      </BarChart>
    </figure>
  );
}

function KernelTooltip({ active, payload }: TooltipContentProps) {
  const bars = payload?.[0]?.payload as Bars | undefined;
  if (!active || bars === undefined) return null;
  const rows = [
    [detailTexts.measured, formatNs(bars.measuredUs * 1e3)],
    [detailTexts.waterline, formatNs(bars.waterlineUs * 1e3)],
    [terms.limit.name, bars.limit],
  ] as const;
  return <ChartTooltip title={bars.name} rows={rows} />;
}
