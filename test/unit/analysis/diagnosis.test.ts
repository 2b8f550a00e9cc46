import { describe, expect, it } from 'vitest';
import { layersOf } from '../../../core/analysis/diagnosis.ts';
import type { KernelSummary } from '../../../core/protocol/run.ts';

function kernel(name: string, fields: Partial<KernelSummary>): KernelSummary {
  return {
    name,
    block: 'b1',
    blockKind: 'bottleneck',
    operators: [name],
    fused: false,
    implementation: 'test',
    operations: 100,
    traffic: [
      { kind: 'input', bytes: 30, reuseDistanceBytes: 1 },
      { kind: 'output', bytes: 20, reuseDistanceBytes: 1 },
    ],
    latencyNs: 100,
    idealNs: 60,
    waterlineNs: 60,
    limit: 'arithmetic',
    ...fields,
  };
}

const one = (fields: Partial<KernelSummary>) => layersOf([kernel('k', fields)], 'kernel')[0];

describe('what limits a kernel', () => {
  it('is its bound, where that is most of its time', () => {
    expect(one({})).toMatchObject({ limit: 'arithmetic', efficiency: 0.6 });
    expect(one({ waterlineNs: 80 })).toMatchObject({ limit: 'arithmetic', advice: 'arithmetic' });
    expect(one({ waterlineNs: 80, limit: 'L2' })).toMatchObject({ limit: 'L2', advice: 'fuse' });
    expect(one({ waterlineNs: 80, limit: 'L2', fused: true })).toMatchObject({ advice: 'lessTraffic' });
  });

  it('is what no bound explains, where that is more', () => {
    expect(one({ latencyNs: 121 })).toMatchObject({ limit: 'unexplained', advice: 'kernel' });
    expect(one({ latencyNs: 119 })).toMatchObject({ limit: 'arithmetic' });
  });

  it('calls for a better kernel wherever the kernel gap is above 1.3, whatever limits it', () => {
    expect(one({ latencyNs: 141, waterlineNs: 100 })).toMatchObject({
      limit: 'arithmetic',
      advice: 'kernel',
    });
    expect(one({ latencyNs: 131, waterlineNs: 100, limit: 'DRAM' })).toMatchObject({ advice: 'kernel' });
    expect(one({ latencyNs: 130, waterlineNs: 100, limit: 'DRAM' })).toMatchObject({ advice: 'fuse' });
  });

  it('is not known where it was not timed, nor believed where its bound is beaten', () => {
    const untimed = one({ latencyNs: null });
    expect(untimed).toMatchObject({ limit: null, advice: 'notTimed', share: null, efficiency: null });
    expect(one({ latencyNs: 50 })).toMatchObject({ advice: 'beaten' });
  });

  it('has gap factors whose product is the gap, and none without operations', () => {
    const gaps = one({ waterlineNs: 80 })?.gaps;
    expect(gaps && gaps.memoryGap * gaps.kernelGap).toBeCloseTo(gaps?.gap ?? 0, 12);
    expect(one({ operations: 0, idealNs: 0, waterlineNs: 50, limit: 'DRAM' })).toMatchObject({
      gaps: null,
      kernelGap: 2,
    });
  });
});

describe('what can be won', () => {
  it('is the time above the bound, and what memory adds to a kernel that is not fused', () => {
    expect(one({ latencyNs: 130, waterlineNs: 100 })?.canWin).toEqual({ kernelNs: 30, fusionNs: 40 });
    expect(one({ latencyNs: 130, waterlineNs: 100, fused: true })?.canWin).toEqual({
      kernelNs: 30,
      fusionNs: 0,
    });
  });

  it('is never negative, and not known of what was not timed', () => {
    expect(one({ latencyNs: 50, waterlineNs: 100 })?.canWin).toEqual({ kernelNs: 0, fusionNs: 0 });
    expect(one({ latencyNs: null })?.canWin).toBeNull();
  });
});

describe('blocks', () => {
  const kernels = [
    kernel('a', {}),
    kernel('b', { waterlineNs: 90, limit: 'DRAM' }),
    kernel('c', { block: 'b2', latencyNs: 200 }),
    kernel('d', { block: 'b3', latencyNs: null }),
  ];
  const blocks = layersOf(kernels, 'block');

  it('add up their kernels', () => {
    expect(blocks.map(({ name, kernels, order }) => [name, kernels, order])).toEqual([
      ['b1', 2, 1],
      ['b2', 1, 3],
      ['b3', 1, 4],
    ]);
    expect(blocks[0]).toMatchObject({
      latencyNs: 200,
      idealNs: 120,
      waterlineNs: 150,
      operations: 200,
      bytes: 100,
      share: 0.5,
      canWin: { kernelNs: 50, fusionNs: 30 },
      limit: 'DRAM',
    });
  });

  it('have shares of the timed kernels that add up to one', () => {
    for (const by of ['kernel', 'block'] as const) {
      expect(layersOf(kernels, by).reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1, 12);
    }
  });
});
