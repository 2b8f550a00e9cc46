import type { MarkerShape } from '../../core/charts/family-style.ts';
import { markerOutline, markerRadius } from '../../core/charts/marker-outline.ts';

interface MarkerProps {
  readonly shape: MarkerShape;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  /** Hollow marks are filled with it, so that lines do not show through. */
  readonly surface: string;
  readonly filled: boolean;
  readonly selected?: boolean;
}

export function Marker({ shape, x, y, colour, surface, filled, selected = false }: MarkerProps) {
  return (
    <g transform={`translate(${x} ${y})`}>
      {selected && <circle r={markerRadius + 4.5} fill="none" stroke={colour} strokeWidth={1.5} />}
      <path
        d={markerOutline(shape)}
        fill={filled ? colour : surface}
        stroke={colour}
        strokeWidth={2}
        strokeLinejoin="round"
      />
    </g>
  );
}
