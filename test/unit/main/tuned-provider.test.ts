import { expect, it } from 'vitest';
import {
  type BodyOf,
  type ProviderConnection,
  ProviderCrash,
  type RequestOptions,
} from '../../../main/bench/provider-connection.ts';
import { TunedProvider } from '../../../main/bench/tuned-provider.ts';

const options = { silenceMs: 1000 };
const description = {
  libraries: { dawn: '1' },
  devices: [{ id: 'card', name: 'Card', backend: 'vulkan', driver: '9' }],
};

/** A provider that answers what it is told to, or ends where that is an error; it keeps what it was asked. */
function tuned(answers: readonly (object | Error)[], isPage = false) {
  const asked: [string, object][] = [];
  const waiting = [...answers];
  const provider = {
    name: 'webgpu',
    processId: isPage ? undefined : 1,
    request: async (method: string, body: object, _options: RequestOptions) => {
      asked.push([method, body]);
      const answer = method === 'describe' ? description : waiting.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    close: async () => {},
  } as unknown as ProviderConnection;
  const kept = new Map<string, Record<string, number>>();
  const shelf = {
    get: (name: string, device: string) => kept.get(`${name}: ${device}`) ?? {},
    keep: (name: string, device: string, found: Record<string, number>) =>
      void kept.set(`${name}: ${device}`, { ...kept.get(`${name}: ${device}`), ...found }),
  };
  return { asked, kept, shelf, tuned: new TunedProvider(provider, shelf) };
}

const network = { dtype: 'fp16' } as BodyOf<'prepare'>;
const key = 'webgpu: card, Card, vulkan, 9, dawn 1';

it('keeps what was found once its network is right, under device and driver, and tells each start of the program once', async () => {
  const right = [{ handle: 1, tuning: { a: 1 } }, { passed: true }, { handle: 2 }, { handle: 3 }];
  const { asked, kept, tuned: provider } = tuned(right);
  await provider.request('describe', {}, options);
  await provider.request('prepare', network, options);
  expect(kept.size).toBe(0);
  await provider.request('verify', { handle: 1 }, options);
  expect(Object.fromEntries(kept)).toEqual({ [key]: { a: 1 } });
  await provider.request('prepare', network, options);
  expect(asked.at(-1)).toEqual(['prepare', network]);
  await provider.request('describe', {}, options);
  await provider.request('prepare', network, options);
  expect(asked.at(-1)).toEqual(['prepare', { ...network, tuning: { a: 1 } }]);
});

it('keeps nothing that was found for a network that is wrong', async () => {
  const { kept, tuned: provider } = tuned([{ handle: 1, tuning: { a: 1 } }, { passed: false }]);
  await provider.request('describe', {}, options);
  await provider.request('prepare', network, options);
  await provider.request('verify', { handle: 1 }, options);
  expect(kept.size).toBe(0);
});

it('notes a trial that ended the program, and not one that was passed before, nor a page that was closed', async () => {
  const first = tuned([new ProviderCrash('It ended.')]);
  await first.tuned.request('describe', {}, options);
  await expect(first.tuned.request('prepare', network, options)).rejects.toThrow('It ended.');
  expect(Object.fromEntries(first.kept)).toEqual({ [key]: { 'trial fp16': 0 } });

  const later = tuned([{ handle: 1, tuning: { 'trial fp16': 1 } }, new ProviderCrash('It ended.')]);
  await later.tuned.request('describe', {}, options);
  await later.tuned.request('prepare', network, options);
  await expect(later.tuned.request('prepare', network, options)).rejects.toThrow('It ended.');
  expect(Object.fromEntries(later.kept)).toEqual({ [key]: { 'trial fp16': 1 } });

  const page = tuned([new ProviderCrash('It was closed.')], true);
  await page.tuned.request('describe', {}, options);
  await expect(page.tuned.request('prepare', network, options)).rejects.toThrow('It was closed.');
  expect(page.kept.size).toBe(0);
});

it('is not disturbed by a store that keeps nothing', async () => {
  const { shelf, tuned: provider } = tuned([{ handle: 1, tuning: { a: 1 } }, { passed: true }]);
  shelf.keep = () => {
    throw new Error('The disk is full.');
  };
  await provider.request('describe', {}, options);
  await provider.request('prepare', network, options);
  expect(await provider.request('verify', { handle: 1 }, options)).toEqual({ passed: true });
});
