/** What exporters write in their own ways comes to the same operators. */
import { expect, it } from 'vitest';
import { importOnnx } from '../../../core/import/network.ts';
import { OnnxFile } from '../../fixtures/onnx/onnx-file.ts';

/** The kinds of operator that `build` comes to, an activation by its function; and the blocks. */
function imported(build: (file: OnnxFile, x: string) => string) {
  const file = new OnnxFile();
  file.output(build(file, file.input('x', ['N', 8, 16, 16])));
  const { graph } = importOnnx(file.bytes(), 'net.onnx');
  return {
    graph,
    kinds: graph.operators
      .slice(1)
      .map((operator) => (operator.kind === 'activation' ? operator.function : operator.kind)),
    blocks: graph.blocks.slice(1).map(({ kind }) => kind),
  };
}

const conv = (
  file: OnnxFile,
  x: string,
  [outputs, inputs]: readonly [number, number],
  { size = 1, group = 1, stride = 1, name = undefined as string | undefined } = {},
) =>
  file.node(
    'Conv',
    [x, file.weights([outputs, inputs / group, size, size]), file.weights([outputs])],
    { group, strides: [stride, stride], pads: Array.from({ length: 4 }, () => (size - 1) >> 1) },
    name,
  );

it('ConvNeXt as timm exports it: the 1x1 layers as products of matrices between transpositions', () => {
  const { graph, kinds, blocks } = imported((file, x) => {
    const spatial = conv(file, x, [8, 8], { size: 7, group: 8 });
    const nhwc = file.node('Transpose', [spatial], { perm: [0, 2, 3, 1] });
    const norm = [file.weights([8]), file.weights([8])];
    const normed = file.node('LayerNormalization', [nhwc, ...norm], { axis: -1, epsilon: 1e-6 });
    const layer = (of: string, from: number, to: number) =>
      file.node('Add', [file.weights([to]), file.node('MatMul', [of, file.weights([from, to])])]);
    const hidden = layer(normed, 8, 32);
    const erf = file.node('Erf', [file.node('Mul', [hidden, file.scalar(Math.SQRT1_2)])]);
    const half = file.node('Mul', [hidden, file.scalar(0.5)]);
    const gelu = file.node('Mul', [half, file.node('Add', [erf, file.scalar(1)])]);
    const projected = layer(gelu, 32, 8);
    const scaled = file.node('Mul', [projected, file.weights([8])]);
    return file.node('Add', [file.node('Transpose', [scaled], { perm: [0, 3, 1, 2] }), x]);
  });
  expect(kinds).toEqual(['conv2d', 'layerNorm', 'conv2d', 'gelu', 'conv2d', 'add']);
  expect(blocks).toEqual(['convnext']);
  expect(graph.operators[5]).toMatchObject({ kind: 'conv2d', bias: true, layerScale: true, outChannels: 8 });
});

it('squeeze-and-excite with linear layers, its mean over the image, and the gate first', () => {
  const { kinds, graph } = imported((file, x) => {
    const map = file.node('Relu', [conv(file, x, [8, 8], { size: 3 })]);
    const mean = file.node('ReduceMean', [map], { axes: [-2, -1], keepdims: 0 });
    const gemm = (of: string, from: number, to: number) =>
      file.node('Gemm', [of, file.weights([to, from]), file.weights([to])], { transB: 1 });
    const squeezed = file.node('Relu', [gemm(mean, 8, 4)]);
    const gate = file.node('Sigmoid', [gemm(squeezed, 4, 8)]);
    const shape = file.node('Unsqueeze', [gate, file.integers([2, 3])]);
    return file.node('Mul', [shape, map]);
  });
  expect(kinds).toEqual(['conv2d', 'relu', 'squeezeExcite']);
  expect(graph.operators.at(-1)).toMatchObject({
    squeezeChannels: 4,
    innerActivation: 'relu',
    gate: 'sigmoid',
  });
});

it('a classifier behind a chain of shapes, with what is left out of it', () => {
  const { kinds, blocks } = imported((file, x) => {
    const pooled = file.node('GlobalAveragePool', [file.node('Relu', [conv(file, x, [16, 8], { size: 3 })])]);
    const shape = file.node('Shape', [pooled]);
    const batch = file.node('Gather', [shape, file.integers([0])], { axis: 0 });
    const wanted = file.node('Concat', [batch, file.integers([-1])], { axis: 0 });
    const flat = file.node('Dropout', [file.node('Reshape', [pooled, wanted])]);
    const scores = file.node('MatMul', [file.node('Identity', [flat]), file.weights([16, 10])]);
    return file.node('Softmax', [file.node('Add', [scores, file.weights([10])])], { axis: 1 });
  });
  expect(kinds).toEqual(['conv2d', 'relu', 'globalAveragePool', 'linear']);
  expect(blocks).toEqual(['stem', 'head']);
});

it('padding of its own, or by a rule, is that of the convolution', () => {
  const { graph } = imported((file, x) => {
    const padded = file.node('Pad', [x, file.integers([0, 0, 0, 0, 0, 0, 1, 1])], { mode: 'constant' });
    const first = file.node('Conv', [padded, file.weights([8, 8, 3, 3])], { strides: [2, 2] });
    return file.node('Conv', [first, file.weights([8, 8, 3, 3])], {
      strides: [2, 2],
      auto_pad: 'SAME_UPPER',
    });
  });
  const padding = { top: 0, left: 0, bottom: 1, right: 1 };
  expect(graph.operators.slice(1)).toMatchObject([
    { kind: 'conv2d', padding, output: { height: 8 } },
    { kind: 'conv2d', padding, output: { height: 4 } },
  ]);
});

it('padding whose amounts torch turns round in a chain of nodes', () => {
  const { graph } = imported((file, x) => {
    // Of torch: left, right, top, bottom, and zeros for the other axes; of ONNX: the beginnings, then the ends, axes in order.
    const zeros = file.node('ConstantOfShape', [file.integers([4])]);
    const pairs = file.node('Reshape', [
      file.node('Concat', [file.integers([0, 1, 0, 2]), zeros], { axis: 0 }),
      file.integers([-1, 2]),
    ]);
    const [start, end, axes, steps] = [[-1], [-(2 ** 31)], [0], [-1]].map((one) => file.integers(one));
    const turned = file.node('Slice', [pairs, start ?? '', end ?? '', axes ?? '', steps ?? '']);
    const flat = file.node('Reshape', [
      file.node('Transpose', [turned], { perm: [1, 0] }),
      file.integers([-1]),
    ]);
    const padded = file.node('Pad', [x, file.node('Cast', [flat], { to: 7 })], { mode: 'constant' });
    return file.node('Conv', [padded, file.weights([8, 8, 3, 3])]);
  });
  expect(graph.operators.at(-1)).toMatchObject({ padding: { top: 0, left: 0, bottom: 2, right: 1 } });
});

it('a pool that rounds up has one more row', () => {
  const { graph } = imported((file, x) =>
    file.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  );
  expect(graph.operators.at(-1)).toMatchObject({
    output: { height: 8, width: 8 },
    padding: { top: 0, bottom: 1 },
  });
});

it('a sum that names its shortcut first, as MobileNetV2 of torchvision does, has the branch first here', () => {
  const { graph, blocks } = imported((file, x) => {
    const entry = conv(file, x, [8, 8], { size: 3 });
    const expanded = file.node('Relu', [conv(file, entry, [48, 8])]);
    const spatial = file.node('Relu', [conv(file, expanded, [48, 48], { size: 3, group: 48 })]);
    return file.node('Add', [entry, conv(file, spatial, [8, 48])]);
  });
  expect(blocks).toEqual(['stem', 'mbconv']);
  const sum = graph.operators.at(-1);
  expect(sum?.inputs).toEqual([graph.operators.length - 2, 1]);
});

it('names operators by their nodes and blocks by what their names have in common', () => {
  const { graph } = imported((file, x) => {
    const first = file.node(
      'Relu',
      [conv(file, x, [8, 8], { size: 3, name: '/layer1/layer1.0/conv1/Conv' })],
      {},
      '/layer1/layer1.0/relu/Relu',
    );
    const second = conv(file, first, [8, 8], { size: 3, name: '/layer1/layer1.0/conv2/Conv' });
    const sum = file.node('Add', [second, x], {}, '/layer1/layer1.0/Add');
    return file.node('Relu', [sum], {}, '/layer1/layer1.0/relu/Relu');
  });
  expect(graph.blocks.at(-1)).toEqual({ name: 'layer1.0', kind: 'basic' });
  expect(graph.operators.map(({ name }) => name)).toEqual([
    'input',
    'layer1/layer1.0/conv1/Conv',
    'layer1/layer1.0/relu/Relu',
    'layer1/layer1.0/conv2/Conv',
    'layer1/layer1.0/Add',
    'layer1/layer1.0/relu/Relu#2',
  ]);
});

it('a sum whose branches are no block of ours lies in plain blocks', () => {
  const { blocks, kinds } = imported((file, x) => {
    const pooled = file.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    const shortcut = conv(file, pooled, [16, 8]);
    const branch = file.node('Relu', [conv(file, x, [16, 8], { size: 3, stride: 2 })]);
    const sum = file.node('Add', [conv(file, branch, [16, 16], { size: 3 }), shortcut]);
    return file.node('Relu', [sum]);
  });
  expect(kinds).toEqual(['conv2d', 'relu', 'conv2d', 'averagePool', 'conv2d', 'add', 'relu']);
  expect(new Set(blocks.slice(1))).toEqual(new Set(['conv']));
});
