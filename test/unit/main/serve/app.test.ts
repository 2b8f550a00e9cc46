import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../../../core/protocol/api.ts';
import { createServeApp } from '../../../../main/serve/app.ts';
import { createBenchStreams } from '../../../../main/serve/bench-streams.ts';
import { createEventStreams } from '../../../../main/serve/events.ts';
import { createSessions } from '../../../../main/serve/session.ts';
import { contentSecurityPolicy } from '../../../../main/shell/content-security-policy.ts';
import { FakeApi } from '../../../fixtures/api/fake-api.ts';

const host = '127.0.0.1:4000';
const page = '<!doctype html><title>Plimsoll</title>';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-serve-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), page);
  await writeFile(join(folder, 'page', 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(folder, 'page', 'link.txt'));
});
afterAll(() => rm(folder, { recursive: true }));

function server(api = new FakeApi(), rendererFolder = join(folder, 'page')) {
  const sessions = createSessions();
  const events = createEventStreams(api);
  const bench = createBenchStreams(api.benchPages);
  const app = createServeApp({ api, sessions, events, bench, rendererFolder });
  const request = (path: string, init: RequestInit = {}) =>
    app.request(`http://${host}${path}`, { ...init, headers: { host, ...init.headers } });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const signIn = async () => {
    const answer = await post('/session', { token: sessions.token });
    return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  return { api, events, sessions, request, post, signIn };
}

describe('the session', () => {
  it('exchanges the token for a cookie that scripts and other sites do not get', async () => {
    const { post, sessions } = server();
    const answer = await post('/session', { token: sessions.token });
    expect(answer.status).toBe(204);
    const cookie = answer.headers.get('set-cookie');
    expect(cookie).toMatch(/^plimsoll_session=[\w-]{43};/);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
    expect(cookie).not.toContain(sessions.token);
  });

  it.each([{ token: 'wrong' }, {}, 'no JSON', { token: 1 }])('refuses %j', async (body) => {
    const answer = await server().post('/session', body);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('is asked for by every method and by the events', async () => {
    const { api, post, request } = server();
    expect((await post('/api/runs.list', {})).status).toBe(401);
    expect((await request('/api/events')).status).toBe(401);
    expect((await request('/api/bench/events')).status).toBe(401);
    expect((await post('/api/bench/reply', { page: 'x', lines: [] })).status).toBe(401);
    const wrong = await post('/api/runs.list', {}, { cookie: 'plimsoll_session=wrong' });
    expect(await wrong.json()).toMatchObject({ ok: false, error: { hint: expect.any(String) } });
    expect(api.calls).toEqual([]);
  });
});

describe('a call', () => {
  it('carries input and output', async () => {
    const api = new FakeApi({ 'runs.start': () => ({ runId: 'r1' }) });
    const { post, signIn } = server(api);
    const answer = await post('/api/runs.start', { suite: 'quick' }, await signIn());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({ ok: true, value: { runId: 'r1' } });
    expect(api.calls).toEqual([{ method: 'runs.start', input: { suite: 'quick' } }]);
  });

  it('carries an expected failure as data', async () => {
    const api = new FakeApi({
      'runs.list': () => {
        throw new ApiError('store', 'The store is newer.', 'Update Plimsoll.');
      },
    });
    const { post, signIn } = server(api);
    const answer = await post('/api/runs.list', {}, await signIn());
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      ok: false,
      error: { code: 'store', message: 'The store is newer.', hint: 'Update Plimsoll.' },
    });
  });

  it('answers an unexpected failure with 500', async () => {
    const api = new FakeApi({
      'runs.list': () => {
        throw new TypeError('boom');
      },
    });
    const { post, signIn } = server(api);
    const answer = await post('/api/runs.list', {}, await signIn());
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  it('takes a run of another machine, which is larger than all else, from who is signed in', async () => {
    const { api, post, signIn } = server(new FakeApi({ 'runs.import': () => ({ runId: 'run1' }) }));
    const body = { content: 'x'.repeat(2 ** 21) };
    expect((await post('/api/runs.import', body)).status).toBe(401);
    expect(api.calls).toEqual([]);
    const session = await signIn();
    expect((await post('/api/runs.import', body, session)).status).toBe(200);
    expect(api.calls).toEqual([{ method: 'runs.import', input: body }]);
    const length = { 'content-length': String(2 ** 28), ...session };
    expect((await post('/api/runs.import', '{}', length)).status).toBe(400);
  });

  it('refuses what is no method, no JSON, too large, or from another site', async () => {
    const { api, post, request, signIn } = server();
    const session = await signIn();
    expect((await post('/api/constructor', {}, session)).status).toBe(404);
    expect((await request('/api/runs.list', { headers: session })).status).toBe(404);
    expect((await post('/api/runs.list', '{', session)).status).toBe(400);
    const large = { 'content-length': String(2 ** 21), ...session };
    expect((await post('/api/runs.list', 'x'.repeat(2 ** 21), large)).status).toBe(400);
    const foreign = await post('/api/runs.list', {}, { ...session, origin: 'http://attacker.example' });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ ok: false, error: { code: 'badInput' } });
    expect(api.calls).toEqual([]);
  });
});

describe('the events', () => {
  it('travel to each client until it is gone', async () => {
    const { api, events, request, signIn } = server();
    const answer = await request('/api/events', { headers: await signIn() });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body?.getReader();
    const read = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await read()).toBe(': connected\n\n');
    api.emit('run.measured', { runId: 'r1', measurementId: 'm1' });
    expect(await read()).toBe('event: run.measured\ndata: {"runId":"r1","measurementId":"m1"}\n\n');
    expect(events.size).toBe(1);
    await reader?.cancel();
    expect(events.size).toBe(0);
    expect(api.listenerCount).toBe(0);
  });

  it('end when the server closes', async () => {
    const { api, events, request, signIn } = server();
    const answer = await request('/api/events', { headers: await signIn() });
    events.closeAll();
    expect(await answer.text()).toBe(': connected\n\n');
    expect(api.listenerCount).toBe(0);
  });
});

describe('the page', () => {
  it('is served with its policy, without a session', async () => {
    const answer = await server().request('/');
    expect(await answer.text()).toBe(page);
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('keeps only files whose names say their content', async () => {
    const answer = await server().request('/assets/index-1a2b.js');
    expect(answer.headers.get('content-type')).toContain('text/javascript');
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/link.txt',
    '/assets',
    '/%00index.html',
    '/%zz',
    '/nothing.html',
  ])('has nothing at %s', async (path) => {
    const answer = await server().request(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret');
  });

  it('says how to build it where it is missing', async () => {
    const answer = await server(new FakeApi(), join(folder, 'nowhere')).request('/');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run setup');
  });
});

describe('a bench page', () => {
  const attached = async () => {
    const parts = server();
    const session = await parts.signIn();
    const opened = await parts.request('/api/bench/events', { headers: session });
    const reader = opened.body?.getReader();
    const read = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await read()).toBe(': connected\n\n');
    const page = /^event: bench\.attached\ndata: \{"page":"([\w-]{36})"\}\n\n$/.exec(await read())?.[1] ?? '';
    expect(page).not.toBe('');
    const reply = (body: unknown, headers: Record<string, string> = {}) =>
      parts.post('/api/bench/reply', body, { ...session, ...headers });
    parts.api.benchPages.offer({ hint: '' });
    const provider = parts.api.benchPages.provider(1);
    const release = () => provider.request('release', { handle: 1 }, { silenceMs: 5000 });
    return { ...parts, reader, read, page, reply, release };
  };

  it('is asked by events and answers by posts', async () => {
    const { read, page, reply, release } = await attached();
    const released = release();
    expect(await read()).toMatch(/^event: bench\.request\ndata: .*release/);
    expect((await reply({ page, lines: ['{"id":1,"result":{}}'] })).status).toBe(204);
    expect(await released).toEqual({});
  });

  it('loses what it was asked for with its connection', async () => {
    const { reader, read, reply, page, release } = await attached();
    const failure = expect(release()).rejects.toThrow('was closed or reloaded, during release');
    await read();
    await reader?.cancel();
    await failure;
    expect((await reply({ page, lines: ['{"id":1,"result":{}}'] })).status).toBe(409);
  });

  it('is refused from another site, with another name, and with what is no answer', async () => {
    const { reply, page, request } = await attached();
    const lines = ['{"id":1,"result":{}}'];
    expect((await reply({ page, lines }, { origin: 'http://attacker.example' })).status).toBe(403);
    expect((await reply({ page, lines }, { host: 'attacker.example' })).status).toBe(403);
    expect((await reply({ page, lines }, { 'content-type': 'text/plain' })).status).toBe(403);
    expect((await reply({ page: 'another', lines })).status).toBe(409);
    for (const body of [{}, { page }, { page, lines: 'x' }, { page, lines: [1] }, '{', { page: 7, lines }]) {
      expect((await reply(body)).status).toBe(400);
    }
    const foreign = { cookie: 'plimsoll_session=wrong' };
    expect((await request('/api/bench/events', { headers: foreign })).status).toBe(401);
  });

  it('may send more than others, and not endlessly', async () => {
    const { reply, page } = await attached();
    const answer = (bytes: number) => {
      const body = JSON.stringify({ page, lines: ['x'.repeat(bytes)] });
      return reply(body, { 'content-length': String(body.length) });
    };
    expect((await answer(2 * 2 ** 20)).status).toBe(204);
    const refused = await answer(9 * 2 ** 20);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { message: 'The request is too large.' } });
  });

  it('has a short address', async () => {
    const answer = await server().request('/bench');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/bench/index.html']);
  });
});
