/** Drawn, not written, so that a saved picture has it too. */
import type { ReactNode } from 'react';
import { chartSurface, familyStyle } from '../../core/charts/family-style.ts';
import type { GapView } from '../../core/charts/gap-view.ts';
import { plotTexts } from '../pages/run/plot-texts.ts';
import { terms } from '../texts/terms.ts';
import { useTheme } from '../theme.ts';
import { lookOf } from './gap-look.ts';
import { Marker } from './marker.tsx';
import { useWidth } from './use-width.ts';

interface GapLegendProps {
  readonly view: GapView;
  /** Of the sets. */
  readonly names: readonly string[];
  readonly withGaps: boolean;
  readonly withFront: boolean;
}

interface Entry {
  readonly key: string;
  readonly title: string;
  /** About 24 by 16 pixels around its middle. */
  readonly mark: ReactNode;
}

const rowHeight = 22;
const markWidth = 34;
const gap = 18;
const characterWidth = 6.7;

export function GapLegend({ view, names, withGaps, withFront }: GapLegendProps) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const entries = useEntries({ view, names, withGaps, withFront });
  let x = 0;
  let row = 0;
  const placed = entries.map((entry) => {
    const needed = markWidth + characterWidth * entry.title.length + gap;
    if (x > 0 && x + needed > width) {
      x = 0;
      row++;
    }
    const place = { entry, x, y: row * rowHeight };
    x += needed;
    return place;
  });
  return (
    <div ref={frame} className="gap-legend drawing">
      <svg
        width={width}
        height={(row + 1) * rowHeight}
        role="img"
        aria-label={plotTexts.legend(entries.map(({ title }) => title))}
      >
        {placed.map(({ entry, x: left, y: top }) => (
          <g key={entry.key} transform={`translate(${left} ${top})`}>
            <g transform={`translate(14 ${rowHeight / 2})`}>{entry.mark}</g>
            <text x={markWidth} y={rowHeight / 2} dominantBaseline="central">
              {entry.title}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function useEntries({ view, names, withGaps, withFront }: GapLegendProps): readonly Entry[] {
  const words = plotTexts;
  const theme = useTheme();
  const surface = chartSurface[theme];
  const muted = 'var(--text-muted)';
  const { points, sets, bySet } = view;
  const families = [...new Map(points.map((point) => [point.family, point])).values()];
  const plans = new Set(points.map(({ plan }) => plan));
  const marker = (
    shape: Parameters<typeof Marker>[0]['shape'],
    colour: string,
    filled = true,
    translucent = false,
  ) => <Marker {...{ shape, colour, surface, filled, translucent }} x={0} y={0} />;
  const rule = (stroke: string, dashes?: string) => (
    <line x1={-12} x2={12} y1={0} y2={0} stroke={stroke} strokeWidth={2} strokeDasharray={dashes} />
  );
  const bar = (kind: string) => (
    <rect className={`gap-part ${kind}`} x={-11} y={-3.5} width={22} height={7} />
  );
  return [
    ...(bySet
      ? sets.flatMap((set, index): Entry[] => {
          const first = points.find((point) => point.set === set);
          if (first === undefined) return [];
          const { colour, dashes } = lookOf(view, first, theme);
          return [{ key: set.key, title: names[index] ?? '', mark: rule(colour, dashes) }];
        })
      : []),
    ...families.map((point): Entry => {
      const { colour, shape } = lookOf(view, point, theme);
      return {
        key: point.family,
        title: familyStyle(point.family).title,
        mark: marker(shape, bySet ? muted : colour),
      };
    }),
    ...(plans.has('layerwise')
      ? [{ key: 'hollow', title: words.hollow, mark: marker('circle', muted, false) }]
      : []),
    ...(plans.has('fused') ? [{ key: 'filled', title: words.filled, mark: marker('circle', muted) }] : []),
    ...(plans.has(null)
      ? [{ key: 'pale', title: words.pale, mark: marker('circle', muted, true, true) }]
      : []),
    ...(points.some(({ isMistrusted }) => isMistrusted)
      ? [
          {
            key: 'mistrusted',
            title: words.mistrusted,
            mark: (
              <Marker shape="circle" colour={muted} surface={surface} filled={false} crossedOut x={0} y={0} />
            ),
          },
        ]
      : []),
    ...(withGaps
      ? [
          { key: 'ideal', title: words.solid, mark: rule(muted) },
          ...(bySet ? [] : [{ key: 'actual', title: words.dashed, mark: rule(muted, '6 4') }]),
          ...(points.some(({ waterlineMs }) => waterlineMs !== null)
            ? [
                { key: 'memory', title: terms.memoryGap.name, mark: bar('memory') },
                {
                  key: 'waterline',
                  title: terms.waterline.name,
                  mark: <line className="water-surface" x1={0} x2={0} y1={-6} y2={6} />,
                },
                { key: 'kernels', title: terms.kernelGap.name, mark: bar('kernels') },
              ]
            : []),
          ...(points.some(({ waterlineMs }) => waterlineMs === null)
            ? [{ key: 'both', title: words.unsplit, mark: bar('both') }]
            : []),
        ]
      : []),
    ...(withFront
      ? [{ key: 'front', title: words.front, mark: <path className="pareto-front" d="M-12 5H0V-5H12" /> }]
      : []),
  ];
}
