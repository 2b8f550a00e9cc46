/**
 * The efficiency-gap plot: the same accuracies over what should cost time, and over what does; there with the ideal latency, and
 * what lies between it and the latency.
 */
import { ticksBetween } from '../../core/charts/axis.ts';
import { setNames } from '../../core/charts/gap-sets.ts';
import type { GapView } from '../../core/charts/gap-view.ts';
import { type ScaleKind, scaleOf } from '../../core/charts/scale.ts';
import { formatOperationsPerSecond, formatTime } from '../../core/format/units.ts';
import { plotTexts } from '../pages/run/plot-texts.ts';
import { useTheme } from '../theme.ts';
import { GapLegend } from './gap-legend.tsx';
import { lookOf, operationsLook } from './gap-look.ts';
import { type GapChoice, GapPanel } from './gap-panel.tsx';

interface GapPlotProps {
  /** With at least one point. */
  readonly view: GapView;
  readonly scale: ScaleKind;
  readonly withGaps: boolean;
  readonly withFront: boolean;
  readonly choice: GapChoice;
}

export function GapPlot({ view, scale, withGaps, withFront, choice }: GapPlotProps) {
  const words = plotTexts;
  const theme = useTheme();
  const { points, images } = view;
  const accuracies = points.map(({ top1 }) => top1);
  const accuracyTicks = ticksBetween(Math.min(...accuracies) - 0.4, Math.max(...accuracies) + 0.4);
  const latencies = points.flatMap(({ latencyMs, interval, idealMs, waterlineMs }) => [
    latencyMs,
    ...(interval === null ? [] : [interval.lowMs, interval.highMs]),
    ...(withGaps ? [idealMs, waterlineMs ?? idealMs] : []),
  ]);
  const line = (abscissa: 'gigaMacs' | 'idealMs' | 'latencyMs') => (series: GapView['actual'][number]) => ({
    series,
    abscissa,
    isDashed: abscissa === 'latencyMs',
  });
  const twin = twinAxis(view);
  const shared = { view, accuracyTicks, choice, withTwin: twin !== undefined };
  return (
    <div className="gap-plot">
      <div className="gap-panels">
        <GapPanel
          {...shared}
          title={words.byOperations}
          points={view.byOperations.flatMap((series) => series.points)}
          abscissa="gigaMacs"
          scale={scaleOf(
            scale,
            points.map(({ gigaMacs }) => gigaMacs),
          )}
          axisTitle={words.operationsAxis}
          twin={twin}
          lines={view.byOperations.map(line('gigaMacs'))}
          look={(point) => operationsLook(view, point, theme)}
          withGaps={false}
          withFront={false}
        />
        <GapPanel
          {...shared}
          title={words.byLatency}
          points={points}
          abscissa="latencyMs"
          scale={scaleOf(scale, latencies)}
          axisTitle={words.latencyAxis(images, isMixed(view))}
          lines={[
            ...(withGaps ? view.ideal.map(line('idealMs')) : []),
            ...view.actual.map(line('latencyMs')),
          ]}
          look={(point) => lookOf(view, point, theme)}
          withGaps={withGaps}
          withFront={withFront}
        />
      </div>
      <GapLegend
        view={view}
        names={setNames(view.sets, formatTime)}
        withGaps={withGaps}
        withFront={withFront}
      />
    </div>
  );
}

/** Whether batches differ, so that latencies are those of one image. */
function isMixed({ points }: GapView): boolean {
  return new Set(points.map(({ batch }) => batch)).size > 1;
}

/** One peak makes one axis; of several, none would be that of the others. */
function twinAxis({
  sets,
  images,
}: GapView): { readonly title: string; readonly factor: number } | undefined {
  const [first] = sets;
  const peaks = new Set(sets.map(({ peakOperationsPerSecond }) => peakOperationsPerSecond));
  if (first === undefined || peaks.size > 1) return undefined;
  const peak = `${formatOperationsPerSecond(first.peakOperationsPerSecond)} ${first.dtype}`;
  return {
    title: plotTexts.idealAxis(peak, images),
    factor: (2e12 * images) / first.peakOperationsPerSecond,
  };
}
