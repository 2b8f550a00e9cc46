/** The two IPC channels, and what the preload script gives the page. */
import type { Answer } from '../shell/transport.ts';

export const invokeChannel = 'plimsoll:invoke';
export const eventChannel = 'plimsoll:event';

/** `window.plimsoll` */
export interface DesktopBridge {
  invoke(method: string, input: unknown): Promise<Answer>;
  /** Returns the function that ends the subscription. */
  on(event: string, listener: (payload: unknown) => void): () => void;
}
