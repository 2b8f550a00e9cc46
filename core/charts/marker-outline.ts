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
  }
}

function polygon(corners: number, startDegrees: number, scale: number): string {
  const points = Array.from({ length: corners }, (_, corner) => {
    const angle = ((startDegrees + (360 * corner) / corners) * Math.PI) / 180;
    return `${(markerRadius * scale * Math.cos(angle)).toFixed(2)} ${(markerRadius * scale * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${points.join('L')}Z`;
}
