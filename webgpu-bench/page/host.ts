/** WebGPU in a page or its worker: the browser's own. It lists no adapters; it only answers wishes. */
import { type AdapterRecord, adapterRecord } from '../provider/adapter.ts';
import type { AdapterOffer, Host } from '../provider/host.ts';

/** What a page knows of the place that it is in. Given, so that this can be tried without a browser. */
export interface PageSurroundings {
  readonly plimsollVersion: string;
  /** Name and version, for example `Chromium 156.0.8078.79`. */
  readonly browser: string;
  /** `navigator.gpu`; undefined where the browser does not give it. */
  readonly gpu: Pick<GPU, 'requestAdapter'> | undefined;
  readonly isSecureContext: boolean;
}

/** What Chromium adds for developers (`--enable-webgpu-developer-features`). It then means something else by `description` than Dawn does in Node. */
interface DeveloperInfo {
  readonly driver?: string;
  readonly backend?: string;
}

const wishes: readonly GPURequestAdapterOptions[] = [
  { powerPreference: 'high-performance' },
  { powerPreference: 'low-power' },
  { forceFallbackAdapter: true },
];

export function pageHost({ plimsollVersion, browser, gpu, isSecureContext }: PageSurroundings): Host {
  return {
    provider: 'webgpu-page',
    version: plimsollVersion,
    libraries: { browser },
    async findAdapters() {
      if (gpu === undefined) return { offers: [], reason: noWebGpu(isSecureContext) };
      const offers = new Map<string, AdapterOffer>();
      for (const wish of wishes) {
        const request = () => gpu.requestAdapter(wish);
        const adapter = await request().catch(() => null);
        if (adapter === null) continue;
        const record = recordOf(adapter.info);
        if (!offers.has(record.id)) offers.set(record.id, { record, request });
      }
      const sorted = [...offers.values()].toSorted(
        (a, b) => Number(a.record.software) - Number(b.record.software),
      );
      return { offers: sorted, reason: sorted.length > 0 ? undefined : noAdapter };
    },
    triesMatrices: true,
  };
}

function recordOf(info: GPUAdapterInfo & DeveloperInfo): AdapterRecord {
  const { vendor, architecture, description, driver, backend, isFallbackAdapter } = info;
  return adapterRecord({
    vendor,
    architecture,
    // `device` is its number on the bus here (0xc0de), which says nothing to people.
    deviceName: description,
    driver,
    backend,
    isFallback: isFallbackAdapter,
  });
}

function noWebGpu(isSecureContext: boolean): string {
  if (!isSecureContext) {
    return 'The browser gives WebGPU to secure pages only, and this one is none. Open it by 127.0.0.1 or localhost, for example through an SSH tunnel.';
  }
  return 'This browser has no WebGPU, or it is switched off. Use a current Chrome, Edge or Chromium; on Linux it may need the switch --enable-unsafe-webgpu.';
}

const noAdapter =
  'The browser has WebGPU and no adapter for it: there is no GPU, its driver is on the browser’s blocklist, or graphics acceleration is switched off. Its page chrome://gpu tells which.';

interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** The name and version of a browser. The list has an invented brand in it, that nobody may rely on the others; `userAgent` is for those without a list. */
export function browserName(brands: readonly Brand[], userAgent: string): string {
  const electron = /\bElectron\/([\d.]+)/.exec(userAgent)?.[1];
  if (electron !== undefined) return `Electron ${electron}`;
  const real = brands.filter(({ brand }) => !/not.*brand/i.test(brand));
  const named = real.find(({ brand }) => brand !== 'Chromium') ?? real[0];
  if (named !== undefined) return `${named.brand} ${named.version}`;
  const [, name, version] = /\b(Firefox|Edg|Chrome|Version)\/([\d.]+)/.exec(userAgent) ?? [];
  if (name === undefined || version === undefined) return 'unknown';
  return `${name === 'Version' ? 'Safari' : name === 'Edg' ? 'Edge' : name} ${version}`;
}
