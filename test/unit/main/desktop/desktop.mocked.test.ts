import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunProgress } from '../../../../core/protocol/api.ts';
import type { ApiOptions } from '../../../../main/api.ts';
import type { DesktopBridge } from '../../../../main/desktop/channels.ts';
import { isOwnAddress } from '../../../../main/desktop/origin.ts';
import { contentSecurityPolicy } from '../../../../main/shell/content-security-policy.ts';
import { FakeApi } from '../../../fixtures/api/fake-api.ts';
import {
  createFakeElectron,
  type FakeWindow,
  preventable,
} from '../../../fixtures/electron/fake-electron.ts';

vi.mock('../../../../main/api.ts', () => ({
  createApi: (options: ApiOptions) => {
    apiOptions = options;
    return api;
  },
}));
vi.mock('../../../../main/app/paths.ts', () => ({ rendererFolder: () => join(folder, 'page') }));

/** As long as a busy machine takes. */
const waitFor = <T>(callback: () => T) => vi.waitFor(callback, { timeout: 60_000 });

let api: FakeApi;
let apiOptions: ApiOptions;
let electron: ReturnType<typeof createFakeElectron>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-desktop-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), 'the page');
  await writeFile(join(folder, 'secret.txt'), 'secret');
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
  vi.resetModules();
  electron = createFakeElectron();
  vi.doMock('electron', () => electron);
  api = new FakeApi({ 'runs.active': () => null });
});

/** Starts the entry as Electron does, up to the open window. */
async function startApp(): Promise<FakeWindow> {
  await import('../../../../main/desktop/main.ts');
  electron.app.ready.resolve();
  return waitFor(() => {
    const [window] = electron.BrowserWindow.getAllWindows();
    if (window === undefined || window.loaded.length === 0) throw new Error('No window yet.');
    return window;
  });
}

describe('the start', () => {
  it('declares the sandbox and the scheme before the app is ready', async () => {
    await import('../../../../main/desktop/main.ts');
    expect(electron.app.log).toEqual(['enableSandbox']);
    expect(electron.protocol.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
    expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
  });

  it('opens a window that is isolated from Node, and shows it when there is something to see', async () => {
    const window = await startApp();
    expect(window.loaded).toEqual(['app://plimsoll/']);
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      preload: expect.stringMatching(/preload\.cjs$/),
    });
    expect(window.log).toEqual([]);
    window.emit('ready-to-show');
    expect(window.log).toEqual(['show']);
  });

  it('prints reports by its own engine, so that no other browser is needed', async () => {
    await startApp();
    const pdf = await apiOptions.printPdf?.('<p>the report');
    expect(Buffer.from(pdf ?? []).toString()).toBe('%PDF-');
  });

  it('leaves the field to the instance that is there', async () => {
    electron.app.hasLock = false;
    await import('../../../../main/desktop/main.ts');
    expect(electron.app.log).toEqual(['quit']);
    expect(electron.ipcMain.handlers.size).toBe(0);
  });

  it('shows its window when it is started again', async () => {
    const window = await startApp();
    window.minimized = true;
    electron.app.emit('second-instance');
    expect(window.log).toEqual(['restore', 'focus']);
  });

  it('says why it could not start', async () => {
    await import('../../../../main/desktop/main.ts');
    electron.app.ready.reject(new Error('no display'));
    await waitFor(() => expect(electron.app.log).toContain('exit 1'));
    expect(electron.dialog.errors).toEqual([['Plimsoll could not start', 'no display']]);
  });
});

describe('what the page may not do', () => {
  it('leave its origin', async () => {
    const { webContents } = await startApp();
    for (const name of ['will-navigate', 'will-redirect']) {
      const away = preventable({ url: 'https://attacker.example/' });
      webContents.emit(name, away);
      expect(away.defaultPrevented, name).toBe(true);
      const inside = preventable({ url: 'app://plimsoll/#runs' });
      webContents.emit(name, inside);
      expect(inside.defaultPrevented, name).toBe(false);
    }
    const webview = preventable();
    webContents.emit('will-attach-webview', webview);
    expect(webview.defaultPrevented).toBe(true);
  });

  it('open windows: an https link goes to the browser, anything else nowhere', async () => {
    const { webContents } = await startApp();
    const open = (url: string) => webContents.openHandler?.({ url } as never);
    expect(open('https://arxiv.org/abs/2404.03617')).toEqual({ action: 'deny' });
    for (const url of [
      'http://example.org',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://x',
      'no url',
    ]) {
      expect(open(url)).toEqual({ action: 'deny' });
    }
    expect(electron.shell.opened).toEqual(['https://arxiv.org/abs/2404.03617']);
  });

  it('get any permission', async () => {
    await startApp();
    const { defaultSession } = electron.session;
    const answer = vi.fn();
    defaultSession.requestHandler?.({} as never, 'media', answer, {} as never);
    expect(answer).toHaveBeenCalledExactlyOnceWith(false);
    expect(defaultSession.checkHandler?.(null, 'geolocation', '', {} as never)).toBe(false);
    expect(defaultSession.deviceHandler?.({} as never)).toBe(false);
  });

  it.each([
    ['app://plimsoll/', true],
    ['app://plimsoll/index.html#x', true],
    ['app://plimsoll.attacker.example/', false],
    ['app://other/', false],
    ['apps://plimsoll/', false],
    ['https://plimsoll/', false],
    ['file:///app://plimsoll/', false],
    ['', false],
  ])('%j is its own address: %s', (address, own) => expect(isOwnAddress(address)).toBe(own));
});

describe('the page', () => {
  const get = async (address: string, init?: RequestInit) => {
    const handler = electron.protocol.handlers.get('app');
    if (handler === undefined) throw new Error('The scheme is not handled.');
    const request = new Request('https://unused/', init);
    // Node's Request takes no scheme of one's own; Electron's does.
    Object.defineProperty(request, 'url', { value: address });
    return handler(request as never);
  };

  it('comes with the policy that a browser gets', async () => {
    await startApp();
    const answer = await get('app://plimsoll/');
    expect(await answer.text()).toBe('the page');
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(contentSecurityPolicy).not.toContain('unsafe');
  });

  it.each([
    'app://plimsoll/..%2fsecret.txt',
    'app://plimsoll/%2e%2e/secret.txt',
    'app://plimsoll/..%5csecret.txt',
    'app://other/index.html',
    'app://plimsoll/nothing.js',
  ])('is all there is: %s', async (address) => {
    await startApp();
    expect((await get(address)).status).toBe(404);
  });

  it('is only read', async () => {
    await startApp();
    expect((await get('app://plimsoll/', { method: 'POST' })).status).toBe(405);
  });
});

describe('calls', () => {
  const page = { url: 'app://plimsoll/', parent: null };
  const invoke = async (senderFrame: object | null, ...message: unknown[]) => {
    const handler = electron.ipcMain.handlers.get('plimsoll:invoke');
    return handler?.({ senderFrame } as never, ...message);
  };

  it('are carried from the page, failures as data', async () => {
    await startApp();
    expect(await invoke(page, 'runs.active', {})).toEqual({ ok: true, value: null });
    expect(await invoke(page, 'runs.listen', {})).toMatchObject({ ok: false, error: { code: 'notFound' } });
  });

  it.each([
    ['a page of another origin', { url: 'https://attacker.example/', parent: null }],
    ['a page of another host of the scheme', { url: 'app://other/', parent: null }],
    ['a frame inside the page', { url: 'app://plimsoll/', parent: page }],
    ['a frame that is gone', null],
  ])('are refused from %s', async (_what, frame) => {
    await startApp();
    expect(await invoke(frame, 'runs.active', {})).toMatchObject({ ok: false, error: { code: 'badInput' } });
    expect(api.calls).toEqual([]);
  });

  it.each([['__proto__'], [undefined], [{ toString: 'x' }]])('are refused by the name %j', async (method) => {
    await startApp();
    expect(await invoke(page, method, {})).toMatchObject({ ok: false });
    expect(api.calls).toEqual([]);
  });
});

describe('events', () => {
  it('reach every window that is still there', async () => {
    const window = await startApp();
    const gone = new electron.BrowserWindow({});
    gone.destroyed = true;
    const payload = { runId: 'r1', measurementId: 'm1' };
    api.emit('run.measured', payload);
    expect(window.webContents.sent).toEqual([['plimsoll:event', 'run.measured', payload]]);
    expect(gone.webContents.sent).toEqual([]);
  });
});

describe('the preload script', () => {
  const bridge = async () => {
    await import('../../../../main/desktop/preload.ts' as string);
    return electron.contextBridge.exposed.get('plimsoll') as DesktopBridge;
  };

  it('exposes two functions and nothing else', async () => {
    expect(Object.keys(await bridge())).toEqual(['invoke', 'on']);
    expect([...electron.contextBridge.exposed.keys()]).toEqual(['plimsoll']);
  });

  it('carries calls on the one channel', async () => {
    const answer = await (await bridge()).invoke('runs.list', {});
    expect(answer).toEqual({ ok: true, value: 'answer' });
    expect(electron.ipcRenderer.invoked).toEqual([['plimsoll:invoke', 'runs.list', {}]]);
  });

  it('hands on payloads of the wanted event only, and never the IPC event', async () => {
    const listener = vi.fn();
    const end = (await bridge()).on('run.ended', listener);
    electron.ipcRenderer.emit('plimsoll:event', { sender: 'secret' }, 'run.progress', 1);
    electron.ipcRenderer.emit('plimsoll:event', { sender: 'secret' }, 'run.ended', 2);
    end();
    electron.ipcRenderer.emit('plimsoll:event', { sender: 'secret' }, 'run.ended', 3);
    expect(listener.mock.calls).toEqual([[2]]);
  });
});

describe('the bench page', () => {
  const frame = { url: 'app://plimsoll/bench/index.html', parent: null };
  const call = async (sender: unknown, ...message: unknown[]) =>
    electron.ipcMain.handlers.get('plimsoll:invoke')?.({ senderFrame: frame, sender } as never, ...message);

  /** A request that opened the window; it is answered by its page alone. */
  async function openBench() {
    const main = await startApp();
    const provider = api.benchPages.provider(5000);
    const released = provider.request('release', { handle: 1 }, { silenceMs: 5000 });
    const window = await waitFor(() => {
      const found = electron.BrowserWindow.getAllWindows()[1];
      if (found === undefined) throw new Error('No bench window yet.');
      return found;
    });
    return { main, window, released, provider };
  }

  it('is a window that nobody sees, as confined as the other, and open only while it is needed', async () => {
    const { window, released, provider, main } = await openBench();
    expect(window.options).toMatchObject({
      show: false,
      webPreferences: main.options.webPreferences ?? {},
    });
    expect(window.options.webPreferences).toMatchObject({ sandbox: true, backgroundThrottling: false });
    expect(window.loaded).toEqual(['app://plimsoll/bench/index.html']);
    expect(await call(window.webContents, 'bench.attach', {})).toEqual({ ok: true, value: null });
    await waitFor(() => expect(window.webContents.sent).toHaveLength(2));
    expect(window.webContents.sent[1]?.slice(0, 2)).toEqual(['plimsoll:event', 'bench.request']);
    expect(main.webContents.sent).toEqual([]);
    await call(window.webContents, 'bench.reply', { page: 'window', lines: ['{"id":1,"result":{}}'] });
    expect(await released).toEqual({});
    await provider.close();
    expect(window.destroyed).toBe(true);
  });

  it('is heard from its own window only, and only what it may say', async () => {
    const { main, window, released } = await openBench();
    const reply = { page: 'window', lines: ['{"id":1,"result":{}}'] };
    await call(window.webContents, 'bench.attach', {});
    for (const [sender, method, input] of [
      [main.webContents, 'bench.reply', reply],
      [main.webContents, 'bench.attach', {}],
      [undefined, 'bench.attach', {}],
      [window.webContents, 'bench.reply', { lines: 7 }],
    ] as const) {
      expect(await call(sender, method, input)).toMatchObject({ ok: false, error: { code: 'badInput' } });
    }
    await call(window.webContents, 'bench.reply', reply);
    expect(await released).toEqual({});
  });

  it('that crashes loses what it was asked for', async () => {
    const { window, released } = await openBench();
    await call(window.webContents, 'bench.attach', {});
    const failure = expect(released).rejects.toThrow(
      'The bench page was closed or reloaded, during release.',
    );
    await waitFor(() => expect(window.webContents.sent).toHaveLength(2));
    window.webContents.emit('render-process-gone');
    await failure;
    expect(window.destroyed).toBe(true);
  });

  it('does not keep the app open', async () => {
    const { main, window, released } = await openBench();
    await call(window.webContents, 'bench.attach', {});
    const failure = expect(released).rejects.toThrow('The bench page was closed');
    main.close();
    await failure;
    expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
    expect(window.destroyed).toBe(true);
  });

  it('has Chromium started for it, with nothing that opens the app to others', async () => {
    await startApp();
    expect([...electron.app.switches.keys()].toSorted()).toEqual([
      'disable-dawn-features',
      'disable-gpu-process-crash-limit',
      'enable-dawn-features',
      'enable-unsafe-webgpu',
      'enable-webgpu-developer-features',
    ]);
    expect(electron.app.switches.get('disable-dawn-features')).toBe('timestamp_quantization');
  });
});

describe('the end', () => {
  const active: RunProgress = {
    runId: 'r1',
    suite: 'quick',
    startedAt: '2026-03-01T12:00:00.000Z',
    phase: 'measuring',
    casesDone: 0,
    casesTotal: 1,
    fraction: 0,
    current: 'resnet50',
    elapsedSeconds: 0,
    remainingSeconds: null,
  };

  it('closes the API before the app quits', async () => {
    await startApp();
    const event = preventable();
    electron.app.emit('will-quit', event);
    expect(event.defaultPrevented).toBe(true);
    await waitFor(() => expect(electron.app.log).toContain('quit'));
    expect(api.closed).toBe(1);
    const again = preventable();
    electron.app.emit('will-quit', again);
    expect(again.defaultPrevented).toBe(false);
  });

  it('closes the window at once where no run goes on', async () => {
    const window = await startApp();
    window.close();
    await waitFor(() => expect(window.destroyed).toBe(true));
    expect(electron.dialog.questions).toEqual([]);
  });

  it.each([
    ['keeps the window where the user goes on measuring', 1, false],
    ['closes it where the user ends the run', 0, true],
  ])('%s', async (_what, response, closes) => {
    api = new FakeApi({ 'runs.active': () => active });
    const window = await startApp();
    electron.dialog.response = response;
    window.close();
    await waitFor(() => expect(electron.dialog.questions).toHaveLength(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(window.destroyed).toBe(closes);
  });
});
