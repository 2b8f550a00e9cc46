/** The provider `webgpu` as a program, in Node, on the software adapter; and what it says where there is no adapter. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { planGraph } from '../../core/graph/plan.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { webgpuBenchPath } from '../../main/app/paths.ts';
import { ProviderProcess } from '../../main/bench/provider-process.ts';
import { findProvider } from '../../main/bench/providers.ts';
import { TunedProvider } from '../../main/bench/tuned-provider.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import type { Tunings } from '../../main/store/store.ts';
import { parseAdapterList, wantedFirst } from '../../webgpu-bench/node/dawn.ts';
import { adapterRecord } from '../../webgpu-bench/provider/adapter.ts';
import { whyNoSoftwareAdapter } from '../fixtures/webgpu/dawn-device.ts';
import { convnext } from '../fixtures/webgpu/networks.ts';

const request = { silenceMs: 120_000 };
const icd = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** The program with a Vulkan driver of its own, or with none. */
function start(driver: string, args: readonly string[] = [], adapter = ''): ProviderProcess {
  return new ProviderProcess({
    name: 'webgpu',
    command: 'env',
    args: [
      `VK_ICD_FILENAMES=${driver}`,
      'XDG_RUNTIME_DIR=/tmp',
      `PLIMSOLL_WEBGPU_ADAPTER=${adapter}`,
      process.execPath,
      webgpuBenchPath(),
      ...args,
    ],
  });
}

function stem() {
  const g = new GraphBuilder('stem', { height: 20, width: 20, channels: 3 });
  g.block('stem', 'stem', () => g.conv('stem', g.input, { outChannels: 32, kernelSize: 3, stride: 2 }));
  return g.build();
}

function network() {
  const g = new GraphBuilder('small', { height: 20, width: 20, channels: 3 });
  const x = g.block('stem', 'stem', () =>
    g.conv('stem', g.input, { outChannels: 32, kernelSize: 3, stride: 2, activation: 'relu' }),
  );
  convnext(g, x);
  return g.build();
}

const prepareRequest = (
  dtype: 'fp32' | 'bf16',
  fused: boolean,
  fusable: readonly string[] = ['convnext'],
  graph = network(),
) => {
  const plan = planGraph(graph, fused ? 'fused' : 'layerwise', new Set(fusable as ['convnext']));
  return {
    graph: toWireGraph(graph),
    plan: plan.kind,
    kernels: plan.kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
    dtype,
    batch: 1,
    threads: 1,
    seed: 1,
  };
};

describe.skipIf(whyNoSoftwareAdapter !== undefined)('the provider webgpu', () => {
  const provider = start(icd);
  afterAll(() => provider.close());

  it('names the software adapter as what it is', async () => {
    const { provider: name, devices, dataTypes, libraries } = await provider.request('describe', {}, request);
    expect(name).toBe('webgpu');
    expect(devices[0]).toMatchObject({
      kind: 'gpu',
      software: true,
      name: 'SwiftShader (software)',
      backend: 'vulkan',
    });
    expect(devices[0]?.driver).toContain('SwiftShader');
    expect(dataTypes).toEqual(['fp32']);
    expect(libraries.dawn).toMatch(/^\d+\.\d+/);
  });

  it('computes what native-bench computes, in both plans, and times it', async () => {
    const native = new ProviderProcess(findProvider('native'));
    const { handle: theirs } = await native.request('prepare', prepareRequest('fp32', false), request);
    const expected = await native.request('verify', { handle: theirs }, request);
    await native.close();
    for (const fused of [false, true]) {
      const { handle, kernels } = await provider.request('prepare', prepareRequest('fp32', fused), request);
      expect(kernels).toHaveLength(fused ? 2 : 5);
      const verification = await provider.request('verify', { handle }, request);
      expect(verification.passed).toBe(true);
      for (const [index, value] of verification.output.values.entries()) {
        expect(value).toBeCloseTo(expected.output.values[index] ?? Number.NaN, 4);
      }
      const sampling = { warmupSeconds: 0.01, minSeconds: 0.05, minSamples: 3, maxSeconds: 5 };
      const { latencyNs } = await provider.request('measure', { handle, ...sampling }, request);
      expect(latencyNs.length).toBeGreaterThanOrEqual(3);
      const profile = await provider.request('profile', { handle, repetitions: 2 }, request);
      expect(profile.kernels.map(({ name }) => name)).toEqual(kernels.map(({ name }) => name));
      await provider.request('release', { handle }, request);
      await expect(provider.request('verify', { handle }, request)).rejects.toMatchObject({
        error: { code: 'unknownHandle' },
      });
    }
  });

  it('refuses what it cannot do with a sentence', async () => {
    await expect(provider.request('prepare', prepareRequest('bf16', false), request)).rejects.toMatchObject({
      error: { code: 'unsupported', message: 'WebGPU does not execute bf16 networks.' },
    });
    await expect(
      provider.request('prepare', { ...prepareRequest('fp32', false), batch: 1024 * 1024 }, request),
    ).rejects.toMatchObject({
      error: { code: 'outOfMemory', message: expect.stringContaining('smaller batch') },
    });
  });

  it('has no device, and lists those that there are, where none has the name that is asked for', async () => {
    const named = start(icd, [], 'geforce');
    const { devices, reason } = await named.request('describe', {}, request);
    expect(devices).toEqual([]);
    expect(reason).toBe(
      "No WebGPU adapter has 'geforce' in its name. There are: SwiftShader (software) (vulkan).",
    );
    await expect(named.request('calibrate', {}, request)).rejects.toMatchObject({
      error: { code: 'unsupported', message: reason },
    });
    await named.close();
  });

  it('chooses once, and is told by the store what it chose', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-tuning-'));
    const store = openStore(folder);
    const shelved: string[] = [];
    const shelf: Tunings = {
      get: (name, device) => store.tuning.get(name, device),
      keep: (name, device, found) => {
        shelved.push(device);
        store.tuning.keep(name, device, found);
      },
    };
    const prepared = async () => {
      const tuned = new TunedProvider(start(icd), shelf);
      await tuned.request('describe', {}, request);
      const { handle, kernels, tuning } = await tuned.request(
        'prepare',
        prepareRequest('fp32', false, [], stem()),
        request,
      );
      expect((await tuned.request('verify', { handle }, request)).passed).toBe(true);
      await tuned.close();
      return { used: kernels.map(({ implementation }) => implementation), tuning };
    };
    const first = await prepared();
    expect(Object.keys(first.tuning ?? {}).length).toBeGreaterThan(0);
    expect(shelved).toHaveLength(1);
    expect(shelved[0]).toMatch(/^google-swiftshader, SwiftShader .*, vulkan, SwiftShader .*, dawn \d/);
    expect(store.tuning.get('webgpu', shelved[0] ?? '')).toEqual(first.tuning);
    expect(store.tuning.get('webgpu-page', shelved[0] ?? '')).toEqual({});
    // Another process has nothing left to try.
    expect(await prepared()).toEqual({ used: first.used, tuning: undefined });
    store.close();
    await rm(folder, { recursive: true });
  });

  it('stops when it is told to, and goes on with the next request', async () => {
    const { handle } = await provider.request('prepare', prepareRequest('fp32', false), request);
    const stop = new AbortController();
    const sampling = { warmupSeconds: 0, minSeconds: 60, minSamples: 1, maxSeconds: 60 };
    const measuring = provider.request(
      'measure',
      { handle, ...sampling },
      { ...request, signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(measuring).rejects.toMatchObject({ error: { code: 'cancelled' } });
    await provider.request('release', { handle }, request);
  });
});

describe('without an adapter', () => {
  it('describe answers that there is no device, and why', async () => {
    const provider = start('/nowhere/driver.json');
    const { devices, reason } = await provider.request('describe', {}, request);
    expect(devices).toEqual([]);
    expect(reason).toMatch(/finds no adapter on this machine/);
    await expect(provider.request('calibrate', {}, request)).rejects.toMatchObject({
      error: { code: 'unsupported' },
    });
    await provider.close();
  });
});

describe('adapters', () => {
  it('are listed by Dawn as it refuses one that does not exist', () => {
    const message = `no adapters match\n * backend: 'vulkan', name: 'NVIDIA GeForce RTX 4090'\n * backend: 'null', name: 'Null backend'\n`;
    expect(parseAdapterList(message)).toEqual([{ backend: 'vulkan', name: 'NVIDIA GeForce RTX 4090' }]);
  });

  it.each([
    [undefined, ['Radeon', 'GeForce', 'SwiftShader (software)']],
    ['', ['Radeon', 'GeForce', 'SwiftShader (software)']],
    ['  ', ['Radeon', 'GeForce', 'SwiftShader (software)']],
    ['geforce', ['GeForce', 'Radeon', 'SwiftShader (software)']],
    [' D3D12 ', ['GeForce', 'Radeon', 'SwiftShader (software)']],
    ['software', ['SwiftShader (software)', 'Radeon', 'GeForce']],
    ['vulkan', ['Radeon', 'SwiftShader (software)', 'GeForce']],
  ])('asked for as %j come first, then hardware', (wanted, names) => {
    const offer = (deviceName: string, backend: string) => ({
      record: adapterRecord({
        vendor: '',
        architecture: '',
        deviceName,
        driver: undefined,
        backend,
        isFallback: false,
      }),
      request: async () => null,
    });
    const offers = [offer('SwiftShader', 'vulkan'), offer('Radeon', 'vulkan'), offer('GeForce', 'd3d12')];
    const { offers: sorted, reason } = wantedFirst(offers, wanted);
    expect(sorted.map(({ record }) => record.name)).toEqual(names);
    expect(reason).toBeUndefined();
  });

  it.each([
    ['nvidia', 'lovelace', 'NVIDIA GeForce RTX 4090', false, 'nvidia-lovelace'],
    ['mesa', 'llvmpipe', 'llvmpipe (LLVM 15.0.6, 256 bits)', true, 'mesa-llvmpipe'],
    ['google', 'swiftshader', undefined, true, 'google-swiftshader'],
    ['', '', 'Microsoft Basic Render Driver', true, 'microsoft-basic-render-driver'],
  ])('%s %s %s has one identity in every host', (vendor, architecture, deviceName, software, id) => {
    const facts = {
      vendor,
      architecture,
      deviceName,
      driver: undefined,
      backend: undefined,
      isFallback: false,
    };
    expect(adapterRecord(facts)).toMatchObject({ id, software });
  });
});
