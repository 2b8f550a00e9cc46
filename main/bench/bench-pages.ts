/**
 * The bench page that is connected now, if there is one, and the provider that runs in it. Which transport carries its lines
 * — an event stream and posts, or Electron's IPC — is the shell's affair.
 */
import { ApiError } from '../../core/protocol/api.ts';
import type { ProviderMethod } from '../../core/protocol/provider.ts';
import {
  type BodyOf,
  cancelled,
  ProviderAbsent,
  type ProviderConnection,
  ProviderCrash,
  ProviderRequests,
  type RequestOptions,
  type ResultOf,
} from './provider-connection.ts';

/** A page as its transport sees it. Neither function throws, be the page gone already. */
export interface PageLink {
  /** One line of the provider protocol. */
  send(line: string): void;
  /** Ends the connection. One that is released may come again, and then begins anew; one that is replaced must not. */
  end(why: 'released' | 'replaced'): void;
}

/** What the transport tells of its page. */
export interface ConnectedPage {
  /** One line of the page's, unparsed. */
  receive(line: string): void;
  /** The page itself says so. The connection is then ended. */
  failed(why: string): void;
  /** There is no connection any more. */
  gone(): void;
}

/** How a page comes to be in this shell. */
export interface PageWay {
  /** What the user does. */
  readonly hint: string;
  /** Opens one, where the shell can do that by itself. */
  readonly open?: () => void;
}

/** Who asks a page. */
interface PageUser {
  given(link: PageLink): void;
  receive(line: string): void;
  /** `what` goes on after `The bench page`. */
  lost(what: string): void;
}

interface Connected {
  readonly link: PageLink;
  user: PageUser | undefined;
}

/** A page needs a moment to load, and its user one to open it. */
const defaultPatienceMs = 15_000;

export class BenchPages {
  private way: PageWay | undefined;
  private current: Connected | undefined;
  private readonly arrivals = new Set<() => void>();

  /** For the shell that can have pages. Returns the function that takes it back. */
  offer(way: PageWay): () => void {
    this.way = way;
    return () => {
      if (this.way === way) this.way = undefined;
    };
  }

  /** A page has come. There is one at a time, and it is the newest: a tab that is reloaded may be there twice for a moment. */
  connect(link: PageLink): ConnectedPage {
    const connected: Connected = { link, user: undefined };
    const before = this.current;
    if (before !== undefined) {
      this.drop(before, 'was replaced by another one');
      before.link.end('replaced');
    }
    this.current = connected;
    for (const arrived of [...this.arrivals]) arrived();
    return {
      receive: (line) => connected.user?.receive(line),
      failed: (why) => {
        this.drop(connected, `failed: ${why.replace(/\.$/, '')}`);
        link.end('released');
      },
      gone: () => this.drop(connected, 'was closed or reloaded'),
    };
  }

  /** Throws ApiError('provider') where there is no shell that could have a page. */
  provider(patienceMs = defaultPatienceMs): ProviderConnection {
    if (this.way === undefined) {
      throw new ApiError(
        'provider',
        'The provider webgpu-page runs in a page of a browser, and the command line has none.',
        'Start the app with npm start, or plimsoll serve, and measure with WebGPU there. From the command line: --providers webgpu.',
      );
    }
    return new PageProvider(this, patienceMs);
  }

  /** Gives the user the page. Rejects with ProviderAbsent where none comes in time, and with `cancelled` where the signal says so. */
  async take(user: PageUser, patienceMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.current === undefined) await this.arrival(patienceMs, signal);
    const { current } = this;
    if (current === undefined) {
      throw new ProviderAbsent(
        `No bench page is open: none came within ${patienceMs / 1000} s.`,
        this.way?.hint ?? 'Start the app again.',
      );
    }
    current.user = user;
    user.given(current.link);
  }

  /** The user has no more use for it: the page may come again. */
  release(link: PageLink): void {
    const { current } = this;
    if (current?.link !== link) return;
    this.current = undefined;
    current.user = undefined;
    link.end('released');
  }

  private async arrival(patienceMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    const stop = () => reject(cancelled());
    this.arrivals.add(resolve);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      this.way?.open?.();
      await promise;
    } finally {
      clearTimeout(timer);
      this.arrivals.delete(resolve);
      signal?.removeEventListener('abort', stop);
    }
  }

  private drop(connected: Connected, what: string): void {
    if (this.current === connected) this.current = undefined;
    const { user } = connected;
    connected.user = undefined;
    user?.lost(what);
  }
}

/** Whatever the page does wrong ends as a rejected request with a sentence; the next request waits for it to come again. */
class PageProvider implements ProviderConnection {
  readonly name = 'webgpu-page';
  private readonly pages: BenchPages;
  private readonly patienceMs: number;
  private readonly requests: ProviderRequests;
  private readonly user: PageUser;
  private link: PageLink | undefined;

  constructor(pages: BenchPages, patienceMs: number) {
    this.pages = pages;
    this.patienceMs = patienceMs;
    this.requests = new ProviderRequests({
      subject: 'The bench page',
      write: (line) => this.link?.send(line),
      giveUp: () => this.letGo(),
      lastWords: () => '',
    });
    this.user = {
      given: (link) => {
        this.link = link;
      },
      receive: (line) => this.requests.receive(line),
      lost: (what) => {
        const { asked } = this.requests;
        this.requests.fail(asked === '' ? what : `${what}, during ${asked}`);
      },
    };
  }

  async request<M extends ProviderMethod>(
    method: M,
    body: BodyOf<M>,
    options: RequestOptions,
  ): Promise<ResultOf<M>> {
    const { signal } = options;
    if (signal?.aborted === true) throw cancelled();
    if (this.link === undefined) await this.pages.take(this.user, this.patienceMs, signal);
    // It may have come and gone while this was waiting for its turn.
    if (this.link === undefined) throw new ProviderCrash('The bench page was closed or reloaded.');
    return this.requests.request(method, body, options);
  }

  async close(): Promise<void> {
    this.letGo();
  }

  private letGo(): void {
    const { link } = this;
    this.link = undefined;
    if (link !== undefined) this.pages.release(link);
  }
}
