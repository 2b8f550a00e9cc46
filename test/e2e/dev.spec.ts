/** `npm run dev`, in a copy of the sources: the page calls the API, and what is changed arrives. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';

const root = join(import.meta.dirname, '..', '..');
const sources = [
  'core',
  'main',
  'renderer',
  'scripts',
  'webgpu-bench',
  'package.json',
  'tsconfig.json',
  'vite.config.ts',
];

let folder: string;
let server: ChildProcess;
let address: string;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-dev-'));
  for (const source of sources) await cp(join(root, source), join(folder, source), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  server = spawn(process.execPath, [join(folder, 'scripts', 'dev.ts'), '--port', '0', '--no-open'], {
    cwd: folder,
    env: { ...process.env, PLIMSOLL_DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    const printed = /^Plimsoll is at (\S+)$/.exec(line)?.[1];
    if (printed === undefined) continue;
    address = printed;
    break;
  }
  expect(address, 'the address that npm run dev prints').toBeTruthy();
});

test.afterAll(async () => {
  if (server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true });
});

async function change(path: string, from: string, to: string): Promise<void> {
  const file = join(folder, path);
  const text = await readFile(file, 'utf8');
  const changed = text.replace(from, to);
  expect(changed, `${path} has ${from}`).not.toBe(text);
  await writeFile(file, changed);
}

test('shows changed components without a reload and changed answers without a new sign-in, and hides the API from others', async ({
  page,
  request,
}) => {
  await page.goto(address);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await expect(page.locator('fieldset').first()).toBeVisible();
  await page.evaluate(() => Object.assign(globalThis, { plimsollIsTheSamePage: true }));
  await change('renderer/pages/settings/settings-page.tsx', 'title={pageNames.settings}', 'title="Arrived"');
  await expect(page.getByRole('heading', { name: 'Arrived' })).toBeVisible();
  expect(await page.evaluate(() => 'plimsollIsTheSamePage' in globalThis)).toBe(true);

  // From the page, with its cookie.
  const list = () =>
    page.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch('/api/runs.list', { method: 'POST', headers, body: '{}' });
      return { status: response.status, answer: (await response.json()) as { ok: boolean; value: unknown } };
    });
  expect(await list()).toEqual({ status: 200, answer: { ok: true, value: [] } });
  await change(
    'main/shell/transport.ts',
    '{ ok: true, value: await call',
    "{ ok: true, value: 'changed' ?? await call",
  );
  await expect.poll(async () => (await list()).answer.value).toBe('changed');

  const { origin } = new URL(address);
  const withoutCookie = await request.post(`${origin}/api/runs.list`, { data: {} });
  expect(withoutCookie.status()).toBe(401);
  const fromElsewhere = await request.post(`${origin}/session`, {
    data: { token: new URL(address).hash.replace('#token=', '') },
    headers: { Origin: 'https://example.com' },
  });
  expect(fromElsewhere.status()).toBe(403);
});
