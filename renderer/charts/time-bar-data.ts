import type { Layer } from '../../core/analysis/diagnosis.ts';

/** One after the other over the whole width, in pixels; what was not timed has no width. */
export function placeInTime(
  layers: readonly Layer[],
  width: number,
): readonly { readonly layer: Layer; readonly x: number; readonly width: number }[] {
  const allNs = layers.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0) || 1;
  let before = 0;
  return layers.flatMap((layer) => {
    if (layer.latencyNs === null) return [];
    const placed = { layer, x: (width * before) / allNs, width: (width * layer.latencyNs) / allNs };
    before += layer.latencyNs;
    return [placed];
  });
}
