/** Electron where its binary is there or can be fetched and a window can be shown; else the page in a browser. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from '../paths.ts';
import { hasDisplay } from './display.ts';
import { processTerminal } from './format/terminal.ts';
import { runPlimsoll } from './program.ts';

const fetchTimeoutMs = 20_000;

type Electron = { status: 'found'; binary: string } | { status: 'absent'; why: string };

/** Resolves with the exit code when the app has ended. The arguments are those of `plimsoll serve`. */
export async function start(args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const electron = findElectron(checkoutRoot, process.platform, process.env);
  if (electron.status === 'found') return runElectron(electron.binary);
  terminal.err(`${electron.why}; the app is served for a browser instead.`);
  return runPlimsoll(['serve', ...args], { terminal });
}

export function findElectron(
  root: string,
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
): Electron {
  if (!hasDisplay(platform, environment)) {
    return {
      status: 'absent',
      why: 'There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set)',
    };
  }
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

function runElectron(binary: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [checkoutRoot], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}
