/** The built desktop app, its real entry, preload script and page, in Chromium with a stand-in for `electron`. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { apiVersion } from '../../core/protocol/api.ts';
import { builtEntry, launchDesktop } from './electron-stand-in/harness.ts';

interface BridgeWindow {
  plimsoll: {
    invoke(
      method: string,
      input: unknown,
    ): Promise<{ ok: boolean; value?: unknown; error?: { code: string } }>;
    on(event: string, listener: (payload: unknown) => void): () => void;
  };
}

let dataFolder: string;
test.beforeEach(async () => {
  expect(existsSync(builtEntry), 'out/desktop/main.js is built by npm run setup').toBe(true);
  dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-desktop-'));
});
test.afterEach(() => rm(dataFolder, { recursive: true, force: true }));

const environment = () => ({ PLIMSOLL_DATA_DIR: dataFolder });

test('shows the page under its policy, and the page reaches the program', async ({ browser }) => {
  await using desktop = await launchDesktop(browser, environment());
  const { page } = desktop;
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.reload();

  await expect(page).toHaveTitle(/Plimsoll/);
  await expect(page.getByRole('main')).toBeVisible();
  const hello = await page.evaluate(() =>
    (globalThis as unknown as BridgeWindow).plimsoll.invoke('app.hello', {}),
  );
  expect(hello).toMatchObject({ ok: true, value: { name: 'plimsoll', apiVersion } });
  const unknown = await page.evaluate(() =>
    (globalThis as unknown as BridgeWindow).plimsoll.invoke('app.nothing', {}),
  );
  expect(unknown).toMatchObject({ ok: false, error: { code: 'notFound' } });
  expect(complaints).toEqual([]);
  expect(desktop.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
  });
});

test('gives the page nothing of Node or Electron', async ({ browser }) => {
  await using desktop = await launchDesktop(browser, environment());
  const found = await desktop.page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
      (name) => name in globalThis,
    ),
  );
  expect(found).toEqual([]);
});

test('keeps the page at home and hands https links to the browser', async ({ browser }) => {
  await using desktop = await launchDesktop(browser, environment());
  const { page } = desktop;
  await page.evaluate(() => {
    const { window } = globalThis as unknown as { window: { open(url: string): void } };
    window.open('https://example.org/paper');
    window.open('http://example.org/');
  });
  await expect.poll(() => desktop.openedOutside).toEqual(['https://example.org/paper']);
  const home = page.url();
  await page.evaluate(() => {
    (globalThis as unknown as { location: { href: string } }).location.href = 'https://example.org/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe(home);
  expect(desktop.openedOutside).toHaveLength(1);
});

test('answers no file outside the page', async ({ browser }) => {
  await using desktop = await launchDesktop(browser, environment());
  const statuses = await desktop.page.evaluate(async () => {
    const answers = [];
    for (const path of ['/..%2f..%2fpackage.json', '/%2e%2e/desktop/main.js', '/index.html']) {
      answers.push((await fetch(path)).status);
    }
    return answers;
  });
  expect(statuses).toEqual([404, 404, 200]);
});

test('ends with its window', async ({ browser }) => {
  await using desktop = await launchDesktop(browser, environment());
  await desktop.closeWindow();
  expect(await desktop.ended()).toBe(0);
  expect(desktop.questions).toEqual([]);
});
