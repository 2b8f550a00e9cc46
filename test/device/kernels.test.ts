/** Every kernel in 32 bits on the software adapter, against the fp64 reference. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../core/graph/graph.ts';
import { MeasureResultSchema } from '../../core/protocol/provider.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { OutOfMemory } from '../../webgpu-bench/measure/errors.ts';
import { findTimer } from '../../webgpu-bench/measure/repeat.ts';
import { Gpu } from '../../webgpu-bench/network/gpu.ts';
import { measureNetwork, profileNetwork, stepsOf } from '../../webgpu-bench/network/measure.ts';
import { Network } from '../../webgpu-bench/network/network.ts';
import { Tuner } from '../../webgpu-bench/network/tuner.ts';
import { verify } from '../../webgpu-bench/network/verify.ts';
import { arithmeticCases } from '../fixtures/webgpu/arithmetic-cases.ts';
import { leastDevice, softwareDevice, whyNoSoftwareAdapter } from '../fixtures/webgpu/dawn-device.ts';
import { blockNetworks, operatorsNetwork } from '../fixtures/webgpu/networks.ts';
import { expectRight, planOf, prepareCase, prepareNetwork } from '../fixtures/webgpu/prepared-network.ts';

describe.skipIf(whyNoSoftwareAdapter !== undefined)(
  'kernels on the software adapter',
  { timeout: 300_000 },
  () => {
    let gpu: Gpu;
    /** The same device, as if it were none of software. */
    let hardware: Gpu;
    beforeAll(async () => {
      const device = await softwareDevice(['timestamp-query', 'subgroups']);
      gpu = new Gpu(device, await findTimer(device), true);
      hardware = new Gpu(device, gpu.timer, false);
    });
    afterAll(() => gpu.device.destroy());

    it.each(arithmeticCases.f32)('is right: $name', async (one) => {
      await expectRight(await prepareCase(one.tiles === 'software' ? gpu : hardware, one, 'fp32'));
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
      const network = await prepareNetwork(gpu, operatorsNetwork(), 'layerwise', { batch: 2 });
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
      for (const name of ['two pointwise layers', 'depthwise separable']) {
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
      await expectRight(await prepareNetwork(gpu, operatorsNetwork(), 'layerwise', { batch: 2 }));
    });

    it('cuts what takes too long, launch by launch, and computes the same', async () => {
      // As if a hundredth of a millisecond were too long.
      const strict = new Gpu(gpu.device, gpu.timer, true, { longestDispatchNs: 1e4 });
      const graph = blockNetworks['depthwise separable, squeeze and excite']?.() as Graph;
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
      const network = await prepareNetwork(gpu, operatorsNetwork(), 'layerwise', { batch: 2 });
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
