/** The routes of the server, as a function from request to response: testable without a socket. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { type Api, ApiError, type ApiErrorData, bundleLimitBytes } from '../../core/protocol/api.ts';
import { BenchReplySchema, benchPagePath, benchReplyBytes } from '../../core/protocol/bench-page.ts';
import { pageMissing, pageResponse, plainResponse, securityHeaders } from '../shell/page-files.ts';
import { answerCall, isApiMethod } from '../shell/transport.ts';
import type { BenchStreams } from './bench-streams.ts';
import type { EventStreams } from './events.ts';
import { refusal } from './guard.ts';
import { type Sessions, sessionCookie } from './session.ts';

/** No input of the API comes near it, but for one; a bench page's answers have a limit of their own too. */
const bodyLimitBytes = 1 << 20;
const importPath = '/api/runs.import';
/** A run as text in JSON: each quote of the file takes two bytes. */
const importLimitBytes = 2 * bundleLimitBytes + bodyLimitBytes;

function limitBody(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => failure(400, new ApiError('badInput', 'The request is too large.')),
  });
}

const SessionRequestSchema = z.object({ token: z.string() });

interface ServeParts {
  readonly api: Api;
  readonly sessions: Sessions;
  readonly events: EventStreams;
  readonly bench: BenchStreams;
  readonly rendererFolder: string;
}

export function createServeApp({ api, sessions, events, bench, rendererFolder }: ServeParts): Hono {
  const app = new Hono();

  app.use(async (context, next) => {
    const refused = refusal({ method: context.req.method, headers: context.req.raw.headers });
    if (refused !== undefined) return failure(403, refused);
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
  });
  const limitSmall = limitBody(bodyLimitBytes);
  app.use((context, next) =>
    [importPath, benchReplyPath].includes(context.req.path) ? next() : limitSmall(context, next),
  );

  app.post('/session', async (context) => {
    const request = SessionRequestSchema.safeParse(await readJson(context.req.raw));
    const session = request.success ? sessions.open(request.data.token) : undefined;
    if (session === undefined) return failure(401, noSession());
    setCookie(context, sessionCookie, session, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return context.body(null, 204);
  });

  app.use('/api/*', async (context, next) => {
    if (!sessions.has(getCookie(context, sessionCookie))) return failure(401, noSession());
    await next();
    context.res.headers.set('Cache-Control', 'no-store');
  });
  // Only for who is signed in: before that nobody may send so much.
  app.use(importPath, limitBody(importLimitBytes));
  app.get('/api/events', () => events.open());
  app.get('/api/bench/events', () => bench.open());
  app.post(benchReplyPath, limitBody(benchReplyBytes), async (context) => {
    const reply = BenchReplySchema.safeParse(await readJson(context.req.raw));
    if (!reply.success) return failure(400, new ApiError('badInput', 'This is no answer of a bench page.'));
    if (bench.receive(reply.data)) return context.body(null, 204);
    return failure(409, new ApiError('notFound', 'This connection of a bench page is no more.'));
  });
  app.post('/api/:method', async (context) => {
    const method = context.req.param('method');
    const input = await readJson(context.req.raw);
    if (input === undefined) return failure(400, new ApiError('badInput', 'The request is not JSON.'));
    const answer = await answerCall(api, method, input);
    if (!isApiMethod(method)) return context.json(answer, 404);
    return context.json(answer, !answer.ok && answer.error.code === 'internal' ? 500 : 200);
  });
  app.all('/api/*', () => failure(404, new ApiError('notFound', 'There is no such method.')));

  app.get('/bench', (context) => context.redirect(`/${benchPagePath}`));
  app.get('*', (context) => {
    if (!existsSync(join(rendererFolder, 'index.html'))) return plainResponse(503, pageMissing);
    return pageResponse(rendererFolder, new URL(context.req.url).pathname);
  });
  app.onError((error) => failure(500, new ApiError('internal', error.message, 'Please report it.')));
  return app;
}

const benchReplyPath = '/api/bench/reply';

const openThePrintedAddress = 'Open the address that plimsoll serve printed.';

function noSession(): ApiError {
  return new ApiError('badInput', 'This page is not signed in to this server.', openThePrintedAddress);
}

function failure(status: 400 | 401 | 403 | 404 | 409 | 500, error: ApiError): Response {
  const body: { ok: false; error: ApiErrorData } = { ok: false, error: error.toData() };
  return Response.json(body, { status, headers: { ...securityHeaders, 'Cache-Control': 'no-store' } });
}

/** Undefined where it is no JSON, which has no such value. */
async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}
