/** One panel of the efficiency-gap plot, by hand: accuracy over something that is to be small. */
import { useState } from 'react';
import { tickFormat } from '../../core/charts/axis.ts';
import { chartSurface } from '../../core/charts/family-style.ts';
import type { GapSeries } from '../../core/charts/gap-point.ts';
import { type DrawnPoint, type GapView, gapParts } from '../../core/charts/gap-view.ts';
import { placeLabels } from '../../core/charts/place-labels.ts';
import { type Scale, twinOf } from '../../core/charts/scale.ts';
import { spreadApart } from '../../core/charts/spread-apart.ts';
import { plotTexts } from '../pages/run/plot-texts.ts';
import { useTheme } from '../theme.ts';
import { isFilled, type Look } from './gap-look.ts';
import { GapTooltip } from './gap-tooltip.tsx';
import { Marker } from './marker.tsx';
import { useWidth } from './use-width.ts';

export type Abscissa = 'gigaMacs' | 'idealMs' | 'latencyMs';

interface DrawnLine {
  readonly series: GapSeries<DrawnPoint>;
  readonly abscissa: Abscissa;
  readonly isDashed: boolean;
}

/** What is chosen in the plot, and how it is chosen. */
export interface GapChoice {
  readonly selected: string | undefined;
  readonly pinned: ReadonlySet<string>;
  readonly onSelect: (point: DrawnPoint) => void;
  readonly onPin: (point: DrawnPoint) => void;
}

interface GapPanelProps {
  readonly title: string;
  readonly view: GapView;
  /** Those that can be pointed at. */
  readonly points: readonly DrawnPoint[];
  readonly abscissa: Abscissa;
  readonly scale: Scale;
  readonly axisTitle: string;
  /** A twin axis above, whose values are the lower axis's times `factor`. */
  readonly twin?: { readonly title: string; readonly factor: number } | undefined;
  /** Whether there is a twin axis in either panel: then both leave room for it, so that a model is at one height in both. */
  readonly withTwin: boolean;
  /** Shared with the other panel. */
  readonly accuracyTicks: readonly number[];
  readonly lines: readonly DrawnLine[];
  readonly look: (point: DrawnPoint) => Look;
  /** Ideal latency, waterline, and what lies between them and the latency. */
  readonly withGaps: boolean;
  readonly withFront: boolean;
  readonly choice: GapChoice;
}

const plotHeight = 270;
const sides = { right: 18, bottom: 48, left: 58 };
/** Between points whose marks or bars would cover each other, as those of the plans of a model do. */
const lanePitch = 14;
/** How far a point may stand from its accuracy. */
const mostShift = 24;
const markRadius = 9;

export function GapPanel(props: GapPanelProps) {
  const { title, view, points, abscissa, scale, axisTitle, twin, accuracyTicks, lines, look, choice } = props;
  const { withGaps, withFront } = props;
  const theme = useTheme();
  const [frame, width] = useWidth<HTMLElement>();
  const [pointedId, setPointedId] = useState<string>();
  const pointed = points.find(({ id }) => id === pointedId);
  const margin = { ...sides, top: props.withTwin ? 56 : 12 };
  const height = margin.top + plotHeight + margin.bottom;
  const size = { width: width - margin.left - margin.right, height: plotHeight };
  const [lowest = 0, highest = 100] = [accuracyTicks[0], accuracyTicks.at(-1)];
  const x = (value: number) => size.width * scale.place(value);
  const y = (top1: number) => size.height * (1 - (top1 - lowest) / (highest - lowest));
  // Plans of a model have one accuracy: their marks would cover each other, and so would bars of models that are close.
  const spread = spreadApart(
    points.map((point) => ({
      left: x(withGaps ? Math.min(point.idealMs, point.latencyMs) : point.latencyMs) - markRadius,
      right: x(withGaps ? Math.max(point.idealMs, point.latencyMs) : point.latencyMs) + markRadius,
      y: y(point.top1),
    })),
    lanePitch,
    mostShift,
  );
  const heights = new Map(points.map(({ id }, index) => [id, spread[index]]));
  const at = (point: DrawnPoint, of: Abscissa = abscissa) => ({
    x: x(point[of]),
    y: (of === 'latencyMs' && heights.get(point.id)) || y(point.top1),
  });
  const inOrder = points.toSorted((a, b) => a[abscissa] - b[abscissa] || a.top1 - b.top1);
  const onKey = (event: React.KeyboardEvent) => {
    const current = pointed === undefined ? -1 : inOrder.indexOf(pointed);
    const next = {
      ArrowRight: (current + 1) % inOrder.length,
      ArrowLeft: (Math.max(current, 0) - 1 + inOrder.length) % inOrder.length,
      Home: 0,
      End: inOrder.length - 1,
    }[event.key];
    if (next !== undefined) setPointedId(inOrder[next]?.id);
    else if (event.key === 'Enter' && pointed !== undefined) choice.onSelect(pointed);
    else if (event.key === ' ' && pointed !== undefined) choice.onPin(pointed);
    else if (event.key === 'Escape' && pointed !== undefined) setPointedId(undefined);
    else return;
    event.preventDefault();
  };

  return (
    <figure className="gap-panel drawing" ref={frame}>
      <figcaption>{title}</figcaption>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={plotTexts.panel(title, points.length)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go from point to point
        tabIndex={0}
        onKeyDown={onKey}
        onBlur={() => setPointedId(undefined)}
        onPointerLeave={() => setPointedId(undefined)}
      >
        <g transform={`translate(${margin.left} ${margin.top})`}>
          <Axes {...{ size, scale, axisTitle, accuracyTicks, y, x }} />
          {twin !== undefined && (
            <TwinAxis title={twin.title} scale={twinOf(scale, twin.factor)} width={size.width} />
          )}
          {withFront && <Front points={view.front.map((point) => at(point))} right={size.width} />}
          {withGaps && points.map((point) => <GapBar key={point.id} point={point} x={x} y={at(point).y} />)}
          {lines.map((line) => (
            <Line key={lineKey(line)} line={line} look={look} at={at} />
          ))}
          {withGaps &&
            points.map((point) => (
              <circle
                key={point.id}
                className="ideal-mark"
                cx={x(point.idealMs)}
                cy={at(point).y}
                r={3}
                fill={look(point).colour}
              />
            ))}
          {abscissa === 'latencyMs' &&
            points.map((point) => (
              <Interval key={point.id} point={point} x={x} y={at(point).y} colour={look(point).colour} />
            ))}
          {points.map((point) => {
            const place = at(point);
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: the drawing has the keys for all of its points
              <g
                key={point.id}
                className="gap-point"
                data-point={point.id}
                onPointerEnter={() => setPointedId(point.id)}
                onClick={() => choice.onSelect(point)}
              >
                <circle className="hit" cx={place.x} cy={place.y} r={11} />
                {choice.pinned.has(point.id) && (
                  <circle className="pinned-mark" cx={place.x} cy={place.y} r={12} />
                )}
                <Marker
                  shape={look(point).shape}
                  {...place}
                  colour={look(point).colour}
                  surface={chartSurface[theme]}
                  filled={abscissa === 'gigaMacs' || isFilled(point)}
                  translucent={abscissa !== 'gigaMacs' && point.plan === null}
                  crossedOut={abscissa !== 'gigaMacs' && point.isMistrusted}
                  selected={point.id === choice.selected || point === pointed}
                  scale={point.set.origin === 'measured' && point.set.software ? 0.7 : 1}
                />
              </g>
            );
          })}
          <Labels
            {...{ view, points, lines, at, size, look, withGaps, x }}
            isLatency={abscissa === 'latencyMs'}
          />
        </g>
      </svg>
      {pointed !== undefined && (
        <GapTooltip
          point={pointed}
          view={view}
          left={margin.left + at(pointed).x}
          top={margin.top + at(pointed).y}
          isRight={at(pointed).x > size.width / 2}
        />
      )}
    </figure>
  );
}

function lineKey({ series: { family, plan, points }, abscissa }: DrawnLine): string {
  return `${abscissa} ${family} ${plan} ${points[0]?.set.key}`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface AxesProps {
  readonly size: { readonly width: number; readonly height: number };
  readonly scale: Scale;
  readonly axisTitle: string;
  readonly accuracyTicks: readonly number[];
  readonly x: (value: number) => number;
  readonly y: (top1: number) => number;
}

function Axes({ size, scale, axisTitle, accuracyTicks, x, y }: AxesProps) {
  return (
    <>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={x(tick)} x2={x(tick)} y1={0} y2={size.height} />
          <text className="tick" x={x(tick)} y={size.height + 17} textAnchor="middle">
            {scale.format(tick)}
          </text>
        </g>
      ))}
      {accuracyTicks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={0} x2={size.width} y1={y(tick)} y2={y(tick)} />
          <text className="tick" x={-8} y={y(tick)} textAnchor="end" dominantBaseline="central">
            {tickFormat(accuracyTicks)(tick)}
          </text>
        </g>
      ))}
      <line className="axis" x1={0} x2={size.width} y1={size.height} y2={size.height} />
      <line className="axis" x1={0} x2={0} y1={0} y2={size.height} />
      <text className="title" x={size.width / 2} y={size.height + 39} textAnchor="middle">
        {axisTitle}
      </text>
      <text className="title" transform={`translate(-44 ${size.height / 2}) rotate(-90)`} textAnchor="middle">
        {plotTexts.accuracyAxis}
      </text>
    </>
  );
}

function TwinAxis({ title, scale, width }: { title: string; scale: Scale; width: number }) {
  return (
    <g className="twin-axis">
      <line className="axis" x1={0} x2={width} y1={0} y2={0} />
      {scale.ticks.map((tick) => {
        const x = width * scale.place(tick);
        return (
          <g key={tick}>
            <line className="axis" x1={x} x2={x} y1={-6} y2={0} />
            <text className="tick" x={x} y={-11} textAnchor="middle">
              {scale.format(tick)}
            </text>
          </g>
        );
      })}
      <text className="title" x={width / 2} y={-34} textAnchor="middle">
        {title}
      </text>
    </g>
  );
}

/** A staircase: with a little more patience, nothing better is to be had until the next step. */
function Front({ points, right }: { points: readonly Place[]; right: number }) {
  const path = points.map(({ x, y }, index) => (index === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join('');
  return points.length === 0 ? null : <path className="pareto-front" d={`${path}H${right}`} />;
}

function GapBar({ point, x, y }: { point: DrawnPoint; x: (ms: number) => number; y: number }) {
  const { waterlineMs } = point;
  return (
    <g className="gap-bar" data-point={point.id}>
      {gapParts(point).map(({ kind, fromMs, toMs }) => (
        <rect
          key={kind}
          className={`gap-part ${kind}`}
          x={x(fromMs)}
          width={x(toMs) - x(fromMs)}
          y={y - 2.5}
          height={5}
        />
      ))}
      {waterlineMs !== null && (
        <line className="water-surface" x1={x(waterlineMs)} x2={x(waterlineMs)} y1={y - 5} y2={y + 5} />
      )}
    </g>
  );
}

interface LineProps {
  readonly line: DrawnLine;
  readonly look: (point: DrawnPoint) => Look;
  readonly at: (point: DrawnPoint, of: Abscissa) => Place;
}

function Line({ line: { series, abscissa, isDashed }, look, at }: LineProps) {
  const [first] = series.points;
  if (first === undefined || series.points.length < 2) return null;
  const { colour, dashes } = look(first);
  return (
    <polyline
      className={isDashed ? 'actual-line' : 'ideal-line'}
      points={series.points.map((point) => `${at(point, abscissa).x},${at(point, abscissa).y}`).join(' ')}
      fill="none"
      stroke={colour}
      strokeWidth={2}
      strokeDasharray={isDashed ? dashes : undefined}
    />
  );
}

interface IntervalProps {
  readonly point: DrawnPoint;
  readonly x: (ms: number) => number;
  readonly y: number;
  readonly colour: string;
}

function Interval({ point: { interval }, x, y, colour }: IntervalProps) {
  if (interval === null) return null;
  const [low, high] = [x(interval.lowMs), x(interval.highMs)];
  return (
    <path
      className="error-bar"
      stroke={colour}
      d={`M${low} ${y}H${high}M${low} ${y - 4}v8M${high} ${y - 4}v8`}
    />
  );
}

/** Room behind an interval, in pixels. */
const intervalEnd = 3;

interface LabelsProps extends Pick<GapPanelProps, 'view' | 'points' | 'lines' | 'look' | 'withGaps'> {
  readonly at: (point: DrawnPoint, of?: Abscissa) => Place;
  readonly size: { readonly width: number; readonly height: number };
  readonly x: (ms: number) => number;
  /** Whether it has bars and intervals, which names keep clear of. */
  readonly isLatency: boolean;
}

/** The names beside the points; each model is named once, for plans and sets are told apart by marks and colours. */
function Labels({ view, points, lines, at, size, look, withGaps, x, isLatency }: LabelsProps) {
  const named = new Set<string>();
  const wanted = points.map(({ family, label, reconstruction }) => {
    const name = `${family} ${label}`;
    if (named.has(name)) return '';
    named.add(name);
    return reconstruction ? `${label}*` : label;
  });
  const bars = (isLatency ? points : []).map((point) => {
    const { latencyMs, idealMs, interval } = point;
    const ends = [
      latencyMs,
      ...(withGaps ? [idealMs] : []),
      interval?.lowMs ?? latencyMs,
      interval?.highMs ?? latencyMs,
    ];
    return [
      { x: x(Math.min(...ends)), y: at(point).y },
      { x: x(Math.max(...ends)) + intervalEnd, y: at(point).y },
    ];
  });
  const placed = placeLabels(
    points.map((point, index) => ({ ...at(point), text: wanted[index] ?? '' })),
    { left: 0, top: 0, right: size.width, bottom: size.height },
    [...lines.map(({ series, abscissa }) => series.points.map((point) => at(point, abscissa))), ...bars],
  );
  return (
    <g className="point-labels">
      {placed.map((label, index) => {
        const point = points[index];
        if (label === undefined || point === undefined || label.text === '') return null;
        return (
          <text
            key={point.id}
            className="halo"
            x={label.x}
            y={label.y}
            textAnchor={label.anchor}
            dominantBaseline="central"
            // The style sheet's own colour for texts gives way to it.
            style={{ fill: view.bySet ? 'var(--text)' : look(point).colour }}
          >
            {label.text}
          </text>
        );
      })}
    </g>
  );
}
