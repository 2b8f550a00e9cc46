/** The real server with its own data folder, and a page that must not complain. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base, expect, type Page } from '@playwright/test';

const root = join(import.meta.dirname, '..', '..', '..');
const entry = join(root, 'main', 'cli', 'plimsoll.ts');

export interface ServedApp {
  /** With the token. */
  readonly address: string;
  readonly dataFolder: string;
  /** Runs another process of the program on the same data. */
  cli(...args: string[]): { status: number | null; stdout: string; stderr: string };
  stop(): Promise<void>;
}

interface Fixtures {
  /** A server without any run. */
  readonly emptyApp: ServedApp;
  /** A server with one run of two models, measured by the real program. */
  readonly app: ServedApp;
}

interface WorkerFixtures {
  /** A data folder with that run; each test gets a copy. */
  readonly measured: string;
}

export const test = base.extend<Fixtures & { noComplaints: undefined }, WorkerFixtures>({
  measured: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from the pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'plimsoll-measured-'));
      const result = cli(folder, ['profile', '--settle', '0', '--models', 'regnety_004,convfirst_pico']);
      expect(result.status, result.stderr).toBe(0);
      await use(folder);
      await rm(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: see above
  emptyApp: async ({}, use) => {
    const app = await serve(await mkdtemp(join(tmpdir(), 'plimsoll-empty-')));
    await use(app);
    await app.stop();
    await rm(app.dataFolder, { recursive: true });
  },
  app: async ({ measured }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-served-'));
    await cp(measured, folder, { recursive: true });
    const app = await serve(folder);
    await use(app);
    await app.stop();
    await rm(folder, { recursive: true });
  },
  /** Whatever a page writes into its console as an error fails the test that it happened in. */
  noComplaints: [
    async ({ page }, use, testInfo) => {
      const complaints: string[] = [];
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

function cli(dataFolder: string, args: readonly string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder },
  });
}

/** The real program, on this data. */
export async function serve(dataFolder: string): Promise<ServedApp> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', entry, 'serve', '--no-open', '--port', '0'],
    { cwd: root, env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder } },
  );
  return {
    address: await printedAddress(child),
    dataFolder,
    cli: (...args) => cli(dataFolder, args),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
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
