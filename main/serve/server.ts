/** The app for browsers: the built page and the API over HTTP, on the loopback address and nowhere else. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Api, ApiError } from '../../core/protocol/api.ts';
import type { BenchPages } from '../api.ts';
import { createServeApp } from './app.ts';
import { createBenchStreams } from './bench-streams.ts';
import { createEventStreams } from './events.ts';
import { createSessions } from './session.ts';

const loopback = '127.0.0.1';
/** For answers that are on their way when the server closes; a browser's idle connection would hold it for longer. */
const graceMs = 200;

export interface RunningServer {
  /** With the token behind `#`, which a browser keeps to itself. */
  readonly address: string;
  readonly port: number;
  /** Ends the event streams and all connections. The API stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly api: Api & { readonly benchPages: BenchPages };
  /** 0: any that is free. */
  readonly port: number;
  readonly rendererFolder: string;
}

/** Resolves when the server listens. Rejects with an ApiError where the port cannot be had. */
export function startServer({ api, port, rendererFolder }: ServerOptions): Promise<RunningServer> {
  const sessions = createSessions();
  const events = createEventStreams(api);
  const bench = createBenchStreams(api.benchPages);
  const app = createServeApp({ api, sessions, events, bench, rendererFolder });
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, hostname: loopback, port },
      ({ port: actualPort }: AddressInfo) => {
        const withdraw = api.benchPages.offer({
          hint: `Open the app’s address with /bench in a tab of its own (without a tunnel http://${loopback}:${actualPort}/bench), in the browser that shows the app, and leave it open; then begin again.`,
        });
        resolve({
          address: `http://${loopback}:${actualPort}/#token=${sessions.token}`,
          port: actualPort,
          close: () =>
            new Promise<void>((closed) => {
              const kill = setTimeout(
                () => 'closeAllConnections' in server && server.closeAllConnections(),
                graceMs,
              );
              server.close(() => {
                clearTimeout(kill);
                closed();
              });
              withdraw();
              events.closeAll();
              bench.closeAll();
            }),
        });
      },
    );
    server.on('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): ApiError {
  const hint = 'Name another one with --port, or leave it out to take any that is free.';
  if (error.code === 'EADDRINUSE') return new ApiError('badInput', `Port ${port} is in use.`, hint);
  if (error.code === 'EACCES')
    return new ApiError('badInput', `Port ${port} may not be used by this user.`, hint);
  return new ApiError(
    'internal',
    `The server could not listen on ${loopback}:${port}: ${error.message}.`,
    hint,
  );
}
