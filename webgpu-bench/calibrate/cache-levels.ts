/** What a sweep of working-set sizes says about caches that the device does not describe. */
import type { BandwidthCeiling } from '../../core/protocol/provider.ts';
import { medianOf } from '../../core/statistics/summary.ts';

export interface SweepPoint {
  readonly access: BandwidthCeiling['access'];
  readonly workingSetBytes: number;
  readonly bytesPerSecond: number;
}

/** A cache is seen where it is this much faster than what lies behind it. */
const visible = 1.25;

/** The sizes from an eighth of the largest on are what lies behind the caches. */
const plateauShare = 8;

/**
 * The capacity of the cache nearest to memory: the largest size read at a rate clearly above that of the largest sizes.
 * The size below must show it too, or a single disturbed figure would be a cache; undefined where none is seen.
 */
export function inferCapacityBytes(sweep: readonly SweepPoint[]): number | undefined {
  const reads = sweep
    .filter(({ access }) => access === 'read')
    .toSorted((a, b) => a.workingSetBytes - b.workingSetBytes);
  const largest = reads.at(-1);
  if (largest === undefined) return undefined;
  const plateau = medianOf(
    reads
      .filter(({ workingSetBytes }) => workingSetBytes * plateauShare > largest.workingSetBytes)
      .map(({ bytesPerSecond }) => bytesPerSecond),
  );
  const above = reads.map(({ bytesPerSecond }) => bytesPerSecond >= visible * plateau);
  const index = above.findLastIndex((fast, at) => fast && at > 0 && above[at - 1] === true);
  const capacity = reads[index]?.workingSetBytes;
  return capacity === largest.workingSetBytes ? undefined : capacity;
}

/**
 * The ceilings of a sweep: `DRAM` beyond the inferred capacity at the best rate of any such size, and `L2` at the best of
 * all sizes, for what comes from memory comes through it. Best and not the plateau's: these are bounds, and a network whose
 * tensors happen to have the fastest size must not fall below its waterline. So where no cache is seen, DRAM has the best
 * rate of the whole sweep.
 */
export function bandwidthCeilings(sweep: readonly SweepPoint[], threads: number): BandwidthCeiling[] {
  const capacityBytes = inferCapacityBytes(sweep);
  const levels = capacityBytes === undefined ? (['DRAM'] as const) : (['L2', 'DRAM'] as const);
  return levels.flatMap((level) => {
    const points =
      level === 'L2' ? sweep : sweep.filter(({ workingSetBytes }) => workingSetBytes > (capacityBytes ?? 0));
    return (['read', 'write', 'copy'] as const).flatMap((access): BandwidthCeiling[] => {
      const [best] = points
        .filter((point) => point.access === access)
        .toSorted((a, b) => b.bytesPerSecond - a.bytesPerSecond);
      if (best === undefined) return [];
      return [
        {
          level,
          access,
          threads,
          workingSetBytes: best.workingSetBytes,
          bytesPerSecond: best.bytesPerSecond,
          ...(level === 'L2' && capacityBytes !== undefined ? { capacityBytes } : {}),
        },
      ];
    });
  });
}
