import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, vi } from 'vitest';
import { createFakeElectron, type FakeWindow } from '../../../fixtures/electron/fake-electron.ts';

let electron: ReturnType<typeof createFakeElectron>;
let opened: FakeWindow[];

beforeEach(() => {
  vi.resetModules();
  electron = createFakeElectron();
  vi.doMock('electron', () => electron);
  opened = [];
  electron.app.on('web-contents-created', () => opened.push(...electron.BrowserWindow.getAllWindows()));
});

async function print(html: string): Promise<Uint8Array> {
  const { printPdf } = await import('../../../../main/desktop/print-pdf.ts');
  return printPdf(html);
}

it('prints the page in a hidden window without scripts, and leaves neither window nor file behind', async () => {
  const pdf = await print('<p>the report');
  expect(Buffer.from(pdf).toString()).toBe('%PDF-');
  expect(opened).toHaveLength(1);
  const [window] = opened;
  expect(window?.options).toMatchObject({
    show: false,
    webPreferences: { javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  expect(window?.options.webPreferences).not.toHaveProperty('preload');
  expect(window?.webContents.printed).toEqual([
    { pageSize: 'A4', preferCSSPageSize: true, printBackground: true },
  ]);
  expect(window?.loaded[0]).toMatch(/^file:.*\/report\.html$/);
  expect(existsSync(fileURLToPath(window?.loaded[0] ?? 'file:///'))).toBe(false);
  expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
});

it('takes the window away where printing fails', async () => {
  electron.app.on('web-contents-created', (_event, contents: FakeWindow['webContents']) => {
    contents.printToPDF = () => Promise.reject(new Error('no printer'));
  });
  await expect(print('<p>')).rejects.toThrow('no printer');
  expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
});
