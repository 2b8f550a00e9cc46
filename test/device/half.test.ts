/** What SwiftShader has not, run on lavapipe: every kernel in 16 bits, and subgroup matrices, against the fp64 reference. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { CalibrateResultSchema, PrepareResultSchema } from '../../core/protocol/provider.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { measureLanes, measureMatrices } from '../../webgpu-bench/calibrate/arithmetic.ts';
import { Gpu } from '../../webgpu-bench/network/gpu.ts';
import { lowerKernel } from '../../webgpu-bench/network/lower-kernel.ts';
import { profileNetwork } from '../../webgpu-bench/network/measure.ts';
import { provenMatrices } from '../../webgpu-bench/network/prove-matrices.ts';
import { openGpu } from '../../webgpu-bench/provider/device.ts';
import type { Host } from '../../webgpu-bench/provider/host.ts';
import { ProviderServer } from '../../webgpu-bench/provider/server.ts';
import { matrixUnitsOf, type SubgroupMatrixConfig } from '../../webgpu-bench/wgsl/subgroup-matrix.ts';
import { arithmeticCases } from '../fixtures/webgpu/arithmetic-cases.ts';
import { expectNoError, halfAdapter } from '../fixtures/webgpu/dawn-device.ts';
import { blockNetworks } from '../fixtures/webgpu/networks.ts';
import { expectRight, planOf, prepareCase, prepareNetwork } from '../fixtures/webgpu/prepared-network.ts';

const found = await halfAdapter();
const whyNot = typeof found === 'string' ? found : undefined;
if (whyNot !== undefined) console.warn(`16 bits: ${whyNot}`);

const units = typeof found === 'string' ? undefined : matrixUnitsOf(found);
const whyNoMatrices =
  whyNot ??
  (units === undefined
    ? 'skipped: its driver has no subgroup matrices; Mesa has them from version 26 on'
    : undefined);
if (whyNoMatrices !== undefined) console.warn(`subgroup matrices: ${whyNoMatrices}`);

const record = {
  id: 'lavapipe',
  vendor: 'mesa',
  name: 'lavapipe',
  driver: '',
  backend: 'vulkan',
  software: true,
};

async function openHalf(): Promise<Gpu> {
  const request = async () => {
    const adapter = await halfAdapter();
    return typeof adapter === 'string' ? null : adapter;
  };
  const gpu = await openGpu({ record, request });
  expectNoError(gpu.device);
  return gpu;
}

describe.skipIf(whyNot !== undefined)('in 16 bits', { timeout: 300_000 }, () => {
  let gpu: Gpu;
  /** The same device, as if it were none of software. */
  let hardware: Gpu;
  beforeAll(async () => {
    gpu = await openHalf();
    hardware = new Gpu(gpu.device, gpu.timer, false);
  });
  afterAll(() => gpu.device.destroy());

  it.each(arithmeticCases.f16)('is right: $name', async (one) => {
    await expectRight(await prepareCase(one.tiles === 'software' ? gpu : hardware, one, 'fp16'));
  });

  it('its peak is proven', async () => {
    const ceiling = await measureLanes(gpu.device, 'f16', { timer: gpu.timer, seconds: 0.02 });
    expect(ceiling).toMatchObject({ dtype: 'fp16', instructionSet: 'wgsl-f16' });
    expect(ceiling.operationsPerSecond).toBeGreaterThan(0);
  });
});

/** Layers for each number of matrices a tile has, with and without a rest, windows that hang over the border, and all that follows a sum. */
function matrixNetwork(): Graph {
  const g = new GraphBuilder('matrices', { height: 18, width: 14, channels: 8 });
  g.block('all', 'conv', () => {
    const x = g.conv('window', g.input, {
      outChannels: 32,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
    });
    const y = g.conv('pointwise', x, { outChannels: 32, kernelSize: 1, activation: 'gelu' });
    let z = g.add('sum', g.conv('residual', y, { outChannels: 32, kernelSize: 1 }), x);
    z = g.conv('rest', z, { outChannels: 24, kernelSize: 1, activation: 'silu' });
    z = g.conv('stride', z, { outChannels: 40, kernelSize: 3, stride: 2, padding: 'same' });
    z = g.conv('five', z, { outChannels: 16, kernelSize: 5, stride: 2, padding: 'same', bias: true });
    z = g.conv('unpadded', z, { outChannels: 8, kernelSize: 3, activation: 'hardSwish' });
    g.conv('odd', z, { outChannels: 10, kernelSize: 1 });
  });
  return g.build();
}

describe.skipIf(whyNoMatrices !== undefined)('on subgroup matrices', { timeout: 300_000 }, () => {
  let gpu: Gpu;
  beforeAll(async () => {
    const { device, timer, matrices } = await openHalf();
    // As hardware has it: both tiles of a layer are among what is tried.
    gpu = new Gpu(device, timer, false, { matrices });
    gpu.setMatrices(matrices?.configs ?? []);
  });
  afterAll(() => gpu.device.destroy());

  it.each([0, 1])('every dense layer is right, in its tile number %i', async (candidate) => {
    const graph = matrixNetwork();
    const network = await prepareNetwork(gpu, graph, 'layerwise', { dtype: 'fp16', candidate, batch: 2 });
    const onMatrices = network.kernels.filter(({ implementation }) =>
      implementation.startsWith('conv2d.matrix.'),
    );
    // Rows of ten channels are not aligned.
    expect(network.kernels.at(-1)?.implementation).not.toContain('matrix');
    expect(onMatrices.length).toBe(candidate === 0 ? network.kernels.length - 1 : 6);
    await expectRight(network);
  });

  it.each([
    ['convfirst, relu', /^block\.convfirst\.matrix\.4x8x/],
    ['convfirst, gelu', /^block\.convfirst\.matrix\./],
    ['two pointwise layers', /^block\.ffn\.matrix\./],
    ['convfirst step down', /^block\.convfirstDownsample\.matrix\./],
    ['convnext', /^block\.convnext\.matrix\./],
    ['convnext, two pixels at a time', /^block\.convnext\.matrix\./],
  ])('%s is right as one launch', async (name, implementation) => {
    const graph = blockNetworks[name]?.() as Graph;
    const kernel =
      planOf(graph, 'fused').kernels.find(({ fused }) => fused) ?? expect.unreachable('no block');
    const { launches } = lowerKernel(graph, kernel, { batch: 2, storage: 'f16', limits: gpu.limits });
    const names = launches[0]?.candidates.map((one) => one.implementation) ?? [];
    expect(names[0]).toMatch(implementation);
    for (const candidate of names.keys()) {
      if (names[candidate]?.includes('.matrix.') !== true) continue;
      await expectRight(await prepareNetwork(gpu, graph, 'fused', { dtype: 'fp16', candidate, batch: 2 }));
    }
  });

  it('kernels that are cut compute the same', async () => {
    const strict = new Gpu(gpu.device, gpu.timer, false, { matrices: gpu.matrices, longestDispatchNs: 1e4 });
    strict.setMatrices(gpu.matrices?.configs ?? []);
    const network = await prepareNetwork(strict, matrixNetwork(), 'layerwise', { dtype: 'fp16' });
    await profileNetwork(network, 1, () => {});
    const counts = network.kernels.flatMap(({ launches }) =>
      launches.map(({ slices }) => slices?.count ?? 1),
    );
    expect(Math.max(...counts)).toBeGreaterThan(1);
    await expectRight(network);
  });

  it('only those that are right are used', async () => {
    const isUsed = ({ componentType, resultComponentType }: SubgroupMatrixConfig) =>
      componentType === 'f16' && resultComponentType === 'f32';
    const proven = await provenMatrices(gpu, 'f16', () => {});
    expect(proven).toEqual(gpu.matrices?.configs.filter(isUsed));
    expect(proven.length).toBeGreaterThan(0);
    expect(gpu.limits.matrices?.configs).toEqual(gpu.matrices?.configs);
    const { device } = await openHalf();
    const createModule = device.createShaderModule.bind(device);
    for (const [right, wrong] of [
      ['(a0, b0, s0_0)', '(a0, b0, s0_1)'],
      ['subgroupMatrixMultiplyAccumulate', 'subgroupMatrixMultiply'],
    ] as const) {
      let replaced = 0;
      device.createShaderModule = (descriptor) => {
        replaced += Number(descriptor.code.includes(right));
        return createModule({ ...descriptor, code: descriptor.code.replaceAll(right, wrong) });
      };
      const broken = new Gpu(device, gpu.timer, false, { matrices: gpu.matrices });
      expect(await provenMatrices(broken, 'f16', () => {})).toEqual([]);
      expect(replaced).toBeGreaterThan(0);
    }
    device.destroy();
  });

  it('every peak is proven', async () => {
    const ceilings = await measureMatrices(gpu.device, gpu.matrices ?? expect.unreachable(), {
      timer: gpu.timer,
      seconds: 0.02,
    });
    expect(ceilings).toHaveLength(gpu.matrices?.configs.length ?? 0);
    expect(ceilings.map(({ instructionSet }) => instructionSet)).toContain('subgroup-matrix-f16-f32-8x8x8');
  });

  it('a kind that computes something else has no peak', async () => {
    const { device, timer, matrices } = await openHalf();
    const createModule = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) => {
      const isWrong = descriptor.code.includes('subgroup_matrix_result<f32');
      const code = descriptor.code.replace('step: u32 = 0u', 'step: u32 = 1u');
      return createModule(isWrong ? { ...descriptor, code } : descriptor);
    };
    const ceilings = await measureMatrices(device, matrices ?? expect.unreachable(), {
      timer,
      seconds: 0.02,
    });
    const names = ceilings.map(({ instructionSet }) => instructionSet);
    expect(names).toContain('subgroup-matrix-f16-f16-8x8x8');
    expect(names).not.toContain('subgroup-matrix-f16-f32-8x8x8');
    device.destroy();
  });

  describe('the provider', () => {
    const graph = matrixNetwork();
    const prepare = {
      ...{ id: 1, method: 'prepare', graph: toWireGraph(graph), plan: 'layerwise', dtype: 'fp16' },
      ...{ kernels: planOf(graph, 'layerwise').kernels, batch: 1, threads: 1, seed: 1 },
    };

    /** The result of one request. */
    async function answered(host: Partial<Host>, line: object, opened?: (device: GPUDevice) => void) {
      const answers: { result?: unknown }[] = [];
      const request = async () => {
        const adapter = await halfAdapter();
        if (typeof adapter === 'string') return null;
        const requestDevice = adapter.requestDevice.bind(adapter);
        adapter.requestDevice = async (descriptor) => {
          const device = await requestDevice(descriptor);
          opened?.(device);
          return device;
        };
        return adapter;
      };
      const server = new ProviderServer({
        host: {
          ...{ provider: 'webgpu', libraries: {}, version: '1', triesMatrices: true },
          findAdapters: async () => ({ offers: [{ record, request }], reason: undefined }),
          ...host,
        },
        send: (message) => answers.push(message),
        end: () => {},
      });
      server.receive(JSON.stringify(line));
      await server.idle();
      return answers.find((answer) => 'result' in answer)?.result;
    }

    /** The network, and how many of its kernels are on matrices. */
    async function prepared(host: Partial<Host>, more: object = {}, opened?: (device: GPUDevice) => void) {
      const result = PrepareResultSchema.parse(await answered(host, { ...prepare, ...more }, opened));
      const names = result.kernels.map(({ implementation }) => implementation);
      return { result, onMatrices: names.filter((name) => name.includes('matrix')).length };
    }

    it('uses them once they were tried, and says so', async () => {
      const { result, onMatrices } = await prepared({});
      expect(onMatrices).toBeGreaterThan(0);
      expect(result.tuning).toMatchObject({ 'trial fp16': 1 });
    });

    it('measures no peak of them on a software adapter, whose compiler takes them apart', async () => {
      const calibrate = { id: 1, method: 'calibrate', secondsPerCeiling: 0.02 };
      const { arithmetic } = CalibrateResultSchema.parse(await answered({}, calibrate));
      expect(arithmetic.map(({ instructionSet }) => instructionSet)).toEqual([
        'wgsl-f32',
        'wgsl-f16',
        'wgsl-dot4I8Packed',
      ]);
    });

    it('does without where it is told to, or where a trial has ended it before', async () => {
      const refused = await prepared({ triesMatrices: false });
      expect(refused.result.tuning).not.toHaveProperty('trial fp16');
      const failed = await prepared({}, { tuning: { 'trial fp16': 0 } });
      expect([refused.onMatrices, failed.onMatrices]).toEqual([0, 0]);
    });

    it('opens a device that was lost over the trial anew, and does without', async () => {
      let opened = 0;
      const { result, onMatrices } = await prepared({}, {}, (device) => {
        if (opened++ > 0) return;
        const createModule = device.createShaderModule.bind(device);
        device.createShaderModule = (descriptor) => {
          if (descriptor.code.includes('subgroup_matrix')) device.destroy();
          return createModule(descriptor);
        };
      });
      expect(opened).toBe(2);
      expect(result.kernels.length).toBeGreaterThan(0);
      expect(onMatrices).toBe(0);
      expect(result.tuning).toMatchObject({ 'trial fp16': 0 });
    });
  });
});
