/** Every kernel on the software adapter, against the fp64 reference; every generated text through Dawn's compiler. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../../core/graph/graph.ts';
import { findModel } from '../../../core/models/zoo.ts';
import { MeasureResultSchema } from '../../../core/protocol/provider.ts';
import { toWireGraph } from '../../../core/protocol/wire-graph.ts';
import { OutOfMemory } from '../../../webgpu-bench/measure/errors.ts';
import { findTimer } from '../../../webgpu-bench/measure/repeat.ts';
import { Gpu } from '../../../webgpu-bench/network/gpu.ts';
import type { LowerOptions, WorkgroupLimits } from '../../../webgpu-bench/network/lower.ts';
import { lowerKernel } from '../../../webgpu-bench/network/lower-kernel.ts';
import { measureNetwork, profileNetwork, stepsOf } from '../../../webgpu-bench/network/measure.ts';
import { Network } from '../../../webgpu-bench/network/network.ts';
import { Tuner } from '../../../webgpu-bench/network/tuner.ts';
import { verify } from '../../../webgpu-bench/network/verify.ts';
import type { Storage } from '../../../webgpu-bench/wgsl/module.ts';
import { blockNetworks, operatorsNetwork } from '../../fixtures/webgpu/networks.ts';
import { leastDevice, nullDevice, softwareDevice, whyNoSoftwareAdapter } from './dawn-device.ts';
import { expectRight, planOf, prepareNetwork } from './prepared-network.ts';

describe.skipIf(whyNoSoftwareAdapter !== undefined)(
  'kernels on the software adapter',
  { timeout: 300_000 },
  () => {
    let gpu: Gpu;
    beforeAll(async () => {
      const device = await softwareDevice(['timestamp-query', 'subgroups']);
      gpu = new Gpu(device, await findTimer(device), true);
    });
    afterAll(() => gpu.device.destroy());

    it.each([
      [0, 'conv2d.quads.4x8'],
      [1, 'conv2d.direct.4x8'],
      [2, 'conv2d.direct.4x4'],
      [5, 'conv2d.tiled.32x32x32'],
      [6, 'conv2d.tiled.32x64x16'],
      [8, 'conv2d.tiled.64x64x16'],
    ])('every operator is right, with candidate %i of each layer: %s', async (candidate, implementation) => {
      const network = await prepareNetwork(gpu, operatorsNetwork(), 'layerwise', {
        candidate,
        batch: candidate === 0 ? 2 : 1,
      });
      const used = new Map(network.kernels.map((kernel) => [kernel.plan.name, kernel.implementation]));
      expect(used.get('dense')).toBe(implementation);
      expect(used.get('pointwise.gelu')).toBe(implementation);
      expect(used.get('depthwise5')).toMatch(
        candidate === 0
          ? 'conv2d.depthwise.4'
          : candidate === 1
            ? 'conv2d.depthwise.2'
            : /^conv2d\.depthwise\./,
      );
      expect(used.get('grouped')).toBe(candidate === 0 ? 'conv2d.quads.4x16' : 'conv2d.direct.1x4');
      expect(used.get('pairs')).toBe('conv2d.general');
      await expectRight(network);
    });

    it.each(Object.keys(blockNetworks))('%s is right as one launch', async (name) => {
      const graph = blockNetworks[name]?.() as Graph;
      const network = await prepareNetwork(gpu, graph, 'fused', { batch: 2 });
      const fused = network.kernels.filter(({ plan }) => plan.fused);
      expect(fused.map(({ implementation }) => implementation)).toEqual([expect.stringMatching(/^block\./)]);
      const excited = name.includes('squeeze');
      expect(fused[0]?.launches).toHaveLength(excited ? 2 : 1);
      await expectRight(network);
    });

    it.each([
      ['convfirst, relu', 'block.convfirst.4x8x64'],
      ['convnext', 'block.convnext.4x8x32'],
      ['two pointwise layers', 'block.ffn.4x8x32'],
    ])('the large tiles of %s that hardware gets are right as well', async (name, implementation) => {
      const graph = blockNetworks[name]?.() as Graph;
      const hardware = new Gpu(gpu.device, gpu.timer, false);
      const network = await prepareNetwork(hardware, graph, 'fused');
      expect(network.kernels.find(({ plan }) => plan.fused)?.implementation).toBe(implementation);
      await expectRight(network);
    });

    it('a block that does not fit is executed layer by layer, and says why', async () => {
      const graph = blockNetworks.convnext?.() as Graph;
      const small = new Gpu(gpu.device, gpu.timer, false);
      Object.assign(small.limits, { workgroupBytes: 512 });
      const network = await prepareNetwork(small, graph, 'fused');
      const block = network.kernels.find(({ plan }) => plan.fused);
      expect(block?.implementation).toMatch(/^layer by layer in 4 launches: it needs \d+ bytes .* has 512$/);
      await expectRight(network);
    });

    it('a code that the driver refuses is left out where another computes the same', async () => {
      const device = await softwareDevice(['timestamp-query', 'subgroups']);
      const createModule = device.createShaderModule.bind(device);
      device.createShaderModule = (descriptor) =>
        createModule({ ...descriptor, code: descriptor.code.replaceAll('quadBroadcast', 'quadNothing') });
      const picky = new Gpu(device, await findTimer(device), true);
      const graph = blockNetworks['two pointwise layers']?.() as Graph;
      const kernels = planOf(graph, 'layerwise').kernels;
      const choices: number[] = [];
      const request = { graph: toWireGraph(graph), kernels, dtype: 'fp32', batch: 1, seed: 7 } as const;
      const tuner = new Tuner({ get: () => undefined, set: (_key, choice) => choices.push(choice) }, 3);
      const network = await Network.prepare(picky, request, tuner, () => {});
      const names = network.kernels.map(({ implementation }) => implementation);
      expect(names.filter((name) => name.includes('quads'))).toEqual([]);
      // What is kept is the place among all that were tried.
      expect(Math.min(...choices)).toBeGreaterThan(0);
      await expectRight(network);
      const only = new Tuner({ get: () => undefined, set: () => {} }, 1);
      await expect(Network.prepare(picky, request, only, () => {})).rejects.toThrow('quadNothing');
      device.destroy();
    });

    it('a wrong weight and an output that is not written are found', async () => {
      const network = await prepareNetwork(gpu, operatorsNetwork(), 'layerwise');
      const [weights] = network.kernels;
      expect(weights?.plan.name).toBe('dense');
      const parameters = network.parametersOf(1);
      const before = parameters.weights[5] ?? 0;
      // The reference sees another weight than the device has.
      parameters.weights[5] = before + 1;
      const wrong = await verify(network, async () => {});
      expect(wrong.passed).toBe(false);
      expect(wrong.kernels.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['dense']);
      parameters.weights[5] = before;
      // A kernel that does nothing leaves the NaNs that its output was filled with.
      const [first, ...rest] = network.kernels;
      if (first === undefined) throw new Error('no kernels');
      network.kernels = [{ ...first, launches: [] }, ...rest];
      const unwritten = await verify(network, async () => {});
      expect(unwritten.kernels[0]).toMatchObject({ name: 'dense', passed: false, maxError: 1e30 });
      network.release();
    });

    it('an adapter with the least that WebGPU allows, and no feature, executes blocks and is timed', async () => {
      const device = await leastDevice();
      const least = new Gpu(device, await findTimer(device), true);
      expect(least.timer.source).toBe('wall');
      expect(least.limits).toMatchObject({ workgroupBytes: 16384, invocations: 256, quads: false });
      for (const name of ['convfirst, relu', 'mbconv']) {
        const graph = blockNetworks[name]?.() as Graph;
        const network = await prepareNetwork(least, graph, 'fused');
        expect(network.kernels.find(({ plan }) => plan.fused)?.implementation).toMatch(/^block\./);
        const sampling = { warmupSeconds: 0, minSeconds: 0.05, minSamples: 2, maxSeconds: 5 };
        const { latencyNs, gpuClock } = await measureNetwork(network, sampling, () => {});
        expect(latencyNs.length).toBeGreaterThan(1);
        // There is but one clock, and nothing to check it by.
        expect(gpuClock).toBeUndefined();
        await expectRight(network);
      }
      const half = prepareNetwork(least, operatorsNetwork(), 'layerwise', { dtype: 'fp16' });
      await expect(half).rejects.toThrow('16-bit floats');
      device.destroy();
    });

    it('a batch that the device has no memory for is refused, and the next network is executed', async () => {
      const tooLarge = prepareNetwork(gpu, operatorsNetwork(), 'layerwise', { batch: 2 ** 22 });
      await expect(tooLarge).rejects.toThrow(
        /^One of the activations has \d+ MiB, and this device takes \d+ MiB/,
      );
      await expect(tooLarge).rejects.toBeInstanceOf(OutOfMemory);
      // Each of these is small enough, and all of them are too much for the driver.
      const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
      const each = Math.min(maxBufferSize, maxStorageBufferBindingSize);
      const all = gpu.createBuffers('activations', Array(1000).fill(each));
      await expect(all).rejects.toBeInstanceOf(OutOfMemory);
      await expectRight(await prepareNetwork(gpu, operatorsNetwork(), 'layerwise'));
    });

    it('cuts what takes too long, launch by launch, and computes the same', async () => {
      // As if a hundredth of a millisecond were too long.
      const strict = new Gpu(gpu.device, gpu.timer, true, { longestDispatchNs: 1e4 });
      const graph = blockNetworks['mbconv, squeeze and excite']?.() as Graph;
      const network = await prepareNetwork(strict, graph, 'fused', { batch: 2 });
      const { kernels } = await profileNetwork(network, 1, () => {});
      expect(kernels.map(({ name }) => name)).toEqual(network.kernels.map(({ plan }) => plan.name));
      const counts = network.kernels.flatMap(({ launches }) => launches.map(({ slices }) => slices?.count));
      expect(Math.max(...counts.map((count) => count ?? 0))).toBeGreaterThan(1);
      const estimates = network.estimatesNs?.flat() ?? [];
      expect(counts.map((count) => count !== undefined)).toEqual(estimates.map((ns) => ns > 1e4));
      // The slices of a launch share what it takes, and nothing of what the kernel's other launch does.
      const cut = network.kernels.find(({ launches }) => launches.length === 2)?.launches ?? [];
      const [first = 1, second = 1] = cut.map(({ slices }) => slices?.count ?? 1);
      const steps = stepsOf({ launches: cut }, [80e6, 1e6]);
      expect(steps.map(({ predictedNs }) => predictedNs)).toEqual([
        ...Array(first).fill(80e6 / first),
        ...Array(second).fill(1e6 / second),
      ]);
      await expectRight(network);
    });

    it('times the whole and its kernels', async () => {
      const network = await prepareNetwork(gpu, operatorsNetwork(), 'layerwise');
      const sampling = { warmupSeconds: 0.01, minSeconds: 0.1, minSamples: 3, maxSeconds: 5 };
      const measured = await measureNetwork(network, sampling, () => {});
      const { latencyNs, timerResolutionNs, gpuClock } = MeasureResultSchema.parse(measured);
      expect(latencyNs.length).toBeGreaterThanOrEqual(3);
      // The wall clock saw at least what the stamps did, but for their steps.
      expect(gpuClock?.wallOverGpu).toBeGreaterThan(0.9);
      expect(gpuClock?.disagreeing).toBeLessThanOrEqual(latencyNs.length);
      expect(Math.min(...latencyNs)).toBeGreaterThan(0);
      expect(timerResolutionNs).toBeGreaterThan(0);
      const { kernels } = await profileNetwork(network, 2, () => {});
      expect(kernels.map(({ name }) => name)).toEqual(network.kernels.map(({ plan }) => plan.name));
      network.release();
    });
  },
);

describe('generated texts', { timeout: 300_000 }, () => {
  const configs = (['f32', 'f16'] as const).flatMap((componentType) =>
    [8, 16].map((size) => ({ componentType, resultComponentType: 'f32', M: 8, N: size, K: size })),
  );
  const hardware = {
    workgroupBytes: 32768,
    invocations: 256,
    quads: true,
    matrices: { feature: 'chromium-experimental-subgroup-matrix', configs, subgroupSize: 32, pinsSize: true },
    shortTexts: false,
  } as const;
  const software = { ...hardware, workgroupBytes: 16384, matrices: undefined, shortTexts: true } as const;
  const models = [
    'resnet50',
    'mobilenetv3_large_100',
    'efficientnet_b0',
    'tf_efficientnetv2_s',
    'convnext_tiny',
    'convfirst_pico',
  ];

  /** Each text once, whole and sliced, with its kernel's name, and the workgroup memory that it takes. */
  function textsFor(storage: Storage, limits: WorkgroupLimits): ReadonlyMap<string, Text> {
    const texts = new Map<string, Text>();
    for (const name of models) {
      const model = findModel(name);
      if (model === undefined) throw new Error(`no model ${name}`);
      const graph = model.build(model.defaultSize);
      for (const kind of ['layerwise', 'fused'] as const) {
        const options: LowerOptions = { batch: kind === 'fused' ? 1 : 3, storage, limits };
        for (const kernel of planOf(graph, kind).kernels) {
          for (const { candidates } of lowerKernel(graph, kernel, options).launches) {
            for (const { wgsl, slicedWgsl, implementation, workgroupBytes } of candidates) {
              expect(workgroupBytes).toBeLessThanOrEqual(limits.workgroupBytes);
              if (texts.has(wgsl)) continue;
              texts.set(wgsl, { implementation, workgroupBytes });
              texts.set(slicedWgsl(), { implementation: `${implementation}, sliced`, workgroupBytes });
            }
          }
        }
      }
    }
    return texts;
  }

  it.each([
    [
      'f32',
      'hardware',
      hardware,
      [/^block\.convnext\.matrix/, /^block\.convfirst\.matrix/, /^conv2d\.matrix/],
    ],
    [
      'f16',
      'hardware',
      hardware,
      [/^block\.convnext\.matrix/, /^block\.convfirst\.matrix/, /^conv2d\.matrix/],
    ],
    ['f32', 'software', software, [/^block\.convnext\.owned/]],
    ['f16', 'software', software, [/^block\.convnext\.owned/]],
  ] as const)(
    'of six networks compile for %s storage on %s, whole and sliced, in both plans',
    async (storage, _which, limits, peculiar) => {
      const device = await nullDevice();
      const texts = textsFor(storage, limits);
      expect(texts.size).toBeGreaterThan(600);
      const names = [...texts.values()].map(({ implementation }) => implementation);
      for (const name of peculiar) expect(names).toContainEqual(expect.stringMatching(name));
      const failures: string[] = [];
      for (const [code, { implementation, workgroupBytes }] of texts) {
        const module = device.createShaderModule({ code });
        const { messages } = await module.getCompilationInfo();
        // What a subgroup may be is only checked where the pipeline is made.
        const fits = workgroupBytes <= device.limits.maxComputeWorkgroupStorageSize;
        if (implementation.includes('matrix') && fits) {
          await device.createComputePipelineAsync({
            layout: 'auto',
            compute: { module, entryPoint: 'main' },
          });
        }
        failures.push(...messages.map(({ type, message }) => `${implementation}: ${type} ${message}`));
        const bytes = variableBytes(code);
        // WGSL promises no more to a function, and Dawn does not count.
        if (bytes > 8192) failures.push(`${implementation}: its variables have ${bytes} bytes`);
      }
      expect(failures).toEqual([]);
      device.destroy();
    },
  );
});

interface Text {
  readonly implementation: string;
  readonly workgroupBytes: number;
}

/** Of all variables that the functions of a text declare. */
function variableBytes(wgsl: string): number {
  const scalarBytes: Readonly<Record<string, number>> = {
    vec4f: 16,
    vec2u: 8,
    f32: 4,
    u32: 4,
    i32: 4,
    bool: 4,
  };
  let bytes = 0;
  for (const [, name = '', type = ''] of wgsl.matchAll(/\bvar (\w+)(?:: ([^=;]+?))? =/g)) {
    const [, element = type, count = '1'] = /^array<(\w+), (\d+)>$/.exec(type) ?? [];
    const size = scalarBytes[element];
    // A subgroup's matrix lies in the registers of all of its invocations.
    if (size === undefined && !type.startsWith('subgroup_matrix'))
      throw new Error(`${name} has the type ${type}`);
    bytes += (size ?? 0) * Number(count);
  }
  return bytes;
}
