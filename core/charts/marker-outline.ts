/** The shapes of marks, as paths of SVG around their middle. */
import type { MarkerShape } from './family-style.ts';

/** About the radius of a circle; the other shapes have about its area. */
export const markerRadius = 5.5;

export function markerOutline(shape: MarkerShape): string {
  switch (shape) {
    case 'circle':
      return `M${-markerRadius} 0a${markerRadius} ${markerRadius} 0 1 0 ${2 * markerRadius} 0a${markerRadius} ${markerRadius} 0 1 0 ${-2 * markerRadius} 0Z`;
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
    case 'triangleRight':
      return polygon(3, 0, 1.3);
    case 'plus':
      return plus(0);
    case 'cross':
      return plus(45);
    case 'star':
      return around([1.5, 0.65], 10, -90);
  }
}

function polygon(corners: number, startDegrees: number, scale: number): string {
  return around([scale], corners, startDegrees);
}

/** Corners at radii that take turns. */
function around(scales: readonly number[], corners: number, startDegrees: number): string {
  const points = Array.from({ length: corners }, (_, corner) =>
    cornerAt(startDegrees + (360 * corner) / corners, scales[corner % scales.length] ?? 1),
  );
  return `M${points.join('L')}Z`;
}

/** Two bars of one width that cross. */
function plus(turnDegrees: number): string {
  const [far, near] = [1.35, 0.42];
  const points = [0, 90, 180, 270].flatMap((quarter) => {
    const wide = (180 / Math.PI) * Math.atan2(near, far);
    const inner = Math.hypot(near, near);
    const outer = Math.hypot(far, near);
    return [
      cornerAt(turnDegrees + quarter - wide, outer),
      cornerAt(turnDegrees + quarter + wide, outer),
      cornerAt(turnDegrees + quarter + 45, inner),
    ];
  });
  return `M${points.join('L')}Z`;
}

function cornerAt(degrees: number, scale: number): string {
  const angle = (degrees * Math.PI) / 180;
  return `${(markerRadius * scale * Math.cos(angle)).toFixed(2)} ${(markerRadius * scale * Math.sin(angle)).toFixed(2)}`;
}
