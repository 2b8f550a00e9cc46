/** What SwiftShader has not, run on lavapipe: every kernel in 16 bits, and subgroup matrices, against the fp64 reference. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Graph } from '../../../core/graph/graph.ts';
import { measureLanes, measureMatrices } from '../../../webgpu-bench/calibrate/arithmetic.ts';
import { Gpu } from '../../../webgpu-bench/network/gpu.ts';
import { profileNetwork } from '../../../webgpu-bench/network/measure.ts';
import { provenMatrices } from '../../../webgpu-bench/network/prove-matrices.ts';
import { openGpu } from '../../../webgpu-bench/provider/device.ts';
import { matrixUnitsOf, type SubgroupMatrixConfig } from '../../../webgpu-bench/wgsl/subgroup-matrix.ts';
import { blockNetworks, operatorsNetwork } from '../../fixtures/webgpu/networks.ts';
import { expectNoError, halfAdapter } from './dawn-device.ts';
import { expectRight, prepareNetwork } from './prepared-network.ts';

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

async function openHalf(): Promise<Gpu> {
  const record = {
    id: 'lavapipe',
    vendor: 'mesa',
    name: 'lavapipe',
    driver: '',
    backend: 'vulkan',
    software: true,
  };
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
  beforeAll(async () => {
    gpu = await openHalf();
  });
  afterAll(() => gpu.device.destroy());

  it.each([0, 2, 5])('every operator is right, with candidate %i of each layer', async (candidate) => {
    const graph = operatorsNetwork();
    await expectRight(await prepareNetwork(gpu, graph, 'layerwise', { dtype: 'fp16', candidate, batch: 2 }));
  });

  it.each(Object.keys(blockNetworks))('%s is right as one launch', async (name) => {
    const graph = blockNetworks[name]?.() as Graph;
    const network = await prepareNetwork(gpu, graph, 'fused', { dtype: 'fp16', batch: 2 });
    const fused = network.kernels.filter(({ plan }) => plan.fused);
    expect(fused.map(({ implementation }) => implementation)).toEqual([expect.stringMatching(/^block\./)]);
    await expectRight(network);
  });

  it.each(['convfirst, relu', 'convnext', 'two pointwise layers', 'mbconv'])(
    'the tiles of %s that hardware gets are right as well',
    async (name) => {
      const hardware = new Gpu(gpu.device, gpu.timer, false);
      const graph = blockNetworks[name]?.() as Graph;
      await expectRight(await prepareNetwork(hardware, graph, 'fused', { dtype: 'fp16' }));
    },
  );

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
    for (const candidate of [0, 1, 2]) {
      const network = await prepareNetwork(gpu, graph, 'fused', { dtype: 'fp16', candidate, batch: 2 });
      const block = network.kernels.find(({ plan }) => plan.fused);
      expect(block?.implementation).toMatch(implementation);
      await expectRight(network);
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
    const proven = await provenMatrices(gpu, 'f16');
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
      expect(await provenMatrices(broken, 'f16')).toEqual([]);
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
});
