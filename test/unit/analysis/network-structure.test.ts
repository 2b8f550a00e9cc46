import { describe, expect, it } from 'vitest';
import { blockStacks, workByKind } from '../../../core/analysis/network-structure.ts';
import { countGraph } from '../../../core/graph/count.ts';
import { findModel, models } from '../../../core/models/zoo.ts';

const resnet = findModel('resnet50')?.build();
if (resnet === undefined) throw new Error('the zoo has resnet50');

it('every stack and every kind together are the whole network, for each family', () => {
  const oneAFamily = [...new Map(models.map((model) => [model.family, model])).values()];
  for (const model of oneAFamily) {
    const graph = model.build();
    const { macs, parameters } = countGraph(graph);
    const [stacks, kinds] = [blockStacks(graph, 2, 'fp16'), workByKind(graph, 2, 'fp16')];
    for (const parts of [stacks, kinds]) {
      const total = (key: 'operations' | 'parameters') => parts.reduce((sum, part) => sum + part[key], 0);
      expect(total('operations'), model.name).toBe(2 * 2 * macs);
      expect(total('parameters'), model.name).toBe(parameters);
    }
    const bytes = (parts: readonly { bytes: number }[]) => parts.reduce((sum, part) => sum + part.bytes, 0);
    expect(bytes(stacks)).toBe(bytes(kinds));
    // The first block is the image, which no kernel makes.
    expect(stacks.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(graph.blocks.length - 1);
  }
});

describe('resnet50', () => {
  it('is a stem, four stages and a head', () => {
    expect(
      blockStacks(resnet, 1, 'fp32').map(({ kind, blocks, output }) => [
        kind,
        blocks,
        output.height,
        output.channels,
      ]),
    ).toEqual([
      ['stem', 1, 56, 64],
      ['bottleneck', 3, 56, 256],
      ['bottleneck', 4, 28, 512],
      ['bottleneck', 6, 14, 1024],
      ['bottleneck', 3, 7, 2048],
      ['head', 1, 1, 1000],
    ]);
  });

  it('has dense and pointwise convolutions, and no others', () => {
    expect(workByKind(resnet, 1, 'fp32').map(({ kind }) => kind)).toEqual([
      'dense',
      'pointwise',
      'linear',
      'other',
    ]);
    expect(workByKind(resnet, 1, 'fp32').find(({ kind }) => kind === 'other')?.operations).toBe(0);
  });
});
