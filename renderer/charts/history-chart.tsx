/** Latency or efficiency run by run, by hand: intervals, changes of level and of the surroundings share one axis of runs. */
import { useState } from 'react';
import { tickFormat, ticksBetween } from '../../core/charts/axis.ts';
import { formatInterval, formatPercent, formatTime } from '../../core/format/units.ts';
import type { HistoryMark, HistorySeries } from '../../core/protocol/compare.ts';
import { historyTexts } from '../pages/history/texts.ts';
import { sharedTexts } from '../texts/shared.ts';
import { changeOfLevel, kindsOf, type Metric, metricOf, placeMarks } from './history-data.ts';
import { useWidth } from './use-width.ts';

interface HistoryChartProps {
  readonly series: HistorySeries;
  readonly marks: readonly HistoryMark[];
  readonly metric: Metric;
  /** The run whose point is selected. */
  readonly selected: string | undefined;
  readonly onSelect: (point: HistorySeries['points'][number]) => void;
  /** What is said of it to whoever does not see it. */
  readonly label: string;
}

const height = 320;
const margin = { top: 34, right: 16, bottom: 46, left: 66 };

/** A word beside a mark takes about so many pixels. */
const kindWidth = 90;

export function HistoryChart({ series, marks, metric, selected, onSelect, label }: HistoryChartProps) {
  const words = historyTexts;
  const { points, changePoints } = series;
  const [frame, width] = useWidth<HTMLElement>();
  const [pointed, setPointed] = useState<number>();
  const size = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const values = metricOf(series, metric);
  const known = values.filter((value) => value !== null);
  const ticks =
    known.length === 0
      ? [0, 1]
      : ticksBetween(Math.min(...known.map(({ low }) => low)), Math.max(...known.map(({ high }) => high)), 5);
  const [least = 0, most = 1] = [ticks[0], ticks.at(-1)];
  const step = size.width / points.length;
  const x = (index: number) => (index + 0.5) * step;
  const y = (value: number) => size.height * (1 - (value - least) / (most - least));
  const placed = placeMarks(series, marks);
  // A date takes about so many pixels.
  const every = Math.ceil(points.length / Math.max(1, Math.floor(size.width / 150)));
  const moveBy = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const current = pointed === undefined ? undefined : points[pointed];
    if (event.key === 'Enter' && current !== undefined) onSelect(current);
    if (by === undefined) return;
    event.preventDefault();
    setPointed(((pointed ?? (by > 0 ? -1 : 0)) + by + points.length) % points.length);
  };
  const chosen = pointed === undefined ? undefined : points[pointed];
  return (
    <figure ref={frame} className="history-chart drawing">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read out one run after the other
        tabIndex={0}
        onKeyDown={moveBy}
        onBlur={() => setPointed(undefined)}
        onPointerLeave={() => setPointed(undefined)}
      >
        <g transform={`translate(${margin.left} ${margin.top})`}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className="grid" x1={0} x2={size.width} y1={y(tick)} y2={y(tick)} />
              <text className="tick" x={-7} y={y(tick)} textAnchor="end" dominantBaseline="central">
                {tickFormat(ticks)(tick)}
              </text>
            </g>
          ))}
          {changePoints.map(({ index, ratio }) => (
            <g key={index}>
              <line className="level" x1={index * step} x2={index * step} y1={-14} y2={size.height} />
              <text
                className="halo"
                x={index * step}
                y={-20}
                textAnchor={index * step < 60 ? 'start' : index * step > size.width - 60 ? 'end' : 'middle'}
              >
                {changeOfLevel(ratio)}
              </text>
            </g>
          ))}
          {placed.map(({ mark, index }, order) => (
            <g key={mark.runId}>
              <line className="surroundings" x1={index * step} x2={index * step} y1={-4} y2={size.height} />
              <path className="surroundings-mark" d={`M${index * step - 5} -12h10l-5 8z`} />
              {((placed[order + 1]?.index ?? points.length) - index) * step > kindWidth && (
                <text className="tick halo" x={index * step + 9} y={-6}>
                  {kindsOf(mark.changes)}
                </text>
              )}
            </g>
          ))}
          {points.map((point, index) => (
            <g key={point.measurementId}>
              <ValueMark
                value={values[index] ?? null}
                x={x(index)}
                y={y}
                radius={Math.max(2, Math.min(4.5, step / 3))}
                isChosen={index === pointed || point.runId === selected}
              />
              {/* biome-ignore lint/a11y/noStaticElementInteractions: the drawing has the keys for all of its points */}
              <rect
                className="hit pointable"
                x={index * step}
                y={0}
                width={step}
                height={size.height}
                onPointerMove={() => setPointed(index)}
                onClick={() => onSelect(point)}
              />
            </g>
          ))}
          <line className="axis" x1={0} x2={size.width} y1={size.height} y2={size.height} />
          <line className="axis" x1={0} x2={0} y1={0} y2={size.height} />
          {points.map(({ measurementId, startedAt }, index) =>
            index % every === 0 ? (
              <text
                key={measurementId}
                className="tick"
                x={Math.min(x(index), size.width - 38)}
                y={size.height + 17}
                textAnchor="middle"
              >
                {formatTime(startedAt)}
              </text>
            ) : null,
          )}
          <text className="title" x={size.width / 2} y={size.height + 38} textAnchor="middle">
            {words.runAxis}
          </text>
          <text
            className="title"
            transform={`translate(${-52} ${size.height / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {metric === 'latency' ? words.latencyAxis : words.efficiencyAxis}
          </text>
        </g>
      </svg>
      <p className="readout" aria-live="polite">
        {chosen === undefined
          ? words.pointAtRun
          : words.readout(
              formatTime(chosen.startedAt),
              chosen.runId,
              formatInterval(chosen.latencyNs),
              chosen.efficiency === null ? sharedTexts.unknown : formatPercent(chosen.efficiency),
              placed
                .filter(({ index }) => index === pointed)
                .flatMap(({ mark }) => mark.changes.map(({ what }) => what))
                .join(', '),
            )}
      </p>
    </figure>
  );
}

interface ValueMarkProps {
  readonly value: ReturnType<typeof metricOf>[number];
  readonly x: number;
  readonly y: (value: number) => number;
  readonly radius: number;
  readonly isChosen: boolean;
}

function ValueMark({ value, x, y, radius, isChosen }: ValueMarkProps) {
  if (value === null) return null;
  return (
    <>
      <line className="interval" x1={x} x2={x} y1={y(value.low)} y2={y(value.high)} />
      <circle className={isChosen ? 'point chosen' : 'point'} cx={x} cy={y(value.value)} r={radius} />
    </>
  );
}
