import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { countGraph } from '../../../core/graph/count.ts';
import { operatorAt } from '../../../core/graph/graph.ts';
import { initializeParameters } from '../../../core/graph/initialization.ts';
import { costOfKernel, kernelInputs, planGraph } from '../../../core/graph/plan.ts';
import { paddingFor } from '../../../core/graph/shape.ts';

/** A bottleneck with a projection shortcut: the shape of every ResNet stage's first block. */
function projectedBottleneck() {
  const g = new GraphBuilder('bottleneck', { height: 8, width: 8, channels: 16 });
  g.block('b', 'bottleneck', () => {
    const a = g.conv('conv1', g.input, { outChannels: 4, kernelSize: 1, activation: 'relu' });
    const b = g.conv('conv2', a, { outChannels: 4, kernelSize: 3, stride: 2, activation: 'relu' });
    const c = g.conv('conv3', b, { outChannels: 32, kernelSize: 1 });
    const shortcut = g.conv('shortcut', g.input, { outChannels: 32, kernelSize: 1, stride: 2 });
    g.activation('act', g.add('add', c, shortcut), 'relu');
  });
  return g.build();
}

function convFirst(channels: number, size: number, expansion: number) {
  const g = new GraphBuilder('convfirst', { height: size, width: size, channels });
  g.block('b', 'convfirst', () => {
    const a = g.conv('conv', g.input, { outChannels: channels, kernelSize: 3, groups: channels / 8 });
    const b = g.conv('expand', a, { outChannels: expansion * channels, kernelSize: 1, activation: 'relu' });
    g.add('add', g.conv('project', b, { outChannels: channels, kernelSize: 1 }), g.input);
  });
  return g.build();
}

describe('padding', () => {
  it('keeps the size at stride 1 and halves it at stride 2, for odd kernels', () => {
    for (const size of [15, 16]) {
      for (const kernelSize of [1, 3, 5, 7]) {
        const g = new GraphBuilder('g', { height: size, width: size, channels: 1 });
        g.block('b', 'conv', () => {
          const same = g.conv('one', g.input, { outChannels: 1, kernelSize });
          expect(g.shapeOf(same).height).toBe(size);
          const half = g.conv('two', g.input, { outChannels: 1, kernelSize, stride: 2 });
          expect(g.shapeOf(half).width).toBe(Math.ceil(size / 2));
        });
      }
    }
  });

  it('puts the odd pixel of TensorFlow padding to the right and bottom', () => {
    const shape = { height: 8, width: 8, channels: 1 };
    expect(paddingFor('same', shape, 3, 2)).toEqual({ top: 0, left: 0, bottom: 1, right: 1 });
    expect(paddingFor('same', shape, 5, 2)).toEqual({ top: 1, left: 1, bottom: 2, right: 2 });
  });
});

describe('GraphBuilder', () => {
  it('refuses shapes that do not fit and names the operator', () => {
    const g = new GraphBuilder('bad', { height: 4, width: 4, channels: 6 });
    g.block('b', 'conv', () => {
      expect(() => g.conv('c', g.input, { outChannels: 8, kernelSize: 3, groups: 4 })).toThrow(
        /c cannot split/,
      );
      const other = g.conv('d', g.input, { outChannels: 8, kernelSize: 3 });
      expect(() => g.add('e', g.input, other)).toThrow(/e adds 4 x 4 x 6 to 4 x 4 x 8/);
    });
  });

  it('refuses two operators of one name', () => {
    const g = new GraphBuilder('twice', { height: 4, width: 4, channels: 3 });
    g.block('b', 'conv', () => {
      g.conv('c', g.input, { outChannels: 3, kernelSize: 1 });
      g.conv('c', g.input, { outChannels: 3, kernelSize: 1 });
    });
    expect(() => g.build()).toThrow(/two operators are called c/);
  });
});

describe('countGraph', () => {
  it('counts a layer as the textbook does', () => {
    const g = new GraphBuilder('one', { height: 10, width: 10, channels: 8 });
    g.block('b', 'conv', () => g.conv('c', g.input, { outChannels: 16, kernelSize: 3, groups: 2 }));
    expect(countGraph(g.build())).toEqual({
      macs: 10 * 10 * 16 * 4 * 9,
      parameters: 16 * 4 * 9 + 2 * 16,
      activations: 1600,
    });
  });
});

describe('planGraph', () => {
  it('folds activations, and the residual add into whichever branch is computed last', () => {
    const graph = projectedBottleneck();
    const plan = planGraph(graph, 'layerwise', new Set());
    expect(plan.kernels.map((kernel) => kernel.operators.map((id) => operatorAt(graph, id).name))).toEqual([
      ['conv1', 'conv1.act'],
      ['conv2', 'conv2.act'],
      ['conv3'],
      ['shortcut', 'add', 'act'],
    ]);
  });

  it('folds one of two activations in a row', () => {
    const g = new GraphBuilder('twice', { height: 4, width: 4, channels: 3 });
    g.block('b', 'conv', () => {
      const x = g.conv('conv', g.input, { outChannels: 4, kernelSize: 1, activation: 'silu' });
      return g.activation('again', x, 'silu');
    });
    const plan = planGraph(g.build(), 'layerwise', new Set());
    expect(plan.kernels.map(({ operators }) => operators)).toEqual([[1, 2], [3]]);
  });

  it('makes one kernel of a block that the provider can fuse, and only of that', () => {
    const graph = convFirst(16, 8, 6);
    const fused = planGraph(graph, 'fused', new Set(['convfirst']));
    expect(fused.kernels).toHaveLength(1);
    expect(fused.kernels[0]?.fused).toBe(true);
    const other = planGraph(graph, 'fused', new Set(['mbconv']));
    expect(other.kernels).toHaveLength(3);
  });

  it('covers every operator exactly once, in order', () => {
    for (const graph of [projectedBottleneck(), convFirst(16, 8, 6)]) {
      for (const kind of ['layerwise', 'fused'] as const) {
        const covered = planGraph(graph, kind, new Set(['convfirst'])).kernels.flatMap((k) => k.operators);
        expect(covered.toSorted((a, b) => a - b)).toEqual(graph.operators.slice(1).map(({ id }) => id));
      }
    }
  });
});

describe('costOfKernel', () => {
  it('reads a fused block input once and no intermediate', () => {
    const graph = convFirst(64, 64, 6);
    const kernel = planGraph(graph, 'fused', new Set(['convfirst'])).kernels[0];
    if (kernel === undefined) throw new Error('no kernel');
    expect(kernelInputs(graph, kernel)).toEqual([0]);
    const cost = costOfKernel(graph, kernel, 128, 'fp16');
    const tensor = 2 * 128 * 64 * 64 * 64;
    expect(cost.inputBytes).toBe(tensor);
    expect(cost.outputBytes).toBe(tensor);
    expect(cost.operations).toBe(2 * 128 * 64 * 64 * 64 * (8 * 9 + 2 * 6 * 64));
  });
});

describe('initializeParameters', () => {
  it('makes the weights of a layer narrower the more inputs it sums', () => {
    const graph = convFirst(16, 8, 6);
    const bounds = initializeParameters(graph);
    const expand = bounds.get(graph.operators.find(({ name }) => name === 'expand')?.id ?? -1);
    expect(expand?.weights).toBeCloseTo(Math.sqrt(3 / 16), 6);
  });
});
