// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiVersion } from '../../../core/protocol/api.ts';
import { createClient } from '../../../renderer/api/client.ts';
import { connect } from '../../../renderer/api/connection.ts';
import { httpTransport } from '../../../renderer/api/http-transport.ts';
import { ipcTransport } from '../../../renderer/api/ipc-transport.ts';
import type { Transport } from '../../../renderer/api/transport.ts';

const hello = { name: 'plimsoll', version: '9.9.9', apiVersion };

function transport(answers: Record<string, unknown>): Transport {
  return {
    open: async () => {},
    invoke: async (method) => ({ ok: true, value: answers[method] }),
    on: () => () => {},
    onInterruption: () => () => {},
  };
}

describe('client', () => {
  it('gives what the schema says, and refuses what it does not', async () => {
    const client = createClient(transport({ 'app.hello': hello, 'runs.list': [{ id: 1 }] }));
    expect(await client.call('app.hello', {})).toEqual(hello);
    await expect(client.call('runs.list', {})).rejects.toThrow();
  });

  it('turns a refusal into an ApiError with its hint', async () => {
    const refusing: Transport = {
      ...transport({}),
      invoke: async () => ({
        ok: false,
        error: { code: 'busy', message: 'A run is going on.', hint: 'Wait.' },
      }),
    };
    await expect(createClient(refusing).call('runs.start', {})).rejects.toMatchObject({
      name: 'ApiError',
      code: 'busy',
      hint: 'Wait.',
    });
  });
});

describe('connection', () => {
  it('is ready where versions agree', async () => {
    expect(await connect(transport({ 'app.hello': hello }))).toMatchObject({
      state: 'ready',
      version: '9.9.9',
    });
  });

  it('asks to be reloaded where they do not', async () => {
    const other = transport({ 'app.hello': { ...hello, apiVersion: apiVersion + 1 } });
    expect(await connect(other)).toEqual({ state: 'otherVersion', version: '9.9.9' });
  });

  it('says what came where it was no answer', async () => {
    expect(await connect(transport({}))).toMatchObject({ state: 'failed' });
  });
});

describe('IPC', () => {
  it('parses what the bridge gives', async () => {
    const bridge = { invoke: async () => ({ ok: 'perhaps' }), on: () => () => {} };
    await expect(ipcTransport(bridge).invoke('app.hello', {})).rejects.toThrow();
  });
});

describe('HTTP', () => {
  const requests: { path: string; body: unknown }[] = [];
  let answer: () => Response;

  beforeEach(() => {
    requests.length = 0;
    vi.stubGlobal('fetch', async (path: string, { body }: { body: string }) => {
      requests.push({ path, body: JSON.parse(body) });
      return answer();
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    history.replaceState(null, '', '#');
  });

  it('exchanges the token for a session, and takes it out of the address', async () => {
    answer = () => new Response(null, { status: 204 });
    location.hash = '#token=abc_-1';
    await httpTransport().open();
    expect(requests).toEqual([{ path: 'session', body: { token: 'abc_-1' } }]);
    expect(location.hash).toBe('');
  });

  it('leaves a view in the address alone', async () => {
    location.hash = '#run=abc';
    await httpTransport().open();
    expect(requests).toEqual([]);
    expect(location.hash).toBe('#run=abc');
  });

  it('knows a page without a session', async () => {
    answer = () =>
      Response.json({ ok: false, error: { code: 'badInput', message: '', hint: null } }, { status: 401 });
    expect(await connect(httpTransport())).toEqual({ state: 'signedOut' });
  });

  it('tells once that its events were cut, and once that they are back', () => {
    const source = new EventTarget();
    vi.stubGlobal(
      'EventSource',
      vi.fn(function open() {
        return source;
      }),
    );
    const transport = httpTransport();
    let told = 0;
    transport.onInterruption(() => told++);
    transport.on('run.ended', () => {});
    const after = (event: string) => {
      source.dispatchEvent(new Event(event));
      return told;
    };
    expect(['error', 'open', 'error', 'error', 'open', 'error'].map(after)).toEqual([0, 0, 1, 1, 2, 3]);
  });

  it('knows a program that is gone', async () => {
    answer = () => {
      throw new TypeError('Failed to fetch');
    };
    expect(await connect(httpTransport())).toEqual({ state: 'unreachable' });
  });
});
