/** What differs between the places that WebGPU runs in: how adapters are found. */
import type { AdapterRecord } from './adapter.ts';

export interface AdapterOffer {
  readonly record: AdapterRecord;
  /** A new one each time: an adapter gives one device and is spent. */
  readonly request: () => Promise<GPUAdapter | null>;
}

export interface Host {
  /** The provider's name: the same programs in another place are another provider. */
  readonly provider: 'webgpu' | 'webgpu-page';
  /** For example `Dawn in Node 24.21.0`, by what it is: library or browser, and its version. */
  readonly libraries: Readonly<Record<string, string>>;
  readonly version: string;
  /** Best first; an empty list comes with the reason. */
  findAdapters(): Promise<{ readonly offers: readonly AdapterOffer[]; readonly reason: string | undefined }>;
  /** Whether subgroup matrices are used where the adapter has them and they are right. */
  readonly triesMatrices: boolean;
}
