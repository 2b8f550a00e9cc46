/**
 * The app with a data folder of its own for each test, and a page that must not complain. Server, API and command line run in the test's
 * process, as the program itself runs them; what must be a process of its own (a second owner of the data, a program that goes) is one: `serve`
 * and `program` start the real one.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base, expect, type Page } from '@playwright/test';
import { createApi, type LocalApi } from '../../../main/api.ts';
import { rendererFolder } from '../../../main/app/paths.ts';
import { runPlimsoll } from '../../../main/cli/program.ts';
import { startServer } from '../../../main/serve/server.ts';
import { memoryTerminal } from '../../fixtures/api/memory-terminal.ts';
import { measuredFolder, shortRounds } from './measured.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const entry = join(root, 'main', 'cli', 'plimsoll.ts');

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServedApp {
  /** With the token. */
  readonly address: string;
  readonly dataFolder: string;
  /** A command on the same data. */
  cli(...args: string[]): Promise<CommandResult>;
  /** What a command prints as JSON. */
  json(...args: string[]): Promise<ReturnType<typeof JSON.parse>>;
  stop(): Promise<void>;
}

interface Fixtures {
  /** A server without any run. */
  readonly emptyApp: ServedApp;
  /** A server with one run of two models, measured by the real provider. */
  readonly app: ServedApp;
  /** As both of these, but the real program in a process of its own, with rounds as users have them. */
  readonly emptyProgram: ServedApp;
  readonly measuredProgram: ServedApp;
}

export const test = base.extend<Fixtures & { noComplaints: undefined }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from the pattern
  emptyApp: ({}, use) => useApp(use, serveHere),
  // biome-ignore lint/correctness/noEmptyPattern: see above
  app: ({}, use) => useApp(use, serveHere, measuredFolder()),
  // biome-ignore lint/correctness/noEmptyPattern: see above
  emptyProgram: ({}, use) => useApp(use, serve),
  // biome-ignore lint/correctness/noEmptyPattern: see above
  measuredProgram: ({}, use) => useApp(use, serve, measuredFolder()),
  /** Whatever a page writes into its console as an error fails the test that it happened in. */
  noComplaints: [
    async ({ page }, use, testInfo) => {
      const complaints: string[] = [];
      // From the beginning, for a chooser that opens before it is waited for is never heard of.
      page.on('filechooser', () => {});
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
      page.on('console', (message) => {
        // Chromium itself notes every answer that is a refusal; those are looked at by the test.
        const refused = /Failed to load resource/.test(message.text());
        // And that a report's preview runs no script, when the test itself asks that frame for something.
        const sandboxed = /Blocked script execution in 'about:srcdoc'/.test(message.text());
        if (message.type() === 'error' && !refused && !sandboxed) complaints.push(message.text());
      });
      await use(undefined);
      if (testInfo.status === 'passed') expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Signs in, and opens a page by its id. */
export async function openPage(page: Page, app: ServedApp, id: string): Promise<void> {
  await page.goto(app.address);
  // The token leaves the address when it is used.
  await page.waitForURL((url) => url.hash === '');
  await page.goto(`${new URL(app.address).origin}/#page=${id}`);
}

/** Finds a run by a part of its name, as a user would: types it, and takes the first that is found. */
export async function chooseRun(page: Page, label: string, query: string): Promise<void> {
  const field = page.getByRole('combobox', { name: label, exact: true });
  await field.click();
  await field.fill(query);
  await field.press('Enter');
}

async function useApp(
  use: (app: ServedApp) => Promise<void>,
  start: (dataFolder: string) => Promise<ServedApp>,
  original?: string,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-served-'));
  if (original !== undefined) await cp(original, folder, { recursive: true });
  const app = await start(folder);
  await use(app);
  await app.stop();
  // What was asked before the end may be answered behind it, and touch the folder once more.
  await rm(folder, { recursive: true, maxRetries: 10 });
}

async function serveHere(dataFolder: string): Promise<ServedApp> {
  const open = (): LocalApi => createApi({ dataFolder, settings: shortRounds });
  const api = open();
  const server = await startServer({ api, port: 0, rendererFolder: rendererFolder() });
  return {
    address: server.address,
    dataFolder,
    ...commands((args) => runHere(open(), args)),
    async stop() {
      await server.close();
      await api.close();
    },
  };
}

/** The command line as a function; the API is its own, and closed by it. */
async function runHere(api: LocalApi, args: readonly string[]): Promise<CommandResult> {
  const terminal = memoryTerminal();
  const status = await runPlimsoll(args, { terminal, api });
  return { status, stdout: terminal.output.join('\n'), stderr: terminal.errors.join('\n') };
}

/** The real program's server, in a process of its own. */
export async function serve(dataFolder: string): Promise<ServedApp> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', entry, 'serve', '--no-open', '--port', '0'],
    { cwd: root, env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder } },
  );
  return {
    address: await printedAddress(child),
    dataFolder,
    ...commands(async (args) => program(dataFolder, ...args)),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
    },
  };
}

/** A command of the real program, in a process of its own. */
export function program(dataFolder: string, ...args: string[]): CommandResult {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder },
  });
}

function commands(run: (args: readonly string[]) => Promise<CommandResult>): Pick<ServedApp, 'cli' | 'json'> {
  return {
    cli: (...args) => run(args),
    async json(...args) {
      const { status, stdout, stderr } = await run(args);
      expect(stdout, `${args.join(' ')} ended with ${status}: ${stderr}`).not.toBe('');
      return JSON.parse(stdout);
    },
  };
}

async function printedAddress(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the server was started without pipes');
  return new Promise((resolve, reject) => {
    for (const input of [stdout, stderr]) {
      createInterface({ input }).on('line', (line) => {
        const address = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(line)?.[0];
        if (address !== undefined) resolve(address);
      });
    }
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready.`)));
  });
}
