/** The bench page in Electron: a window that nobody sees, open while a run measures in it. */
import { BrowserWindow, type WebContents } from 'electron';
import { BenchReplySchema, benchPageEvents, benchPagePath } from '../../core/protocol/bench-page.ts';
import type { BenchPages } from '../api.ts';
import { eventChannel } from './channels.ts';
import { pageAddress } from './origin.ts';
import { webPreferences } from './window.ts';

type ConnectedPage = ReturnType<BenchPages['connect']>;

/** By the name that the bench page calls them, beside the API's methods. */
const attachMethod = 'bench.attach';
const replyMethod = 'bench.reply';

export function isBenchMethod(method: string): boolean {
  return method === attachMethod || method === replyMethod;
}

export class BenchWindow {
  private readonly pages: BenchPages;
  private readonly preloadPath: string;
  private window: BrowserWindow | undefined;
  private page: ConnectedPage | undefined;

  constructor(pages: BenchPages, preloadPath: string) {
    this.pages = pages;
    this.preloadPath = preloadPath;
    pages.offer({
      hint: 'Start the app again. Its page for WebGPU opens by itself, and did not.',
      open: () => this.open(),
    });
  }

  /** Only its own page may speak for it. */
  isFrom(sender: WebContents): boolean {
    return this.window !== undefined && this.window.webContents === sender;
  }

  /** False where the page sent something that is no call of its own. */
  answer(method: string, input: unknown): boolean {
    if (method === attachMethod) {
      this.attach();
      return true;
    }
    const reply = BenchReplySchema.safeParse(input);
    if (!reply.success) return false;
    for (const line of reply.data.lines) this.page?.receive(line);
    if (reply.data.failed !== undefined) this.page?.failed(reply.data.failed);
    return true;
  }

  close(): void {
    const { window } = this;
    this.window = undefined;
    this.page?.gone();
    this.page = undefined;
    if (window !== undefined && !window.isDestroyed()) window.destroy();
  }

  private open(): void {
    // Without a window of the user's the app is about to end, and a hidden one would keep it from that.
    if (this.window !== undefined || BrowserWindow.getAllWindows().length === 0) return;
    const window = new BrowserWindow({ show: false, webPreferences: webPreferences(this.preloadPath) });
    this.window = window;
    const closeIt = () => this.window === window && this.close();
    window.once('closed', closeIt);
    window.webContents.once('render-process-gone', closeIt);
    // Where it cannot be loaded none comes, and whoever waits for it is told so.
    window.loadURL(`${pageAddress}${benchPagePath}`).catch(closeIt);
  }

  private attach(): void {
    const { window } = this;
    if (window === undefined) return;
    this.page?.gone();
    const tell = (event: string, data: unknown) => {
      if (!window.isDestroyed()) window.webContents.send(eventChannel, event, data);
    };
    tell(benchPageEvents.attached, { page: 'window' });
    this.page = this.pages.connect({
      send: (line) => tell(benchPageEvents.request, line),
      end: () => this.window === window && this.close(),
    });
  }
}
