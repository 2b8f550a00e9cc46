/**
 * One provider as a child process. Whatever it does wrong — dying, hanging, printing garbage — ends as a rejected request
 * with a sentence, and leaves nothing running; the next request starts the program again.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import {
  type ProviderError,
  ProviderMessageSchema,
  type ProviderMethod,
  type ProviderRequest,
  providerResults,
} from '../../core/protocol/provider.ts';

type ResultOf<M extends ProviderMethod> = z.output<(typeof providerResults)[M]>;
type BodyOf<M extends ProviderMethod> = Omit<Extract<ProviderRequest, { method: M }>, 'id' | 'method'>;

/** The provider's own answer: the request failed, the program goes on. */
export class ProviderRequestError extends Error {
  readonly error: ProviderError;

  constructor(error: ProviderError) {
    super(error.detail === undefined ? error.message : `${error.message} (${error.detail})`);
    this.name = 'ProviderRequestError';
    this.error = error;
  }
}

/** The program is gone: it died, hung, broke the protocol or could not be started. */
export class ProviderCrash extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProviderCrash';
  }
}

export interface ProviderProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface RequestOptions {
  /** Without a line from the provider for so long it counts as hung. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (fraction: number, note: string | undefined) => void;
}

interface Pending {
  readonly id: number;
  readonly settle: (end: { readonly result: unknown } | { readonly failure: Error }) => void;
  readonly heard: (fraction?: number, note?: string) => void;
}

/** So much of its log is kept to tell why it died. */
const logLines = 8;
const shutdownMs = 2000;
/** The answer for the largest network of the zoo has less than a hundredth of it. */
const longestLineBytes = 64 * 2 ** 20;
/** A cancelled request is answered between two passes over the network; a provider that does not is killed. */
const cancelMs = 10_000;

export class ProviderProcess {
  readonly name: string;
  private readonly program: ProviderProgram;
  private child: ChildProcessWithoutNullStreams | undefined;
  private readonly pending = new Map<number, Pending>();
  private log: string[] = [];
  private lastId = 0;

  constructor(program: ProviderProgram) {
    this.program = program;
    this.name = program.name;
  }

  /** Rejects with ProviderRequestError or ProviderCrash; with the former's code `cancelled` where the signal asked for it. */
  async request<M extends ProviderMethod>(
    method: M,
    body: BodyOf<M>,
    { silenceMs, signal, onProgress }: RequestOptions,
  ): Promise<ResultOf<M>> {
    if (signal?.aborted === true) throw cancelled();
    const child = this.ensureStarted();
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
      id,
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
    child.stdin.write(`${JSON.stringify({ id, method, ...body })}\n`);
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

  /** Asks it to end, and sees to it. */
  async close(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin.end(`${JSON.stringify({ id: ++this.lastId, method: 'shutdown' })}\n`);
    const timer = setTimeout(() => kill(child), shutdownMs);
    await exited;
    clearTimeout(timer);
  }

  private ensureStarted(): ChildProcessWithoutNullStreams {
    if (this.child !== undefined) return this.child;
    const child = spawn(this.program.command, [...this.program.args], {
      stdio: 'pipe',
      windowsHide: true,
      // A group of its own: the terminal's Ctrl-C is for Plimsoll, which ends the request in order.
      detached: process.platform !== 'win32',
    });
    this.child = child;
    this.log = [];
    child.on('error', (error) => {
      if (this.child === child) this.fail(`could not be started: ${error.message}`);
    });
    // Not at `exit`: its last lines may still be on their way.
    child.on('close', (code, signal) => {
      if (this.child === child) this.fail(`ended by itself (${signal ?? `exit code ${code}`})`);
    });
    // A program that is gone cannot be written to; its exit says so.
    child.stdin.on('error', () => {});
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.log = [...this.log, line].slice(-logLines);
    });
    // Counted here, for a line without an end would grow until memory, or the longest string, is full.
    let lineBytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      const lastEnd = chunk.lastIndexOf(0x0a);
      lineBytes = lastEnd < 0 ? lineBytes + chunk.length : chunk.length - lastEnd - 1;
      if (lineBytes > longestLineBytes && this.child === child) this.fail('printed a line without an end');
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (this.child === child) this.receive(line);
    });
    return child;
  }

  private write(request: ProviderRequest): void {
    this.child?.stdin.write(`${JSON.stringify(request)}\n`);
  }

  private receive(line: string): void {
    const parsed = ProviderMessageSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      this.fail(`printed a line that is not of the protocol: ${JSON.stringify(line.slice(0, 80))}`);
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

  /** The program is given up: every request fails with the reason, and it is killed where it still runs. */
  private fail(what: string): ProviderCrash {
    const log = this.log.length > 0 ? ` Its last words: ${this.log.join(' / ')}` : '';
    const failure = new ProviderCrash(`The program ${this.name} ${what}.${log}`);
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) kill(child);
    for (const pending of this.pending.values()) pending.settle({ failure });
    return failure;
  }
}

/** With whatever it started itself, which would hold its pipes open and keep this process waiting. */
function kill(child: ChildProcessWithoutNullStreams): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It is gone already.
  }
  child.stdout.destroy();
  child.stderr.destroy();
}

function cancelled(): ProviderRequestError {
  return new ProviderRequestError({ code: 'cancelled', message: 'The request was cancelled.' });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
