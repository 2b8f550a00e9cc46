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
  /** Of its size; 1 when absent. */
  readonly scale?: number;
  /** Lets marks beneath it be seen. */
  readonly translucent?: boolean;
  /** For a figure that is mistrusted. */
  readonly crossedOut?: boolean;
}

const reach = markerRadius + 4;
const crossing = `M${-reach} ${reach}L${reach} ${-reach}`;

export function Marker(props: MarkerProps) {
  const {
    shape,
    x,
    y,
    colour,
    surface,
    filled,
    selected = false,
    scale = 1,
    translucent = false,
    crossedOut = false,
  } = props;
  return (
    <g transform={`translate(${x} ${y})${scale === 1 ? '' : ` scale(${scale})`}`}>
      {selected && <circle r={markerRadius + 4.5} fill="none" stroke={colour} strokeWidth={1.5} />}
      <path
        d={markerOutline(shape)}
        fill={filled ? colour : surface}
        fillOpacity={translucent ? 0.55 : 1}
        stroke={colour}
        strokeWidth={2 / scale}
        strokeLinejoin="round"
      />
      {crossedOut && <path d={crossing} stroke={colour} strokeWidth={2 / scale} />}
    </g>
  );
}
