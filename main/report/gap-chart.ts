/**
 * The efficiency-gap plot as SVG that stands still: from the same data, axes, labels and marks as the app's, but without a
 * script. Attributes instead of styles: the page's policy allows none that it does not know.
 */
import { tickFormat, ticksBetween, ticksFromZero } from '../../core/charts/axis.ts';
import { chartSurface, familyStyle } from '../../core/charts/family-style.ts';
import { type GapPoint, type GapSeries, pointNames } from '../../core/charts/gap-point.ts';
import { markerOutline } from '../../core/charts/marker-outline.ts';
import { placeLabels } from '../../core/charts/place-labels.ts';
import { formatOperationsPerSecond } from '../../core/format/units.ts';
import type { GapPlot } from './plots.ts';
import { escapeHtml } from './untrusted.ts';

const width = 540;
const height = 400;
const area = { left: 62, top: 70, right: width - 18, bottom: height - 52 };
const surface = chartSurface.light;

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly series: readonly GapSeries[];
  readonly abscissa: 'gigaMacs' | 'latencyMs';
  /** The axis reaches at least so far. */
  readonly farthest: number;
  readonly axisTitle: string;
  readonly accuracyTicks: readonly number[];
  readonly dashed: boolean;
  readonly twin?: { readonly title: string; readonly factor: number };
}

export interface GapChart {
  readonly byOperations: string;
  readonly byLatency: string;
  readonly legend: string;
}

/** `alike` are the plots that are to have the same scales, itself included. */
export function gapChart(plot: GapPlot, alike: readonly GapPlot[]): GapChart {
  const { condition, peakOperationsPerSecond, data } = plot;
  const { byOperations, byLatency, idealMsPerGigaMac } = data;
  const everyPoint = alike.flatMap((other) => other.data.byLatency.flatMap(({ points }) => points));
  const accuracies = everyPoint.map(({ top1 }) => top1);
  const accuracyTicks = ticksBetween(Math.min(...accuracies) - 0.4, Math.max(...accuracies) + 0.4);
  const { batch, dtype } = condition;
  const ofBatch = batch === 1 ? '' : ` of a batch of ${batch}`;
  return {
    byOperations: panel({
      title: 'What it should cost',
      description: 'Accuracy over operations; above, the latency that the measured peak would allow.',
      series: byOperations,
      abscissa: 'gigaMacs',
      farthest: Math.max(...everyPoint.map(({ gigaMacs }) => gigaMacs)),
      axisTitle: 'Multiply-accumulates of one image [G]',
      accuracyTicks,
      dashed: false,
      twin: {
        title: `Ideal latency${ofBatch} [ms] at ${formatOperationsPerSecond(peakOperationsPerSecond)} ${dtype}`,
        factor: idealMsPerGigaMac,
      },
    }),
    byLatency: panel({
      title: 'What it does cost',
      description: 'Accuracy over measured latency, with its 95% intervals.',
      series: byLatency,
      abscissa: 'latencyMs',
      farthest: Math.max(...everyPoint.map(({ interval, latencyMs }) => interval?.highMs ?? latencyMs)),
      axisTitle: `Measured latency${ofBatch} [ms]`,
      accuracyTicks,
      dashed: true,
    }),
    legend: legend(
      byOperations.map(({ family }) => family),
      new Set(byLatency.map(({ plan }) => plan)),
    ),
  };
}

function panel({
  title,
  description,
  series,
  abscissa,
  farthest,
  axisTitle,
  accuracyTicks,
  dashed,
  twin,
}: Panel): string {
  const points = series.flatMap((line) => line.points);
  const ticks = ticksFromZero(1.08 * farthest);
  const last = ticks.at(-1) ?? 1;
  const [lowest = 0, highest = 100] = [accuracyTicks[0], accuracyTicks.at(-1)];
  const x = (value: number) => area.left + ((area.right - area.left) * value) / last;
  const y = (top1: number) => area.bottom - ((area.bottom - area.top) * (top1 - lowest)) / (highest - lowest);
  const position = (point: GapPoint) => ({ x: x(point[abscissa]), y: y(point.top1) });

  const marks = series.map(({ family, plan, points: own }) => {
    const { colour, shape } = familyStyle(family);
    const line =
      own.length < 2
        ? ''
        : `<polyline points="${own.map((point) => pair(position(point))).join(' ')}" fill="none" stroke="${colour.light}" stroke-width="2"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`;
    const bars = own.map((point) =>
      abscissa === 'latencyMs' && point.interval !== null
        ? errorBar(x(point.interval.lowMs), x(point.interval.highMs), y(point.top1), colour.light)
        : '',
    );
    const shapes = own.map(
      (point) =>
        `<path transform="translate(${pair(position(point))})" d="${markerOutline(shape)}" fill="${plan === 'layerwise' ? surface : colour.light}" stroke="${colour.light}" stroke-width="2" stroke-linejoin="round"/>`,
    );
    return [line, ...bars, ...shapes].join('');
  });

  const bars = points.flatMap(({ interval, top1 }) =>
    abscissa === 'latencyMs' && interval !== null
      ? [
          [
            { x: x(interval.lowMs), y: y(top1) },
            { x: x(interval.highMs), y: y(top1) },
          ],
        ]
      : [],
  );
  const names = pointNames(points);
  const labels = placeLabels(
    points.map((point, index) => ({ ...position(point), text: names[index] ?? '' })),
    area,
    [...series.map((line) => line.points.map(position)), ...bars],
  ).map((label, index) => {
    const point = points[index];
    if (label === undefined || point === undefined) return '';
    return text(label.x, label.y + 4, label.text, {
      anchor: label.anchor,
      fill: familyStyle(point.family).colour.light,
    });
  });

  return svg(
    width,
    height,
    `${title}. ${description}`,
    [
      text(width / 2, 18, title, { size: 15, bold: true }),
      ...ticks.map((tick) => rule(x(tick), area.top, x(tick), area.bottom, '#e3e6ea')),
      ...accuracyTicks.map((tick) => rule(area.left, y(tick), area.right, y(tick), '#e3e6ea')),
      rule(area.left, area.bottom, area.right, area.bottom, '#5b626a'),
      rule(area.left, area.top, area.left, area.bottom, '#5b626a'),
      ...ticks.map((tick) => text(x(tick), area.bottom + 18, tickFormat(ticks)(tick))),
      ...accuracyTicks.map((tick) =>
        text(area.left - 8, y(tick) + 4, tickFormat(accuracyTicks)(tick), { anchor: 'end' }),
      ),
      text((area.left + area.right) / 2, height - 12, axisTitle, { size: 13 }),
      `<g transform="translate(16 ${number((area.top + area.bottom) / 2)}) rotate(-90)">${text(0, 0, 'ImageNet top-1 [%]', { size: 13 })}</g>`,
      ...(twin === undefined ? [] : twinAxis(twin, last)),
      ...marks,
      ...labels,
    ].join(''),
  );
}

function twinAxis({ title, factor }: { title: string; factor: number }, lastBelow: number): string[] {
  const last = lastBelow * factor;
  const ticks = ticksFromZero(last).filter((tick) => tick <= last);
  const x = (value: number) => area.left + ((area.right - area.left) * value) / last;
  return [
    rule(area.left, area.top, area.right, area.top, '#5b626a'),
    ...ticks.map((tick) => rule(x(tick), area.top - 5, x(tick), area.top, '#5b626a')),
    ...ticks.map((tick) => text(x(tick), area.top - 9, tickFormat(ticks)(tick))),
    text((area.left + area.right) / 2, area.top - 27, title, { size: 13 }),
  ];
}

function legend(families: readonly string[], plans: ReadonlySet<string | null>): string {
  const entries = [
    ...families.map((family) => {
      const { title, colour, shape } = familyStyle(family);
      return { title, colour: colour.light, shape, filled: true };
    }),
    ...(plans.has('layerwise')
      ? [
          {
            title: 'hollow: layerwise plan',
            colour: '#5b626a',
            shape: 'circle',
            filled: false,
          } as const,
        ]
      : []),
    ...(plans.has('fused')
      ? [{ title: 'filled: fused plan', colour: '#5b626a', shape: 'circle', filled: true } as const]
      : []),
  ];
  const whole = 2 * width;
  const lineHeight = 22;
  let left = 0;
  let line = 0;
  const drawn = entries.map(({ title, colour, shape, filled }) => {
    const needed = 34 + 7 * title.length;
    if (left > 0 && left + needed > whole) {
      left = 0;
      line++;
    }
    const x = left + 10;
    const y = line * lineHeight + 12;
    left += needed;
    return `<path transform="translate(${x} ${y})" d="${markerOutline(shape)}" fill="${filled ? colour : surface}" stroke="${colour}" stroke-width="2"/>${text(x + 13, y + 4, title, { anchor: 'start', size: 13 })}`;
  });
  return svg(whole, (line + 1) * lineHeight + 2, 'Legend', drawn.join(''));
}

/** How the latency of each row is made up: the arithmetic at its peak, what memory adds, what the kernels add. */
export interface SplitRow {
  readonly name: string;
  readonly idealNs: number;
  readonly waterlineNs: number;
  readonly undisturbedNs: number;
  readonly latencyNs: number;
}

const splitColours = { ideal: '#0072b2', memory: '#e69f00', kernels: '#c9ced4', others: '#eceff2' } as const;

/** Bars of the share of the latency. A latency below a bound has no such parts and is drawn without them. */
export function splitChart(rows: readonly SplitRow[]): string {
  const whole = 2 * width;
  const nameWidth = 400;
  const rowHeight = 24;
  const top = 34;
  const full = whole - nameWidth - 60;
  const keys = [
    ['ideal: arithmetic at its peak', splitColours.ideal],
    ['added by memory', splitColours.memory],
    ['added by the kernels', splitColours.kernels],
    ['lost to other work', splitColours.others],
  ] as const;
  const key = keys.map(
    ([title, colour], index) =>
      `<rect x="${nameWidth + index * 225}" y="6" width="13" height="13" fill="${colour}"/>${text(nameWidth + 19 + index * 225, 17, title, { anchor: 'start', size: 13 })}`,
  );
  const bars = rows.map(({ name, idealNs, waterlineNs, undisturbedNs, latencyNs }, index) => {
    const y = top + index * rowHeight;
    const label = text(nameWidth - 10, y + 14, shorten(name, 58), { anchor: 'end', size: 13 });
    if (!(idealNs <= waterlineNs && waterlineNs <= undisturbedNs)) {
      return (
        label +
        text(nameWidth, y + 14, 'below its bound: see the marks', { anchor: 'start', fill: '#a32121' })
      );
    }
    const share = (ns: number) => (full * ns) / latencyNs;
    return [
      label,
      bar(nameWidth, share(idealNs), y, splitColours.ideal),
      bar(nameWidth + share(idealNs), share(waterlineNs - idealNs), y, splitColours.memory),
      bar(nameWidth + share(waterlineNs), share(undisturbedNs - waterlineNs), y, splitColours.kernels),
      bar(
        nameWidth + share(undisturbedNs),
        share(Math.max(0, latencyNs - undisturbedNs)),
        y,
        splitColours.others,
      ),
      text(nameWidth + full + 8, y + 14, `${((100 * idealNs) / latencyNs).toFixed(0)}%`, {
        anchor: 'start',
      }),
    ].join('');
  });
  return svg(
    whole,
    top + rows.length * rowHeight,
    'The latency of each measurement in four parts: the arithmetic at its peak, what memory adds, what the kernels add, and what other work takes.',
    [...key, ...bars].join(''),
  );
}

function shorten(name: string, length: number): string {
  const characters = [...name];
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join('')}…`;
}

function bar(x: number, length: number, y: number, colour: string): string {
  return `<rect x="${number(x)}" y="${y + 2}" width="${number(length)}" height="17" fill="${colour}"/>`;
}

function svg(viewWidth: number, viewHeight: number, label: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${viewWidth} ${viewHeight}" font-family="system-ui, sans-serif">${content}</svg>`;
}

function errorBar(low: number, high: number, y: number, colour: string): string {
  return [
    rule(low, y, high, y, colour, 1.5),
    rule(low, y - 4, low, y + 4, colour, 1.5),
    rule(high, y - 4, high, y + 4, colour, 1.5),
  ].join('');
}

function rule(x1: number, y1: number, x2: number, y2: number, colour: string, thickness = 1): string {
  return `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" stroke="${colour}" stroke-width="${thickness}"/>`;
}

interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = 'middle', size = 12, fill = '#2a3037', bold = false } = style;
  return `<text x="${number(x)}" y="${number(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}"${bold ? ' font-weight="600"' : ''}>${escapeHtml(content)}</text>`;
}

function pair({ x, y }: { readonly x: number; readonly y: number }): string {
  return `${number(x)} ${number(y)}`;
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}
