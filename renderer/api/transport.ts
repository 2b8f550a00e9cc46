/** How the page reaches the program: over IPC inside Electron, over HTTP in a browser. Both carry unparsed values. */
import { z } from 'zod';
import { ApiErrorSchema } from '../../core/protocol/api.ts';

export const AnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: ApiErrorSchema }),
]);
export type Answer = z.infer<typeof AnswerSchema>;

/** The server does not know this page: its cookie is of an earlier start, or it never had a token. */
export class SignedOut extends Error {}

/** Nobody answers: the program was ended, or the connection to its machine is cut. */
export class Unreachable extends Error {}

export interface Transport {
  /** Called once, before anything else. Rejects with SignedOut or Unreachable. */
  open(): Promise<void>;
  /** Rejects with SignedOut or Unreachable. */
  invoke(method: string, input: unknown): Promise<Answer>;
  /** Returns the function that ends the subscription. */
  on(event: string, listener: (payload: unknown) => void): () => void;
  /** The stream of events was cut, or is back: some may have been missed, and perhaps nobody answers any more. */
  onInterruption(listener: () => void): () => void;
}
