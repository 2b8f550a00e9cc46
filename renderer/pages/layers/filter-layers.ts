import type { Layer } from '../../../core/analysis/diagnosis.ts';
import { texts } from '../../texts.ts';

/** Layers that have every word in their name, block, kind or limit. */
export function filterLayers(layers: readonly Layer[], filter: string): readonly Layer[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return layers.filter(({ name, block, blockKind, limit }) => {
    const text = [name, block, blockKind, limit === null ? '' : texts.limits.names[limit]]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
