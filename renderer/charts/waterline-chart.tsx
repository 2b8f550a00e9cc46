/** The kernels of one plan as bars in water. Drawn by hand, for recharts has no bars of different widths. */
import { useState } from 'react';
import type { WaterlineView } from '../../core/analysis/waterline-view.ts';
import { tickFormat, ticksFromZero } from '../../core/charts/axis.ts';
import { formatBytes, formatCount, formatNs } from '../../core/format/units.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { waterlineTexts } from '../pages/waterline/texts.ts';
import { useWidth } from './use-width.ts';
import { type PlacedBar, placeBars, type WaterlineScale } from './waterline-chart-data.ts';

interface WaterlineChartProps {
  readonly view: WaterlineView;
  readonly scale: WaterlineScale;
  /** What is said of it to whoever does not see it. */
  readonly label: string;
}

const height = 300;
const margin = { top: 22, right: 10, bottom: 44, left: 54 };
const mebi = 2 ** 20;

export function WaterlineChart({ view, scale, label }: WaterlineChartProps) {
  const words = waterlineTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const [pointed, setPointed] = useState<number>();
  const size = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const bars = placeBars(view, scale, size);
  const chosen = pointed === undefined ? undefined : bars[pointed];
  const step = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setPointed(((pointed ?? (by > 0 ? -1 : 0)) + by + bars.length) % bars.length);
  };
  const inBytes = scale.form === 'area';
  const xTicks = ticksFromZero(inBytes ? scale.width / mebi : scale.width, 5);
  const yTicks = ticksFromZero(scale.height, 5).filter((tick) => tick <= scale.height);
  const dram = size.height * (1 - view.dramRidge / scale.height);
  return (
    <figure ref={frame} className="waterline-chart drawing">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read out one bar after the other
        tabIndex={0}
        onKeyDown={step}
        onBlur={() => setPointed(undefined)}
        onPointerLeave={() => setPointed(undefined)}
      >
        <g transform={`translate(${margin.left} ${margin.top})`}>
          {yTicks.map((tick) => {
            const y = size.height * (1 - tick / scale.height);
            return (
              <g key={tick}>
                <line className="grid" x1={0} x2={size.width} y1={y} y2={y} />
                <text className="tick" x={-7} y={y} textAnchor="end" dominantBaseline="central">
                  {tickFormat(yTicks)(tick)}
                </text>
              </g>
            );
          })}
          {bars.map((placed, index) => (
            <Bar key={placed.bar.order} placed={placed} size={size} chosen={index === pointed} />
          ))}
          <path className="water" d={waterArea(bars, size.height)} />
          <path className="water-surface" d={waterSurface(bars, size.height)} />
          {dram > 0 && (
            <g>
              <line className="dram-ridge" x1={0} x2={size.width} y1={dram} y2={dram} />
              <text className="halo" x={size.width - 4} y={dram - 6} textAnchor="end">
                {words.dramRidge(view.dramRidge.toPrecision(3))}
              </text>
            </g>
          )}
          {bars.map(({ bar, x, width: barWidth }, index) => (
            <rect
              key={bar.order}
              className="hit"
              x={x}
              y={-margin.top}
              width={Math.max(1, barWidth)}
              height={size.height + margin.top}
              onPointerMove={() => setPointed(index)}
            />
          ))}
          <line className="axis" x1={0} x2={size.width} y1={size.height} y2={size.height} />
          <line className="axis" x1={0} x2={0} y1={0} y2={size.height} />
          {xTicks.map((tick) => {
            const x = (size.width * tick) / (inBytes ? scale.width / mebi : scale.width);
            if (x > size.width + 1) return null;
            return (
              <g key={tick}>
                <line className="axis" x1={x} x2={x} y1={size.height} y2={size.height + 5} />
                <text className="tick" x={x} y={size.height + 17} textAnchor="middle">
                  {tickFormat(xTicks)(tick)}
                </text>
              </g>
            );
          })}
          <text className="title" x={size.width / 2} y={size.height + 36} textAnchor="middle">
            {inBytes ? words.bytesAxis : words.kernelAxis}
          </text>
          <text
            className="title"
            transform={`translate(${-42} ${size.height / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {words.intensityAxis}
          </text>
        </g>
      </svg>
      <p className="readout" aria-live="polite">
        {chosen === undefined ? words.pointAtBar : readout(chosen)}
      </p>
    </figure>
  );
}

interface BarProps {
  readonly placed: PlacedBar;
  readonly size: { readonly height: number };
  readonly chosen: boolean;
}

function Bar({ placed: { bar, x, width, height: tall, cut }, size, chosen }: BarProps) {
  return (
    <g>
      <rect
        className={`${bar.limit === 'arithmetic' ? 'bar-arithmetic' : 'bar-memory'} ${chosen ? 'chosen' : ''}`}
        x={x}
        y={size.height - tall}
        width={Math.max(0.5, width - (width > 3 ? 1 : 0))}
        height={tall}
      />
      {cut && width > 7 && (
        <text className="tick" x={x + width / 2} y={-6} textAnchor="middle">
          {width > 30 ? `${bar.intensity.toFixed(0)}↑` : '↑'}
        </text>
      )}
    </g>
  );
}

function waterArea(bars: readonly PlacedBar[], bottom: number): string {
  return bars
    .map(({ x, width, water }) => `M${x} ${bottom}V${bottom - water}H${x + width}V${bottom}Z`)
    .join('');
}

function waterSurface(bars: readonly PlacedBar[], bottom: number): string {
  return bars
    .map(({ x, width, water }, index) => `${index === 0 ? 'M' : 'L'}${x} ${bottom - water}H${x + width}`)
    .join('');
}

function readout({ bar }: PlacedBar): string {
  const words = waterlineTexts;
  const time =
    bar.latencyNs === null
      ? detailTexts.notTimed
      : words.times(
          formatNs(bar.latencyNs),
          `${bar.latencyNs < bar.boundNs ? '−' : '+'}${formatNs(Math.abs(bar.latencyNs - bar.boundNs))}`,
        );
  return words.readout(
    `${bar.order}. ${bar.name}`,
    formatCount(bar.operations),
    formatBytes(bar.bytes),
    bar.intensity.toPrecision(3),
    bar.limit,
    formatNs(bar.boundNs),
    time,
  );
}
