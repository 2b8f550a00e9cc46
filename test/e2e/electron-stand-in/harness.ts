/**
 * Starts the built entry of the desktop app with the stand-in for `electron`, and plays Electron's browser process: each
 * window is a page of Debian's Chromium, with the built preload script in it and the app's own answers behind its address.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page, Request as PlaywrightRequest } from '@playwright/test';
import { type AppRequests, connect, type TestRequests } from './messages.ts';

/** Chromium takes no scheme from outside: an https origin that is no host stands for `app://plimsoll`. */
const appOrigin = 'app://plimsoll';
const standInOrigin = 'https://plimsoll.invalid';
const toApp = (url: string) => url.replace(standInOrigin, appOrigin);
const toBrowser = (url: string) => url.replace(appOrigin, standInOrigin);

const root = new URL('../../../', import.meta.url);
export const builtEntry = fileURLToPath(new URL('out/desktop/main.js', root));
const register = new URL('./register.ts', import.meta.url).href;

export interface DesktopApp {
  readonly page: Page;
  /** The window that the user does not see, while there is one. */
  readonly hiddenPage: Page | undefined;
  readonly webPreferences: Readonly<Record<string, unknown>>;
  /** Links that were handed to the user's browser. */
  readonly openedOutside: readonly string[];
  /** Questions that the app asked; each is answered with `answer`. */
  readonly questions: readonly string[];
  /** Index of the button that the user presses. */
  answer: number;
  /** As the user closes the window. */
  closeWindow(): Promise<void>;
  /** The process's exit code, once it has ended. */
  ended(): Promise<number | null>;
  /** Ends what is left of it. */
  [Symbol.asyncDispose](): Promise<void>;
}

export async function launchDesktop(browser: Browser, environment: NodeJS.ProcessEnv): Promise<DesktopApp> {
  const child = fork(builtEntry, [], {
    cwd: fileURLToPath(root),
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', register],
    env: { ...process.env, ...environment },
    serialization: 'advanced',
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const context = await browser.newContext();
  const page = await context.newPage();
  const pages = new Map([[1, page]]);
  const openedOutside: string[] = [];
  const questions: string[] = [];
  const loaded = Promise.withResolvers<Record<string, unknown>>();

  const state: DesktopApp = {
    page,
    get hiddenPage() {
      return pages.get(2);
    },
    get webPreferences() {
      return webPreferences;
    },
    openedOutside,
    questions,
    answer: 0,
    closeWindow: async () => void (await askApp('close', {})),
    ended: async () => (await exit)[0],
    async [Symbol.asyncDispose]() {
      // The page first, or it may ask an app that is gone.
      await context.close();
      if (child.exitCode === null) child.kill();
      await exit;
    },
  };

  const askApp = connect<AppRequests, TestRequests>(child, {
    async load(load) {
      const { windowId } = load;
      const shown = pages.get(windowId) ?? (await context.newPage());
      pages.set(windowId, shown);
      if (windowId === 1) await routePages(context, pages, askApp);
      await preparePage(shown, windowId, load.preload, askApp);
      await shown.goto(toBrowser(load.url));
      loaded.resolve(load.webPreferences);
      return null;
    },
    async send({ windowId, message: [channel, ...message] }) {
      // A window that was just closed has lost what was on its way to it, in Electron as well.
      const isGone = () => pages.get(windowId) === undefined;
      const sending = pages.get(windowId)?.evaluate(
        ([channel, message]) => {
          const listeners = (globalThis as unknown as StandInWindow).standInListeners;
          for (const listener of listeners.get(channel) ?? []) listener({}, ...message);
        },
        [String(channel), message] as const,
      );
      await sending?.catch((error: unknown) => {
        if (!isGone()) throw error;
      });
      return null;
    },
    async closed({ windowId }) {
      const closing = pages.get(windowId);
      pages.delete(windowId);
      await closing?.close();
      return null;
    },
    question({ message }) {
      questions.push(message);
      return state.answer;
    },
    openExternal({ url }) {
      openedOutside.push(url);
      return null;
    },
  });

  const webPreferences = await Promise.race([loaded.promise, failed(child, exit)]);
  return state;
}

interface StandInWindow {
  standInInvoke(message: unknown[]): Promise<unknown>;
  standInListeners: Map<string, Set<(...values: unknown[]) => void>>;
}

type AskApp = ReturnType<typeof connect<AppRequests, TestRequests>>;

/** Gives the page what Electron gives it: the preload script and IPC. */
async function preparePage(page: Page, windowId: number, preload: string, askApp: AskApp): Promise<void> {
  await page.exposeBinding('standInInvoke', ({ frame }, message: unknown[]) =>
    askApp('invoke', {
      windowId,
      frameUrl: toApp(frame.url()),
      isMainFrame: frame === page.mainFrame(),
      message,
    }),
  );
  await page.addInitScript(`(() => {
    const listeners = (window.standInListeners = new Map());
    const ipcRenderer = {
      invoke: (...message) => window.standInInvoke(message),
      on: (channel, listener) => {
        if (!listeners.has(channel)) listeners.set(channel, new Set());
        listeners.get(channel).add(listener);
      },
      off: (channel, listener) => listeners.get(channel)?.delete(listener),
    };
    const contextBridge = {
      exposeInMainWorld: (name, value) =>
        Object.defineProperty(window, name, { value: Object.freeze(value), enumerable: true }),
    };
    const require = (name) => {
      if (name !== 'electron') throw new Error('A sandboxed preload script cannot require ' + name);
      return { contextBridge, ipcRenderer };
    };
    const module = { exports: {} };
    ((require, module, exports) => {${preload}\n})(require, module, module.exports);
  })();`);
}

/** And to all of them the app's scheme, and the app's say over navigation. */
async function routePages(
  context: BrowserContext,
  pages: ReadonlyMap<number, Page>,
  askApp: AskApp,
): Promise<void> {
  await context.route('**/*', async (route) => {
    const request = route.request();
    const url = toApp(request.url());
    if (request.isNavigationRequest() && opensWindow(request, pages)) {
      if (!(await askApp('open', { url }))) return route.abort();
    }
    if (url.startsWith(`${appOrigin}/`)) {
      const { status, headers, bodyBase64 } = await askApp('page', { url, method: request.method() });
      return route.fulfill({ status, headers, body: Buffer.from(bodyBase64, 'base64') });
    }
    // Electron asks before a page leaves; at a no the page stays where it is, as it does for an answer without content.
    const stays = request.isNavigationRequest() && !(await askApp('navigate', { url }));
    return stays ? route.fulfill({ status: 204 }) : route.abort();
  });
}

/** The first request of a new window comes before its frame can be asked for. */
function opensWindow(request: PlaywrightRequest, pages: ReadonlyMap<number, Page>): boolean {
  try {
    return ![...pages.values()].includes(request.frame().page());
  } catch {
    return true;
  }
}

async function failed(child: ChildProcess, exit: Promise<[number | null]>): Promise<never> {
  const [code] = await exit;
  throw new Error(`The desktop app ended with ${code ?? child.signalCode} before it showed a window.`);
}
