/** The end of the app: a run that is going on is not lost by a closed window. */
import { type App, type BrowserWindow, dialog } from 'electron';
import type { LocalApi } from '../api.ts';

/** Asks before a window is closed, or the app is quit, in the middle of a run. */
export function askBeforeClosing(window: BrowserWindow, api: LocalApi): void {
  let decided = false;
  window.on('close', (event) => {
    if (decided) return;
    event.preventDefault();
    void mayClose(window, api).then((may) => {
      if (!may) return;
      decided = true;
      window.close();
    });
  });
}

async function mayClose(window: BrowserWindow, api: LocalApi): Promise<boolean> {
  // Where even this cannot be told, the user must still be able to close the window.
  const active = await api.call('runs.active', {}).catch(() => null);
  if (active === null) return true;
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'A run is going on. End it?',
    detail: 'What it has measured so far is kept.',
    buttons: ['End the run', 'Go on measuring'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

/** Holds the app until the API is closed: an active run is ended and stored first. */
export function closeApiBeforeQuitting(app: App, api: LocalApi): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void api
      .close()
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        closed = true;
        app.quit();
      });
  });
}
