/**
 * What stands before Vite: the rules and the sign-in of the app's own server, for whoever reaches this port reaches the API through it. The
 * token and the session are those of this process, so that the page stays signed in when the API starts again.
 */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { ApiError } from '../../core/protocol/api.ts';
import { refusal } from '../../main/serve/guard.ts';
import type { Sessions } from '../../main/serve/session.ts';
import type { ApiProcess, Upstream } from './api-process.ts';

/** Cookies know no ports: a served app on this machine keeps its own. */
const sessionCookie = 'plimsoll_dev_session';
/** What the API's server answers: its methods and events, and the bench page as it was built last. Modules of renderer/api are Vite's. */
const answeredByApi = /^\/(api\/(?!.*\.tsx?(\?|$))|bench(\/|$))/;
const tokenBytes = 1024;

interface GatewayParts {
  readonly api: ApiProcess;
  readonly sessions: Sessions;
}

type Middleware = (incoming: IncomingMessage, response: ServerResponse, next: () => void) => void;

export function gateway({ api, sessions }: GatewayParts): Middleware {
  const answer = async (incoming: IncomingMessage, response: ServerResponse, next: () => void) => {
    const { method = 'GET', url = '/' } = incoming;
    const headers = new Headers(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const refused = refusal({ method, headers });
    if (refused !== undefined) return fail(response, 403, refused);
    if (method === 'POST' && url === '/session') {
      const session = sessions.open(tokenOf(await readBody(incoming, tokenBytes)));
      if (session === undefined) return fail(response, 401, noSession());
      const cookie = `${sessionCookie}=${session}; HttpOnly; SameSite=Strict; Path=/`;
      return void response.writeHead(204, { 'Set-Cookie': cookie }).end();
    }
    if (!answeredByApi.test(url)) return next();
    if (!sessions.has(cookieOf(headers))) return fail(response, 401, noSession());
    const body = await readBody(incoming, Number.POSITIVE_INFINITY);
    const upstream = await api.current();
    if (upstream !== undefined && (await forward(incoming, body, upstream, response))) return;
    const restarted = await api.current(upstream);
    if (restarted !== undefined && (await forward(incoming, body, restarted, response))) return;
    fail(
      response,
      503,
      new ApiError('internal', 'The API does not run.', 'The terminal of npm run dev says why.'),
    );
  };
  return (incoming, response, next) => {
    answer(incoming, response, next).catch((error: unknown) =>
      fail(response, 500, new ApiError('internal', String(error))),
    );
  };
}

/** False where nobody listens there any more. A connection that breaks later breaks for the page too, which asks again by itself. */
function forward(
  incoming: IncomingMessage,
  body: Buffer,
  { origin, cookie }: Upstream,
  response: ServerResponse,
): Promise<boolean> {
  const {
    host: _host,
    origin: _origin,
    cookie: _cookie,
    connection: _connection,
    ...headers
  } = incoming.headers;
  return new Promise((resolve) => {
    const outgoing = request(`${origin}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers: { ...headers, cookie },
    });
    response.on('close', () => outgoing.destroy());
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
      resolve(true);
    });
    outgoing.on('error', () => resolve(response.headersSent || response.destroyed));
    outgoing.end(body);
  });
}

async function readBody(incoming: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > mostBytes) return Buffer.alloc(0);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Empty, which is no token, where the text names none. */
function tokenOf(body: Buffer): string {
  try {
    return String(JSON.parse(body.toString())?.token);
  } catch {
    return '';
  }
}

function cookieOf(headers: Headers): string | undefined {
  return new RegExp(`(?:^|; )${sessionCookie}=([^;]*)`).exec(headers.get('cookie') ?? '')?.[1];
}

function noSession(): ApiError {
  return new ApiError(
    'badInput',
    'This page is not signed in to this server.',
    'Open the address that npm run dev printed.',
  );
}

function fail(response: ServerResponse, status: number, error: ApiError): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ ok: false, error: error.toData() }));
}
