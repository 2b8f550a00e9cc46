import { type CanWin, totalNs } from '../../core/analysis/can-win.ts';
import type { Layer } from '../../core/analysis/diagnosis.ts';

/** Kernels that follow each other, by their places in the order of execution; both ends belong to it. */
export interface KernelRange {
  readonly from: number;
  readonly to: number;
}

/** As the address has it: `12-20`. Undefined where it says something else. */
export function parseRange(text: string | undefined): KernelRange | undefined {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text ?? '') ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from >= 1 && range.to >= range.from ? range : undefined;
}

export function formatRange({ from, to }: KernelRange): string {
  return `${from}-${to}`;
}

export function rangeOf({ order, kernels }: Pick<Layer, 'order' | 'kernels'>): KernelRange {
  return { from: order, to: order + kernels - 1 };
}

/** From the first of both to the last of both. */
export function hull(a: KernelRange, b: KernelRange): KernelRange {
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

export function isWithin(layer: Pick<Layer, 'order' | 'kernels'>, range: KernelRange): boolean {
  const own = rangeOf(layer);
  return own.from >= range.from && own.to <= range.to;
}

export interface PlacedLayer {
  readonly layer: Layer;
  readonly x: number;
  readonly width: number;
}

/** One after the other over the whole width, in pixels; what was not timed has no width. */
export function placeInTime(layers: readonly Layer[], width: number): readonly PlacedLayer[] {
  const allNs = layers.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0) || 1;
  let before = 0;
  return layers.flatMap((layer) => {
    if (layer.latencyNs === null) return [];
    const placed = { layer, x: (width * before) / allNs, width: (width * layer.latencyNs) / allNs };
    before += layer.latencyNs;
    return [placed];
  });
}

export interface LayerSums extends CanWin {
  readonly layers: number;
  readonly latencyNs: number;
  readonly share: number;
}

/** Of those that were timed. */
export function sumLayers(layers: readonly Layer[]): LayerSums {
  const sum = (value: (layer: Layer) => number | null | undefined) =>
    layers.reduce((total, layer) => total + (value(layer) ?? 0), 0);
  return {
    layers: layers.length,
    latencyNs: sum(({ latencyNs }) => latencyNs),
    share: sum(({ share }) => share),
    kernelNs: sum(({ canWin }) => canWin?.kernelNs),
    fusionNs: sum(({ canWin }) => canWin?.fusionNs),
  };
}

/** The share of a layer's time that could be won. */
export function lostShare({ latencyNs, canWin }: Layer): number {
  return latencyNs === null || latencyNs === 0 || canWin === null ? 0 : totalNs(canWin) / latencyNs;
}
