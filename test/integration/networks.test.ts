/** An imported network from its file to its figures, with the real native program. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { countGraph } from '../../core/graph/count.ts';
import { importOnnx } from '../../core/import/network.ts';
import { findModel } from '../../core/models/zoo.ts';
import type { NetworkImport } from '../../core/protocol/networks.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { defaultTiming } from '../../main/bench/measure-case.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { exportGraph, OnnxFile } from '../fixtures/onnx/onnx-file.ts';

const settings = {
  rounds: 1,
  secondsPerCeiling: 0.01,
  timing: {
    ...defaultTiming,
    warmupSeconds: 0.02,
    warmupMaxSeconds: 0.1,
    minSeconds: 0.05,
    minSamples: 5,
    maxSeconds: 0.5,
    profileRepetitions: 3,
  },
};

let folder: string;
let api: LocalApi;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-networks-'));
  api = createApi({ dataFolder: folder, settings });
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

function graphOf(model: string, size: number) {
  return findModel(model)?.build(size) ?? expect.unreachable(model);
}

function networkOf(model: string, file: string, size = 64): NetworkImport {
  return importOnnx(exportGraph(graphOf(model, size), { foldsBatchNorm: true }).bytes(), file);
}

/** A block of each kind that is fused, of widths that fill no vector. */
function oddNetwork() {
  const g = new GraphBuilder('odd', { height: 37, width: 37, channels: 3 });
  const relu = { activation: 'relu', batchNorm: false } as const;
  const linear = { kernelSize: 1, batchNorm: false } as const;
  let x = g.block('stem', 'stem', () => g.conv('stem', g.input, { ...relu, outChannels: 10, kernelSize: 3 }));
  x = g.block('basic', 'basic', () => {
    const shortcut = g.conv('basic.short', x, { ...linear, outChannels: 13, stride: 2 });
    const first = g.conv('basic.1', x, { ...relu, outChannels: 13, kernelSize: 3, stride: 2 });
    const second = g.conv('basic.2', first, { outChannels: 13, kernelSize: 3, batchNorm: false });
    return g.activation('basic.act', g.add('basic.add', second, shortcut), 'relu');
  });
  x = g.block('bottleneck', 'bottleneck', () => {
    const first = g.conv('bottle.1', x, { ...relu, outChannels: 9, kernelSize: 1 });
    const second = g.conv('bottle.2', first, { ...relu, outChannels: 9, kernelSize: 5, groups: 3 });
    const third = g.conv('bottle.3', second, { ...linear, outChannels: 13 });
    return g.activation('bottle.act', g.add('bottle.add', third, x), 'relu6');
  });
  x = g.block('mbconv', 'mbconv', () => {
    const silu = { activation: 'silu', batchNorm: false } as const;
    const expanded = g.conv('mb.1', x, { ...silu, outChannels: 31, kernelSize: 1 });
    const spatial = g.depthwise('mb.2', expanded, { ...silu, kernelSize: 5, stride: 2 });
    const squeeze = { squeezeChannels: 3, innerActivation: 'silu', gate: 'sigmoid' } as const;
    return g.conv('mb.3', g.squeezeExcite('mb.se', spatial, squeeze), { ...linear, outChannels: 11 });
  });
  x = g.block('separable', 'depthwiseSeparable', () => {
    const hardSwish = { activation: 'hardSwish', batchNorm: false } as const;
    const spatial = g.depthwise('sep.1', x, { ...hardSwish, kernelSize: 3 });
    return g.add('sep.add', g.conv('sep.2', spatial, { ...linear, outChannels: 11 }), x);
  });
  x = g.block('fused', 'fusedMbconv', () => {
    const expanded = g.conv('fused.1', x, { ...relu, outChannels: 17, kernelSize: 3 });
    return g.conv('fused.2', expanded, { ...linear, outChannels: 7 });
  });
  x = g.block('convnext', 'convnext', () => {
    const spatial = g.depthwise('next.1', x, { kernelSize: 7, batchNorm: false });
    const normed = g.layerNorm('next.norm', spatial);
    const hidden = g.conv('next.2', normed, { ...linear, outChannels: 29, activation: 'gelu' });
    return g.add('next.add', g.conv('next.3', hidden, { ...linear, outChannels: 7 }), x);
  });
  x = g.block('ffn', 'ffn', () => {
    const hidden = g.conv('ffn.1', x, { ...relu, outChannels: 15, kernelSize: 1 });
    return g.add('ffn.add', g.conv('ffn.2', hidden, { ...linear, outChannels: 7 }), x);
  });
  g.block('head', 'head', () => g.linear('head.fc', g.globalAveragePool('head.pool', x), 5));
  return g.build();
}

/** What the exporters of other networks write and no network of the zoo has. */
function strangeFile(): OnnxFile {
  const file = new OnnxFile();
  const conv = (x: string, dims: readonly number[], attributes = {}) =>
    file.node('Conv', [x, file.weights(dims)], attributes);
  const image = file.input('x', ['N', 3, 33, 33]);
  const wide = file.node('Sigmoid', [conv(image, [6, 3, 1, 7], { pads: [0, 3, 0, 3], strides: [2, 2] })]);
  const tall = file.node('Relu', [conv(wide, [6, 6, 7, 1], { pads: [3, 0, 3, 0] })]);
  const pooled = file.node('AveragePool', [wide], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
  });
  const joined = file.node('Concat', [tall, pooled, wide], { axis: 1 });
  const halved = file.node('MaxPool', [joined], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 });
  // A shortcut like that of ResNet-D, which no fused block has. Its windows end with the map: no kernel computes means of fewer pixels.
  const shortcut = file.node('AveragePool', [halved], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    strides: [2, 2],
    count_include_pad: 1,
  });
  const branch = conv(halved, [20, 18, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] });
  const sum = file.node('HardSwish', [file.node('Add', [branch, conv(shortcut, [20, 18, 1, 1])])]);
  const scores = file.node('Gemm', [file.node('Flatten', [sum]), file.weights([7, 500])], { transB: 1 });
  file.output(file.node('Softmax', [scores]));
  return file;
}

it('is listed, planned, measured in both plans, verified and shown; and its figures outlive it', async () => {
  const changed = new Promise((resolve) => api.subscribe('store.changed', resolve));
  const { name } = await api.call('models.import', networkOf('mobilenetv3_small_100', 'My Net.onnx'));
  await changed;
  expect(name).toBe('My_Net');
  const counts = countGraph(graphOf('mobilenetv3_small_100', 64));
  expect((await api.call('models.list', { size: 224 })).at(-1)).toMatchObject({
    name,
    family: 'imported',
    size: 64,
    macs: counts.macs,
    activations: counts.activations,
    top1: null,
    source: 'My Net.onnx',
  });
  expect((await api.call('models.graph', { name })).name).toBe(name);

  const request = { models: [name], threads: 1, settleSeconds: 0, noiseTest: false };
  const plan = await api.call('runs.plan', request);
  expect(plan.cases.map((one) => [one.model, one.imageSize, one.plan])).toEqual([
    [name, 64, 'layerwise'],
    [name, 64, 'fused'],
  ]);
  const measure = async (start: () => Promise<{ runId: string }>) => {
    const ended = new Promise((resolve) => api.subscribe('run.ended', resolve));
    const { runId } = await start();
    await ended;
    return api.call('runs.get', { runId });
  };
  const { run, measurements, lost } = await measure(() => api.call('runs.start', request));
  expect(lost).toEqual([]);
  expect(measurements).toHaveLength(2);
  for (const figure of measurements) {
    expect(figure).toMatchObject({ model: name, family: 'imported', verified: true, top1: null });
    expect(figure.operations).toBe(2 * counts.macs);
  }

  const [first] = measurements;
  const again = await measure(() => api.call('runs.verify', { figure: first?.id ?? '', settleSeconds: 0 }));
  expect(again.measurements.map((figure) => figure.operations)).toEqual([first?.operations]);

  await api.call('models.delete', { name });
  expect((await api.call('models.list', {})).some((row) => row.family === 'imported')).toBe(false);
  expect((await api.call('runs.get', { runId: run.id })).measurements).toHaveLength(2);
  expect(await apiRejectionOf(api.call('runs.plan', request))).toMatchObject({
    code: 'notFound',
    message: `There is no model called '${name}'.`,
  });
});

it('is computed right in both plans, also where no kernel was made for it', async () => {
  const graph = oddNetwork();
  const odd = importOnnx(exportGraph(graph, { decomposes: true }).bytes(), 'odd.onnx');
  expect(odd.graph.blocks.map(({ kind }) => kind)).toEqual(graph.blocks.map(({ kind }) => kind));
  const strange = importOnnx(strangeFile().bytes(), 'strange.onnx');
  for (const network of [odd, strange]) await api.call('models.import', network);
  const ended = new Promise((resolve) => api.subscribe('run.ended', resolve));
  const models = ['odd', 'strange'];
  const { runId } = await api.call('runs.start', { models, settleSeconds: 0, batches: [1, 3] });
  await ended;
  const { measurements, lost } = await api.call('runs.get', { runId });
  expect(lost).toEqual([]);
  expect(measurements.filter(({ verified }) => verified).map(({ model, plan }) => [model, plan])).toEqual([
    ['odd', 'layerwise'],
    ['odd', 'fused'],
    ['odd', 'layerwise'],
    ['odd', 'fused'],
    ['strange', 'layerwise'],
    ['strange', 'layerwise'],
  ]);
});

it('has a name of its own, and is there once', async () => {
  const network = networkOf('resnet18', 'resnet18.onnx');
  const { name } = await api.call('models.import', network);
  expect(name).toBe('resnet18-2');
  expect((await apiRejectionOf(api.call('models.import', network))).message).toMatch(/is called resnet18-2/);
  const other = networkOf('resnet34', 'other.onnx');
  for (const taken of ['resnet50', 'ResNet50', 'RESNET18-2']) {
    const { message } = await apiRejectionOf(api.call('models.import', { ...other, name: taken }));
    expect(message).toBe(`There is a model called '${taken}' already.`);
  }
  for (const bad of ['../up', 'a/b', '.hidden', '', 'x'.repeat(65)]) {
    expect((await apiRejectionOf(api.call('models.import', { ...other, name: bad }))).code).toBe('badInput');
  }
  expect(readdirSync(join(folder, 'networks'))).toEqual(['resnet18-2.json']);
  expect((await apiRejectionOf(api.call('models.delete', { name: 'resnet50' }))).message).toMatch(/zoo/);
  expect((await apiRejectionOf(api.call('models.delete', { name: '../plimsoll' }))).code).toBe('notFound');
});

it('is refused where its shapes do not follow from each other', async () => {
  const good = networkOf('vgg16', 'vgg.onnx', 32);
  const broken = (change: (network: NetworkImport) => unknown) => {
    const network = structuredClone(good);
    change(network);
    return apiRejectionOf(api.call('models.import', network));
  };
  const operator = (network: NetworkImport, id: number) =>
    network.graph.operators[id] ?? expect.unreachable(`operator ${id}`);
  const wrong: ((network: NetworkImport) => unknown)[] = [
    (network) => Object.assign(operator(network, 1).output, { height: 1 }),
    (network) => Object.assign(operator(network, 1), { inputs: [7] }),
    (network) => Object.assign(operator(network, 3), { block: 99 }),
    (network) => Object.assign(operator(network, 2), { name: operator(network, 1).name }),
    (network) => Object.assign(operator(network, 0).output, { channels: 2 ** 40 }),
    (network) => network.graph.operators.splice(1, 1),
    (network) => network.graph.operators.splice(1),
  ];
  for (const change of wrong) expect((await broken(change)).code).toBe('badInput');
  expect(await api.call('models.import', good)).toEqual({ name: 'vgg' });
});

it('is left out where its file is damaged, and the doctor says so', async () => {
  await api.call('models.import', networkOf('resnet18', 'fine.onnx'));
  const path = join(folder, 'networks', 'bad.json');
  writeFileSync(path, '{"format":"plimsoll-network"}');
  const own = (await api.call('models.list', {})).filter(({ family }) => family === 'imported');
  expect(own.map(({ name }) => name)).toEqual(['fine']);
  const checks = await api.call('app.doctor', {});
  expect(checks.find(({ name }) => name === 'networks')).toMatchObject({ status: 'warning' });
  expect((await apiRejectionOf(api.call('models.graph', { name: 'bad' }))).message).toContain(path);
});
