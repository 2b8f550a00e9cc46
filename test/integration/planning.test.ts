/** What the API says before a run and while it goes on, with the real native program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ApiEventPayload, RunRequest } from '../../core/protocol/api.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { defaultTiming } from '../../main/bench/measure-case.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';

const settings = {
  rounds: 1,
  secondsPerCeiling: 0.01,
  timing: {
    ...defaultTiming,
    warmupSeconds: 0.02,
    warmupMaxSeconds: 0.1,
    minSeconds: 0.1,
    minSamples: 5,
    maxSeconds: 1,
    profileRepetitions: 3,
  },
};
const request: RunRequest = { models: ['regnety_004', 'convfirst_pico'], threads: 1, settleSeconds: 0 };

let folder: string;
let api: LocalApi;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-planning-'));
  api = createApi({ dataFolder: folder, settings });
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

it('plans what is then measured, asks nobody meanwhile, and knows afterwards how long it takes', async () => {
  const plan = await api.call('runs.plan', request);
  expect(plan).toMatchObject({ impossible: [], rounds: 1, knownCases: 0 });
  expect(await api.call('runs.list', {})).toEqual([]);

  const told: ApiEventPayload<'run.conditions'>[] = [];
  api.subscribe('run.conditions', (payload) => told.push(payload));
  const ended = new Promise((resolve) => api.subscribe('run.ended', resolve));
  const { runId } = await api.call('runs.start', request);
  for (const method of ['providers.list', 'runs.plan'] as const) {
    expect((await apiRejectionOf(api.call(method, {}))).code).toBe('busy');
  }
  await ended;
  const { measurements } = await api.call('runs.get', { runId });
  const named = (one: { model: string; plan: string; threads: number }) => [one.model, one.plan, one.threads];
  expect(measurements.map(named)).toEqual(plan.cases.map(named));

  expect(told.length).toBeGreaterThan(1);
  expect(new Set(told.map((payload) => payload.runId))).toEqual(new Set([runId]));
  const times = told.map(({ sample }) => sample.atSeconds);
  expect(times.slice(1).every((time, index) => time - (times[index] ?? 0) > 1)).toBe(true);
  expect(await api.call('runs.conditions', {})).toEqual([]);

  const again = await api.call('runs.plan', request);
  // All but the last one: nothing tells when that ended.
  expect(again.knownCases).toBe(plan.cases.length - 1);
  expect(again.expectedSeconds).toBeGreaterThan(0);
});

it('says what the providers can do, the native one at least', async () => {
  const rows = await api.call('providers.list', {});
  const native = rows.find(({ name }) => name === 'native');
  expect(native).toMatchObject({ available: true, reason: null });
  expect(native?.description?.dataTypes).toContain('fp32');
  for (const { available, reason } of rows) if (!available) expect(reason).not.toBeNull();
});

it('deletes all runs for good', async () => {
  const ended = new Promise((resolve) => api.subscribe('run.ended', resolve));
  const { runId } = await api.call('runs.start', { ...request, models: ['regnety_004'] });
  await ended;
  const changed = new Promise((resolve) => api.subscribe('store.changed', resolve));
  expect(await api.call('runs.deleteAll', {})).toEqual({ deleted: 1 });
  await changed;
  expect(await api.call('runs.list', {})).toEqual([]);
  expect(await api.call('runs.list', { deleted: true })).toEqual([]);
  expect((await apiRejectionOf(api.call('runs.restore', { runId }))).code).toBe('notFound');
});
