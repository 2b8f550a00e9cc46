import { setNames } from '../../core/charts/gap-sets.ts';
import type { DrawnPoint, GapView } from '../../core/charts/gap-view.ts';
import { formatTime } from '../../core/format/units.ts';
import { plotTexts } from '../pages/run/plot-texts.ts';
import { sharedTexts } from '../texts/shared.ts';
import { ChartTooltip } from './chart-tooltip.tsx';
import { pointFacts } from './gap-facts.ts';

interface GapTooltipProps {
  readonly point: DrawnPoint;
  readonly view: GapView;
  /** Of the point, in the figure. */
  readonly left: number;
  readonly top: number;
  /** Whether it stands right, where there is room on its left alone. */
  readonly isRight: boolean;
}

export function GapTooltip({ point, view, left, top, isRight }: GapTooltipProps) {
  const rows = pointFacts(point).flatMap(({ name, value }) =>
    value === null ? [] : [[name, value] as const],
  );
  const series = setNames(view.sets, formatTime)[point.index] ?? '';
  return (
    <div
      className={`gap-tooltip ${isRight ? 'to-left' : 'to-right'}`}
      role="status"
      // The caption stands above the drawing.
      style={{ left, top: Math.max(70, Math.min(top, 230)) }}
    >
      <ChartTooltip
        title={
          <>
            {point.model}
            {point.reconstruction && ` (${sharedTexts.reconstruction})`}
          </>
        }
        rows={[...(view.bySet ? [[plotTexts.series, series] as const] : []), ...rows]}
      />
      {point.alarms.length > 0 && <p className="warning-text">{point.alarms.join(' ')}</p>}
    </div>
  );
}
