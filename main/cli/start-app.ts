/** Electron where its binary is there or can be fetched and a window can be shown; else the page in a browser. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from '../app/paths.ts';
import { hasDisplay } from './display.ts';
import { exitCodes } from './exit-codes.ts';
import { processTerminal } from './format/terminal.ts';
import { runPlimsoll } from './program.ts';

const fetchTimeoutMs = 20_000;
/** Electron that fails sooner than this never showed a window: its sandbox or its libraries are not to be had here. */
const startMs = 5_000;

interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly isRoot: boolean;
}

type Absent = { status: 'absent'; why: string };
type Electron = { status: 'found'; binary: string } | Absent;

/** Resolves with the exit code when the app has ended. The arguments are those of `plimsoll serve`. */
export async function start(args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const electron = findElectron(checkoutRoot, {
    platform: process.platform,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
  });
  const end = electron.status === 'found' ? await runElectron(electron.binary) : electron;
  if (end.status === 'ended') return end.exitCode;
  terminal.err(`${end.why}; the app is served for a browser instead.`);
  return runPlimsoll(['serve', ...args], { terminal });
}

export function findElectron(root: string, { platform, environment, isRoot }: Surroundings): Electron {
  if (!hasDisplay(platform, environment)) {
    return {
      status: 'absent',
      why: 'There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set)',
    };
  }
  if (platform === 'linux' && isRoot) return { status: 'absent', why: 'Electron does not run as root' };
  const folder = join(root, 'node_modules', 'electron');
  const binary = electronBinary(folder);
  if (binary !== undefined) return { status: 'found', binary };
  if (!existsSync(join(folder, 'install.js'))) {
    return { status: 'absent', why: 'The package electron is not installed' };
  }
  const install = spawnSync(process.execPath, [join(folder, 'install.js')], {
    encoding: 'utf8',
    timeout: fetchTimeoutMs,
  });
  const fetched = electronBinary(folder);
  if (fetched !== undefined) return { status: 'found', binary: fetched };
  const timedOut = (install.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
  return {
    status: 'absent',
    why: `Electron could not be fetched (${timedOut ? 'no answer' : reason(install.stderr)})`,
  };
}

/** The package's own record of where its binary is, which says nothing of whether it is there. */
function electronBinary(folder: string): string | undefined {
  const record = join(folder, 'path.txt');
  if (!existsSync(record)) return undefined;
  const binary = join(folder, 'dist', readFileSync(record, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

/** The sentence of a stack trace that says what happened. */
function reason(stderr: string): string {
  return /^\s*\w*Error: (.+)$/m.exec(stderr)?.[1]?.trim() ?? 'its installer gave no reason';
}

async function runElectron(binary: string): Promise<{ status: 'ended'; exitCode: number } | Absent> {
  const started = Date.now();
  const child = spawn(binary, [checkoutRoot], { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      resolve({ status: 'absent', why: `Electron could not be started (${error.message})` });
    });
    child.on('exit', (code, signal) => {
      const asked = signal === 'SIGINT' || signal === 'SIGTERM';
      if (code === 0 || asked || Date.now() - started > startMs) {
        resolve({ status: 'ended', exitCode: code ?? (asked ? exitCodes.cancelled : exitCodes.failed) });
      } else {
        resolve({ status: 'absent', why: `Electron could not start (it ended with ${code ?? signal})` });
      }
    });
  });
}
