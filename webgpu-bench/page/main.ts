/**
 * The bench page: carries lines between the program and the worker that executes them. It shows what it is doing, and
 * otherwise does nothing, for whatever a page draws is drawn by the GPU that is measured.
 */
// Before any schema is made: see there.
import '../../core/protocol/zod-without-eval.ts';
import { z } from 'zod';
import { BenchAttachedSchema, benchPageEvents } from '../../core/protocol/bench-page.ts';
import { ownLink } from './link.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Lines that wait for the one before them to arrive go together. */
const mostLines = 256;

const ready = 'Ready: waiting to be asked.';

const status = document.getElementById('status');
const link = ownLink();
let plimsollVersion = '';
let page = '';
let worker: Worker | undefined;
let outbox: string[] = [];
let isPosting = false;

void start();

async function start(): Promise<void> {
  try {
    plimsollVersion = await link.hello();
  } catch (error) {
    say(error instanceof TypeError ? 'Plimsoll does not answer: is it still running?' : messageOf(error));
    return;
  }
  // Chromium freezes pages that nobody looks at, but none that holds a lock.
  void navigator.locks?.request('plimsoll-bench', { mode: 'shared' }, () => new Promise(() => {}));
  link.listen((event, data) => {
    if (event === benchPageEvents.request) ask(String(data));
    else endWorker();
    if (event === benchPageEvents.attached) {
      page = BenchAttachedSchema.parse(data).page;
      say(ready);
    } else if (event === benchPageEvents.replaced) {
      say('Another bench page has taken over; this one can be closed.');
    } else if (event === 'cut') say('Waiting for Plimsoll …');
  });
}

/** The worker begins with the first request after a connection, and ends with the connection: nothing of a run outlives it. */
function ask(line: string): void {
  worker ??= beginWorker();
  const request: unknown = JSON.parse(line);
  const method = z.object({ method: z.string() }).safeParse(request).data?.method ?? 'request';
  say(`Working: ${method}. Leave this page open, and the machine alone.`);
  tell(worker, { kind: 'line', line });
}

function beginWorker(): Worker {
  const begun = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  begun.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if (worker === begun) post(data.line);
  });
  begun.addEventListener('error', ({ message }) => {
    if (worker === begun) void fail(`its worker failed (${message || 'without a message'})`);
  });
  tell(begun, { kind: 'begin', plimsollVersion });
  return begun;
}

function endWorker(): void {
  worker?.terminate();
  worker = undefined;
  outbox = [];
}

function tell(to: Worker, message: ToWorker): void {
  to.postMessage(message);
}

/** One post after the other, for the order matters. */
function post(line: string): void {
  // Answers and errors end what was asked; progress does not.
  if (!('event' in JSON.parse(line))) say(ready);
  outbox.push(line);
  if (!isPosting) void flush();
}

async function flush(): Promise<void> {
  isPosting = true;
  try {
    while (outbox.length > 0) await link.reply({ page, lines: outbox.splice(0, mostLines) });
  } catch (error) {
    await fail(messageOf(error));
  } finally {
    isPosting = false;
  }
}

/** Tells the program, where it still hears; it then ends the connection, which begins anew. */
async function fail(what: string): Promise<void> {
  endWorker();
  try {
    await link.reply({ page, lines: [], failed: what.slice(0, 500) });
  } catch {
    link.restart();
  }
}

function say(text: string): void {
  if (status !== null) status.textContent = text;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
