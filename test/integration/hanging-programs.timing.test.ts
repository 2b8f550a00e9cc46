/** Programs that never answer, as on a driver that lost its card: real processes. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { detectMachine } from '../../main/machine/detect.ts';
import { askLibrary } from '../../main/machine/library.ts';
import { runProgram } from '../../main/machine/run-program.ts';
import { describedMachines } from '../fixtures/machines/described-machines.ts';
import { filesOf } from '../fixtures/machines/machine-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-hanging-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const log = () => join(folder, 'started');
/** Each tells its number, heeds no signal that it may refuse, and starts another one that does the same. */
const hanging = (body: string) => `#!/bin/sh\ntrap '' TERM INT HUP\necho $$ >> '${log()}'\n${body}\n`;

function install(name: string, script: string): void {
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
}

function started(): number[] {
  try {
    return readFileSync(log(), 'utf8').trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

function isRunning(id: number): boolean {
  try {
    // One that has ended and was not yet fetched by its parent is there, and runs no more.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const all = [
  'nvidia-smi',
  'lspci',
  'lscpu',
  'clinfo',
  'dmidecode',
  'hostname',
  'rocm-smi',
  'system_profiler',
];
const bodies = {
  'never end': 'exec sleep 60',
  'start others that never end': `sh -c 'trap "" TERM; echo $$ >> "${'$'}0"; exec sleep 60' '@LOG' & wait`,
  'print without an end': 'while :; do echo noise; sleep 0.2; done',
};

describe.runIf(process.platform === 'linux')('programs that', () => {
  // The guest asks lscpu for its hypervisor, and the card nvidia-smi for its name.
  const { files = {} } = describedMachines['a desktop with a graphics card'] ?? {};
  const guest = {
    ...files,
    '/proc/cpuinfo': (files['/proc/cpuinfo'] ?? '').replaceAll(' fma', ' fma hypervisor'),
  };

  it.each(Object.entries(bodies))(
    '%s cost four seconds, and no more',
    { timeout: 20_000 },
    async (_what, body) => {
      for (const name of all) install(name, hanging(body.replace('@LOG', log())));
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const begun = performance.now();
      const environment = await detectMachine(filesOf(guest), runProgram, 'linux');
      const seconds = (performance.now() - begun) / 1000;
      delay.disable();
      expect(seconds).toBeLessThan(4.5);
      expect(delay.max / 1e6).toBeLessThan(50);
      expect(environment.virtualization.hypervisor).toBe('unknown');
      // Of what hangs, the files know enough.
      expect(environment.gpus).toMatchObject([
        { model: 'NVIDIA GeForce RTX 4090', driverVersion: '570.86.10' },
      ]);
      expect(started().length).toBeGreaterThanOrEqual(2);
      await vi.waitFor(() => expect(started().filter(isRunning)).toEqual([]), 2000);
    },
  );

  it('hang in the library lose their own answer, and end with it', {
    timeout: 20_000,
  }, async () => {
    install(
      'library',
      hanging(
        `echo '["osInfo",{"distro":"Windows 11"}]'\necho noise\nsleep 60 & echo $! >> '${log()}'\nwait`,
      ),
    );
    const answers = await askLibrary({ command: join(folder, 'library'), args: [] }, 700);
    expect(answers).toEqual({ osInfo: { distro: 'Windows 11' } });
    expect(started()).toHaveLength(2);
    await vi.waitFor(() => expect(started().filter(isRunning)).toEqual([]), 2000);
  });
});

describe('a program', () => {
  it.each([
    ['is not there', 'plimsoll-no-such-program', []],
    ['fails', process.execPath, ['-e', 'console.log(1); process.exit(3)']],
    ['prints without measure', process.execPath, ['-e', 'process.stdout.write("x".repeat(4 << 20))']],
  ])('that %s has no answer', async (_what, command, args) => {
    expect(await runProgram(command, args)).toBeNull();
  });

  it('that answers is read', async () => {
    expect(await runProgram(process.execPath, ['-e', 'console.log(6 * 7)'])).toBe('42\n');
  });
});
