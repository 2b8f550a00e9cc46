/**
 * The waterline where caches are large. The paper charges every byte to DRAM: right for its GPU at batch 128, wrong for a
 * machine whose last-level cache holds the whole activation, where a measured latency could fall below such a bound.
 * Here each tensor is charged to the smallest level that can still hold it.
 */
import type { MemoryLevel } from '../protocol/provider.ts';
import type { Ceilings, Traffic } from '../protocol/run.ts';
import { kernelBoundSeconds } from './waterline.ts';

export interface KernelBound {
  readonly seconds: number;
  /** What sets it. */
  readonly limit: 'arithmetic' | MemoryLevel;
}

type Level = Ceilings['levels'][number];

/** Levels nearest first; the last one holds everything. */
function orderedLevels(ceilings: Ceilings): readonly Level[] {
  const order: readonly MemoryLevel[] = ['L1', 'L2', 'L3', 'DRAM'];
  return ceilings.levels.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function levelThatHolds(levels: readonly Level[], bytes: number): number {
  const index = levels.findIndex(({ capacityBytes }) => capacityBytes !== null && bytes <= capacityBytes);
  return index === -1 ? levels.length - 1 : index;
}

/**
 * Shortest time of a kernel: the longest of its arithmetic and of the crossing of each level's border. What comes from a
 * far level also crosses every nearer one, and the levels work at the same time, so their times are not added up.
 */
export function boundKernel(
  ceilings: Ceilings,
  operations: number,
  traffic: readonly Traffic[],
): KernelBound {
  let bound: KernelBound = {
    seconds: operations / ceilings.peakOperationsPerSecond,
    limit: 'arithmetic',
  };
  for (const { level, seconds } of levelSeconds(ceilings, traffic)) {
    if (seconds > bound.seconds) bound = { seconds, limit: level };
  }
  return bound;
}

/** How long the traffic takes to cross the border of each level, nearest first. */
export function levelSeconds(
  ceilings: Ceilings,
  traffic: readonly Traffic[],
): readonly { readonly level: MemoryLevel; readonly seconds: number }[] {
  const levels = orderedLevels(ceilings);
  const bytesAt = levels.map(() => 0);
  for (const { bytes, reuseDistanceBytes } of traffic) {
    for (let index = levelThatHolds(levels, reuseDistanceBytes); index >= 0; index--) {
      bytesAt[index] = (bytesAt[index] ?? 0) + bytes;
    }
  }
  return levels.map(({ level, bytesPerSecond }, index) => ({
    level,
    seconds: (bytesAt[index] ?? 0) / bytesPerSecond,
  }));
}

/** What a kernel reads that no cache can hold. */
export function bytesFromDram(ceilings: Ceilings, traffic: readonly Traffic[]): number {
  const levels = orderedLevels(ceilings);
  return traffic
    .filter(
      ({ kind, reuseDistanceBytes }) =>
        kind !== 'output' && levels[levelThatHolds(levels, reuseDistanceBytes)]?.level === 'DRAM',
    )
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The paper's bound: every byte from DRAM. Absent where no DRAM ceiling was measured. */
export function dramBoundSeconds(
  ceilings: Ceilings,
  operations: number,
  traffic: readonly Traffic[],
): number | undefined {
  const dram = ceilings.levels.find(({ level }) => level === 'DRAM');
  if (dram === undefined) return undefined;
  const bytes = traffic.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const { peakOperationsPerSecond } = ceilings;
  return kernelBoundSeconds(
    { peakOperationsPerSecond, bytesPerSecond: dram.bytesPerSecond },
    { operations, bytes },
  );
}
