/** From a measurement's kernels to dots and roofs on logarithmic axes. */
import { canWin, totalNs } from '../../core/analysis/can-win.ts';
import { bytesOf } from '../../core/analysis/waterline-view.ts';
import { type Scale, scaleOf } from '../../core/charts/scale.ts';
import type { Ceilings, KernelSummary } from '../../core/protocol/run.ts';
import { rooflineTexts } from '../pages/roofline/texts.ts';
import type { TableData } from './table-data.ts';

export interface RooflineDot {
  readonly order: number;
  readonly name: string;
  /** Operations a compulsory byte, wherever it comes from. */
  readonly intensity: number;
  readonly operationsPerSecond: number;
  readonly latencyNs: number;
  readonly canWinNs: number;
  /** Of the time of all kernels; the dot's area is in proportion. */
  readonly share: number;
  readonly limit: KernelSummary['limit'];
}

/** Nothing is faster than `peak`, or than `bytesPerSecond` times the intensity where that is given. */
export interface Roof {
  readonly name: string;
  readonly bytesPerSecond: number | null;
  readonly operationsPerSecond: number;
  readonly theoretical: boolean;
}

export interface RooflineData {
  /** Those with operations that were timed. */
  readonly dots: readonly RooflineDot[];
  readonly roofs: readonly Roof[];
  /** Hold the DRAM ridge, the peak, and the kernels that take 99% of the time. What lies outside is drawn at the edge. */
  readonly x: Scale;
  readonly y: Scale;
  /** The kernels that could win the most, the worst first. */
  readonly worst: readonly RooflineDot[];
  /** Without operations there is no place on a logarithmic axis. */
  readonly withoutOperations: { readonly kernels: number; readonly share: number };
  readonly notTimed: number;
}

/** Of the time: the kernels that the axes must hold. */
const heldShare = 0.99;
const namedKernels = 5;

export function rooflineData(kernels: readonly KernelSummary[], ceilings: Ceilings): RooflineData {
  const allNs = kernels.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0);
  const dots = kernels.flatMap((kernel, index): RooflineDot[] => {
    const { name, operations, traffic, latencyNs, limit } = kernel;
    const win = canWin(kernel);
    const bytes = bytesOf(traffic);
    if (operations === 0 || bytes === 0 || latencyNs === null || win === undefined) return [];
    return [
      {
        order: index + 1,
        name,
        intensity: operations / bytes,
        operationsPerSecond: operations / (latencyNs / 1e9),
        latencyNs,
        canWinNs: totalNs(win),
        share: latencyNs / allNs,
        limit,
      },
    ];
  });
  const idle = kernels.filter(({ operations, latencyNs }) => operations === 0 && latencyNs !== null);
  const peak = ceilings.peakOperationsPerSecond;
  const theoretical = ceilings.theoreticalOperationsPerSecond;
  const roofs: Roof[] = [
    ...ceilings.levels.map(({ level, bytesPerSecond }) => ({
      name: level,
      bytesPerSecond,
      operationsPerSecond: peak,
      theoretical: false,
    })),
    { name: ceilings.multipliedIn, bytesPerSecond: null, operationsPerSecond: peak, theoretical: false },
    ...(theoretical === null
      ? []
      : [
          {
            name: ceilings.multipliedIn,
            bytesPerSecond: null,
            operationsPerSecond: theoretical,
            theoretical: true,
          },
        ]),
  ];
  const held = longest(dots, heldShare);
  const dram = ceilings.levels.at(-1);
  return {
    dots,
    roofs,
    x: scaleOf('log', [
      ...held.map(({ intensity }) => intensity),
      ...(dram === undefined ? [] : [peak / dram.bytesPerSecond]),
    ]),
    y: scaleOf('log', [
      ...held.map(({ operationsPerSecond }) => operationsPerSecond),
      ...roofs.map(({ operationsPerSecond }) => operationsPerSecond),
    ]),
    worst: dots
      .filter(({ canWinNs }) => canWinNs > 0)
      .toSorted((a, b) => b.canWinNs - a.canWinNs)
      .slice(0, namedKernels),
    withoutOperations: {
      kernels: idle.length,
      share: idle.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0) / (allNs || 1),
    },
    notTimed: kernels.filter(({ latencyNs }) => latencyNs === null).length,
  };
}

/** The fewest that take `share` of the time of all. */
export function longest(dots: readonly RooflineDot[], share: number): readonly RooflineDot[] {
  const all = dots.reduce((sum, { latencyNs }) => sum + latencyNs, 0);
  let taken = 0;
  return dots
    .toSorted((a, b) => b.latencyNs - a.latencyNs)
    .filter(({ latencyNs }) => {
      const isNeeded = taken < share * all;
      taken += latencyNs;
      return isNeeded;
    });
}

/** The part of a roof within the plot: from its lower left end to where it meets the arithmetic, or the right edge. */
export function roofLine(
  { bytesPerSecond, operationsPerSecond }: Roof,
  [xFirst, xLast]: readonly [number, number],
  yFirst: number,
): { readonly from: readonly [number, number]; readonly to: readonly [number, number] } {
  if (bytesPerSecond === null) {
    return { from: [xFirst, operationsPerSecond], to: [xLast, operationsPerSecond] };
  }
  const x = Math.max(xFirst, yFirst / bytesPerSecond);
  return { from: [x, x * bytesPerSecond], to: [operationsPerSecond / bytesPerSecond, operationsPerSecond] };
}

export function rooflineTable({ dots }: RooflineData): TableData {
  const words = rooflineTexts.columns;
  return {
    columns: [
      words.order,
      words.kernel,
      words.intensity,
      words.throughput,
      words.latency,
      words.share,
      words.canWin,
      words.limit,
    ],
    rows: dots.map((dot) => [
      dot.order,
      dot.name,
      dot.intensity,
      dot.operationsPerSecond / 1e9,
      dot.latencyNs / 1e3,
      100 * dot.share,
      dot.canWinNs / 1e3,
      dot.limit,
    ]),
  };
}
