import { describe, expect, it } from 'vitest';
import { blockCases, layerCases } from '../../../webgpu-bench/compare/cases.ts';
import { compareEntrants, type Entrant } from '../../../webgpu-bench/compare/compare.ts';
import type { Contender } from '../../../webgpu-bench/compare/contender.ts';
import { lostCase } from '../../../webgpu-bench/compare/results.ts';
import { geometricMeans, networkTable } from '../../../webgpu-bench/compare/table.ts';
import { DeviceLost } from '../../../webgpu-bench/measure/errors.ts';

const options = { rounds: 3, sampleMs: 1 };

/** Computes 1, 2, 3 unless it is told otherwise. */
function entrant(name: string, own: Partial<Contender> = {}): Entrant {
  return {
    name,
    enter: async () => ({
      perCall: 1,
      enqueue: async () => {},
      result: async () => Float32Array.of(1, 2, 3),
      release: async () => {},
      ...own,
    }),
  };
}

const failing = (message: string) => async () => {
  throw new Error(message);
};

const compared = (entrants: readonly Entrant[], rounds = options.rounds) =>
  compareEntrants(entrants, { ...options, rounds }, async () => {});

describe('a comparison', () => {
  it('refuses whoever fails, wherever, with his reason, and goes on with the others', async () => {
    let calls = 0;
    const results = await compared([
      entrant('plimsoll'),
      { name: 'no kernel', enter: failing('it has no such kernel') },
      entrant('no result', { result: failing('its buffer is gone') }),
      entrant('wrong', { result: async () => Float32Array.of(1, 2, 4) }),
      entrant('not a number', { result: async () => Float32Array.of(1, 2, Number.NaN) }),
      entrant('another shape', { result: async () => Float32Array.of(1, 2) }),
      entrant('tired', {
        // Long enough to be a sample at once; the second round is its third call.
        perCall: 1_000_000,
        enqueue: async () => {
          calls += 1;
          if (calls === 3) throw new Error('it gave up');
        },
      }),
      entrant('cannot end', { release: failing('it does not let go') }),
    ]);
    expect(results.map(({ name, refused, samplesNs }) => [name, refused, samplesNs.length])).toEqual([
      ['plimsoll', undefined, 3],
      ['cannot end', undefined, 3],
      ['no kernel', 'it has no such kernel', 0],
      ['no result', 'its buffer is gone', 0],
      ['wrong', 'its result differs by 2.7e-1', 0],
      ['not a number', 'its result differs by NaN', 0],
      ['another shape', 'its result differs by Infinity', 0],
      ['tired', 'it gave up', 0],
    ]);
  });

  it('times nobody where there is no result of ours', async () => {
    const results = await compared([
      entrant('plimsoll', { result: failing('it does not compile') }),
      entrant('other'),
    ]);
    expect(results.map(({ refused }) => refused)).toEqual([
      'it does not compile',
      'there is no result to hold it against',
    ]);
  });

  it('ends where the device is lost, for nobody can go on', async () => {
    const lost = new DeviceLost({ reason: 'unknown', message: 'the driver was reset' });
    const results = compared([
      entrant('plimsoll'),
      entrant('other', {
        enqueue: async () => {
          throw lost;
        },
      }),
    ]);
    await expect(results).rejects.toBe(lost);
  });
});

describe('the cases', () => {
  it('are the distinct layers of a network, and add up to all of them', () => {
    const layers = layerCases('resnet50');
    expect(layers.length).toBeLessThan(30);
    expect(layers.reduce((sum, { count }) => sum + count, 0)).toBe(53);
    // 2 x 4.09 thousand million multiply-accumulates, but for the classifier.
    const operations = layers.reduce((sum, one) => sum + one.count * one.operations, 0);
    expect(operations / 2e9).toBeCloseTo(4.09, 1);
  });

  it('of blocks have both plans', () => {
    for (const { plans } of blockCases('convfirst_pico', 'convfirst')) {
      expect(plans.map(({ kind }) => kind)).toEqual(['layerwise', 'fused']);
    }
  });
});

it('a table says of what was lost why, and leaves it out of the means', () => {
  const [first, second] = layerCases('convnext_tiny');
  if (first === undefined || second === undefined) throw new Error('there are no layers');
  const times = (ns: number) => [ns, 2 * ns, 3 * ns];
  const cases = [
    {
      ...lostCase(first, ''),
      contenders: [
        { name: 'plimsoll', samplesNs: times(1000) },
        { name: 'onnxruntime-web', samplesNs: times(2000) },
        { name: 'tensorflow.js', refused: 'it has no such kernel', samplesNs: [] },
      ],
    },
    lostCase(second, 'The device was lost.'),
  ];
  const network = { name: 'convnext_tiny', cases };
  const [, , measured, lost] = networkTable(network).split('\n');
  expect(measured).toMatch(/\| 2 \| [\d.]+ \| 2\.00 \| it has no such kernel \|$/);
  expect(lost).toMatch(/\| The device was lost\. \| – \| The device was lost\. \| The device was lost\. \|$/);
  expect(geometricMeans([network])).toContain('| convnext_tiny | 2.00 (1) | – |');
});
