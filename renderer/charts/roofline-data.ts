/** From a measurement's kernels to dots and roofs on logarithmic axes. */
import { bytesOf } from '../../core/analysis/waterline-view.ts';
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
  readonly dots: readonly RooflineDot[];
  readonly roofs: readonly Roof[];
  /** Powers of ten that hold everything. */
  readonly xDecades: readonly number[];
  readonly yDecades: readonly number[];
  /** Without operations there is no place on a logarithmic axis. */
  readonly withoutOperations: { readonly kernels: number; readonly share: number };
  readonly notTimed: number;
}

export function rooflineData(kernels: readonly KernelSummary[], ceilings: Ceilings): RooflineData {
  const allNs = kernels.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0);
  const dots = kernels.flatMap(({ name, operations, traffic, latencyNs, limit }, index): RooflineDot[] => {
    const bytes = bytesOf(traffic);
    if (operations === 0 || bytes === 0 || latencyNs === null) return [];
    return [
      {
        order: index + 1,
        name,
        intensity: operations / bytes,
        operationsPerSecond: operations / (latencyNs / 1e9),
        latencyNs,
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
  // The ridges belong into the picture even where all kernels lie on one side of them.
  const ridges = ceilings.levels.map(({ bytesPerSecond }) => peak / bytesPerSecond);
  return {
    dots,
    roofs,
    xDecades: decades([...dots.map(({ intensity }) => intensity), ...ridges]),
    yDecades: decades([
      ...dots.map(({ operationsPerSecond }) => operationsPerSecond),
      ...roofs.map(({ operationsPerSecond }) => operationsPerSecond),
    ]),
    withoutOperations: {
      kernels: idle.length,
      share: idle.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0) / (allNs || 1),
    },
    notTimed: kernels.filter(({ latencyNs }) => latencyNs === null).length,
  };
}

/** All powers of ten from the one below the least to the one above the greatest. */
export function decades(values: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
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
      words.limit,
    ],
    rows: dots.map((dot) => [
      dot.order,
      dot.name,
      dot.intensity,
      dot.operationsPerSecond / 1e9,
      dot.latencyNs / 1e3,
      100 * dot.share,
      dot.limit,
    ]),
  };
}
