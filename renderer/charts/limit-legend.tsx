import type { Limit } from '../../core/analysis/diagnosis.ts';
import { limitTexts } from '../texts/charts.ts';
import { limitStyle, limits } from './limit-style.ts';
import { Marker } from './marker.tsx';

interface LimitLegendProps {
  readonly shown: ReadonlySet<Limit>;
  /** Whether time above the bound is drawn too. */
  readonly withLost?: boolean;
}

/** Of the limits that are there. */
export function LimitLegend({ shown, withLost = false }: LimitLegendProps) {
  return (
    <ul className="legend" aria-label={limitTexts.title}>
      {limits
        .filter((limit) => shown.has(limit))
        .map((limit) => {
          const { colour, shape } = limitStyle(limit);
          return (
            <li key={limit}>
              <svg width="16" height="16" aria-hidden="true">
                <Marker shape={shape} x={8} y={8} colour={colour} surface="var(--surface)" filled />
              </svg>
              {limitTexts.names[limit]}
            </li>
          );
        })}
      {withLost && (
        <li>
          <span className="swatch lost" />
          {limitTexts.lost}
        </li>
      )}
    </ul>
  );
}
