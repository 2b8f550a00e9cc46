/** The app's events as server-sent events: one stream a client, ended by the client, or by the server when it closes. */
import type { Api } from '../../core/protocol/api.ts';
import { subscribeAll } from '../shell/transport.ts';
import { type EventStream, openEventStream } from './event-stream.ts';

export interface EventStreams {
  open(): Response;
  closeAll(): void;
  /** Of the clients now connected. */
  readonly size: number;
}

export function createEventStreams(api: Api): EventStreams {
  const streams = new Set<EventStream>();
  return {
    open: () =>
      openEventStream((stream) => {
        const unsubscribe = subscribeAll(api, stream.send);
        streams.add(stream);
        return () => {
          unsubscribe();
          streams.delete(stream);
        };
      }),
    closeAll() {
      for (const stream of [...streams]) stream.close();
    },
    get size() {
      return streams.size;
    },
  };
}
