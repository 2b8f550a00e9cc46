/** The answer of the page Layers: which kernels hold the time that could be won, and with which to start. */
import { formatNs, formatRatio } from '../../format/units.ts';
import type { KernelSummary } from '../../protocol/run.ts';
import { canWin, slowKernelGap, sumCanWin, totalNs } from '../can-win.ts';
import type { Answer } from './answer.ts';

/** More than a reader would start with. */
const mostNamed = 5;
/** Less of the time is not worth a new kernel. */
const worthWinning = 0.03;

export interface LayersAnswer extends Answer {
  /** The kernels that hold what could be won, most first. */
  readonly worst: readonly string[];
}

/** Undefined if no kernel was timed on its own. */
export function layersAnswer(kernels: readonly KernelSummary[]): LayersAnswer | undefined {
  const ranked = kernels
    .flatMap((kernel) => {
      const win = canWin(kernel);
      return win === undefined ? [] : [{ kernel, win, winNs: totalNs(win) }];
    })
    .sort((a, b) => b.winNs - a.winNs);
  const allNs = ranked.reduce((sum, { kernel }) => sum + (kernel.latencyNs ?? 0), 0);
  const sums = sumCanWin(kernels);
  const lostNs = totalNs(sums);
  const [first] = ranked;
  if (first === undefined || allNs === 0) return undefined;
  const reason =
    `All kernels take ${formatNs(allNs)}. Better kernels could win ${formatNs(sums.kernelNs)} of it; ` +
    `fusion could win up to ${formatNs(sums.fusionNs)}.`;
  if (lostNs < worthWinning * allNs) {
    const sentence = `The ${ranked.length} kernels are within ${((100 * lostNs) / allNs).toFixed(1)}% of their bounds; little can be won.`;
    return { sentence, reason, worst: [] };
  }
  const worst = halfOf(ranked, lostNs);
  const heldNs = worst.reduce((sum, { winNs }) => sum + winNs, 0);
  return {
    sentence:
      `${worst.length} of ${kernels.length} kernels ${worst.length === 1 ? 'holds' : 'hold'} ${inUnitOf(heldNs, lostNs)} of the ${formatNs(lostNs)} lost; ` +
      `start with ${first.kernel.name} (${startWith(first)}).`,
    reason,
    worst: worst.map(({ kernel }) => kernel.name),
  };
}

/** The fewest that hold half of it, and no more than can be named. */
function halfOf<R extends { readonly winNs: number }>(ranked: readonly R[], lostNs: number): R[] {
  let heldNs = 0;
  const enough = ranked.findIndex(({ winNs }) => {
    heldNs += winNs;
    return heldNs >= lostNs / 2;
  });
  return ranked.slice(0, Math.min(mostNamed, enough + 1));
}

/** Of its two parts the larger: a better kernel, or fusion. */
function startWith({
  kernel,
  win,
}: {
  readonly kernel: KernelSummary;
  readonly win: NonNullable<ReturnType<typeof canWin>>;
}): string {
  const latencyNs = kernel.latencyNs ?? 0;
  const time = formatNs(latencyNs);
  const gap = kernel.waterlineNs === 0 ? Number.POSITIVE_INFINITY : latencyNs / kernel.waterlineNs;
  if (gap <= slowKernelGap && win.fusionNs > win.kernelNs) {
    return `${time}, of which fusion could win up to ${formatNs(win.fusionNs)}`;
  }
  return Number.isFinite(gap) ? `${time}, ${formatRatio(gap)} its bound` : time;
}

/** The number alone, in the unit in which `whole` is shown. */
function inUnitOf(ns: number, whole: number): string {
  const unit = whole >= 1e9 ? 1e9 : whole >= 1e6 ? 1e6 : whole >= 1e3 ? 1e3 : 1;
  const value = ns / unit;
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
