/** Measuring on until a verdict is there, through the command line, with a provider whose figures are known. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiMethods } from '../../core/protocol/api.ts';
import { createApi } from '../../main/api.ts';
import { runPlimsoll } from '../../main/cli/program.ts';
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
/** Three rounds are too few for a verdict. */
let enough = 3;
const settings = {
  settleSeconds: 0,
  secondsPerCeiling: 0.01,
  timing,
  telemetry: playedTelemetry(() => ({})),
};

let folder: string;
beforeEach(() => {
  enough = 3;
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-decide-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function fake(...faults: readonly Fault[]): void {
  vi.stubEnv('PLIMSOLL_NATIVE_BENCH', fakeProviderPath);
  vi.stubEnv('FAKE_PROVIDER', JSON.stringify(fakeInstructions(folder, faults)));
}

async function cli(...args: string[]) {
  const terminal = memoryTerminal();
  const api = createApi({ dataFolder: folder, settings: { ...settings, rounds: enough } });
  const exitCode = await runPlimsoll(args, { terminal, api });
  return { exitCode, output: terminal.output.join('\n'), errors: terminal.errors.join('\n') };
}

async function profile(...plans: string[]): Promise<void> {
  const { exitCode } = await cli(
    ...[
      'profile',
      '--models',
      'convfirst_pico',
      '--plans',
      plans.join(),
      '--threads',
      '1',
      '--no-noise-test',
    ],
  );
  expect(exitCode).toBe(0);
}

function measured(): number {
  return readJournal(fakeInstructions(folder, []).journal).filter(({ method }) => method === 'measure')
    .length;
}

describe('plimsoll compare --decide', () => {
  it('measures two plans on by turns until they are told apart, and the verdict stays', async () => {
    fake();
    await profile('layerwise', 'fused');
    const between = ['compare', '--plans', 'layerwise,fused', '--json'];
    const before = JSON.parse((await cli(...between)).output);
    expect(before.counts.unclear).toBe(1);
    const done = measured();
    const { exitCode, output, errors } = await cli(...between, '--decide', '--settle', '0');
    expect(exitCode).toBe(0);
    expect(errors).toMatch(
      /1 row to settle: about 1 minute for ±3%\. Both sides are measured on alternately/,
    );
    const comparison = apiMethods['runs.compare'].output.parse(JSON.parse(output));
    expect(comparison.counts.unclear).toBe(0);
    expect(measured()).toBeGreaterThan(done);
    const [row] = comparison.rows;
    expect(row?.before.rounds).toBe(row?.after.rounds);
    expect(row?.before.rounds).toBeGreaterThanOrEqual(5);
    // It is stored with the runs.
    expect(JSON.parse((await cli(...between)).output).counts.unclear).toBe(0);
  });

  it('measures on in the later of two equal runs alone, and says so', async () => {
    fake();
    enough = 7;
    await profile('layerwise');
    enough = 3;
    await profile('layerwise');
    const { output, errors } = await cli('compare', '--decide', '--settle', '0', '--json');
    expect(errors).toContain('The earlier run stays as it is.');
    const { rows } = apiMethods['runs.compare'].output.parse(JSON.parse(output));
    expect(rows[0]).toMatchObject({ before: { rounds: 7 }, after: { rounds: 5 }, verdict: 'SAME' });
  });

  it('measures nothing in vain where the earlier run is the uncertain one', async () => {
    fake();
    await profile('layerwise');
    await profile('layerwise');
    const done = measured();
    const { errors } = await cli('compare', '--decide', '--settle', '0');
    expect(errors).toContain('1 row UNCLEAR. More rounds would settle none of them.');
    expect(measured()).toBe(done);
  });

  it('measures nothing where neither run is of this machine as it is now', async () => {
    fake();
    await profile('layerwise');
    await profile('layerwise');
    const done = measured();
    const api = createApi({ dataFolder: folder, settings: { ...settings, rounds: enough } });
    const [latest] = await api.call('runs.list', {});
    const { run } = await api.call('runs.export', { runId: latest?.id ?? '' });
    for (const id of ['one', 'two']) {
      const elsewhere = {
        ...run,
        id,
        environment: {
          ...run.environment,
          machine: { ...run.environment.machine, id: 'other', name: 'far' },
        },
        measurements: run.measurements.map((measurement) => ({ ...measurement, id: `${id}-1` })),
      };
      const bundle = { format: 'plimsoll-run', version: 1, exportedAt: run.startedAt, run: elsewhere };
      await api.call('runs.import', { content: JSON.stringify(bundle) });
    }
    await api.close();
    const { errors } = await cli('compare', 'one', 'two', '--decide', '--settle', '0');
    expect(errors).toContain('Neither run was measured on this machine');
    expect(measured()).toBe(done);
  });
});

describe('plimsoll profile --precision', () => {
  it('adds rounds until each case is known so well', async () => {
    fake();
    const { exitCode } = await cli(
      ...['profile', '--models', 'resnet18', '--plans', 'layerwise', '--threads', '1', '--no-noise-test'],
      ...['--precision', '2%'],
    );
    expect(exitCode).toBe(0);
    const api = createApi({ dataFolder: folder });
    const [measurement] = (await api.call('runs.export', { runId: 'latest' })).run.measurements;
    await api.close();
    // Three are usual here, and an interval takes five.
    expect(measurement?.outcome).toMatchObject({ rounds: [5, 5, 5, 5, 5] });
  });
});

describe('plimsoll watch', () => {
  it('measures nothing where nothing was updated, and after an update names it and says what came of it', async () => {
    enough = 7;
    fake();
    await profile('layerwise');
    const done = measured();
    expect((await cli('watch')).output).toContain('Nothing was updated since run');
    expect(measured()).toBe(done);
    // The kernel of then is another one now.
    const api = createApi({ dataFolder: folder, settings });
    const { run } = await api.call('runs.export', { runId: 'latest' });
    await api.call('runs.deleteAll', {});
    const environment = { ...run.environment, system: { ...run.environment.system, kernel: '1.2.3' } };
    const bundle = {
      format: 'plimsoll-run',
      version: 1,
      exportedAt: run.startedAt,
      run: { ...run, environment },
    };
    await api.call('runs.import', { content: JSON.stringify(bundle) });
    await api.close();
    expect((await cli('detect')).output).toContain('Updated since run');
    const { exitCode, output } = await cli('watch');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^After kernel 1\.2\.3 → .*: NO CHANGE\./);
    expect(measured()).toBe(done + 7);
  });
});
