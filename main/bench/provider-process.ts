/**
 * One provider as a child process. Whatever it does wrong — dying, hanging, printing garbage — ends as a rejected request
 * with a sentence, and leaves nothing running; the next request starts the program again.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProviderMethod } from '../../core/protocol/provider.ts';
import {
  type BodyOf,
  cancelled,
  type ProviderConnection,
  ProviderRequests,
  type RequestOptions,
  type ResultOf,
} from './provider-connection.ts';

export interface ProviderProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** So much of its log is kept to tell why it died. */
const logLines = 8;
const shutdownMs = 2000;
/** The answer for the largest network of the zoo has less than a hundredth of it. */
const longestLineBytes = 64 * 2 ** 20;

export class ProviderProcess implements ProviderConnection {
  readonly name: string;
  private readonly program: ProviderProgram;
  private readonly requests: ProviderRequests;
  private child: ChildProcessWithoutNullStreams | undefined;
  private log: string[] = [];

  constructor(program: ProviderProgram) {
    this.program = program;
    this.name = program.name;
    this.requests = new ProviderRequests({
      subject: `The program ${program.name}`,
      write: (line) => this.child?.stdin.write(`${line}\n`),
      giveUp: () => {
        const { child } = this;
        this.child = undefined;
        if (child !== undefined) kill(child);
      },
      lastWords: () => (this.log.length > 0 ? ` Its last words: ${this.log.join(' / ')}` : ''),
    });
  }

  get processId(): number | undefined {
    return this.child?.pid;
  }

  async request<M extends ProviderMethod>(
    method: M,
    body: BodyOf<M>,
    options: RequestOptions,
  ): Promise<ResultOf<M>> {
    if (options.signal?.aborted === true) throw cancelled();
    this.ensureStarted();
    return this.requests.request(method, body, options);
  }

  /** Asks it to end, and sees to it. */
  async close(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.child = undefined;
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin.end(`${this.requests.shutdownLine()}\n`);
    const timer = setTimeout(() => kill(child), shutdownMs);
    await exited;
    clearTimeout(timer);
  }

  private ensureStarted(): void {
    if (this.child !== undefined) return;
    const child = spawn(this.program.command, [...this.program.args], {
      stdio: 'pipe',
      env: { ...process.env, ...this.program.environment },
      windowsHide: true,
      // A group of its own: the terminal's Ctrl-C is for Plimsoll, which ends the request in order.
      detached: process.platform !== 'win32',
    });
    this.child = child;
    this.log = [];
    child.on('error', (error) => {
      if (this.child === child) this.requests.fail(`could not be started: ${error.message}`);
    });
    // Not at `exit`: its last lines may still be on their way.
    child.on('close', (code, signal) => {
      if (this.child === child) this.requests.fail(`ended by itself (${signal ?? `exit code ${code}`})`);
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
      if (lineBytes > longestLineBytes && this.child === child)
        this.requests.fail('printed a line without an end');
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (this.child === child) this.requests.receive(line);
    });
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
