/** The providers. A new one is a program that speaks the protocol, and an entry here; one of them is a page. */
import { existsSync } from 'node:fs';
import { ApiError, type ProviderName } from '../../core/protocol/api.ts';
import { nativeBenchPath, onednnBenchPath, webgpuBenchPath } from '../app/paths.ts';
import type { BenchPages } from './bench-pages.ts';
import type { ProviderConnection } from './provider-connection.ts';
import { ProviderProcess, type ProviderProgram } from './provider-process.ts';

/** All but the page are programs of their own. */
export type ProgramName = Exclude<ProviderName, 'webgpu-page'>;

interface KnownProvider {
  readonly path: () => string;
  /** What is missing without it, and what to do. */
  readonly missing: string;
  readonly hint: string;
}

const known: Readonly<Record<ProgramName, KnownProvider>> = {
  native: {
    path: nativeBenchPath,
    missing: 'The native benchmark program is missing',
    hint: 'Build it: npm run setup',
  },
  onednn: {
    path: onednnBenchPath,
    missing: 'The program of the provider onednn is missing, for it is only built where oneDNN is installed',
    hint: 'Install oneDNN (Debian: apt-get install libdnnl-dev), then build it: npm run setup',
  },
  webgpu: {
    path: webgpuBenchPath,
    missing: 'The program that runs WebGPU in Node is not part of the packaged app',
    hint: 'Measure with WebGPU from the command line of a checkout: plimsoll profile --providers webgpu',
  },
};

/** Whether its program is there; of all but `native` its absence is no fault. */
export function isInstalled(name: ProgramName): boolean {
  return existsSync(known[name].path());
}

/** Throws ApiError('provider') where its program is missing. */
export function findProvider(name: ProgramName, cpus?: string): ProviderProgram {
  const { path: pathOf, missing, hint } = known[name];
  const path = pathOf();
  if (!existsSync(path)) throw new ApiError('provider', `${missing} (${path}).`, hint);
  // A script is run by the Node that runs this: a provider may be written in anything.
  const isScript = /\.[cm]?[jt]s$/.test(path);
  const program = isScript ? { command: process.execPath, args: [path] } : { command: path, args: [] };
  return { name, ...program, ...(cpus !== undefined && { environment: { PLIMSOLL_CPUS: cpus } }) };
}

/** Nothing is started before the first request. `cpus`: those that it may use, `0-7`; all when absent. Throws ApiError('provider') where it cannot be had here. */
export function openProvider(name: ProviderName, pages: BenchPages, cpus?: string): ProviderConnection {
  return name === 'webgpu-page' ? pages.provider() : new ProviderProcess(findProvider(name, cpus));
}
