/** The app's API on the real native program and real databases: the calls that every shell carries. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRequest } from '../../core/protocol/api.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { databaseName } from '../../main/store/sqlite/open-database.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { type Heard, listen, nextOf, quickSettings } from '../fixtures/api/listening.ts';
import { type Fault, fakeInstructions, fakeProviderPath } from '../fixtures/providers/fake.ts';

/** One network that has both plans, on as many threads as every machine has. */
const request: RunRequest = { models: ['regnety_004', 'convfirst_pico'], threads: 1 };

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'plimsoll-api-'));
}

describe('the API', () => {
  let folder: string;
  let api: LocalApi;
  let heard: Heard[];

  beforeEach(() => {
    folder = temporaryFolder();
    open();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await api.close();
    rmSync(folder, { recursive: true });
  });

  function open(): void {
    api = createApi({ dataFolder: folder, settings: quickSettings });
    heard = listen(api);
  }

  function misbehave(...faults: readonly Fault[]): void {
    vi.stubEnv('PLIMSOLL_NATIVE_BENCH', fakeProviderPath);
    vi.stubEnv('FAKE_PROVIDER', JSON.stringify(fakeInstructions(folder, faults)));
  }

  /** Nothing is stored, nothing goes on, and whoever was told of a beginning was told of the end. */
  async function expectNothingBegun(): Promise<void> {
    expect(await api.call('runs.active', {})).toBeNull();
    expect(await api.call('runs.list', {})).toEqual([]);
    expect(heard.some(({ event }) => event === 'run.measured')).toBe(false);
    if (heard.length > 0) expect(heard.at(-1)?.event).toBe('run.ended');
  }

  it.each([
    ['a model', { models: ['resnet5'] }, 'notFound', /'resnet5'/, /resnet50/],
    ['a suite', { suite: 'quik' }, 'notFound', /'quik'/, /quick, paper, standard/],
    ['so many threads', { threads: 9999 }, 'badInput', /^9999 threads/, /^Ask for at most \d+\.$/],
    ['such a batch', { models: ['resnet18'], batches: [0] }, 'badInput', /batches\.0/, null],
  ] as const)('does not begin where there is not %s', async (_, asked, code, message, hint) => {
    const error = await apiRejectionOf(api.call('runs.start', asked as unknown as RunRequest));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    if (hint === null) expect(error.hint).toBeNull();
    else expect(error.hint).toMatch(hint);
    await expectNothingBegun();
  });

  it('does not begin where the program is missing, and says how to get it', async () => {
    const absent = join(folder, 'absent');
    vi.stubEnv('PLIMSOLL_NATIVE_BENCH', absent);
    const error = await apiRejectionOf(api.call('runs.start', request));
    expect(error).toMatchObject({ code: 'provider', hint: expect.stringContaining('npm run setup') });
    expect(error.message).toContain(absent);
    await expectNothingBegun();
    const checks = await api.call('app.doctor', {});
    expect(checks).toContainEqual({
      name: 'native program',
      status: 'failed',
      message: expect.stringContaining(absent),
    });
  });

  it('does not begin where the program does not come up, and says why', async () => {
    misbehave({ method: 'describe', does: 'die' });
    const error = await apiRejectionOf(api.call('runs.start', request));
    expect(error).toMatchObject({ code: 'provider', message: expect.stringContaining('exit code 3') });
    await expectNothingBegun();
  });

  it('can begin again after a start that failed', async () => {
    await apiRejectionOf(api.call('runs.start', { threads: 9999 }));
    misbehave();
    const ended = nextOf(api, 'run.ended');
    const { runId } = await api.call('runs.start', request);
    expect(await ended).toEqual({ runId, status: 'finished', reason: null });
    expect(await api.call('runs.delete', { runId })).toEqual({ runId });
    expect(await api.call('runs.list', {})).toEqual([]);
    expect((await apiRejectionOf(api.call('runs.get', { runId }))).code).toBe('notFound');
    expect((await apiRejectionOf(api.call('runs.delete', { runId }))).code).toBe('notFound');
  });

  it('names every case that was lost, and why', async () => {
    misbehave(
      { method: 'verify', model: 'regnety_004', does: 'incorrect' },
      { method: 'measure', model: 'convfirst_pico', does: 'error' },
    );
    const ended = nextOf(api, 'run.ended');
    const { runId } = await api.call('runs.start', { ...request, plans: ['layerwise'] });
    await ended;
    const { run, lost, measurements } = await api.call('runs.get', { runId });
    expect(run).toMatchObject({ status: 'finished', measured: 0, lost: 2 });
    expect(measurements).toEqual([]);
    expect(lost).toMatchObject([
      {
        model: 'regnety_004',
        status: 'incorrect',
        reason: expect.stringMatching(/^Its result is wrong: 1 of \d+ kernels .* first stem/),
      },
      { model: 'convfirst_pico', status: 'failed', reason: 'The fake will not. (it was told so)' },
    ]);
  });

  it('stores a run that it is closed during', async () => {
    const calibrating = nextOf(api, 'run.progress', ({ phase }) => phase === 'calibrating');
    const { runId } = await api.call('runs.start', request);
    await calibrating;
    await api.close();
    expect(heard.at(-1)).toMatchObject({ event: 'run.ended', payload: { runId, status: 'cancelled' } });
    open();
    expect(await api.call('runs.list', {})).toEqual([
      expect.objectContaining({
        id: runId,
        status: 'cancelled',
        reason: 'It was ended by its user.',
        finishedAt: expect.any(String),
      }),
    ]);
  });

  it('stores a run that it is closed during before that had begun', async () => {
    misbehave();
    const starting = api.call('runs.start', request);
    await api.close();
    expect(heard.at(-1)).toMatchObject({ event: 'run.ended', payload: { status: 'cancelled' } });
    const { runId } = await starting;
    open();
    expect(await api.call('runs.list', {})).toEqual([
      expect.objectContaining({ id: runId, status: 'cancelled', measured: 0 }),
    ]);
  });

  it('stores what a run had when it is cancelled', async () => {
    misbehave({ method: 'measure', model: 'convfirst_pico', does: 'lasts' });
    const measured = nextOf(api, 'run.measured');
    const ended = nextOf(api, 'run.ended');
    const { runId } = await api.call('runs.start', request);
    await measured;
    await api.call('runs.cancel', { runId });
    expect(await ended).toMatchObject({ status: 'cancelled' });
    const { run, measurements } = await api.call('runs.get', { runId });
    expect(run).toMatchObject({ status: 'cancelled', measured: 1, lost: 0 });
    expect(measurements.map(({ model }) => model)).toEqual(['regnety_004']);
  });

  it('answers what needs no database where that is broken, and leaves it as it is', async () => {
    const file = join(folder, databaseName);
    writeFileSync(file, 'not a database '.repeat(1000));
    const before = readFileSync(file);

    expect((await api.call('app.hello', {})).name).toBe('plimsoll');
    expect(await api.call('models.list', {})).not.toEqual([]);
    expect((await api.call('suites.list', {})).map(({ name }) => name)).toContain('quick');
    expect((await api.call('machine.detect', {})).cpu.logicalCores).toBeGreaterThan(0);
    expect(await api.call('runs.active', {})).toBeNull();
    const checks = await api.call('app.doctor', {});
    expect(checks.find(({ name }) => name === 'native program')?.status).toBe('ok');
    expect(checks.find(({ name }) => name === 'database')).toEqual({
      name: 'database',
      status: 'failed',
      message: expect.stringContaining(file),
    });

    for (const call of [
      api.call('runs.list', {}),
      api.call('runs.get', { runId: 'latest' }),
      api.call('runs.start', request),
    ]) {
      expect(await apiRejectionOf(call)).toMatchObject({
        code: 'store',
        message: expect.stringContaining(file),
        hint: expect.stringContaining('Move the file away'),
      });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});
