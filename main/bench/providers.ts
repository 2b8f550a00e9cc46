/** The providers. A new one is a program that speaks the protocol, and a line here. */
import { existsSync } from 'node:fs';
import { ApiError } from '../../core/protocol/api.ts';
import { nativeBenchPath } from '../paths.ts';
import type { ProviderProgram } from './provider-process.ts';

/** Throws ApiError('provider') where a program is missing. */
export function findProviders(): readonly ProviderProgram[] {
  return [nativeBench()];
}

function nativeBench(): ProviderProgram {
  const path = nativeBenchPath();
  if (!existsSync(path)) {
    throw new ApiError(
      'provider',
      `The native benchmark program is missing (${path}).`,
      'Build it: npm run setup',
    );
  }
  // A script is run by the Node that runs this: a provider may be written in anything.
  const isScript = /\.[cm]?[jt]s$/.test(path);
  return isScript
    ? { name: 'native', command: process.execPath, args: [path] }
    : { name: 'native', command: path, args: [] };
}
