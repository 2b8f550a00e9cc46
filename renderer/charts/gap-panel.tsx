/** One panel of the efficiency-gap plot: accuracy over something that is to be small. */
import {
  CartesianGrid,
  ErrorBar,
  Scatter,
  ScatterChart,
  Tooltip,
  usePlotArea,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
} from 'recharts';
import { tickFormat, ticksFromZero } from '../../core/charts/axis.ts';
import { chartSurface, familyStyle } from '../../core/charts/family-style.ts';
import { type GapPoint, type GapSeries, pointNames } from '../../core/charts/gap-plot-data.ts';
import { placeLabels } from '../../core/charts/place-labels.ts';
import { texts } from '../texts.ts';
import { useTheme } from '../theme.ts';
import { GapTooltip } from './gap-tooltip.tsx';
import { Marker } from './marker.tsx';
import { useWidth } from './use-width.ts';

interface GapPanelProps {
  readonly title: string;
  readonly series: readonly GapSeries[];
  readonly abscissa: 'gigaMacs' | 'latencyMs';
  /** A twin axis above, whose values are the lower axis's times `factor`. */
  readonly twin?: { readonly title: string; readonly factor: number };
  readonly axisTitle: string;
  /** Shared with the other panel. */
  readonly accuracyTicks: readonly number[];
  readonly dashed: boolean;
  readonly selected?: string | undefined;
  readonly onSelect?: ((point: GapPoint) => void) | undefined;
}

/** What recharts tells of the mark that it wants drawn. */
interface MarkProps {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
  readonly payload?: GapPoint | undefined;
}

const height = 380;
/** Both panels leave room for the twin axis, so that a model is at one height in both. */
const margin = { top: 56, right: 20, bottom: 24, left: 8 };

export function GapPanel(props: GapPanelProps) {
  const { title, series, abscissa, twin, axisTitle, accuracyTicks, dashed, selected, onSelect } = props;
  const theme = useTheme();
  const [frame, width] = useWidth();
  const surface = chartSurface[theme];
  const all = series.flatMap(({ points }) => points);
  const ticks = ticksFromZero(1.08 * Math.max(...all.map((point) => point[abscissa])));
  const last = ticks.at(-1) ?? 1;
  const axis = { stroke: 'var(--chart-axis)', tick: { fill: 'var(--text-muted)', fontSize: 12 } } as const;

  return (
    <figure className="gap-panel" ref={frame}>
      <figcaption>{title}</figcaption>
      <ScatterChart width={width} height={height} margin={margin} title={title} accessibilityLayer>
        <CartesianGrid stroke="var(--chart-grid)" xAxisId="bottom" />
        <XAxis
          {...axis}
          xAxisId="bottom"
          type="number"
          dataKey={abscissa}
          domain={[0, last]}
          ticks={ticks}
          tickFormatter={tickFormat(ticks)}
          label={{ value: axisTitle, position: 'bottom', offset: 4, fill: 'var(--text)', fontSize: 12.5 }}
        />
        <YAxis
          {...axis}
          type="number"
          dataKey="top1"
          width={52}
          domain={[accuracyTicks[0] ?? 0, accuracyTicks.at(-1) ?? 100]}
          ticks={accuracyTicks}
          tickFormatter={tickFormat(accuracyTicks)}
          label={{
            value: texts.plot.accuracyAxis,
            angle: -90,
            position: 'insideLeft',
            fill: 'var(--text)',
            fontSize: 12.5,
            style: { textAnchor: 'middle' },
          }}
        />
        {series.map(({ family, plan, points }) => {
          const { colour, shape } = familyStyle(family);
          return (
            <Scatter
              key={`${family} ${plan}`}
              xAxisId="bottom"
              name={familyStyle(family).title}
              data={points}
              fill={colour[theme]}
              line={
                points.length > 1 && {
                  stroke: colour[theme],
                  strokeWidth: 2,
                  strokeDasharray: dashed ? '6 4' : 'none',
                }
              }
              lineJointType="linear"
              isAnimationActive={false}
              className={onSelect === undefined ? '' : 'selectable'}
              {...(onSelect !== undefined && {
                onClick: (item: { payload?: GapPoint }) => item.payload && onSelect(item.payload),
              })}
              shape={({ cx = 0, cy = 0, payload }: MarkProps) => (
                <Marker
                  shape={shape}
                  x={cx}
                  y={cy}
                  colour={colour[theme]}
                  surface={surface}
                  filled={plan !== 'layerwise'}
                  selected={payload?.id === selected}
                />
              )}
            >
              {abscissa === 'latencyMs' && (
                <ErrorBar
                  dataKey={(point: GapPoint) =>
                    point.interval === null
                      ? [0, 0]
                      : [point.latencyMs - point.interval.lowMs, point.interval.highMs - point.latencyMs]
                  }
                  direction="x"
                  stroke={colour[theme]}
                  strokeWidth={1.5}
                  width={4}
                  isAnimationActive={false}
                />
              )}
            </Scatter>
          );
        })}
        {twin !== undefined && <TwinAxis title={twin.title} last={last * twin.factor} />}
        <PointLabels series={series} abscissa={abscissa} />
        <Tooltip cursor={false} isAnimationActive={false} content={GapTooltip} />
      </ScatterChart>
    </figure>
  );
}

/**
 * Above the plot, from zero to `last`. recharts gives no ticks to an axis without marks of its own, and these marks are
 * those of the axis below.
 */
function TwinAxis({ title, last }: { title: string; last: number }) {
  const area = usePlotArea();
  if (area === undefined) return null;
  const ticks = ticksFromZero(last).filter((tick) => tick <= last);
  const format = tickFormat(ticks);
  return (
    <g className="twin-axis">
      <line x1={area.x} x2={area.x + area.width} y1={area.y} y2={area.y} />
      {ticks.map((tick) => {
        const x = area.x + (area.width * tick) / last;
        return (
          <g key={tick}>
            <line x1={x} x2={x} y1={area.y - 6} y2={area.y} />
            <text x={x} y={area.y - 11} className="tick">
              {format(tick)}
            </text>
          </g>
        );
      })}
      <text x={area.x + area.width / 2} y={area.y - 34} className="title">
        {title}
      </text>
    </g>
  );
}

/** The names beside the points. */
function PointLabels({ series, abscissa }: Pick<GapPanelProps, 'series' | 'abscissa'>) {
  const theme = useTheme();
  const area = usePlotArea();
  const xScale = useXAxisScale('bottom');
  const yScale = useYAxisScale();
  if (area === undefined || xScale === undefined || yScale === undefined) return null;
  const position = (point: GapPoint) => ({
    x: Number(xScale(point[abscissa])),
    y: Number(yScale(point.top1)),
  });
  const points = series.flatMap((line) => line.points);
  const names = pointNames(points);
  const labels = placeLabels(
    points.map((point, index) => ({ ...position(point), text: names[index] ?? '' })),
    { left: area.x, top: area.y, right: area.x + area.width, bottom: area.y + area.height },
    series.map((line) => line.points.map(position)),
  );
  return (
    <g className="point-labels">
      {labels.map((label, index) => {
        const point = points[index];
        if (label === undefined || point === undefined) return null;
        return (
          <text
            key={point.id}
            x={label.x}
            y={label.y}
            textAnchor={label.anchor}
            dominantBaseline="central"
            fill={familyStyle(point.family).colour[theme]}
          >
            {label.text}
          </text>
        );
      })}
    </g>
  );
}
