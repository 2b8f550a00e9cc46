/**
 * Files that other programs wrote. The counts of the two from Caffe2's zoo are those that torchvision documents for the same networks; those of
 * the others come from hooks on the layers of the network that was exported, and from what the file holds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countGraph } from '../../../core/graph/count.ts';
import { type BlockKind, blockKinds } from '../../../core/graph/graph.ts';
import { planGraph, planKinds } from '../../../core/graph/plan.ts';
import { ImportRefused, importOnnx } from '../../../core/import/network.ts';
import { findModel } from '../../../core/models/zoo.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'onnx');

/** Those that some provider fuses. */
const fusable: ReadonlySet<BlockKind> = new Set(
  blockKinds.filter((kind) => !['stem', 'conv', 'downsample', 'head'].includes(kind)),
);

function imported(file: string) {
  const { graph } = importOnnx(readFileSync(join(folder, file)), file);
  const { macs, parameters } = countGraph(graph);
  const blocks = graph.blocks.map(({ kind }) => kind);
  const kernels = planKinds.map((kind) => planGraph(graph, kind, fusable).kernels.length);
  const operators = graph.operators.map((one) => (one.kind === 'activation' ? one.function : one.kind));
  return { graph, macs, parameters, blocks, kernels, operators };
}

function refusalOf(file: string): string {
  try {
    imported(file);
  } catch (error) {
    if (error instanceof ImportRefused) return error.message;
    throw error;
  }
  return 'It was imported.';
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

describe('files of real exporters', () => {
  it.each([
    ['convnext_default_exporter.onnx', 805_056, 32_090, [31, 16]],
    ['convnext_official_slim.onnx', 136_096, 5082, [15, 9]],
    ['tf_efficientnet_torchscript.onnx', 1_408_720, 40_568, [31, 11]],
    ['avgpool_padded_3x3.onnx', 49_488, 5122, [6, 6]],
    ['se_linear_unsqueeze_nobias.onnx', 110_880, 746, [4, 4]],
    ['fp16_ort_keepio.onnx', 129_184, 1562, [4, 4]],
    ['keras_separable.onnx', 106_656, 650, [5, 4]],
  ])('%s has its operations, parameters and kernels', (file, macs, parameters, kernels) => {
    expect(imported(file)).toMatchObject({ macs, parameters, kernels });
  });

  it('find the blocks that the fused plan needs', () => {
    const count = (file: string, kind: BlockKind) =>
      imported(file).blocks.filter((one) => one === kind).length;
    expect(count('convnext_default_exporter.onnx', 'convnext')).toBe(5);
    expect(count('convnext_default_exporter.onnx', 'downsample')).toBe(3);
    expect(count('convnext_official_slim.onnx', 'convnext')).toBe(2);
    expect(count('tf_efficientnet_torchscript.onnx', 'mbconv')).toBe(6);
  });

  it('keep an average of nine pixels, which is none of the whole map', () => {
    const { graph } = imported('avgpool_padded_3x3.onnx');
    expect(graph.operators.find(({ kind }) => kind === 'averagePool')).toMatchObject({
      kernelSize: 3,
      stride: 1,
      padding: { top: 1, left: 1, bottom: 1, right: 1 },
      output: { height: 3, width: 3, channels: 16 },
    });
  });
});

describe('small files, one case each', () => {
  it.each([
    ['dim-minus-one.onnx', ['input', 'conv2d']],
    ['relu6-fp16-int32data.onnx', ['input', 'conv2d', 'relu6']],
    ['keras-rescaling.onnx', ['input', 'conv2d']],
    ['minmax-relu6.onnx', ['input', 'conv2d', 'relu6']],
    ['pad-axes.onnx', ['input', 'conv2d']],
    ['swish-op24.onnx', ['input', 'conv2d', 'silu']],
    ['local-function.onnx', ['input', 'conv2d', 'relu']],
  ])('%s is imported', (file, operators) => {
    expect(imported(file).operators).toEqual(operators);
  });

  it.each([
    ['layernorm_chw.onnx', /LayerNormalization .* normalises over more than the channels/],
    ['add-width-bias.onnx', /Add .* adds a constant of 32 on a tensor of 1 x 32 x 32 x 32/],
    ['op-__proto__.onnx', /Plimsoll has no __proto__/],
    ['op-valueOf.onnx', /Plimsoll has no valueOf/],
  ])('%s is refused', (file, why) => {
    expect(refusalOf(file)).toMatch(why);
  });
});
