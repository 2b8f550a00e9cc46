/** A page of ours to PDF, by the Chromium that the app is itself. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BrowserWindow } from 'electron';

/** From a file, for an address that holds the page itself may not be long; without scripts, in a session of its own. */
export async function printPdf(html: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-report-'));
  try {
    const page = join(folder, 'report.html');
    await writeFile(page, html);
    return await print(pathToFileURL(page).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function print(address: string): Promise<Uint8Array> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      javascript: false,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      // In memory: without `persist:` nothing is kept.
      partition: 'report',
    },
  });
  try {
    await window.loadURL(address);
    return await window.webContents.printToPDF({
      pageSize: 'A4',
      preferCSSPageSize: true,
      printBackground: true,
    });
  } finally {
    window.destroy();
  }
}
