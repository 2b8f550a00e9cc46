/**
 * All that the page gets of Electron: two functions. It never sees an IPC event, a channel name or Node. The main process
 * checks every call, so nothing is checked here.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { type DesktopBridge, eventChannel, invokeChannel } from './channels.ts';

const bridge: DesktopBridge = {
  invoke: (method, input) => ipcRenderer.invoke(invokeChannel, method, input),
  on(event, listener) {
    const forward = (_event: unknown, name: string, payload: unknown) => {
      if (name === event) listener(payload);
    };
    ipcRenderer.on(eventChannel, forward);
    return () => void ipcRenderer.off(eventChannel, forward);
  },
};

contextBridge.exposeInMainWorld('plimsoll', bridge);
