/** An imported network from its file to its figures, with the real native program. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countGraph } from '../../core/graph/count.ts';
import { importOnnx } from '../../core/import/network.ts';
import { findModel } from '../../core/models/zoo.ts';
import type { NetworkImport } from '../../core/protocol/networks.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { defaultTiming } from '../../main/bench/measure-case.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { exportGraph } from '../fixtures/onnx/onnx-file.ts';

const settings = {
  rounds: 1,
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
  const { measurements, lost } = await measure(() => api.call('runs.start', request));
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
  expect((await api.call('runs.get', { runId: 'latest~1' })).measurements).toHaveLength(2);
  expect(await apiRejectionOf(api.call('runs.plan', request))).toMatchObject({
    code: 'notFound',
    message: `There is no model called '${name}'.`,
  });
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
