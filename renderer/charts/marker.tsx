import type { MarkerShape } from './family-style.ts';

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
}

/** About the radius of a circle; the other shapes have about its area. */
const radius = 5.5;

export function Marker(props: MarkerProps) {
  const { shape, x, y, colour, surface, filled, selected = false, scale = 1, translucent = false } = props;
  return (
    <g transform={`translate(${x} ${y})${scale === 1 ? '' : ` scale(${scale})`}`}>
      {selected && <circle r={radius + 4.5} fill="none" stroke={colour} strokeWidth={1.5} />}
      <path
        d={outline(shape)}
        fill={filled ? colour : surface}
        fillOpacity={translucent ? 0.55 : 1}
        stroke={colour}
        strokeWidth={2 / scale}
        strokeLinejoin="round"
      />
    </g>
  );
}

function outline(shape: MarkerShape): string {
  switch (shape) {
    case 'circle':
      return `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
    case 'square':
      return polygon(4, 45, 1.2);
    case 'diamond':
      return polygon(4, 0, 1.25);
    case 'triangle':
      return polygon(3, -90, 1.3);
    case 'triangleDown':
      return polygon(3, 90, 1.3);
    case 'hexagon':
      return polygon(6, 0, 1.1);
    case 'pentagon':
      return polygon(5, -90, 1.15);
  }
}

function polygon(corners: number, startDegrees: number, scale: number): string {
  const points = Array.from({ length: corners }, (_, corner) => {
    const angle = ((startDegrees + (360 * corner) / corners) * Math.PI) / 180;
    return `${(radius * scale * Math.cos(angle)).toFixed(2)} ${(radius * scale * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${points.join('L')}Z`;
}
