/** The built desktop app in Electron itself. Skipped where its binary is not there: it comes from outside npm. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test } from '@playwright/test';

const root = join(import.meta.dirname, '..', '..');
const electronFolder = join(root, 'node_modules', 'electron');

function electronBinary(): string | undefined {
  const record = join(electronFolder, 'path.txt');
  if (!existsSync(record)) return undefined;
  const binary = join(electronFolder, 'dist', readFileSync(record, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

const binary = electronBinary();
const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;

test.skip(binary === undefined, 'The Electron binary is not there: fetch it with npx install-electron.');
test.skip(!display, 'There is no display for a window.');

test('opens one isolated window whose page reaches the program', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-electron-'));
  const app = await _electron.launch({
    ...(binary !== undefined && { executablePath: binary }),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root],
    env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder } as Record<string, string>,
  });
  try {
    const page = await app.firstWindow();
    await expect(page).toHaveTitle(/Plimsoll/);
    expect(page.url()).toBe('app://plimsoll/');
    const found = await page.evaluate(async () => {
      const { plimsoll } = globalThis as unknown as {
        plimsoll: { invoke(method: string, input: unknown): Promise<unknown> };
      };
      return {
        hello: await plimsoll.invoke('app.hello', {}),
        node: ['require', 'process'].filter((name) => name in globalThis),
      };
    });
    expect(found.hello).toMatchObject({ ok: true, value: { name: 'plimsoll' } });
    expect(found.node).toEqual([]);
    expect(app.windows()).toHaveLength(1);
  } finally {
    await app.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
});
