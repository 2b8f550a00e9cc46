/** Whether this page and the program understand each other. */
import type { Api } from '../../core/protocol/api.ts';
import { apiVersion } from '../../core/protocol/api.ts';
import { createClient } from './client.ts';
import { httpTransport } from './http-transport.ts';
import { desktopBridge, ipcTransport } from './ipc-transport.ts';
import { SignedOut, type Transport, Unreachable } from './transport.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | {
      readonly state: 'ready';
      readonly api: Api;
      readonly version: string;
      readonly onInterruption: Transport['onInterruption'];
    }
  | { readonly state: 'signedOut' }
  | { readonly state: 'unreachable' }
  | { readonly state: 'otherVersion'; readonly version: string }
  | { readonly state: 'failed'; readonly message: string };

export function ownTransport(): Transport {
  const bridge = desktopBridge();
  return bridge === undefined ? httpTransport() : ipcTransport(bridge);
}

/** Never rejects: whatever stands in the way is a state that can be shown. */
export async function connect(transport: Transport): Promise<Connection> {
  try {
    await transport.open();
    const api = createClient(transport);
    const hello = await api.call('app.hello', {});
    if (hello.apiVersion !== apiVersion) return { state: 'otherVersion', version: hello.version };
    return { state: 'ready', api, version: hello.version, onInterruption: transport.onInterruption };
  } catch (error) {
    return brokenConnection(error) ?? { state: 'failed', message: messageOf(error) };
  }
}

/** What an error of a later call says about the connection; undefined where it is fine. */
export function brokenConnection(error: unknown): Connection | undefined {
  if (error instanceof SignedOut) return { state: 'signedOut' };
  if (error instanceof Unreachable) return { state: 'unreachable' };
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
