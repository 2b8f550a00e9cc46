/** WebGPU in Node: Dawn, by the package `webgpu`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { adapterRecord } from '../provider/adapter.ts';
import type { AdapterOffer, Host } from '../provider/host.ts';

/** Stamps in nanoseconds, not in steps of 65 microseconds; what is still experimental in the standard; f16 where it is hidden. */
const options = [
  'disable-dawn-features=timestamp_quantization',
  'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia',
];

/** No adapter has such a name, so that Dawn refuses and lists those that there are. */
const nameOfNone = '\u0001none';

/** Rejects where the package, or its library, cannot be loaded here. */
export async function dawnHost(plimsollVersion: string): Promise<Host> {
  const { create } = await import('webgpu');
  const require = createRequire(import.meta.url);
  const version: unknown = JSON.parse(readFileSync(require.resolve('webgpu/package.json'), 'utf8')).version;
  // Adapters and devices do not keep what they come from alive; collected, it takes the process with it.
  const alive: GPU[] = [];
  const request = (extra: readonly string[]) => {
    const gpu = create([...options, ...extra]);
    alive.push(gpu);
    return gpu.requestAdapter();
  };

  return {
    provider: 'webgpu',
    version: plimsollVersion,
    libraries: { dawn: String(version), node: process.versions.node },
    async findAdapters() {
      const listed = await listAdapters(() => request([`adapter=${nameOfNone}`]));
      const offers: AdapterOffer[] = [];
      for (const { backend, name } of listed) {
        const open = () => request([`backend=${backend}`, `adapter=${name}`]);
        const adapter = await open().catch(() => null);
        if (adapter === null) continue;
        const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
        const record = adapterRecord({
          vendor,
          architecture,
          // Dawn's `description` is the driver, and `device` the name of the hardware.
          deviceName: device === '' ? name : device,
          driver: description,
          backend,
          isFallback: isFallbackAdapter,
        });
        offers.push({ record, request: open });
      }
      if (offers.length === 0) return { offers, reason: noAdapter() };
      const { offers: wanted, reason } = wantedFirst(offers, process.env.PLIMSOLL_WEBGPU_ADAPTER);
      return { offers: distinct(wanted), reason };
    },
    triesMatrices: process.env.PLIMSOLL_WEBGPU_MATRICES !== '0',
  };
}

interface ListedAdapter {
  readonly backend: string;
  readonly name: string;
}

async function listAdapters(refuse: () => Promise<GPUAdapter | null>): Promise<readonly ListedAdapter[]> {
  try {
    await refuse();
    return [];
  } catch (error) {
    return parseAdapterList(error instanceof Error ? error.message : String(error));
  }
}

/** From Dawn's refusal: ` * backend: 'vulkan', name: 'NVIDIA …'`, a line each. */
export function parseAdapterList(message: string): ListedAdapter[] {
  const lines = message.matchAll(/backend:\s*'([^']+)',\s*name:\s*'([^'\n]*)'/g);
  return [...lines]
    .map(([, backend = '', name = '']) => ({ backend: backend.toLowerCase(), name }))
    .filter(({ backend }) => backend !== 'null');
}

/**
 * What is asked for by a part of its name or back end first, then hardware; Dawn's order else. None with a reason where
 * nothing has such a name: measuring another instead would be found out late, or never.
 */
export function wantedFirst(
  offers: readonly AdapterOffer[],
  wanted: string | undefined,
): { readonly offers: readonly AdapterOffer[]; readonly reason: string | undefined } {
  const part = wanted?.trim().toLowerCase() ?? '';
  const nameOf = ({ record: { name, backend } }: AdapterOffer) => `${name} (${backend})`;
  const isWanted = (offer: AdapterOffer) => part !== '' && nameOf(offer).toLowerCase().includes(part);
  if (part !== '' && !offers.some(isWanted)) {
    const names = offers.map(nameOf).join(', ');
    return {
      offers: [],
      reason: `No WebGPU adapter has '${wanted?.trim()}' in its name. There are: ${names}.`,
    };
  }
  const rank = (offer: AdapterOffer) => (isWanted(offer) ? 0 : 2) + Number(offer.record.software);
  return { offers: offers.toSorted((a, b) => rank(a) - rank(b)), reason: undefined };
}

/** The same hardware under several back ends is one device, by the first of them; so are twins, which Dawn names alike. */
function distinct(offers: readonly AdapterOffer[]): AdapterOffer[] {
  const kept = new Map<string, AdapterOffer>();
  for (const offer of offers) if (!kept.has(offer.record.id)) kept.set(offer.record.id, offer);
  return [...kept.values()];
}

function noAdapter(): string {
  const what =
    process.platform === 'linux'
      ? 'On Linux it needs a Vulkan driver for the GPU and the loader libvulkan1 (Debian: apt-get install libvulkan1 mesa-vulkan-drivers).'
      : 'It needs a current graphics driver.';
  return `WebGPU finds no adapter on this machine. ${what}`;
}
