/** The command line where its surroundings are odd: no home, a full disk, a reader that goes away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { sampleRun } from '../fixtures/api/sample-run.ts';
import { encoded } from '../fixtures/encoded.ts';

const entry = join(import.meta.dirname, '..', '..', 'main', 'cli', 'plimsoll.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Options {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What the output goes to; a pipe that is read to its end when absent. */
  readonly output?: number;
}

async function run(args: readonly string[], { environment = {}, output }: Options = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    stdio: ['ignore', output ?? 'pipe', 'pipe'],
    cwd: folder,
    env: { ...process.env, PLIMSOLL_DATA_DIR: folder, NO_COLOR: '1', ...environment },
  });
  const [written, errors, [exitCode]] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    text(child.stderr as NonNullable<typeof child.stderr>),
    once(child, 'exit'),
  ]);
  return { written, errors, exitCode: exitCode as number | null };
}

function importSample(): void {
  const store = openStore(folder);
  store.runs.import(sampleRun);
  store.close();
}

it.runIf(process.platform === 'linux')('says that the disk is full, and fails', async () => {
  importSample();
  const full = openSync('/dev/full', 'w');
  for (const args of [['runs'], ['models', '--json'], ['--help']]) {
    const { errors, exitCode } = await run(args, { output: full });
    expect(errors, args.join(' ')).toBe('The output could not be written: no space is left on the device.\n');
    expect(exitCode).toBe(1);
  }
  closeSync(full);
});

it('ends quietly where its reader has seen enough', async () => {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', entry, 'models', '--json'],
    {
      env: { ...process.env, PLIMSOLL_DATA_DIR: folder },
    },
  );
  child.stdout.once('data', () => child.stdout.destroy());
  const [errors, [exitCode, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect({ errors, exitCode, signal }).toEqual({ errors: '', exitCode: 0, signal: null });
});

it.runIf(process.platform === 'linux').each([
  ['empty', ''],
  ['relative', 'home'],
])('makes no folder where it was started, though HOME is %s', async (_what, HOME) => {
  const { exitCode } = await run(['settings'], {
    environment: { HOME, PLIMSOLL_DATA_DIR: undefined, XDG_DATA_HOME: undefined },
  });
  expect(exitCode).toBeTypeOf('number');
  expect(readdirSync(folder)).toEqual([]);
});

it.each(['utf8', 'utf16le', 'utf16be'] as const)('imports a run that was saved in %s', async (encoding) => {
  const bundle = { format: 'plimsoll-run', version: 1, exportedAt: sampleRun.startedAt, run: sampleRun };
  const file = join(folder, 'run.json');
  writeFileSync(file, encoded(`\ufeff${JSON.stringify(bundle)}`, encoding));
  const { errors, exitCode } = await run(['import', file]);
  expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
});
