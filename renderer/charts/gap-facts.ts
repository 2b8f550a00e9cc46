/** What is said of one point of the efficiency-gap plot: where it is pointed at, and where it is pinned. */
import { familyStyle } from '../../core/charts/family-style.ts';
import type { DrawnPoint } from '../../core/charts/gap-view.ts';
import {
  formatInterval,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
  formatRatio,
} from '../../core/format/units.ts';
import { plotTexts } from '../pages/run/plot-texts.ts';
import { terms } from '../texts/terms.ts';

export interface PointFact {
  readonly name: string;
  /** Null where it is not known. */
  readonly value: string | null;
}

export function pointFacts(point: DrawnPoint): readonly PointFact[] {
  const {
    family,
    plan,
    top1,
    gigaMacs,
    idealMs,
    waterlineMs,
    latencyMs,
    undisturbedMs,
    interval,
    efficiency,
    set,
  } = point;
  const plot = plotTexts;
  return [
    { name: plot.family, value: familyStyle(family).title },
    { name: terms.plan.name, value: plan },
    { name: terms.top1.name, value: `${top1.toFixed(1)}%` },
    { name: terms.operations.name, value: `${gigaMacs.toPrecision(3)} GMAC` },
    {
      name: terms.latency.name,
      value:
        interval === null
          ? formatNs(latencyMs * 1e6)
          : formatInterval({
              median: latencyMs * 1e6,
              low: interval.lowMs * 1e6,
              high: interval.highMs * 1e6,
            }),
    },
    { name: terms.waterline.name, value: waterlineMs === null ? null : formatNs(waterlineMs * 1e6) },
    { name: terms.ideal.name, value: formatNs(idealMs * 1e6) },
    { name: terms.efficiency.name, value: formatPercent(efficiency) },
    { name: terms.gap.name, value: formatRatio(latencyMs / idealMs) },
    { name: terms.memoryGap.name, value: waterlineMs === null ? null : formatRatio(waterlineMs / idealMs) },
    {
      name: terms.kernelGap.name,
      value: waterlineMs === null ? null : formatRatio(undisturbedMs / waterlineMs),
    },
    {
      name: terms.disturbance.name,
      // Of a published figure nothing tells it.
      value: interval === null ? null : formatRatio(latencyMs / undisturbedMs),
    },
    { name: plot.peak, value: `${formatOperationsPerSecond(set.peakOperationsPerSecond)} ${set.dtype}` },
  ];
}
