/** The kernels of one plan as bars in water. Drawn by hand, for recharts has no bars of different widths. */
import { useState } from 'react';
import type { WaterlineView } from '../../core/analysis/waterline-view.ts';
import { tickFormat, ticksFromZero } from '../../core/charts/axis.ts';
import { formatBytes, formatCount, formatNs } from '../../core/format/units.ts';
import { detailTexts } from '../pages/run/detail-texts.ts';
import { waterlineTexts } from '../pages/waterline/texts.ts';
import { HorizontalAxis, VerticalAxis } from './axes.tsx';
import { useWidth } from './use-width.ts';
import { type PlacedBar, placeBars, type WaterlineScale } from './waterline-chart-data.ts';

interface WaterlineChartProps {
  readonly view: WaterlineView;
  readonly scale: WaterlineScale;
  /** What is said of it to whoever does not see it. */
  readonly label: string;
}

const height = 300;
const margin = { top: 22, right: 62, bottom: 44, left: 58 };
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
  const yTicks = scale.up.ticks;
  const y = (intensity: number) => size.height * (1 - scale.up.place(intensity));
  const dram = y(view.dramRidge);
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
          <VerticalAxis
            size={size}
            ticks={yTicks.map((tick) => ({ at: y(tick), label: scale.up.format(tick) }))}
            title={words.intensityAxis}
          />
          <path className="water" d={waterArea(bars, size.height)} />
          {bars.map((placed, index) => (
            <Bar key={placed.bar.order} placed={placed} size={size} chosen={index === pointed} />
          ))}
          <path className="water-surface" d={waterSurface(bars, size.height)} />
          {dram > 0 && (
            <g>
              <line className="dram-ridge" x1={0} x2={size.width} y1={dram} y2={dram} />
              <text x={size.width + 5} y={dram - 3}>
                {words.dramRidge}
              </text>
              <text x={size.width + 5} y={dram + 11}>
                {view.dramRidge.toPrecision(3)}
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
          <HorizontalAxis
            size={size}
            ticks={xTicks
              .map((tick) => ({
                at: (size.width * tick) / (inBytes ? scale.width / mebi : scale.width),
                label: tickFormat(xTicks)(tick),
              }))
              .filter(({ at }) => at <= size.width + 1)}
            title={inBytes ? words.bytesAxis : words.kernelAxis}
          />
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
