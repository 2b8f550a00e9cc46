/**
 * A small stand-in for the module `electron` in the main process: as much of it as main/desktop uses. Windows are pages
 * of a real Chromium that the test drives; whatever needs one travels to the test.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AppRequests, connect, type TestRequests } from './messages.ts';

type Listener = (...values: never[]) => unknown;

function preventable<Details extends object>(details: Details) {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}

const windows: BrowserWindow[] = [];
const invokeHandlers = new Map<string, Listener>();
const schemeHandlers = new Map<string, (request: Request) => Promise<Response>>();

const askTest = connect<TestRequests, AppRequests>(process, {
  async page({ url, method }) {
    const handler = schemeHandlers.get(new URL(url).protocol.slice(0, -1));
    if (handler === undefined) throw new Error(`No handler for ${url}`);
    // Node's Request takes no scheme of one's own; Electron's does.
    const request = new Request('https://unused.invalid/', { method });
    Object.defineProperty(request, 'url', { value: url });
    const response = await handler(request);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      bodyBase64: Buffer.from(await response.arrayBuffer()).toString('base64'),
    };
  },
  invoke({ windowId, frameUrl, isMainFrame, message: [channel, ...message] }) {
    const handler = invokeHandlers.get(String(channel)) as ((...values: unknown[]) => unknown) | undefined;
    if (handler === undefined) throw new Error(`No handler for ${channel}`);
    const sender = windows.find(({ id }) => id === windowId)?.webContents;
    return handler({ sender, senderFrame: { url: frameUrl, parent: isMainFrame ? null : {} } }, ...message);
  },
  navigate({ url }) {
    const event = preventable({ url });
    windows[0]?.webContents.emit('will-navigate', event);
    return !event.defaultPrevented;
  },
  open: ({ url }) => windows[0]?.webContents.openHandler({ url }).action === 'allow',
  close: () => {
    windows[0]?.close();
    return null;
  },
});

class WebContents extends EventEmitter {
  readonly #windowId: number;
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });

  constructor(windowId: number) {
    super();
    this.#windowId = windowId;
  }

  send(...message: unknown[]): void {
    void askTest('send', { windowId: this.#windowId, message });
  }
  setWindowOpenHandler(handler: typeof this.openHandler): void {
    this.openHandler = handler;
  }
}

export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static #lastId = 0;

  readonly id = ++BrowserWindow.#lastId;
  readonly webContents = new WebContents(this.id);
  readonly #webPreferences: { preload: string };

  constructor({ webPreferences }: { webPreferences: { preload: string } }) {
    super();
    this.#webPreferences = webPreferences;
    windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const preload = readFileSync(this.#webPreferences.preload, 'utf8');
    await askTest('load', { windowId: this.id, url, preload, webPreferences: { ...this.#webPreferences } });
    this.emit('ready-to-show');
  }
  show(): void {}
  focus(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false;
  }
  isDestroyed(): boolean {
    return !windows.includes(this);
  }
  close(): void {
    const event = preventable({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    windows.splice(windows.indexOf(this), 1);
    void askTest('closed', { windowId: this.id }).then(() => {
      this.emit('closed');
      if (windows.length === 0) app.emit('window-all-closed');
    });
  }
}

class App extends EventEmitter {
  readonly isPackaged = false;
  /** Chromium's switches are the test's affair. */
  readonly commandLine = { appendSwitch: () => {} };

  enableSandbox(): void {}
  requestSingleInstanceLock(): boolean {
    return true;
  }
  async whenReady(): Promise<void> {}
  quit(): void {
    const event = preventable({});
    this.emit('will-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }
  exit(code: number): void {
    process.exit(code);
  }
}

export const app = new App();

export const ipcMain = {
  handle: (channel: string, handler: Listener) => void invokeHandlers.set(channel, handler),
  removeHandler: (channel: string) => void invokeHandlers.delete(channel),
};

export const protocol = {
  registerSchemesAsPrivileged: () => {},
  handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
    void schemeHandlers.set(scheme, handler),
};

export const dialog = {
  showErrorBox: (title: string, text: string) => console.error(`${title}: ${text}`),
  async showMessageBox(_window: BrowserWindow, { message, buttons }: { message: string; buttons: string[] }) {
    return { response: await askTest('question', { message, buttons }), checkboxChecked: false };
  },
};

export const session = {
  defaultSession: {
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: () => {},
    setDevicePermissionHandler: () => {},
  },
};

export const Menu = {
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu: () => {},
};

export const nativeTheme = { shouldUseDarkColors: false };

export const shell = {
  openExternal: (url: string) => askTest('openExternal', { url }),
};
