/** The kernels of a measurement under the roofs of the machine. By hand, for all names stand outside of the plot, where they cover nothing. */
import { useState } from 'react';
import type { Scale } from '../../core/charts/scale.ts';
import { spreadLabels } from '../../core/charts/spread-labels.ts';
import {
  formatBytesPerSecond,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
} from '../../core/format/units.ts';
import { rooflineTexts } from '../pages/roofline/texts.ts';
import { ceilingTexts } from '../texts/ceilings.ts';
import { limitTexts } from '../texts/charts.ts';
import { HorizontalAxis, type Tick, VerticalAxis } from './axes.tsx';
import { limitStyle } from './limit-style.ts';
import { Marker } from './marker.tsx';
import { type Roof, type RooflineData, type RooflineDot, roofLine } from './roofline-data.ts';
import { useWidth } from './use-width.ts';

const height = 430;
const margin = { top: 44, right: 196, bottom: 44, left: 62 };
const characterWidth = 6.7;
const lineHeight = 16;
const longestName = 19;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** From operations per byte, and per second, to pixels. */
interface Places {
  readonly x: (intensity: number) => number;
  readonly y: (operationsPerSecond: number) => number;
}

export function RooflineChart({ data, label }: { data: RooflineData; label: string }) {
  const words = rooflineTexts;
  const [frame, width] = useWidth<HTMLElement>();
  const [pointed, setPointed] = useState<RooflineDot>();
  const size = {
    width: Math.max(80, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  };
  const places: Places = {
    x: (intensity) => size.width * data.x.place(intensity),
    y: (operationsPerSecond) => size.height * (1 - data.y.place(operationsPerSecond)),
  };
  const longest = Math.max(...data.dots.map(({ share }) => share));
  // Small dots over large ones.
  const drawn = data.dots.toSorted((a, b) => b.share - a.share);
  const step = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const { dots } = data;
    const index = pointed === undefined ? -1 : dots.indexOf(pointed);
    setPointed(dots[(index === -1 && by < 0 ? dots.length - 1 : index + by + dots.length) % dots.length]);
  };
  return (
    <figure ref={frame} className="roofline-chart drawing">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read out one kernel after the other
        tabIndex={0}
        onKeyDown={step}
        onBlur={() => setPointed(undefined)}
        onPointerLeave={() => setPointed(undefined)}
      >
        <g transform={`translate(${margin.left} ${margin.top})`}>
          <HorizontalAxis
            size={size}
            ticks={ticksOf(data.x, places.x, 1)}
            title={words.intensityAxis}
            withGrid
          />
          <VerticalAxis size={size} ticks={ticksOf(data.y, places.y, 1e9)} title={words.throughputAxis} />
          <Roofs data={data} places={places} size={size} />
          {drawn.map((dot) => (
            <g
              key={dot.order}
              className="roofline-dot"
              data-kernel={dot.order}
              onPointerMove={() => setPointed(dot)}
            >
              <Dot {...{ dot, places, size, longest }} isPointed={dot === pointed} />
            </g>
          ))}
          <EdgeLabels data={data} places={places} size={size} />
        </g>
      </svg>
      <p className="readout" aria-live="polite">
        {pointed === undefined ? words.pointAtDot : readout(pointed)}
      </p>
    </figure>
  );
}

/** `unit`: of the values, in what the axis counts in. */
function ticksOf({ ticks }: Scale, place: (value: number) => number, unit: number): Tick[] {
  return ticks.map((tick) => ({ at: place(tick), label: String(Number((tick / unit).toPrecision(3))) }));
}

interface DotProps {
  readonly dot: RooflineDot;
  readonly places: Places;
  readonly size: Size;
  readonly longest: number;
  readonly isPointed: boolean;
}

/** A mark, or an arrow at the edge that it lies behind. */
function Dot({ dot, places, size, longest, isPointed }: DotProps) {
  const { colour, shape } = limitStyle(dot.limit);
  const { x, y, outside } = placeDot(dot, places, size);
  if (outside !== undefined) {
    return (
      <path
        className={isPointed ? 'chosen' : undefined}
        d="M-5 -5L5 0L-5 5Z"
        fill={colour}
        transform={`translate(${x} ${y}) rotate(${outside})`}
      />
    );
  }
  return (
    <Marker
      shape={shape}
      x={x}
      y={y}
      colour={colour}
      surface="var(--surface)"
      filled
      scale={dotScale(dot.share, longest)}
      translucent
      selected={isPointed}
    />
  );
}

const arrowInset = 6;

/** Within the plot. `outside`: where the kernel itself lies, in degrees clockwise from the right. */
function placeDot({ intensity, operationsPerSecond }: RooflineDot, places: Places, size: Size) {
  const at = { x: places.x(intensity), y: places.y(operationsPerSecond) };
  const inside = (value: number, length: number) =>
    Math.min(length - arrowInset, Math.max(arrowInset, value));
  const outside =
    at.x < 0 ? 180 : at.x > size.width ? 0 : at.y > size.height ? 90 : at.y < 0 ? 270 : undefined;
  if (outside === undefined) return { ...at, outside };
  return { x: inside(at.x, size.width), y: inside(at.y, size.height), outside };
}

/** The area is in proportion to the time, but no dot so small that it cannot be pointed at. */
function dotScale(share: number, longest: number): number {
  return Math.max(0.6, 2.2 * Math.sqrt(share / longest));
}

interface PlacedProps {
  readonly data: RooflineData;
  readonly places: Places;
  readonly size: Size;
}

/** The roofs, and above the plot the names of those of the memory, each over its ridge. */
function Roofs({ data, places, size }: PlacedProps) {
  const { x, y, roofs } = data;
  const xEnds = [x.ticks[0] ?? 1, x.ticks.at(-1) ?? 10] as const;
  const yFirst = y.ticks[0] ?? 1;
  const slanted = roofs.flatMap((roof) => {
    if (roof.bytesPerSecond === null) return [];
    const ridge = places.x(roof.operationsPerSecond / roof.bytesPerSecond);
    return [{ roof, ridge, name: roofName(roof) }];
  });
  const labels = spreadLabels(
    slanted.map(({ ridge, name }) => ({ at: Math.max(0, ridge), length: characterWidth * name.length + 14 })),
    -margin.left,
    size.width,
  );
  return (
    <g>
      {roofs.map((roof) => {
        const { from, to } = roofLine(roof, xEnds, yFirst);
        // A ridge at the left of the plot: there the roof is the arithmetic everywhere.
        if (to[0] <= xEnds[0]) return null;
        return (
          <line
            key={`${roof.name} ${roof.theoretical}`}
            className={roof.theoretical ? 'roof-theoretical' : 'roof'}
            x1={places.x(from[0])}
            y1={places.y(from[1])}
            x2={places.x(to[0])}
            y2={places.y(to[1])}
          />
        );
      })}
      {slanted.map(({ roof, ridge, name }, index) => {
        const label = labels[index] ?? 0;
        const isInside = ridge > 0;
        return (
          <g key={roof.name}>
            {isInside && (
              <path className="leader" d={`M${label} -18L${ridge} ${places.y(roof.operationsPerSecond)}`} />
            )}
            <text x={label} y={-24} textAnchor="middle">
              {isInside ? name : `← ${name}`}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** At the right of the plot: the names of the arithmetic's roofs, and of the kernels that can win the most. */
function EdgeLabels({ data, places, size }: PlacedProps) {
  const flat = data.roofs
    .filter(({ bytesPerSecond }) => bytesPerSecond === null)
    .map((roof) => ({
      key: roofName(roof),
      text: roofName(roof),
      from: { x: size.width, y: places.y(roof.operationsPerSecond) },
    }));
  const worst = data.worst.map((dot) => ({
    key: String(dot.order),
    text: rooflineTexts.worst(shorten(dot.name), formatNs(dot.canWinNs)),
    from: placeDot(dot, places, size),
  }));
  const labels = [...flat, ...worst];
  const heights = spreadLabels(
    labels.map(({ from }) => ({ at: from.y, length: lineHeight })),
    -lineHeight,
    size.height + lineHeight,
  );
  return (
    <g className="edge-labels">
      {labels.map(({ key, text, from }, index) => {
        const y = heights[index] ?? from.y;
        return (
          <g key={key}>
            <path className="leader" d={`M${from.x} ${from.y}L${size.width + 8} ${y}`} />
            <text x={size.width + 12} y={y} dominantBaseline="central">
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** The end of a kernel's name tells it apart. */
function shorten(name: string): string {
  return name.length <= longestName ? name : `…${name.slice(1 - longestName)}`;
}

function roofName({ name, bytesPerSecond, operationsPerSecond, theoretical }: Roof): string {
  if (bytesPerSecond !== null) return `${name} ${formatBytesPerSecond(bytesPerSecond)}`;
  const kind = theoretical ? ceilingTexts.theoretical : ceilingTexts.measured;
  return `${formatOperationsPerSecond(operationsPerSecond)} ${kind}`;
}

function readout(dot: RooflineDot): string {
  return rooflineTexts.readout(
    `${dot.order}. ${dot.name}`,
    dot.intensity.toPrecision(3),
    formatOperationsPerSecond(dot.operationsPerSecond),
    formatNs(dot.latencyNs),
    formatPercent(dot.share),
    formatNs(dot.canWinNs),
    limitTexts.names[dot.limit],
  );
}
