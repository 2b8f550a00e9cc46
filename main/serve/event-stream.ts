/** One stream of server-sent events, ended by its client or by the server. */

/** Keeps connections open through proxies and tunnels, and finds clients that are gone. */
const heartbeatMs = 15_000;

export interface EventStream {
  /** `data` is sent as JSON. Does nothing where the client is gone. */
  send(event: string, data: unknown): void;
  /** Ends it from this side. */
  close(): void;
}

/** `begin` gets the open stream, and returns what is to be done when it has ended, from whichever side; that is done once. */
export function openEventStream(begin: (stream: EventStream) => () => void): Response {
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder();
      let isOpen = true;
      const write = (text: string) => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      const heartbeat = setInterval(() => write(': heartbeat\n\n'), heartbeatMs);
      let ended = () => {};
      end = () => {
        if (!isOpen) return;
        isOpen = false;
        clearInterval(heartbeat);
        ended();
      };
      // The headers go out with the first byte: the client then knows that it misses nothing from here on.
      write(': connected\n\n');
      ended = begin({
        send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        close: () => {
          if (!isOpen) return;
          end();
          controller.close();
        },
      });
    },
    cancel: () => end(),
  });
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
  });
}
