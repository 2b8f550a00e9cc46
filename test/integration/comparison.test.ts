/** Comparing and remembering over a real store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiMethods } from '../../core/protocol/api.ts';
import type { Run } from '../../core/protocol/run.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { changedRun } from '../fixtures/statistics/changed-run.ts';

let folder: string;
let api: LocalApi;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/plimsoll-compare-`);
  api = createApi({ dataFolder: folder });
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

function keep(...runs: readonly Run[]): void {
  const store = openStore(folder);
  for (const { id, suite, startedAt, environment, providers, measurements } of runs) {
    store.runs.create({ id, suite, startedAt, environment });
    store.runs.setProviders(id, providers);
    for (const measurement of measurements) store.measurements.put(id, measurement);
    store.runs.finish(id, 'finished', startedAt, null);
  }
  store.close();
}

/** Run `dayN`, the resnet50 of which takes so many times as long. */
function day(number: number, resnet50 = 1): Run {
  const startedAt = `2026-03-${String(number).padStart(2, '0')}T12:00:00.000Z`;
  return changedRun(`day${number}`, { seed: number, startedAt, latency: { resnet50 } });
}

describe('runs.compare', () => {
  it('compares stored runs by their age, and knows the noise of the machine from the others', async () => {
    keep(day(1), day(2), day(3), day(4), day(5, 1.2));
    const sides = { before: { runId: 'latest~1' }, after: { runId: 'latest' } };
    const comparison = await api.call('runs.compare', sides);
    expect(apiMethods['runs.compare'].output.parse(comparison)).toEqual(comparison);
    expect(comparison.before.run.id).toBe('day4');
    expect(comparison.counts).toMatchObject({ worse: 1, better: 0 });
    expect(comparison.rows[0]).toMatchObject({ model: 'resnet50', verdict: 'WORSE', floor: { runPairs: 3 } });
  });

  it('compares the plans of one run', async () => {
    keep(day(1));
    const comparison = await api.call('runs.compare', {
      before: { runId: 'latest', plan: 'layerwise' },
      after: { runId: 'latest', plan: 'fused' },
    });
    expect(comparison.rows.map(({ model }) => model)).toEqual(['convfirst_pico']);
  });

  it('refuses what cannot be compared, and says what there is', async () => {
    keep(day(1));
    const refusal = (before: object, after: object) =>
      apiRejectionOf(
        api.call('runs.compare', {
          before: { runId: 'latest', ...before },
          after: { runId: 'latest', ...after },
        }),
      );
    expect(await refusal({}, { runId: 'day1' })).toMatchObject({ code: 'badInput' });
    expect(await refusal({ runId: 'latest~1' }, {})).toMatchObject({ code: 'notFound' });
    expect(await refusal({ provider: 'native' }, { provider: 'onednn' })).toMatchObject({
      code: 'notFound',
      hint: 'It has: native.',
    });
    expect(await refusal({ threads: 2 }, { threads: 64 })).toMatchObject({
      code: 'notFound',
      message: 'Run day1 has nothing with the number of threads 64.',
    });
  });
});

describe('history.get', () => {
  it('gives the series that were asked for, with their change', async () => {
    const days = Array.from({ length: 14 }, (_, index) => day(index + 1, index < 7 ? 1 : 1.1));
    keep(...days);
    const all = await api.call('history.get', {});
    expect(apiMethods['history.get'].output.parse(all)).toEqual(all);
    expect(all.series).toHaveLength(3);
    const { series } = await api.call('history.get', { model: 'resnet50', plan: 'layerwise' });
    expect(series).toHaveLength(1);
    expect(series[0]?.points).toHaveLength(14);
    expect(series[0]?.changePoints).toMatchObject([{ index: 7, runId: 'day8' }]);
    expect((await api.call('history.get', { limit: 3 })).series[0]?.points.map(({ runId }) => runId)).toEqual(
      ['day12', 'day13', 'day14'],
    );
    expect((await api.call('history.get', { threads: 64 })).series).toEqual([]);
    expect((await api.call('history.get', { machineId: 'other' })).series).toEqual([]);
  });
});

describe('runs.delete', () => {
  it('takes the names that runs.get takes', async () => {
    keep(day(1), day(2), day(3));
    await api.call('runs.delete', { runId: 'latest~1' });
    expect((await api.call('runs.list', {})).map(({ id }) => id)).toEqual(['day3', 'day1']);
    expect(await apiRejectionOf(api.call('runs.delete', { runId: 'latest~2' }))).toMatchObject({
      code: 'notFound',
    });
  });
});
