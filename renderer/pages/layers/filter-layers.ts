import type { Layer } from '../../../core/analysis/diagnosis.ts';
import { limitTexts } from '../../texts/charts.ts';

/** Layers that have every word in their name, block, kind or limit. */
export function filterLayers(layers: readonly Layer[], filter: string): readonly Layer[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return layers.filter(({ name, block, blockKind, limit }) => {
    const text = [name, block, blockKind, limit === null ? '' : limitTexts.names[limit]]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
