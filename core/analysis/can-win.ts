/** The time that could be won: by a better kernel, which reaches its bound, and by fusion, which spares the memory its intermediates. */
import type { KernelSummary } from '../protocol/run.ts';

export interface CanWin {
  /** Latency − waterline: what a kernel at its bound would save. */
  readonly kernelNs: number;
  /** Waterline − ideal latency of a kernel that is not fused: the most that fusion can save. */
  readonly fusionNs: number;
}

/** A kernel whose latency is more than this many times its bound is called slow: a better kernel is the first advice. */
export const slowKernelGap = 1.3;

type Timed = Pick<KernelSummary, 'latencyNs' | 'waterlineNs' | 'idealNs' | 'fused'>;

/** Undefined for a kernel that was not timed on its own. */
export function canWin({ latencyNs, waterlineNs, idealNs, fused }: Timed): CanWin | undefined {
  if (latencyNs === null) return undefined;
  const boundNs = Math.min(latencyNs, waterlineNs);
  return { kernelNs: latencyNs - boundNs, fusionNs: fused ? 0 : Math.max(0, boundNs - idealNs) };
}

export function totalNs({ kernelNs, fusionNs }: CanWin): number {
  return kernelNs + fusionNs;
}

/** Of all kernels that were timed. */
export function sumCanWin(kernels: readonly Timed[]): CanWin {
  const parts = kernels.flatMap((kernel) => canWin(kernel) ?? []);
  return {
    kernelNs: parts.reduce((sum, { kernelNs }) => sum + kernelNs, 0),
    fusionNs: parts.reduce((sum, { fusionNs }) => sum + fusionNs, 0),
  };
}
