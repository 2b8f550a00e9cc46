/**
 * What the scheduler holds of a provider, whatever carries its lines: a child process's pipes, or a page's requests. The
 * bookkeeping of what was asked and is still to be answered is the same for all of them, and is here.
 */
import type { z } from 'zod';
import {
  type ProviderError,
  ProviderMessageSchema,
  type ProviderMethod,
  type ProviderRequest,
  providerResults,
} from '../../core/protocol/provider.ts';

export type ResultOf<M extends ProviderMethod> = z.output<(typeof providerResults)[M]>;
export type BodyOf<M extends ProviderMethod> = Omit<Extract<ProviderRequest, { method: M }>, 'id' | 'method'>;

export interface RequestOptions {
  /** Without a line from the provider for so long it counts as hung. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (fraction: number, note: string | undefined) => void;
}

export interface ProviderConnection {
  readonly name: string;
  /** Of the program that executes; undefined where it is not up, or where that is not known. */
  readonly processId?: number | undefined;
  /**
   * Starts the provider where it is not up. Rejects with ProviderRequestError or ProviderCrash; with the former's code
   * `cancelled` where the signal asked for it.
   */
  request<M extends ProviderMethod>(
    method: M,
    body: BodyOf<M>,
    options: RequestOptions,
  ): Promise<ResultOf<M>>;
  /** Ends it, and sees to it. */
  close(): Promise<void>;
}

/** The provider's own answer: the request failed, the program goes on. */
export class ProviderRequestError extends Error {
  readonly error: ProviderError;

  constructor(error: ProviderError) {
    super(error.detail === undefined ? error.message : `${error.message} (${error.detail})`);
    this.name = 'ProviderRequestError';
    this.error = error;
  }
}

/** The provider is gone: it died, hung, broke the protocol or could not be started. */
export class ProviderCrash extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProviderCrash';
  }
}

/** It can only be started by the user, and was waited for already: to try again at once is of no use. */
export class ProviderAbsent extends ProviderCrash {
  /** What to do. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'ProviderAbsent';
    this.hint = hint;
  }
}

export function cancelled(): ProviderRequestError {
  return new ProviderRequestError({ code: 'cancelled', message: 'The request was cancelled.' });
}

/** What carries the lines. */
export interface Carrier {
  /** For sentences: `The program native`. */
  readonly subject: string;
  readonly write: (line: string) => void;
  /** The provider is given up: nothing of it may be left running. */
  readonly giveUp: () => void;
  /** A sentence more about why it died; '' where there is nothing to tell. */
  readonly lastWords: () => string;
}

interface Pending {
  readonly method: ProviderMethod;
  readonly settle: (end: { readonly result: unknown } | { readonly failure: Error }) => void;
  readonly heard: (fraction?: number, note?: string) => void;
}

/** A cancelled request is answered between two passes over the network; a provider that does not is given up. */
const cancelMs = 10_000;

export class ProviderRequests {
  private readonly carrier: Carrier;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  /** Of a provider that is up. Rejects as `ProviderConnection.request` does. */
  async request<M extends ProviderMethod>(
    method: M,
    body: BodyOf<M>,
    { silenceMs, signal, onProgress }: RequestOptions,
  ): Promise<ResultOf<M>> {
    if (signal?.aborted === true) throw cancelled();
    const id = ++this.lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    let timer: NodeJS.Timeout | undefined;
    const watch = () => {
      // One that was told to stop has its time for that, whatever it says meanwhile.
      if (signal?.aborted === true) return;
      clearTimeout(timer);
      timer = setTimeout(
        () => this.fail(`gave no answer for ${Math.round(silenceMs / 1000)} s during ${method}`),
        silenceMs,
      );
    };
    watch();
    this.pending.set(id, {
      method,
      settle: (end) => ('failure' in end ? reject(end.failure) : resolve(end.result)),
      heard: (fraction, note) => {
        watch();
        if (fraction !== undefined) onProgress?.(fraction, note);
      },
    });
    const cancel = () => {
      clearTimeout(timer);
      const patienceMs = Math.min(cancelMs, silenceMs);
      timer = setTimeout(() => this.fail(`did not stop ${method} when it was told to`), patienceMs);
      this.write({ id: ++this.lastId, method: 'cancel', target: id });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    this.carrier.write(JSON.stringify({ id, method, ...body }));
    try {
      const parsed = providerResults[method].safeParse(await promise);
      if (!parsed.success) {
        throw this.fail(`answered ${method} with something else than the protocol says`);
      }
      return parsed.data as ResultOf<M>;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      this.pending.delete(id);
    }
  }

  /** The line that asks for the end. */
  shutdownLine(): string {
    return JSON.stringify({ id: ++this.lastId, method: 'shutdown' } satisfies ProviderRequest);
  }

  /** One line of the provider's. */
  receive(line: string): void {
    const parsed = ProviderMessageSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      this.fail(`sent a line that is not of the protocol: ${JSON.stringify(line.slice(0, 80))}`);
      return;
    }
    const message = parsed.data;
    if (message.id === null) {
      const why = 'error' in message ? `: ${message.error.message.replace(/\.$/, '')}` : '';
      this.fail(`could not read a request${why}`);
      return;
    }
    const pending = this.pending.get(message.id);
    if ('event' in message) pending?.heard(message.fraction, message.note);
    else if ('error' in message) pending?.settle({ failure: new ProviderRequestError(message.error) });
    else pending?.settle({ result: message.result });
  }

  /** What it is asked for now, for sentences: `measure`. */
  get asked(): string {
    return [...new Set([...this.pending.values()].map(({ method }) => method))].join(', ');
  }

  /** The provider is given up: every request fails with the reason. `what` goes on after the subject. */
  fail(what: string): ProviderCrash {
    const { subject, lastWords, giveUp } = this.carrier;
    const failure = new ProviderCrash(`${subject} ${what}.${lastWords()}`);
    giveUp();
    for (const pending of this.pending.values()) pending.settle({ failure });
    return failure;
  }

  private write(request: ProviderRequest): void {
    this.carrier.write(JSON.stringify(request));
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
