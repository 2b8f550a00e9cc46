import { describe, expect, it } from 'vitest';
import { browserName, pageHost } from '../../../webgpu-bench/page/host.ts';
import { adapterRecord } from '../../../webgpu-bench/provider/adapter.ts';

const surroundings = {
  plimsollVersion: '1',
  browser: 'Chromium 156',
  isSecureContext: true,
};

interface Info {
  readonly vendor: string;
  readonly architecture: string;
  readonly device?: string;
  readonly description?: string;
  readonly driver?: string;
  readonly backend?: string;
}

/** Answers each wish with the adapter of that name, or none. */
function fakeGpu(adapters: { readonly high?: Info; readonly low?: Info; readonly fallback?: Info }) {
  return {
    requestAdapter: async ({ powerPreference, forceFallbackAdapter }: GPURequestAdapterOptions = {}) => {
      const info = forceFallbackAdapter
        ? adapters.fallback
        : powerPreference === 'low-power'
          ? adapters.low
          : adapters.high;
      if (info === undefined) return null;
      const isFallbackAdapter = info === adapters.fallback;
      return { info: { device: '', description: '', isFallbackAdapter, ...info } } as unknown as GPUAdapter;
    },
  };
}

const radeon = { vendor: 'amd', architecture: 'rdna-3' };
const iris = { vendor: 'intel', architecture: 'xe' };
const swiftShader = { vendor: 'google', architecture: 'swiftshader' };

describe('the adapters of a page', () => {
  it('are those that differ, hardware first', async () => {
    const gpu = fakeGpu({ high: radeon, low: iris, fallback: swiftShader });
    const { offers, reason } = await pageHost({ ...surroundings, gpu }).findAdapters();
    expect(offers.map(({ record }) => record.id)).toEqual(['amd-rdna-3', 'intel-xe', 'google-swiftshader']);
    expect(offers.map(({ record }) => record.software)).toEqual([false, false, true]);
    expect(reason).toBeUndefined();
    const one = await pageHost({ ...surroundings, gpu: fakeGpu({ high: iris, low: iris }) }).findAdapters();
    expect(one.offers).toHaveLength(1);
  });

  it('are told with driver and name where the browser tells them, and are the same device as in Node', async () => {
    const info = {
      ...swiftShader,
      device: '0xc0de',
      description: 'SwiftShader Device (LLVM 16)',
      driver: 'SwiftShader driver 5.0.0',
      backend: 'vulkan',
    };
    const { offers } = await pageHost({ ...surroundings, gpu: fakeGpu({ high: info }) }).findAdapters();
    const inNode = adapterRecord({
      ...swiftShader,
      deviceName: 'SwiftShader Device (LLVM 16)',
      driver: 'SwiftShader driver 5.0.0',
      backend: 'vulkan',
      isFallback: true,
    });
    expect(offers[0]?.record).toEqual(inNode);
    const silent = await pageHost({ ...surroundings, gpu: fakeGpu({ high: swiftShader }) }).findAdapters();
    expect(silent.offers[0]?.record).toMatchObject({ id: inNode.id, driver: undefined, software: true });
  });

  it.each([
    ['the page is not secure', { gpu: undefined, isSecureContext: false }, /secure pages only/],
    ['there is no WebGPU', { gpu: undefined }, /no WebGPU, or it is switched off/],
    ['there is no adapter', { gpu: fakeGpu({}) }, /no adapter for it: .*blocklist.*chrome:\/\/gpu/],
  ])('are none, with the reason, where %s', async (_what, changes, sentence) => {
    const { offers, reason } = await pageHost({ ...surroundings, ...changes }).findAdapters();
    expect(offers).toEqual([]);
    expect(reason).toMatch(sentence);
  });
});

describe('the name of the browser', () => {
  const invented = { brand: 'Not;A=Brand', version: '8.0.0.0' };
  const chromium = { brand: 'Chromium', version: '156.0.8078.79' };
  it.each([
    [[invented, chromium], '', 'Chromium 156.0.8078.79'],
    [[chromium, invented, { brand: 'Microsoft Edge', version: '156.0.1.2' }], '', 'Microsoft Edge 156.0.1.2'],
    [[chromium], 'Mozilla/5.0 Chrome/156.0.0.0 Electron/45.4.1 Safari/537.36', 'Electron 45.4.1'],
    [[], 'Mozilla/5.0 (X11; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox 150.0'],
    [[], 'Mozilla/5.0 (Macintosh) Version/26.1 Safari/605.1.15', 'Safari 26.1'],
    [[], 'something', 'unknown'],
  ])('of %j and %j is told', (brands, agent, name) => expect(browserName(brands, agent)).toBe(name));
});
