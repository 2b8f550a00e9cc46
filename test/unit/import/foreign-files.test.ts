/** Files that other programs wrote; the counts are those that torchvision documents for the same networks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countGraph } from '../../../core/graph/count.ts';
import { importOnnx } from '../../../core/import/network.ts';
import { findModel } from '../../../core/models/zoo.ts';

function imported(file: string) {
  const { graph } = importOnnx(
    readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'onnx', file)),
    file,
  );
  return { ...countGraph(graph), blocks: graph.blocks.map(({ kind }) => kind) };
}

it('ResNet-50 has the parameters, operations and blocks of the one in the zoo', () => {
  const { parameters, macs, blocks } = imported('light_resnet50.onnx');
  const zoo = findModel('resnet50')?.build() ?? expect.unreachable();
  expect(parameters).toBe(25_557_032);
  expect({ macs, parameters }).toEqual({
    macs: countGraph(zoo).macs,
    parameters: countGraph(zoo).parameters,
  });
  expect(blocks.filter((kind) => kind === 'bottleneck')).toHaveLength(16);
});

it('SqueezeNet 1.1 has its parameters, and no block that is fused', () => {
  const { parameters, macs, blocks } = imported('light_squeezenet.onnx');
  expect(parameters).toBe(1_235_496);
  expect(Math.round(macs / 1e7)).toBe(35);
  expect(new Set(blocks)).toEqual(new Set(['stem', 'conv', 'head']));
});
