/** The efficiency-gap plot as the paper draws it: the same accuracies over what should cost time, and over what does. */

import { ticksBetween } from '../../core/charts/axis.ts';
import { chartSurface, familyStyle } from '../../core/charts/family-style.ts';
import type { GapPlotData, GapPoint } from '../../core/charts/gap-plot-data.ts';
import { texts } from '../texts.ts';
import { useTheme } from '../theme.ts';
import { GapPanel } from './gap-panel.tsx';
import { Marker } from './marker.tsx';

interface GapPlotProps {
  readonly data: GapPlotData;
  /** What the ideal latency is held against, for example `234 GFLOP/s fp32`. */
  readonly peak: string;
  /** `batch of 128` where it is not one image. */
  readonly batch: number;
  readonly selected?: string | undefined;
  readonly onSelect?: (point: GapPoint) => void;
}

export function GapPlot({ data, peak, batch, selected, onSelect }: GapPlotProps) {
  const { byOperations, byLatency, idealMsPerGigaMac } = data;
  const accuracies = byOperations.flatMap(({ points }) => points.map(({ top1 }) => top1));
  const accuracyTicks = ticksBetween(Math.min(...accuracies) - 0.4, Math.max(...accuracies) + 0.4);
  const shared = { accuracyTicks, selected, onSelect };
  return (
    <div className="gap-plot">
      <div className="gap-panels">
        <GapPanel
          {...shared}
          title={texts.plot.byOperations}
          series={byOperations}
          abscissa="gigaMacs"
          axisTitle={texts.plot.operationsAxis}
          twin={{ title: texts.plot.idealAxis(peak, batch), factor: idealMsPerGigaMac }}
          dashed={false}
        />
        <GapPanel
          {...shared}
          title={texts.plot.byLatency}
          series={byLatency}
          abscissa="latencyMs"
          axisTitle={texts.plot.latencyAxis(batch)}
          dashed
        />
      </div>
      <Legend data={data} />
    </div>
  );
}

function Legend({ data: { byOperations, byLatency } }: { data: GapPlotData }) {
  const theme = useTheme();
  const plans = new Set(byLatency.map(({ plan }) => plan));
  const swatch = (family: string | undefined, filled: boolean) => (
    <svg width="16" height="16" aria-hidden="true">
      <Marker
        shape={family === undefined ? 'circle' : familyStyle(family).shape}
        x={8}
        y={8}
        colour={family === undefined ? 'var(--text-muted)' : familyStyle(family).colour[theme]}
        surface={chartSurface[theme]}
        filled={filled}
      />
    </svg>
  );
  return (
    <ul className="legend">
      {byOperations.map(({ family }) => (
        <li key={family}>
          {swatch(family, true)}
          {familyStyle(family).title}
        </li>
      ))}
      {plans.has('layerwise') && (
        <li className="legend-plan" title={texts.terms.layerwise.meaning}>
          {swatch(undefined, false)}
          {texts.plot.hollow}
        </li>
      )}
      {plans.has('fused') && (
        <li className="legend-plan" title={texts.terms.fused.meaning}>
          {swatch(undefined, true)}
          {texts.plot.filled}
        </li>
      )}
    </ul>
  );
}
