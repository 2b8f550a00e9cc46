import { describe, expect, it } from 'vitest';
import { coverSlice, expectedSums, layouts, sweepSizes } from '../../../webgpu-bench/calibrate/bandwidth.ts';
import {
  bandwidthCeilings,
  inferCapacityBytes,
  type SweepPoint,
} from '../../../webgpu-bench/calibrate/cache-levels.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

function sweepOf(rate: (bytes: number) => number): SweepPoint[] {
  return (['read', 'write', 'copy'] as const).flatMap((access) =>
    sweepSizes(access, 512 * MiB).map((workingSetBytes) => ({
      access,
      workingSetBytes,
      bytesPerSecond: rate(workingSetBytes) * (access === 'read' ? 1 : 0.9),
    })),
  );
}

describe('a sweep', () => {
  it('shows a cache by the largest size that is faster than memory', () => {
    const sweep = sweepOf((bytes) => (bytes <= 64 * MiB ? 2.5e12 : 1e12));
    expect(inferCapacityBytes(sweep)).toBe(64 * MiB);
    const ceilings = bandwidthCeilings(sweep, 1);
    expect(ceilings.find(({ level, access }) => level === 'L2' && access === 'read')).toMatchObject({
      bytesPerSecond: 2.5e12,
      capacityBytes: 64 * MiB,
    });
    const dram = ceilings.find(({ level, access }) => level === 'DRAM' && access === 'read');
    expect(dram?.bytesPerSecond).toBe(1e12);
    expect(dram).not.toHaveProperty('capacityBytes');
  });

  it('shows none where the difference is small, and memory then has the best rate of any size', () => {
    const sweep = sweepOf((bytes) => (bytes === 128 * KiB ? 1.2e9 : 1e9));
    expect(inferCapacityBytes(sweep)).toBeUndefined();
    const ceilings = bandwidthCeilings(sweep, 1);
    expect(ceilings.map(({ level }) => level)).toEqual(['DRAM', 'DRAM', 'DRAM']);
    expect(ceilings[0]).toMatchObject({ access: 'read', workingSetBytes: 128 * KiB, bytesPerSecond: 1.2e9 });
  });

  it('takes a single fast size for a disturbance, which the bound of memory still holds', () => {
    const sweep = sweepOf((bytes) => (bytes === 32 * MiB ? 3e9 : 1e9));
    expect(inferCapacityBytes(sweep)).toBeUndefined();
    expect(bandwidthCeilings(sweep, 1)[0]?.bytesPerSecond).toBe(3e9);
  });

  it('never has a cache slower than the memory behind it', () => {
    const sweep = sweepOf((bytes) => (bytes <= 64 * MiB ? 1.5e9 : bytes === 256 * MiB ? 4e9 : 1e9));
    expect(inferCapacityBytes(sweep)).toBe(64 * MiB);
    const rate = (level: string) =>
      bandwidthCeilings(sweep, 1).find((ceiling) => ceiling.level === level)?.bytesPerSecond ?? 0;
    expect(rate('L2')).toBeGreaterThanOrEqual(rate('DRAM'));
  });

  it('ends at the largest power of two that there is', () => {
    expect(sweepSizes('copy', 300 * MiB).at(-1)).toBe(256 * MiB);
    expect(sweepSizes('read', 512 * MiB)).toHaveLength(15);
  });
});

describe.each(layouts)('the %s layout', (layout) => {
  it.each([
    [32 * KiB, 4 * MiB],
    [32 * KiB, 64 * MiB],
    [4 * MiB, 4 * MiB],
    [8 * MiB, 64 * MiB],
    [16 * MiB, 4 * MiB],
  ])('touches every element of %d bytes alike in %d', (bytes, dispatchBytes) => {
    const coverage = coverSlice(bytes, layout, dispatchBytes);
    const { elements, workgroups, loads, groupStride, stride, timesEach } = coverage;
    expect(stride & (elements - 1)).not.toBe(0);
    expect(workgroups).toBeLessThanOrEqual(1024);
    const times = new Uint32Array(elements);
    for (let group = 0; group < workgroups; group++) {
      for (let local = 0; local < 256; local++) {
        for (let load = 0; load < loads; load++) {
          const at = (group * groupStride + local + load * stride) & (elements - 1);
          times[at] = (times[at] ?? 0) + 1;
        }
      }
    }
    expect(times.every((count) => count === timesEach)).toBe(true);
    expect(loads % 4).toBe(0);
  });
});

it('sums the pattern as the kernel does', () => {
  const coverage = coverSlice(32 * KiB, 'block');
  const sums = [0, 0, 0, 0];
  for (let index = 0; index < coverage.elements; index++) {
    for (const [lane, value] of [index, 3 * index, 9, 1].entries()) {
      sums[lane] = ((sums[lane] ?? 0) + value * coverage.timesEach) % 2 ** 32;
    }
  }
  expect(expectedSums(coverage, 9)).toEqual(sums);
});
