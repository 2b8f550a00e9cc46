/** The app's API on the real native program and real databases: the calls that every shell carries. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ApiError,
  type ApiEvent,
  type ApiEventPayload,
  apiEvents,
  apiMethods,
  type RunProgress,
  type RunRequest,
} from '../../core/protocol/api.ts';
import {
  BundleSchema,
  type MeasurementDetail,
  type MeasurementSummary,
  type RunReport,
} from '../../core/protocol/run.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { nativeBenchPath } from '../../main/paths.ts';
import { databaseName } from '../../main/store/sqlite/open-database.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { type Fault, fakeInstructions, fakeProviderPath } from '../fixtures/providers/fake.ts';

const rounds = 2;
const minSamples = 10;
const settings = {
  rounds,
  settleSeconds: 0,
  timing: {
    warmupSeconds: 0.02,
    warmupMaxSeconds: 0.02,
    minSeconds: 0.1,
    minSamples,
    maxSeconds: 20,
    noiseTarget: 100,
    profileRepetitions: 3,
  },
};
/** One network that has both plans, on as many threads as every machine has. */
const request: RunRequest = { models: ['regnety_004', 'convfirst_pico'], threads: 1 };

type Heard = { [E in ApiEvent]: { readonly event: E; readonly payload: ApiEventPayload<E> } }[ApiEvent];

/** Everything that the API says from now on, in order. */
function listen(api: LocalApi): Heard[] {
  const heard: Heard[] = [];
  for (const event of Object.keys(apiEvents) as ApiEvent[]) {
    api.subscribe(event, (payload) => heard.push({ event, payload } as Heard));
  }
  return heard;
}

function progressOf(heard: readonly Heard[]): RunProgress[] {
  return heard.flatMap((said) => (said.event === 'run.progress' ? [said.payload] : []));
}

function nextOf<E extends ApiEvent>(
  api: LocalApi,
  event: E,
  is: (payload: ApiEventPayload<E>) => boolean = () => true,
): Promise<ApiEventPayload<E>> {
  return new Promise((resolve) => {
    const end = api.subscribe(event, (payload) => {
      if (!is(payload)) return;
      end();
      resolve(payload);
    });
  });
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'plimsoll-api-'));
}

it('has its program: npm run setup builds it', () => {
  expect(existsSync(nativeBenchPath())).toBe(true);
});

describe('a run on this machine', () => {
  let dataFolder: string;
  let api: LocalApi;
  let heard: Heard[];
  let runId: string;
  let report: RunReport;
  let refusal: ApiError;
  let activeDuring: RunProgress | null;

  beforeAll(async () => {
    dataFolder = temporaryFolder();
    api = createApi({ dataFolder, settings });
    heard = listen(api);
    const ended = nextOf(api, 'run.ended');
    ({ runId } = await api.call('runs.start', request));
    refusal = await apiRejectionOf(api.call('runs.start', request));
    activeDuring = await api.call('runs.active', {});
    await ended;
    report = await api.call('runs.get', { runId });
  });
  afterAll(async () => {
    await api.close();
    rmSync(dataFolder, { recursive: true });
  });

  it('is finished, whole and the latest', async () => {
    expect(report.run).toMatchObject({ id: runId, status: 'finished', reason: null, measured: 4, lost: 0 });
    expect(report.measurements.map(({ model, plan }) => [model, plan])).toEqual([
      ['regnety_004', 'layerwise'],
      ['regnety_004', 'fused'],
      ['convfirst_pico', 'layerwise'],
      ['convfirst_pico', 'fused'],
    ]);
    expect(await api.call('runs.get', { runId: 'latest' })).toEqual(report);
    expect(await api.call('runs.list', {})).toEqual([report.run]);
    expect(apiMethods['runs.get'].output.parse(report)).toEqual(report);
  });

  it('has samples of every round, and a right result', () => {
    for (const { samples, verified } of report.measurements) {
      expect(samples).toBeGreaterThanOrEqual(rounds * minSamples);
      expect(verified).toBe(true);
    }
  });

  it('has figures that agree with each other', () => {
    for (const figures of report.measurements) {
      const { idealLatencyNs, waterlineLatencyNs, latencyNs, efficiency, gap, memoryGap, kernelGap } =
        figures;
      const { undisturbedNs, disturbance } = figures;
      const ceilings = ceilingsOf(figures);
      expect(idealLatencyNs).toBeCloseTo((figures.operations / ceilings.peakOperationsPerSecond) * 1e9, 3);
      expect(idealLatencyNs).toBeLessThanOrEqual(waterlineLatencyNs * (1 + 1e-9));
      expect(waterlineLatencyNs).toBeLessThanOrEqual(figures.dramWaterlineLatencyNs * (1 + 1e-9));
      // Measured against measured: the clock may have moved in between.
      expect(waterlineLatencyNs / undisturbedNs.estimate).toBeLessThan(1.1);
      expect(latencyNs.low).toBeLessThanOrEqual(latencyNs.median);
      expect(latencyNs.high).toBeGreaterThanOrEqual(latencyNs.median);
      expect(efficiency * gap).toBeCloseTo(disturbance, 9);
      expect((memoryGap * kernelGap * disturbance) / gap).toBeCloseTo(1, 9);
      expect(efficiency).toBeGreaterThan(0.01);
    }
  });

  it('counts the same operations in both plans, and fewer bytes in the fused one', async () => {
    const details = await Promise.all(
      report.measurements.map(({ id }) => api.call('runs.measurement', { measurementId: id })),
    );
    const bytes = (detail: MeasurementDetail | undefined) =>
      detail?.kernels.flatMap(({ traffic }) => traffic).reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
    for (const model of ['regnety_004', 'convfirst_pico']) {
      const [layerwise, fused] = details.filter(({ summary }) => summary.model === model);
      expect(fused?.summary.operations).toBe(layerwise?.summary.operations);
      expect(fused?.kernels.some((kernel) => kernel.fused)).toBe(true);
      expect(bytes(fused)).toBeLessThan(bytes(layerwise));
    }
  });

  it('is told kernel by kernel, and the kernels add up', async () => {
    for (const summary of report.measurements) {
      const detail = await api.call('runs.measurement', { measurementId: summary.id });
      expect(detail.summary).toEqual(summary);
      expect(detail.samplesNs).toHaveLength(summary.samples);
      expect(detail.verification.kernels.map(({ name }) => name)).toEqual(
        detail.kernels.map(({ name }) => name),
      );
      const sum = (of: (kernel: (typeof detail.kernels)[number]) => number) =>
        detail.kernels.reduce((total, kernel) => total + of(kernel), 0);
      expect(sum(({ operations }) => operations)).toBe(summary.operations);
      expect(sum(({ idealNs }) => idealNs) / summary.idealLatencyNs).toBeCloseTo(1, 9);
      expect(sum(({ waterlineNs }) => waterlineNs) / summary.waterlineLatencyNs).toBeCloseTo(1, 9);
      // Two measurements of the same thing, seconds apart.
      const timed = sum(({ latencyNs }) => latencyNs ?? 0) / summary.latencyNs.median;
      expect(timed).toBeGreaterThan(0.5);
      expect(timed).toBeLessThan(2);
    }
    expect((await apiRejectionOf(api.call('runs.measurement', { measurementId: 'none' }))).code).toBe(
      'notFound',
    );
  });

  it('tells its events in order', async () => {
    expect(heard[0]).toMatchObject({ event: 'run.progress', payload: { phase: 'detecting', fraction: 0 } });
    expect(heard.at(-1)).toEqual({
      event: 'run.ended',
      payload: { runId, status: 'finished', reason: null },
    });
    expect(heard.filter(({ event }) => event === 'run.ended')).toHaveLength(1);
    const ids = report.measurements.map(({ id }) => id);
    const stored = heard.flatMap((said) =>
      said.event === 'run.measured' ? [said.payload.measurementId] : [],
    );
    // A round after the other, the second one in another order.
    expect(stored.slice(0, ids.length)).toEqual(ids);
    expect(stored.slice(ids.length).toSorted()).toEqual(ids);
    expect(new Set(heard.map(({ payload }) => payload.runId))).toEqual(new Set([runId]));
  });

  it('tells how far it is, and never goes back', () => {
    const progress = progressOf(heard);
    const phases = progress.map(({ phase }) => phase);
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
      'detecting',
      'calibrating',
      'measuring',
      'finishing',
    ]);
    const ascending = (values: readonly number[]) =>
      values.every((value, i) => value >= (values[i - 1] ?? 0));
    expect(ascending(progress.map(({ fraction }) => fraction))).toBe(true);
    expect(ascending(progress.map(({ elapsedSeconds }) => elapsedSeconds))).toBe(true);
    expect(ascending(progress.map(({ casesDone }) => casesDone))).toBe(true);
    // Somewhere in between, too: a bar that jumps from nothing to the end shows nothing.
    expect(progress.some(({ fraction }) => fraction > 0.2 && fraction < 0.8)).toBe(true);
    expect(progress.at(-1)).toMatchObject({ fraction: 1, casesDone: 4, casesTotal: 4, remainingSeconds: 0 });
    for (const said of heard) expect(apiEvents[said.event].parse(said.payload)).toEqual(said.payload);
  });

  it('stands in the way of a second one', async () => {
    expect(refusal).toMatchObject({ code: 'busy', message: expect.stringContaining(runId) });
    expect(activeDuring).toMatchObject({ runId, suite: 'quick' });
    expect(await api.call('runs.active', {})).toBeNull();
    expect((await apiRejectionOf(api.call('runs.cancel', { runId }))).code).toBe('notFound');
  });

  it('is exported whole', async () => {
    const bundle = await api.call('runs.export', { runId });
    // As a file holds it.
    const read = BundleSchema.parse(JSON.parse(JSON.stringify(bundle)));
    expect(read).toEqual(bundle);
    expect(read.run.id).toBe(runId);
    const samples = read.run.measurements.map(({ outcome }) =>
      outcome.status === 'measured' ? outcome.samplesNs.length : 0,
    );
    expect(samples).toEqual(report.measurements.map((measurement) => measurement.samples));
  });

  function ceilingsOf({ threads }: MeasurementSummary) {
    const ceilings = report.ceilings.find((candidate) => candidate.threads === threads);
    if (ceilings === undefined) throw new Error('no ceilings');
    return ceilings;
  }
});

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
    api = createApi({ dataFolder: folder, settings });
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
