/** The server on a real socket. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApiError } from '../../core/protocol/api.ts';
import { type RunningServer, startServer } from '../../main/serve/server.ts';
import { FakeApi } from '../fixtures/api/fake-api.ts';

let folder: string;
let api: FakeApi;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-serve-'));
  await writeFile(join(folder, 'index.html'), 'the page');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  api = new FakeApi({ 'runs.list': () => [] });
  server = await startServer({ api, port: 0, rendererFolder: folder });
});
afterEach(() => server.close());

const base = () => `http://127.0.0.1:${server.port}`;

async function signIn(): Promise<{ cookie: string }> {
  const answer = await fetch(`${base()}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: new URL(server.address).hash.replace('#token=', '') }),
  });
  expect(answer.status).toBe(204);
  return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

it('prints an address that leads to the page, and whose token opens a session', async () => {
  expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
  expect(await (await fetch(server.address)).text()).toBe('the page');
  const headers = { ...(await signIn()), 'content-type': 'application/json' };
  const answer = await fetch(`${base()}/api/runs.list`, { method: 'POST', headers, body: '{}' });
  expect(await answer.json()).toEqual({ ok: true, value: [] });
});

it('refuses a request that names another host', async () => {
  const status = await new Promise((resolve, reject) => {
    const options = { port: server.port, host: '127.0.0.1', headers: { host: 'attacker.example' } };
    httpRequest(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

it('forgets a client that goes away', async () => {
  const leave = new AbortController();
  const answer = await fetch(`${base()}/api/events`, { headers: await signIn(), signal: leave.signal });
  await answer.body?.getReader().read();
  expect(api.listenerCount).toBeGreaterThan(0);
  leave.abort();
  await expect.poll(() => api.listenerCount).toBe(0);
});

it('closes although a client still listens, and leaves the API open', async () => {
  const answer = await fetch(`${base()}/api/events`, { headers: await signIn() });
  await server.close();
  await expect(answer.text()).resolves.toBe(': connected\n\n');
  expect(api.listenerCount).toBe(0);
  expect(api.closed).toBe(0);
});

it('says that the port is in use', async () => {
  const second = startServer({ api, port: server.port, rendererFolder: folder });
  await expect(second).rejects.toThrow(ApiError);
  await expect(second).rejects.toMatchObject({
    code: 'badInput',
    message: `Port ${server.port} is in use.`,
    hint: expect.stringContaining('--port'),
  });
});
