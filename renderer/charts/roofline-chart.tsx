import {
  CartesianGrid,
  Scatter,
  ScatterChart,
  Tooltip,
  type TooltipContentProps,
  usePlotArea,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
} from 'recharts';
import {
  formatBytesPerSecond,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
} from '../../core/format/units.ts';
import { rooflineTexts } from '../pages/roofline/texts.ts';
import { ceilingTexts } from '../texts/ceilings.ts';
import { limitTexts } from '../texts/charts.ts';
import { terms } from '../texts/terms.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import { limitStyle } from './limit-style.ts';
import { Marker } from './marker.tsx';
import { type Roof, type RooflineData, type RooflineDot, roofLine } from './roofline-data.ts';
import { useWidth } from './use-width.ts';

const height = 460;

/** What recharts tells of the mark that it wants drawn. */
interface MarkProps {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
  readonly payload?: RooflineDot | undefined;
}

export function RooflineChart({ data, label }: { data: RooflineData; label: string }) {
  const words = rooflineTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const { dots, roofs, xDecades, yDecades } = data;
  const ends = (decades: readonly number[]) => [decades[0] ?? 1, decades.at(-1) ?? 10] as const;
  const longest = Math.max(...dots.map(({ share }) => share));
  // Small dots over large ones.
  const drawn = dots.toSorted((a, b) => b.share - a.share);
  const axis = { stroke: 'var(--chart-axis)', tick: { fill: 'var(--text-muted)', fontSize: 12 } } as const;
  const title = { fill: 'var(--text)', fontSize: 12.5 } as const;
  return (
    <figure ref={frame} className="roofline-chart drawing">
      <ScatterChart
        width={width}
        height={height}
        margin={{ top: 24, right: 16, bottom: 28, left: 16 }}
        title={label}
        accessibilityLayer
      >
        <CartesianGrid stroke="var(--chart-grid)" />
        <XAxis
          {...axis}
          type="number"
          dataKey="intensity"
          scale="log"
          domain={[...ends(xDecades)]}
          ticks={[...xDecades]}
          allowDataOverflow
          label={{ ...title, value: words.intensityAxis, position: 'bottom', offset: 6 }}
        />
        <YAxis
          {...axis}
          type="number"
          dataKey="operationsPerSecond"
          scale="log"
          width={64}
          domain={[...ends(yDecades)]}
          ticks={[...yDecades]}
          tickFormatter={(value: number) => String(Number((value / 1e9).toPrecision(3)))}
          allowDataOverflow
          label={{
            ...title,
            value: words.throughputAxis,
            angle: -90,
            position: 'insideLeft',
            style: { textAnchor: 'middle' },
          }}
        />
        <Roofs roofs={roofs} xEnds={ends(xDecades)} yFirst={yDecades[0] ?? 1} />
        <Scatter
          data={drawn}
          isAnimationActive={false}
          shape={({ cx = 0, cy = 0, payload }: MarkProps) => {
            if (payload === undefined) return <g />;
            const { colour, shape } = limitStyle(payload.limit);
            return (
              <Marker
                shape={shape}
                x={cx}
                y={cy}
                colour={colour}
                surface="var(--surface)"
                filled
                scale={dotScale(payload.share, longest)}
                translucent
              />
            );
          }}
        />
        <Tooltip cursor={false} isAnimationActive={false} content={DotTooltip} />
      </ScatterChart>
    </figure>
  );
}

/** The area is in proportion to the time, but no dot so small that it cannot be pointed at. */
function dotScale(share: number, longest: number): number {
  return Math.max(0.6, 2.8 * Math.sqrt(share / longest));
}

interface RoofsProps {
  readonly roofs: readonly Roof[];
  readonly xEnds: readonly [number, number];
  readonly yFirst: number;
}

function Roofs({ roofs, xEnds, yFirst }: RoofsProps) {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  const area = usePlotArea();
  if (xScale === undefined || yScale === undefined || area === undefined) return null;
  return (
    <g>
      {roofs.map((roof) => {
        const { from, to } = roofLine(roof, xEnds, yFirst);
        const [x1, y1, x2, y2] = [xScale(from[0]), yScale(from[1]), xScale(to[0]), yScale(to[1])].map(Number);
        if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return null;
        const degrees = (180 / Math.PI) * Math.atan2(y2 - y1, x2 - x1);
        const isFlat = roof.bytesPerSecond === null;
        const [x, y] = isFlat ? [x2 - 4, y2 + (roof.theoretical ? -6 : 15)] : [x1 + 12, y1 - 6];
        return (
          <g
            key={`${roof.name} ${roof.theoretical}`}
            className={roof.theoretical ? 'theoretical' : undefined}
          >
            <line
              className={roof.theoretical ? 'roof-theoretical' : 'roof'}
              x1={x1}
              y1={y1}
              x2={x2}
              y2={y2}
            />
            <text
              className="halo"
              x={x}
              y={y}
              textAnchor={isFlat ? 'end' : 'start'}
              transform={isFlat ? undefined : `rotate(${degrees} ${x1} ${y1})`}
            >
              {roofName(roof)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function roofName({ name, bytesPerSecond, operationsPerSecond, theoretical }: Roof): string {
  if (bytesPerSecond !== null) return `${name} ${formatBytesPerSecond(bytesPerSecond)}`;
  const kind = theoretical ? ceilingTexts.theoretical : ceilingTexts.measured;
  return `${name} ${formatOperationsPerSecond(operationsPerSecond)}, ${kind}`;
}

function DotTooltip({ active, payload }: TooltipContentProps) {
  const dot = payload?.[0]?.payload as RooflineDot | undefined;
  if (!active || dot === undefined) return null;
  const words = rooflineTexts;
  const rows = [
    [words.tooltip.intensity, words.operationsAByte(dot.intensity.toPrecision(3))],
    [words.tooltip.throughput, formatOperationsPerSecond(dot.operationsPerSecond)],
    [terms.latency.name, formatNs(dot.latencyNs)],
    [terms.share.name, formatPercent(dot.share)],
    [terms.limit.name, limitTexts.names[dot.limit]],
  ] as const;
  return (
    <ChartTooltip
      title={
        <>
          {dot.order}. {dot.name}
        </>
      }
      rows={rows}
    />
  );
}
