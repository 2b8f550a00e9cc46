import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../core/protocol/api.ts';
import { refusal } from '../../../../main/serve/guard.ts';
import { createSessions } from '../../../../main/serve/session.ts';

const head = (method: string, headers: Record<string, string>) => ({ method, headers: new Headers(headers) });
const json = { 'content-type': 'application/json' };

describe('refusal', () => {
  it.each([
    ['GET', { host: '127.0.0.1:4000' }],
    ['GET', { host: 'localhost:4000', origin: 'http://localhost:4000' }],
    ['GET', { host: '[::1]:4000', 'sec-fetch-site': 'none' }],
    ['POST', { host: '127.0.0.1:4000', 'sec-fetch-site': 'same-origin', ...json }],
    ['POST', { host: '127.0.0.1:4000', 'content-type': 'application/json; charset=utf-8' }],
    // Through a tunnel, under whatever port its user chose.
    ['GET', { host: 'localhost:8080' }],
    ['GET', { host: 'LocalHost:9' }],
    ['GET', { host: 'localhost' }],
    ['GET', { host: '[::1]:65535' }],
    ['GET', { host: '127.0.1.1:8080' }],
    ['POST', { host: 'localhost:8080', origin: 'http://localhost:8080', ...json }],
    ['POST', { host: 'LOCALHOST:8080', origin: 'http://localhost:8080', ...json }],
  ])('lets %s with %o pass', (method, headers) => {
    expect(refusal(head(method, headers))).toBeUndefined();
  });

  it.each([
    ['no host', 'GET', {}],
    ['a name that resolves to this machine', 'GET', { host: 'attacker.example:4000' }],
    ['such a name with our port behind it', 'GET', { host: '127.0.0.1.attacker.example:4000' }],
    ['a name below localhost’s', 'GET', { host: 'localhost.attacker.example' }],
    ['an address of the network', 'GET', { host: '192.168.1.20:4000' }],
    ['a port that is none', 'GET', { host: 'localhost:4000@attacker.example' }],
    [
      'the origin of another port',
      'POST',
      { host: 'localhost:8080', origin: 'http://localhost:4000', ...json },
    ],
    [
      'the origin of another loopback name',
      'POST',
      { host: 'localhost:8080', origin: 'http://127.0.0.1:8080', ...json },
    ],
    ['a host that begins like ours', 'GET', { host: '127.0.0.1:4000.attacker.example' }],
    ['another origin', 'POST', { host: '127.0.0.1:4000', origin: 'http://attacker.example', ...json }],
    ['the same host on https', 'POST', { host: '127.0.0.1:4000', origin: 'https://127.0.0.1:4000', ...json }],
    ['an opaque origin', 'POST', { host: '127.0.0.1:4000', origin: 'null', ...json }],
    ['another server of this machine', 'GET', { host: '127.0.0.1:4000', origin: 'http://127.0.0.1:3000' }],
    ['a cross-site fetch', 'GET', { host: '127.0.0.1:4000', 'sec-fetch-site': 'cross-site' }],
    ['a same-site fetch', 'GET', { host: '127.0.0.1:4000', 'sec-fetch-site': 'same-site' }],
    ['a form', 'POST', { host: '127.0.0.1:4000', 'content-type': 'text/plain' }],
    ['a body without a type', 'POST', { host: '127.0.0.1:4000' }],
  ])('refuses %s', (_what, method, headers: Record<string, string>) => {
    expect(refusal(head(method, headers))).toBeInstanceOf(ApiError);
  });
});

describe('the hint', () => {
  it('of a refused name says under which ones the page is to be opened', () => {
    const { message, hint } = refusal(head('GET', { host: 'workstation:8080' })) as ApiError;
    expect(message).toContain('workstation:8080');
    expect(hint).toContain('SSH tunnel');
  });
});

describe('sessions', () => {
  const sessions = createSessions();
  it('opens a session for the token only, and for it again after a reload', () => {
    expect(sessions.token).toMatch(/^[\w-]{43}$/);
    const session = sessions.open(sessions.token);
    expect(sessions.open(sessions.token)).toBe(session);
    expect(sessions.has(session)).toBe(true);
    expect(session).not.toBe(sessions.token);
  });
  it.each(['', 'x', 'x'.repeat(43), 'é'.repeat(43)])('refuses the token %j', (token) => {
    expect(sessions.open(token)).toBeUndefined();
    expect(sessions.has(token)).toBe(false);
  });
  it('takes no token for a session, nor none', () => {
    expect(sessions.has(sessions.token)).toBe(false);
    expect(sessions.has(undefined)).toBe(false);
  });
  it('is another for every server', () => {
    expect(createSessions().open(sessions.token)).toBeUndefined();
  });
});
