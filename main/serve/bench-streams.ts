/** Bench pages over HTTP: requests go to them as server-sent events, and their answers come as posts. */
import { randomUUID } from 'node:crypto';
import { type BenchReply, benchPageEvents } from '../../core/protocol/bench-page.ts';
import type { BenchPages } from '../api.ts';
import { type EventStream, openEventStream } from './event-stream.ts';

type ConnectedPage = ReturnType<BenchPages['connect']>;

export interface BenchStreams {
  open(): Response;
  /** False where there is no such page any more. */
  receive(reply: BenchReply): boolean;
  closeAll(): void;
}

export function createBenchStreams(pages: BenchPages): BenchStreams {
  const connected = new Map<string, { readonly page: ConnectedPage; readonly stream: EventStream }>();
  return {
    open: () =>
      openEventStream((stream) => {
        const id = randomUUID();
        // Before anybody can ask something of it.
        stream.send(benchPageEvents.attached, { page: id });
        const page = pages.connect({
          send: (line) => stream.send(benchPageEvents.request, line),
          end(why) {
            if (why === 'replaced') stream.send(benchPageEvents.replaced, {});
            stream.close();
          },
        });
        connected.set(id, { page, stream });
        return () => {
          connected.delete(id);
          page.gone();
        };
      }),
    receive({ page: id, lines, failed }) {
      const entry = connected.get(id);
      if (entry === undefined) return false;
      for (const line of lines) entry.page.receive(line);
      if (failed !== undefined) entry.page.failed(failed);
      return true;
    },
    closeAll() {
      for (const { stream } of [...connected.values()]) stream.close();
    },
  };
}
