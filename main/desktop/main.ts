/** The entry of the Electron app. It only carries the API to a window; everything else is in main/api.ts. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, Menu, session } from 'electron';
import { answerFlag } from '../../core/protocol/answer-flag.ts';
import { answerWithLibrary, createApi } from '../api.ts';
import { rendererFolder } from '../app/paths.ts';
import { BenchWindow } from './bench-window.ts';
import { switchGpuOn } from './gpu-switches.ts';
import { carryApi } from './ipc.ts';
import { menuTemplate } from './menu.ts';
import { pageAddress } from './origin.ts';
import { printPdf } from './print-pdf.ts';
import { declareScheme, servePage } from './protocol.ts';
import { askBeforeClosing, closeApiBeforeQuitting } from './quit.ts';
import { confinePages, denyPermissions } from './security.ts';
import { createWindow } from './window.ts';

/** Built beside this file. */
const preloadPath = join(import.meta.dirname, 'preload.cjs');

if (process.argv.includes(answerFlag)) {
  // Started by this app itself, to ask the system in a process that may be ended.
  app.dock?.hide();
  answerWithLibrary((line) => process.stdout.write(line)).finally(() => app.exit());
}
// A second start shows the window that is there: one process owns the run that may be going on.
else if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  app.enableSandbox();
  switchGpuOn(app);
  declareScheme();
  confinePages(app);

  const api = createApi({ printPdf });
  const bench = new BenchWindow(api.benchPages, preloadPath);
  carryApi(api, bench);
  closeApiBeforeQuitting(app, api);

  const open = async () => {
    const window = createWindow(preloadPath);
    askBeforeClosing(window, api);
    // A window that nobody sees would keep the app from ending.
    window.once('closed', () => bench.close());
    await window.loadURL(pageAddress);
  };
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) void open();
  });

  app
    .whenReady()
    .then(() => {
      denyPermissions(session.defaultSession);
      servePage(rendererFolder());
      Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, !app.isPackaged)));
      return open();
    })
    .catch((error: unknown) => {
      dialog.showErrorBox('Plimsoll could not start', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
}
