/** What this machine is, and how it is set just now. Whatever cannot be found out is null; no probe can fail the others, or hang. */
import type { Environment } from '../../core/protocol/run.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { askLibrary } from './library.ts';
import { environmentOfLibrary } from './library-environment.ts';
import { detectLinux } from './linux.ts';
import { type RunProgram, runProgram } from './run-program.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';

/** Takes no longer than four seconds, and leaves nothing running. */
export async function detectMachine(
  files: SystemFiles = systemFiles(),
  run: RunProgram = runProgram,
  platform: NodeJS.Platform = process.platform,
): Promise<Environment> {
  const software = { plimsoll: packageJson.version, node: process.versions.node };
  if (platform === 'linux') return detectLinux(files, run, software);
  return environmentOfLibrary(await askLibrary(), software);
}
