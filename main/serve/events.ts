/** The app's events as server-sent events: one stream a client, ended by the client, or by the server when it closes. */
import type { Api } from '../../core/protocol/api.ts';
import { subscribeAll } from '../transport.ts';

/** Keeps connections open through proxies and tunnels, and finds clients that are gone. */
const heartbeatMs = 15_000;

export interface EventStreams {
  open(): Response;
  closeAll(): void;
  /** Of the clients now connected. */
  readonly size: number;
}

export function createEventStreams(api: Api): EventStreams {
  const closers = new Set<() => void>();
  return {
    open() {
      let stop = () => {};
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          const encoder = new TextEncoder();
          const send = (text: string) => controller.enqueue(encoder.encode(text));
          const unsubscribe = subscribeAll(api, (event, payload) => {
            send(`event: ${event}\ndata: ${JSON.stringify(payload)}\n\n`);
          });
          const heartbeat = setInterval(() => send(': heartbeat\n\n'), heartbeatMs);
          const close = () => {
            stop();
            controller.close();
          };
          stop = () => {
            clearInterval(heartbeat);
            unsubscribe();
            closers.delete(close);
          };
          closers.add(close);
          // The headers go out with the first byte: the client then knows that it misses nothing from here on.
          send(': connected\n\n');
        },
        cancel: () => stop(),
      });
      return new Response(body, {
        headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
      });
    },
    closeAll() {
      for (const close of [...closers]) close();
    },
    get size() {
      return closers.size;
    },
  };
}
