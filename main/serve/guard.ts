/**
 * What a request must look like before anything else is done with it. Any page that the user visits can send requests to a
 * loopback address; these rules leave only those that our own page sends.
 */

export interface RequestHead {
  readonly method: string;
  readonly headers: Headers;
}

/** Why the request is refused; undefined where it may go on. */
export function refusal({ method, headers }: RequestHead, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  // A host name of the attacker's that resolves to 127.0.0.1 (DNS rebinding) carries that name here.
  const host = headers.get('host');
  if (host === null || !hosts.includes(host)) return 'The request names another host than this server.';
  const origin = headers.get('origin');
  if (origin !== null && origin !== `http://${host}`) return 'The request comes from another site.';
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none')
    return 'The request comes from another site.';
  if (method === 'POST' && mediaType(headers) !== 'application/json') {
    // A form of another site can send text, but not JSON, without asking first.
    return 'The request is not JSON.';
  }
  return undefined;
}

function mediaType(headers: Headers): string | undefined {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
}
