import { describe, expect, it } from 'vitest';
import { boundKernel } from '../../../core/analysis/memory-levels.ts';
import { kernelTraffic } from '../../../core/analysis/traffic.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { planGraph } from '../../../core/graph/plan.ts';
import type { Ceilings } from '../../../core/protocol/run.ts';

/** Three 1x1 layers in a row over 4 x 4 x 8 tensors: every activation is 512 bytes in fp32, weights 256 + 32. */
function chain() {
  const g = new GraphBuilder('chain', { height: 4, width: 4, channels: 8 });
  g.block('b', 'conv', () => {
    let x = g.input;
    for (const name of ['one', 'two', 'three']) x = g.conv(name, x, { outChannels: 8, kernelSize: 1 });
    g.add('add', x, g.input);
  });
  return g.build();
}

const ceilings: Ceilings = {
  provider: 'test',
  device: 'cpu',
  dtype: 'fp32',
  multipliedIn: 'fp32',
  threads: 1,
  peakOperationsPerSecond: 1e12,
  instructionSet: 'avx2',
  theoreticalOperationsPerSecond: null,
  levels: [
    { level: 'DRAM', bytesPerSecond: 1e9, capacityBytes: null },
    { level: 'L1', bytesPerSecond: 100e9, capacityBytes: 600 },
    { level: 'L2', bytesPerSecond: 10e9, capacityBytes: 2_500 },
  ],
};

describe('kernelTraffic', () => {
  const graph = chain();
  const traffic = kernelTraffic(graph, planGraph(graph, 'layerwise', new Set()), 1, 'fp32');

  it('lists inputs, weights and output of each kernel', () => {
    expect(traffic.map((list) => list.map(({ kind }) => kind))).toEqual([
      ['input', 'weights', 'output'],
      ['input', 'weights', 'output'],
      // The residual add is folded into the last layer, which reads the image once more.
      ['input', 'input', 'weights', 'output'],
    ]);
  });

  it('puts what the kernel before has just written next to it', () => {
    expect(traffic[1]?.[0]).toEqual({ kind: 'input', bytes: 512, reuseDistanceBytes: 512 });
  });

  it('counts what was touched since a residual was last read', () => {
    // Between the first and third kernel lies the second: its input, its output and its weights.
    expect(traffic[2]?.[1]).toEqual({
      kind: 'input',
      bytes: 512,
      reuseDistanceBytes: 512 + 2 * 512 + 288,
    });
  });

  it('reads weights from a whole pass ago: all weights and the most activations that live at once', () => {
    expect(traffic[0]?.[1]?.reuseDistanceBytes).toBe(3 * 288 + 3 * 512);
  });
});

describe('boundKernel', () => {
  it('charges a tensor to the smallest level that holds it', () => {
    const near = boundKernel(ceilings, 0, [{ kind: 'input', bytes: 512, reuseDistanceBytes: 512 }]);
    expect(near).toEqual({ seconds: 512 / 100e9, limit: 'L1' });
    const middle = boundKernel(ceilings, 0, [{ kind: 'input', bytes: 512, reuseDistanceBytes: 2_000 }]);
    expect(middle).toEqual({ seconds: 512 / 10e9, limit: 'L2' });
    const far = boundKernel(ceilings, 0, [{ kind: 'input', bytes: 512, reuseDistanceBytes: 3_000 }]);
    expect(far).toEqual({ seconds: 512 / 1e9, limit: 'DRAM' });
  });

  it('lets the levels work at the same time', () => {
    const bound = boundKernel(ceilings, 0, [
      { kind: 'input', bytes: 100, reuseDistanceBytes: 3_000 },
      { kind: 'output', bytes: 500, reuseDistanceBytes: 500 },
    ]);
    expect(bound).toEqual({ seconds: 100 / 1e9, limit: 'DRAM' });
  });

  it('is bound by arithmetic when that takes longest', () => {
    const bound = boundKernel(ceilings, 1e9, [{ kind: 'input', bytes: 512, reuseDistanceBytes: 512 }]);
    expect(bound).toEqual({ seconds: 1e-3, limit: 'arithmetic' });
  });
});
