/** One record for an adapter, whichever host found it: the same field means different things in different hosts. */
import type { ProviderDescription } from '../../core/protocol/provider.ts';

export interface AdapterRecord {
  /** Of the hardware: the same in every host that tells as much. */
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly driver: string | undefined;
  readonly backend: string | undefined;
  /** SwiftShader, llvmpipe, WARP: a processor behind a GPU's interface. */
  readonly software: boolean;
}

/** What a host knows of an adapter. Undefined where it does not tell. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly deviceName: string | undefined;
  readonly driver: string | undefined;
  readonly backend: string | undefined;
  readonly isFallback: boolean;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

export function adapterRecord(facts: AdapterFacts): AdapterRecord {
  const { vendor, architecture, deviceName, driver, backend, isFallback } = facts;
  const told = [vendor, architecture, deviceName, driver].filter((text) => text !== undefined && text !== '');
  const software = isFallback || told.some((text) => softwareNames.test(text ?? ''));
  // A page is told vendor and architecture and nothing more, so that is what both hosts can agree on.
  const family = [vendor, architecture].filter((text) => text !== '').join('-');
  const name = deviceName !== undefined && deviceName !== '' ? deviceName : family.replace('-', ' ');
  return {
    id: slug(family !== '' ? family : name) || 'gpu',
    name: software && /swiftshader/i.test(told.join(' ')) ? 'SwiftShader (software)' : name || 'GPU',
    vendor: vendor || 'unknown',
    driver: driver === '' ? undefined : driver,
    backend: backend === '' ? undefined : backend,
    software,
  };
}

/** As `describe` answers it. */
export function describeDevice(record: AdapterRecord): ProviderDescription['devices'][number] {
  const { id, name, vendor, driver, backend, software } = record;
  return {
    id,
    kind: 'gpu',
    name,
    vendor,
    software,
    threads: 1,
    instructionSets: ['wgsl'],
    caches: [],
    ...(driver === undefined ? {} : { driver }),
    ...(backend === undefined ? {} : { backend }),
  };
}

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
