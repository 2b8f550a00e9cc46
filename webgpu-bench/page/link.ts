/** How the bench page reaches the program: by an event stream and posts in a browser, by IPC in Electron. */
import { z } from 'zod';
import { type BenchPageEvent, type BenchReply, benchPageEvents } from '../../core/protocol/bench-page.ts';

export interface BenchLink {
  /** The program's version. Rejects with a sentence where the page cannot reach it. */
  hello(): Promise<string>;
  /** `cut`: nothing that was asked is wanted any more; the link makes itself anew where it can. */
  listen(heard: (event: BenchPageEvent | 'cut', data: unknown) => void): void;
  /** Rejects with a sentence where it does not arrive. */
  reply(reply: BenchReply): Promise<void>;
  /** Makes the connection anew. */
  restart(): void;
}

/** `window.plimsoll`, from the preload script. */
interface DesktopBridge {
  invoke(method: string, input: unknown): Promise<unknown>;
  on(event: string, listener: (payload: unknown) => void): () => void;
}

const HelloSchema = z.object({ ok: z.literal(true), value: z.object({ version: z.string() }) });

export function ownLink(): BenchLink {
  const bridge = (window as { readonly plimsoll?: DesktopBridge }).plimsoll;
  return bridge === undefined ? httpLink() : bridgeLink(bridge);
}

function httpLink(): BenchLink {
  let listener: (event: BenchPageEvent | 'cut', data: unknown) => void = () => {};
  let source: EventSource | undefined;
  const open = () => {
    source?.close();
    source = new EventSource('/api/bench/events');
    for (const event of Object.values(benchPageEvents)) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        // It would connect again by itself.
        if (event === benchPageEvents.replaced) source?.close();
        listener(event, JSON.parse(data));
      });
    }
    source.addEventListener('error', () => listener('cut', undefined));
  };
  return {
    async hello() {
      const response = await post('/api/app.hello', {});
      if (response.status === 401) {
        throw new Error(
          'This page is not signed in: open the address that plimsoll serve printed, then this page.',
        );
      }
      return HelloSchema.parse(await response.json()).value.version;
    },
    listen(heard) {
      listener = heard;
      open();
    },
    async reply(reply) {
      const response = await post('/api/bench/reply', reply);
      // 409: it was meant for a connection that is no more. Whoever asked has been told.
      if (!response.ok && response.status !== 409) {
        throw new Error(`The program did not take the answer (status ${response.status}).`);
      }
    },
    restart: open,
  };
}

async function post(path: string, body: unknown): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function bridgeLink(bridge: DesktopBridge): BenchLink {
  return {
    hello: async () => HelloSchema.parse(await bridge.invoke('app.hello', {})).value.version,
    listen(heard) {
      for (const event of Object.values(benchPageEvents)) bridge.on(event, (data) => heard(event, data));
      void bridge.invoke('bench.attach', {});
    },
    reply: async (reply) => void (await bridge.invoke('bench.reply', reply)),
    restart: () => void bridge.invoke('bench.attach', {}),
  };
}
