import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ReferenceLine,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts';
import { tickFormat, ticksFromZero } from '../../core/charts/axis.ts';
import type { ConvolutionForm } from '../../core/graph/graph.ts';
import { intensityTexts } from '../pages/intensity/texts.ts';
import { sharedTexts } from '../texts/shared.ts';
import {
  channelTicks,
  convolutionForms,
  type IntensityRow,
  intensityDecades,
  intensityHeight,
} from './intensity-data.ts';
import { axisLook, axisTitleLook, verticalTitle } from './recharts-look.ts';
import { useWidth } from './use-width.ts';

interface IntensityChartProps {
  readonly rows: readonly IntensityRow[];
  readonly ridge: number | undefined;
  /** As the paper's figure, cut above a few times the ridge; else logarithmic, with all of every curve. */
  readonly isLinear: boolean;
  readonly groupWidth: number;
  readonly label: string;
}

/** Colour and dash say the same. */
export const formStyles: Readonly<Record<ConvolutionForm, { colour: string; dash: string }>> = {
  dense: { colour: 'var(--part-ideal)', dash: 'none' },
  pointwise: { colour: 'var(--limit-l2)', dash: '8 4' },
  grouped: { colour: 'var(--limit-l3)', dash: '12 3 3 3' },
  depthwise: { colour: 'var(--limit-dram)', dash: '3 3' },
};

export function IntensityChart({ rows, ridge, isLinear, groupWidth, label }: IntensityChartProps) {
  const words = intensityTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const ticks = isLinear ? ticksFromZero(intensityHeight(rows, ridge), 5) : intensityDecades(rows, ridge);
  const [first = 0, last = 1] = [ticks[0], ticks.at(-1)];
  return (
    <figure ref={frame} className="drawing">
      <LineChart
        width={width}
        height={420}
        data={[...rows]}
        margin={{ top: 12, right: 20, bottom: 26, left: 12 }}
        title={label}
        accessibilityLayer
      >
        <CartesianGrid stroke="var(--chart-grid)" />
        <XAxis
          {...axisLook}
          type="number"
          dataKey="channels"
          scale="log"
          domain={[channelTicks[0] ?? 1, channelTicks.at(-1) ?? 1024]}
          ticks={[...channelTicks]}
          allowDataOverflow
          label={{ ...axisTitleLook, value: words.channels, position: 'bottom', offset: 4 }}
        />
        <YAxis
          {...axisLook}
          type="number"
          width={64}
          scale={isLinear ? 'linear' : 'log'}
          domain={[first, last]}
          ticks={[...ticks]}
          tickFormatter={isLinear ? tickFormat(ticks) : String}
          allowDataOverflow
          label={verticalTitle(words.intensityAxis)}
        />
        {ridge !== undefined && (
          <ReferenceArea y1={first} y2={ridge} fill="var(--water)" fillOpacity={0.3} stroke="none" />
        )}
        {ridge !== undefined && (
          <ReferenceLine
            y={ridge}
            stroke="var(--water-surface)"
            strokeWidth={2}
            label={{
              value: words.waterline(ridge.toPrecision(3)),
              position: 'insideBottomRight',
              fill: 'var(--text)',
              fontSize: 12,
            }}
          />
        )}
        {convolutionForms.map((form) => (
          <Line
            key={form}
            dataKey={form}
            name={form === 'grouped' ? words.groupsOf(groupWidth) : words.forms[form]}
            stroke={formStyles[form].colour}
            strokeDasharray={formStyles[form].dash}
            strokeWidth={2.5}
            dot={false}
            isAnimationActive={false}
          />
        ))}
        <Tooltip isAnimationActive={false} content={IntensityTooltip} />
      </LineChart>
    </figure>
  );
}

function IntensityTooltip({ active, payload }: TooltipContentProps) {
  const row = payload?.[0]?.payload as IntensityRow | undefined;
  if (!active || row === undefined) return null;
  return (
    <div className="chart-tooltip">
      <strong>{intensityTexts.ofChannels(row.channels)}</strong>
      <dl>
        {payload.map(({ name, value }) => (
          <div key={String(name)}>
            <dt>{name}</dt>
            <dd>{typeof value === 'number' ? value.toPrecision(3) : sharedTexts.none}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
