/** The app's API over IPC: calls from our own page only, events to all windows. */
import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { type Api, ApiError } from '../../core/protocol/api.ts';
import { type Answer, answerCall, subscribeAll } from '../shell/transport.ts';
import { type BenchWindow, isBenchMethod } from './bench-window.ts';
import { eventChannel, invokeChannel } from './channels.ts';
import { isOwnAddress } from './origin.ts';

/** Returns the function that takes the handler and the subscriptions away again. */
export function carryApi(api: Api, bench: BenchWindow): () => void {
  ipcMain.handle(invokeChannel, (event, method: unknown, input: unknown) =>
    answer(api, bench, event, method, input),
  );
  const unsubscribe = subscribeAll(api, (event, payload) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (!window.isDestroyed()) window.webContents.send(eventChannel, event, payload);
    }
  });
  return () => {
    ipcMain.removeHandler(invokeChannel);
    unsubscribe();
  };
}

async function answer(
  api: Api,
  bench: BenchWindow,
  event: IpcMainInvokeEvent,
  method: unknown,
  input: unknown,
): Promise<Answer> {
  const frame = event.senderFrame;
  // A frame inside the page, a page of another origin, or a frame that is gone: none of ours.
  if (frame === null || frame.parent !== null || !isOwnAddress(frame.url)) {
    return { ok: false, error: new ApiError('badInput', 'The call comes from a foreign page.').toData() };
  }
  if (typeof method !== 'string') {
    return { ok: false, error: new ApiError('badInput', "The method's name is no text.").toData() };
  }
  if (isBenchMethod(method)) {
    if (bench.isFrom(event.sender) && bench.answer(method, input)) return { ok: true, value: null };
    return { ok: false, error: new ApiError('badInput', 'This is no call of the bench page.').toData() };
  }
  return answerCall(api, method, input);
}
