/**
 * What a request must look like before anything else is done with it. Any page that the user visits can send requests to a
 * loopback address; these rules leave only those that our own page sends.
 */
import { ApiError } from '../../core/protocol/api.ts';

export interface RequestHead {
  readonly method: string;
  readonly headers: Headers;
}

/**
 * The names of this machine for itself, with any port: an SSH tunnel gives the page another one, and a port adds nothing here. What
 * must be kept out is a host name of an attacker's that resolves to 127.0.0.1 (DNS rebinding); the browser sends that name.
 */
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

const openThePrintedAddress = 'Open the address that plimsoll serve printed.';

/** Why the request is refused; undefined where it may go on. */
export function refusal({ method, headers }: RequestHead): ApiError | undefined {
  const host = headers.get('host');
  if (host === null || !loopbackHost.test(host)) {
    return new ApiError(
      'badInput',
      `This server answers to localhost, 127.0.0.1 and [::1], and the request names ${host ?? 'no host'}.`,
      'Open the page under one of these names. From another machine, make an SSH tunnel to the port and open localhost there.',
    );
  }
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  // Another server of this machine has another port, and so another origin.
  const isForeign = origin !== null && origin.toLowerCase() !== `http://${host.toLowerCase()}`;
  if (isForeign || (site !== null && site !== 'same-origin' && site !== 'none')) {
    return new ApiError('badInput', 'The request comes from another site.', openThePrintedAddress);
  }
  if (method === 'POST' && mediaType(headers) !== 'application/json') {
    // A form of another site can send text, but not JSON, without asking first.
    return new ApiError('badInput', 'The request is not JSON.', openThePrintedAddress);
  }
  return undefined;
}

function mediaType(headers: Headers): string | undefined {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
}
