/** Inside Electron: what the preload script puts on the window. */
import { AnswerSchema, type Transport } from './transport.ts';

interface DesktopBridge {
  invoke(method: string, input: unknown): Promise<unknown>;
  on(event: string, listener: (payload: unknown) => void): () => void;
}

export function desktopBridge(): DesktopBridge | undefined {
  return (window as { readonly plimsoll?: DesktopBridge }).plimsoll;
}

export function ipcTransport(bridge: DesktopBridge): Transport {
  return {
    open: async () => {},
    invoke: async (method, input) => AnswerSchema.parse(await bridge.invoke(method, input)),
    on: (event, listener) => bridge.on(event, listener),
    // The main process and its page live and die together.
    onInterruption: () => () => {},
  };
}
