/**
 * The waterline as it is drawn: a bar a kernel, in order, whose width is its compulsory bytes and whose height its
 * operational intensity, so that its area is its operations. The water stands where the memory is as slow as the
 * arithmetic: at the ridge, peak / bandwidth. Then the area of bars and water together is peak x shortest latency, and the
 * water that shows above the bars is arithmetic that the memory leaves idle. Source: Lavin, arXiv 2404.03617; this geometry
 * is a reconstruction, for the plot itself was not seen.
 *
 * With the paper's water all bytes come from DRAM and the surface is one line. Where caches hold a part of them the memory of
 * each kernel has another speed, so the surface has a height for each kernel; the areas hold all the same.
 */
import type { MemoryLevel } from '../protocol/provider.ts';
import type { Ceilings, MeasurementDetail, Traffic } from '../protocol/run.ts';
import { levelSeconds } from './memory-levels.ts';
import { ridge } from './waterline.ts';

/** Which memory the bytes are charged to: the level that can hold them, or DRAM always, as the paper does. */
export type Water = 'levels' | 'dram';

export interface WaterlineBar {
  /** From 1. */
  readonly order: number;
  readonly name: string;
  readonly block: string;
  readonly operations: number;
  readonly bytes: number;
  /** Of all kernels before it. */
  readonly startBytes: number;
  /** Operations a byte. */
  readonly intensity: number;
  /** Where the water stands over it, in operations a byte. */
  readonly waterIntensity: number;
  readonly boundNs: number;
  readonly limit: 'arithmetic' | MemoryLevel;
  readonly latencyNs: number | null;
}

export interface WaterlineView {
  readonly bars: readonly WaterlineBar[];
  readonly bytes: number;
  readonly operations: number;
  /** Peak / DRAM bandwidth, in operations a byte. */
  readonly dramRidge: number;
  readonly idealNs: number;
  /** What the whole would need at least if it were one kernel: the roofline of the aggregate. Never above `boundNs`. */
  readonly rooflineNs: number;
  readonly boundNs: number;
  /** Undisturbed. */
  readonly latencyNs: number;
  /** Kernels that memory bounds. */
  readonly underWater: number;
}

const nanoseconds = 1e9;

/** Undefined where no DRAM ceiling was measured. */
export function waterlineView(
  { kernels, summary }: Pick<MeasurementDetail, 'kernels' | 'summary'>,
  ceilings: Ceilings,
  water: Water,
): WaterlineView | undefined {
  const dram = ceilings.levels.find(({ level }) => level === 'DRAM');
  if (dram === undefined) return undefined;
  const peak = ceilings.peakOperationsPerSecond;
  const memoryTimes = (traffic: readonly Traffic[]) =>
    water === 'levels'
      ? levelSeconds(ceilings, traffic)
      : [{ level: 'DRAM' as const, seconds: bytesOf(traffic) / dram.bytesPerSecond }];

  let startBytes = 0;
  const bars = kernels.map((kernel, index): WaterlineBar => {
    const bytes = bytesOf(kernel.traffic);
    const arithmetic = kernel.operations / peak;
    const slowest = memoryTimes(kernel.traffic).reduce((a, b) => (b.seconds > a.seconds ? b : a));
    const bar = {
      order: index + 1,
      name: kernel.name,
      block: kernel.block,
      operations: kernel.operations,
      bytes,
      startBytes,
      intensity: bytes === 0 ? 0 : kernel.operations / bytes,
      waterIntensity: bytes === 0 ? 0 : (peak * slowest.seconds) / bytes,
      boundNs: Math.max(arithmetic, slowest.seconds) * nanoseconds,
      limit: slowest.seconds > arithmetic ? slowest.level : ('arithmetic' as const),
      latencyNs: kernel.latencyNs,
    };
    startBytes += bytes;
    return bar;
  });

  const operations = sum(bars, (bar) => bar.operations);
  const wholeTraffic = kernels.flatMap(({ traffic }) => traffic);
  const slowestOfAll = Math.max(...memoryTimes(wholeTraffic).map(({ seconds }) => seconds));
  return {
    bars,
    bytes: startBytes,
    operations,
    dramRidge: ridge({ peakOperationsPerSecond: peak, bytesPerSecond: dram.bytesPerSecond }),
    idealNs: (operations / peak) * nanoseconds,
    rooflineNs: Math.max(operations / peak, slowestOfAll) * nanoseconds,
    boundNs: sum(bars, ({ boundNs }) => boundNs),
    latencyNs: summary.undisturbedNs.estimate,
    underWater: bars.filter(({ limit }) => limit !== 'arithmetic').length,
  };
}

/** Each tensor once. */
export function bytesOf(traffic: readonly Traffic[]): number {
  return sum(traffic, ({ bytes }) => bytes);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
