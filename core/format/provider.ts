/** Providers in words. */
import type { ProviderDescription } from '../protocol/provider.ts';

/** WebGPU runs in two hosts: the same adapter measured by both is one device, and the name says by which. */
const names: Readonly<Record<string, string>> = {
  webgpu: 'WebGPU (Dawn)',
  'webgpu-page': 'WebGPU (browser)',
};

/** For people; on the command line and in data a provider goes by its own name. */
export function formatProvider(name: string): string {
  return names[name] ?? name;
}

/** With the device, where that is not the machine's processor. */
export function formatProviderDevice({ provider, devices }: ProviderDescription): string {
  const [device] = devices;
  return device?.kind === 'gpu' ? `${formatProvider(provider)}: ${device.name}` : formatProvider(provider);
}
