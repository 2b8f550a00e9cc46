/** A figure measured again, and A/A tests: through the API, with a provider whose figures are known and with the real one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiEventPayload, apiMethods } from '../../core/protocol/api.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { runPlimsoll } from '../../main/cli/program.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { memoryTerminal } from '../fixtures/api/memory-terminal.ts';
import { playedTelemetry } from '../fixtures/machines/played-telemetry.ts';
import { type Fault, fakeInstructions, fakeProviderPath, readJournal } from '../fixtures/providers/fake.ts';

const timing = {
  warmupSeconds: 0.02,
  warmupMaxSeconds: 0.02,
  minSeconds: 0.02,
  minSamples: 5,
  maxSeconds: 20,
  noiseTarget: 100,
  profileRepetitions: 1,
};
const settings = {
  rounds: 5,
  settleSeconds: 0,
  secondsPerCeiling: 0.01,
  timing,
  noise: { longestSeconds: 60, launches: 4, rounds: 2, timing },
};

/** What a test says of the fake's figures must not depend on what else this machine does. */
const quiet = { ...settings, telemetry: playedTelemetry(() => ({})) };

let folder: string;
let api: LocalApi;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-verify-'));
  api = createApi({ dataFolder: folder, settings: quiet });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
  rmSync(folder, { recursive: true });
});

function fake(...faults: readonly Fault[]): void {
  vi.stubEnv('PLIMSOLL_NATIVE_BENCH', fakeProviderPath);
  vi.stubEnv('FAKE_PROVIDER', JSON.stringify(fakeInstructions(folder, faults)));
}

/** How many of the fake's processes were asked to measure something. */
function starts(): number {
  const journal = readJournal(fakeInstructions(folder, []).journal);
  return new Set(journal.filter(({ method }) => method === 'measure').map(({ pid }) => pid)).size;
}

/** Starts something, and waits for its end. */
async function follow<T>(start: () => Promise<T>): Promise<T & { ended: ApiEventPayload<'run.ended'> }> {
  const ended = new Promise<ApiEventPayload<'run.ended'>>((resolve) => {
    const end = api.subscribe('run.ended', (payload) => {
      end();
      resolve(payload);
    });
  });
  const started = await start();
  return { ...started, ended: await ended };
}

async function profileOnce(noiseTest = false): Promise<string> {
  const request = { models: ['resnet18'], plans: ['layerwise' as const], threads: 1, noiseTest };
  const { runId, ended } = await follow(() => api.call('runs.start', request));
  expect(ended.status).toBe('finished');
  return runId;
}

/** As the command line, on the same data. It closes its API at its end, so it has one of its own. */
async function cli(...args: string[]) {
  const terminal = memoryTerminal();
  const own = createApi({ dataFolder: folder, settings: quiet });
  const exitCode = await runPlimsoll(args, { terminal, api: own });
  return { exitCode, output: terminal.output.join('\n'), errors: terminal.errors.join('\n') };
}

describe('runs.verify', () => {
  it('measures just that case again, in a run of its own that is not the latest', async () => {
    fake();
    const runId = await profileOnce();
    const again = await follow(() => api.call('runs.verify', { figure: `${runId}-1` }));
    expect(again.measurementId).toBe(`${runId}-1`);
    const report = await api.call('runs.get', { runId: again.runId });
    expect(report.run).toMatchObject({ suite: 'verify', status: 'finished', measured: 1, lost: 0 });
    const [original] = (await api.call('runs.get', { runId })).measurements;
    const { model, imageSize, provider, device, plan, dtype, batch, threads } = original ?? {};
    expect(report.measurements[0]).toMatchObject({
      ...{ model, imageSize, provider, device, plan, dtype, batch, threads },
    });
    expect((await api.call('runs.get', { runId: 'latest' })).run.id).toBe(runId);
    const verified = await api.call('runs.verified', { figure: `${runId}-1`, runId: again.runId });
    expect(apiMethods['runs.verified'].output.parse(verified)).toEqual(verified);
    // The fake takes a ten-thousandth longer every time.
    expect(verified).toMatchObject({ agreement: 'agrees', row: { verdict: 'SAME' } });
  });

  it('disagrees where the figure is another one now', async () => {
    fake({ method: 'measure', does: 'slower', from: 6 });
    const runId = await profileOnce();
    const { exitCode, output } = await cli('verify', `${runId}-1`, '--settle', '0');
    expect(output).toMatch(/^Disagrees: 25\.\d% slower when left alone, more than/);
    expect(exitCode).toBe(3);
  });

  it('cannot tell where only the clock is another', async () => {
    fake({ method: 'measure', does: 'throttle', from: 6 });
    const runId = await profileOnce();
    const { exitCode, output } = await cli('verify', runId, '--settle', '0', '--json');
    expect(JSON.parse(output)).toMatchObject({
      agreement: 'cannot tell',
      reason: expect.stringMatching(
        /^25\.\d% slower, but the clock was 20\.0% lower: in cycles nothing changed\.$/,
      ),
      row: { verdict: 'UNCLEAR' },
    });
    expect(exitCode).toBe(4);
  });

  it('cannot tell where the result is wrong now, and says so', async () => {
    // In a run that measured other things too, of which nothing is measured again.
    fake({ method: 'verify', does: 'incorrect', from: 3 });
    const request = { models: ['resnet18', 'resnet50'], plans: ['layerwise' as const], threads: 1 };
    const { runId } = await follow(() => api.call('runs.start', { ...request, noiseTest: false }));
    const { exitCode, output } = await cli('verify', `${runId}-2`, '--settle', '0');
    expect(output).toMatch(/^Cannot tell: .*Its result is wrong/);
    expect(exitCode).toBe(4);
  });

  it('refuses what cannot be measured again here', async () => {
    fake();
    const runId = await profileOnce();
    const { run } = await api.call('runs.export', { runId });
    const exported = { format: 'plimsoll-run', version: 1, exportedAt: '2026-03-01T12:00:00.000Z' } as const;
    const elsewhere = {
      ...run,
      id: 'elsewhere',
      environment: { ...run.environment, machine: { ...run.environment.machine, id: 'other', name: 'far' } },
      measurements: run.measurements.map((measurement) => ({ ...measurement, id: 'elsewhere-1' })),
    };
    const threaded = {
      ...run,
      id: 'threaded',
      measurements: run.measurements.map((measurement) => ({
        ...measurement,
        id: 'threaded-1',
        device: 'npu',
      })),
      providers: run.providers.map((provider) => ({
        ...provider,
        description: {
          ...provider.description,
          devices: provider.description.devices.map((device) => ({ ...device, id: 'npu' })),
        },
        calibration: provider.calibration && { ...provider.calibration, device: 'npu' },
      })),
    };
    for (const one of [elsewhere, threaded]) {
      await api.call('runs.import', { content: JSON.stringify({ ...exported, run: one }) });
    }
    const refusal = (figure: string) => apiRejectionOf(api.call('runs.verify', { figure }));
    expect((await refusal('elsewhere-1')).message).toContain('was measured on another machine (far)');
    expect((await refusal('threaded-1')).message).toContain('native has no device npu here');
    expect((await refusal('nothing')).code).toBe('notFound');
    expect((await refusal('e')).message).toContain('another machine');
    vi.stubEnv('PLIMSOLL_NATIVE_BENCH', join(folder, 'absent'));
    expect((await refusal(`${runId}-1`)).code).toBe('provider');
    expect(await api.call('runs.active', {})).toBeNull();
  });

  it('tells a beginning that may be several figures from one that is a whole id', async () => {
    fake();
    const request = { models: ['resnet18', 'convfirst_pico'], threads: 1, noiseTest: false };
    const { runId } = await follow(() => api.call('runs.start', request));
    const error = await apiRejectionOf(api.call('runs.account', { figure: runId }));
    expect(error).toMatchObject({
      code: 'badInput',
      hint: `For example ${runId}-1, ${runId}-2, ${runId}-3.`,
    });
    expect((await api.call('runs.account', { figure: `${runId}-2` })).figure.id).toBe(`${runId}-2`);
  });
});

describe('an A/A test', () => {
  it('follows the first run in these surroundings, once, in programs started anew', async () => {
    fake();
    vi.stubEnv('PLIMSOLL_NOISE_TEST', 'on');
    const runId = await profileOnce(true);
    // That of the run, and four of the test.
    expect(starts()).toBe(5);
    await profileOnce(true);
    expect(starts()).toBe(6);
    const { noise } = (await api.call('runs.export', { runId })).run;
    expect(noise).toHaveLength(1);
    expect(noise?.[0]?.cases.map(({ model }) => model)).toEqual(['mobilenetv2_100', 'convnext_atto']);
    expect(noise?.[0]?.cases[0]?.launches.map(({ label, rounds }) => [label, rounds.length])).toEqual([
      ['A', 2],
      ['B', 2],
      ['B', 2],
      ['A', 2],
    ]);
    const known = await api.call('noise.get', {});
    expect(apiMethods['noise.get'].output.parse(known)).toEqual(known);
    expect(known).toMatchObject([{ provider: 'native', thisMachine: true, from: 'test', pairs: 2 }]);
    // Of a provider that hardly varies, the least that ever counts.
    expect(known[0]?.threshold).toBe(0.03);
    const { rows } = await api.call('runs.compare', {
      before: { runId: 'latest~1' },
      after: { runId: 'latest' },
    });
    expect(rows[0]?.floor).toMatchObject({ testPairs: 2, runPairs: 0 });
    expect(rows[0]?.floor.betweenRuns).not.toBeNull();
    // What it found says nothing of other surroundings.
    const { run } = await api.call('runs.export', { runId });
    const system = { ...run.environment.system, kernel: 'another' };
    const updated = {
      ...run,
      id: 'updated',
      startedAt: new Date(Date.now() + 1000).toISOString(),
      environment: { ...run.environment, system },
      measurements: run.measurements.map((measurement) => ({ ...measurement, id: 'updated-1' })),
    };
    const bundle = { format: 'plimsoll-run', version: 1, exportedAt: run.startedAt };
    const content = JSON.stringify({ ...bundle, run: { ...updated, noise: undefined } });
    await api.call('runs.import', { content });
    expect(await api.call('noise.get', {})).toMatchObject([{ from: null, testedAt: null }]);
  });

  it('is left out where nobody wants it', async () => {
    fake();
    vi.stubEnv('PLIMSOLL_NOISE_TEST', 'on');
    await profileOnce(false);
    vi.stubEnv('PLIMSOLL_NOISE_TEST', 'off');
    await profileOnce(true);
    expect(await api.call('noise.get', {})).toMatchObject([{ from: null, threshold: 0.03 }]);
  });

  it('that fails costs the run nothing', async () => {
    // The run measures five times; the test comes after it.
    fake({ method: 'prepare', model: 'mobilenetv2_100', does: 'error' });
    vi.stubEnv('PLIMSOLL_NOISE_TEST', 'on');
    const runId = await profileOnce(true);
    const { run } = await api.call('runs.get', { runId });
    expect(run).toMatchObject({ status: 'finished', measured: 1 });
    expect(run.reason).toContain(
      'How far equal measurements of native lie apart was not found out: The fake will not.',
    );
  });

  it('on demand is a run that no list shows and no history counts, and ends in time with what it has', async () => {
    const longestSeconds = 1000;
    const endless = { ...settings.noise, longestSeconds, launches: 1000 };
    await api.close();
    api = createApi({ dataFolder: folder, settings: { ...quiet, noise: endless } });
    fake();
    // Its time is over when there is enough of it.
    const over = new AbortController();
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const timeouts = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation((ms) => (ms === longestSeconds * 1000 ? over.signal : timeout(ms)));
    const running = follow(() => api.call('noise.start', {}));
    await expect.poll(starts, { timeout: 120_000 }).toBeGreaterThan(5);
    over.abort();
    const { runId, ended } = await running;
    timeouts.mockRestore();
    expect(ended).toMatchObject({ status: 'finished', reason: null });
    expect(await api.call('runs.list', {})).toEqual([]);
    expect(await apiRejectionOf(api.call('runs.get', { runId: 'latest' }))).toMatchObject({
      code: 'notFound',
    });
    expect(await api.call('history.list', {})).toEqual([]);
    expect(await api.call('machines.list', {})).toMatchObject([{ thisMachine: true, runs: 0 }]);
    const { noise } = (await api.call('runs.export', { runId })).run;
    const launches = noise?.[0]?.cases[0]?.launches.length ?? 0;
    expect(launches).toBeGreaterThanOrEqual(4);
    expect(launches % 2).toBe(0);
  });
});

describe('on this machine, for real', () => {
  it('a figure is measured again, and the noise is found', async () => {
    const request = { models: ['convfirst_pico'], plans: ['fused' as const], threads: 1 };
    const { runId } = await follow(() => api.call('runs.start', request));
    const verified = await cli('verify', runId, '--settle', '0', '--json');
    const { agreement, row } = JSON.parse(verified.output);
    // Others use this machine too: what it says is for it to say, but it says it by its exit code as well.
    expect({ agrees: 0, disagrees: 3, 'cannot tell': 4 }[agreement as 'agrees']).toBe(verified.exitCode);
    expect(row).toMatchObject({ model: 'convfirst_pico', after: { plan: 'fused', threads: 1, rounds: 5 } });

    const noise = await cli('noise', '--settle', '0', '--json');
    expect(noise.exitCode, noise.errors).toBe(0);
    const [known] = JSON.parse(noise.output);
    expect(known).toMatchObject({ provider: 'native', thisMachine: true, testedAt: expect.any(String) });
    expect(known.threshold).toBeGreaterThanOrEqual(0.01);

    const shown = await cli('show', `${runId}-1`);
    expect(shown.exitCode).toBe(0);
    expect(shown.output).toContain(`Measure it again: plimsoll verify ${runId}-1`);
    expect(shown.output).toMatch(/^checked +\d+ of \d+ kernels agree/m);
  });
});
