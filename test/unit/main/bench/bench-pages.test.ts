/** The provider in a page, over a transport that the test plays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../../core/protocol/api.ts';
import { BenchPages, type ConnectedPage } from '../../../../main/bench/bench-pages.ts';
import {
  ProviderAbsent,
  type ProviderConnection,
  ProviderCrash,
} from '../../../../main/bench/provider-connection.ts';
import { startProvider } from '../../../../main/bench/start-provider.ts';

const description = {
  protocol: 1,
  provider: 'webgpu-page',
  version: '1',
  libraries: { browser: 'Chromium 1' },
  devices: [],
  reason: 'none',
  dataTypes: ['fp32'],
  operators: [],
  plans: ['layerwise'],
  fusableBlocks: [],
};
const patienceMs = 1000;
const request = { silenceMs: 5000 };

/** A page that keeps what it was told. */
class FakePage {
  readonly asked: { id: number; method: string; target?: number }[] = [];
  readonly ends: string[] = [];
  readonly end: ConnectedPage;

  constructor(pages: BenchPages) {
    this.end = pages.connect({
      send: (line) => void this.asked.push(JSON.parse(line)),
      end: (why) => void this.ends.push(why),
    });
  }

  say(message: object): void {
    this.end.receive(JSON.stringify(message));
  }

  answer(result: unknown): void {
    this.say({ id: this.asked.at(-1)?.id, result });
  }
}

let pages: BenchPages;
let provider: ProviderConnection;

beforeEach(() => {
  vi.useFakeTimers();
  pages = new BenchPages();
  pages.offer({ hint: 'Open /bench.' });
  provider = pages.provider(patienceMs);
});
afterEach(() => void vi.useRealTimers());

/** Lets what was awaited go on. */
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('a page', () => {
  it('is asked and answers', async () => {
    const page = new FakePage(pages);
    const progress = vi.fn();
    const described = provider.request('describe', {}, { ...request, onProgress: progress });
    await settle();
    const [asked] = page.asked;
    expect(asked).toMatchObject({ method: 'describe' });
    page.say({ id: asked?.id, event: 'progress', fraction: 0.5, note: 'half' });
    page.answer(description);
    expect(await described).toEqual(description);
    expect(progress).toHaveBeenCalledExactlyOnceWith(0.5, 'half');
    await provider.close();
    expect(page.ends).toEqual(['released']);
  });

  it('may refuse, and goes on', async () => {
    const page = new FakePage(pages);
    const refused = provider.request('verify', { handle: 7 }, request);
    await settle();
    page.say({ id: page.asked[0]?.id, error: { code: 'unknownHandle', message: 'There is no network 7.' } });
    await expect(refused).rejects.toMatchObject({ error: { code: 'unknownHandle' } });
    expect(page.ends).toEqual([]);
  });

  it('that is closed loses what it was asked for, with the reason', async () => {
    const page = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    const failure = expect(lost).rejects.toThrow('The bench page was closed or reloaded, during describe.');
    await settle();
    page.end.gone();
    await failure;
    await expect(lost).rejects.toBeInstanceOf(ProviderCrash);
  });

  it.each([
    ['garbage', 'garbage', /sent a line that is not of the protocol: "garbage"/],
    ['a message of no protocol', '{"id":1,"event":"boom"}', /not of the protocol/],
    [
      'an answer that the schema refuses',
      '{"id":1,"result":{"devices":7}}',
      /answered describe with something else/,
    ],
    [
      'a request that it could not read',
      '{"id":null,"error":{"code":"badRequest","message":"No."}}',
      /could not read a request: No\./,
    ],
  ])('that sends %s is let go', async (_what, line, sentence) => {
    const page = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    const failure = expect(lost).rejects.toThrow(sentence);
    await settle();
    page.end.receive(line);
    await failure;
    expect(page.ends).toEqual(['released']);
  });

  it('that says nothing is let go, and what it says then is not heard', async () => {
    const page = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    const failure = expect(lost).rejects.toThrow('The bench page gave no answer for 5 s during describe.');
    await vi.advanceTimersByTimeAsync(request.silenceMs);
    await failure;
    expect(page.ends).toEqual(['released']);
    page.end.receive('garbage');
    page.end.gone();
    expect(page.ends).toEqual(['released']);
  });

  it('that says itself that it failed is let go', async () => {
    const page = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    const failure = expect(lost).rejects.toThrow(
      'The bench page failed: its worker failed, during describe.',
    );
    await settle();
    page.end.failed('its worker failed.');
    await failure;
    expect(page.ends).toEqual(['released']);
  });

  it('that is gone again at once loses what it was about to be asked', async () => {
    const page = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    page.end.gone();
    await expect(lost).rejects.toThrow('The bench page was closed or reloaded.');
    expect(page.asked).toEqual([]);
  });

  it('is told to stop', async () => {
    const page = new FakePage(pages);
    const stop = new AbortController();
    const lost = provider.request('describe', {}, { ...request, signal: stop.signal });
    const failure = expect(lost).rejects.toMatchObject({ error: { code: 'cancelled' } });
    await settle();
    stop.abort();
    const [asked, told] = page.asked;
    expect(told).toMatchObject({ method: 'cancel', target: asked?.id });
    page.say({ id: asked?.id, error: { code: 'cancelled', message: 'The request was cancelled.' } });
    await failure;
  });

  it('gives way to a newer one, and takes nothing with it when it goes', async () => {
    const old = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    const failure = expect(lost).rejects.toThrow(
      'The bench page was replaced by another one, during describe.',
    );
    await settle();
    const page = new FakePage(pages);
    await failure;
    expect(old.ends).toEqual(['replaced']);
    const described = provider.request('describe', {}, request);
    await settle();
    old.end.gone();
    old.say({ id: page.asked[0]?.id, result: 'not yours' });
    page.answer(description);
    expect(await described).toEqual(description);
  });
});

describe('where there is no page', () => {
  it('the command line is told that it has none', () => {
    const other = new BenchPages();
    expect(() => other.provider()).toThrow(ApiError);
    const withdraw = other.offer({ hint: 'Open it.' });
    expect(other.provider().name).toBe('webgpu-page');
    withdraw();
    expect(() => other.provider()).toThrow(/the command line has none/);
  });

  it('one is waited for, and what is to be opened is said', async () => {
    const absent = startProvider(provider);
    const failure = expect(absent).rejects.toMatchObject({
      message: 'No bench page is open: none came within 1 s.',
      hint: 'Open /bench.',
    });
    // Once, and not as often as a program that dies is started.
    await vi.advanceTimersByTimeAsync(patienceMs);
    await failure;
    await expect(absent).rejects.toBeInstanceOf(ProviderAbsent);
  });

  it('the shell opens one where it can', async () => {
    const opened: FakePage[] = [];
    pages.offer({ hint: 'It did not open.', open: () => void opened.push(new FakePage(pages)) });
    const described = provider.request('describe', {}, request);
    await settle();
    opened[0]?.answer(description);
    expect(await described).toEqual(description);
  });

  it('one that comes back is used', async () => {
    const page = new FakePage(pages);
    const lost = provider.request('describe', {}, request);
    const failure = expect(lost).rejects.toThrow(ProviderCrash);
    await settle();
    page.end.gone();
    await failure;
    const described = startProvider(provider);
    await vi.advanceTimersByTimeAsync(patienceMs / 2);
    const again = new FakePage(pages);
    await settle();
    again.answer(description);
    expect(await described).toEqual(description);
  });

  it('the wait ends when the user stops the run', async () => {
    const stop = new AbortController();
    const absent = provider.request('describe', {}, { ...request, signal: stop.signal });
    const failure = expect(absent).rejects.toMatchObject({ error: { code: 'cancelled' } });
    await settle();
    stop.abort();
    await failure;
  });
});
