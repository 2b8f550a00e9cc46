/** Machines over a real store: labels, prices, merging, and deletion that can be undone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiMethods } from '../../core/protocol/api.ts';
import type { Run } from '../../core/protocol/run.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { migrations } from '../../main/store/sqlite/migrations.ts';
import { databaseName } from '../../main/store/sqlite/open-database.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { sampleRun } from '../fixtures/api/sample-run.ts';
import { changedRun } from '../fixtures/statistics/changed-run.ts';

let folder: string;
let api: LocalApi;
let changes: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-machines-'));
  open();
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

function open(): void {
  api = createApi({ dataFolder: folder });
  changes = 0;
  api.subscribe('store.changed', () => changes++);
}

function withDatabase<T>(use: (database: Database.Database) => T): T {
  const database = new Database(join(folder, databaseName));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** A run of the machine with this id; the later the day, the newer. */
function runOf(machineId: string, day: number, latency = 1): Run {
  const startedAt = `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;
  const environment = {
    machine: { id: machineId, name: `host-${machineId}`, manufacturer: null, product: null },
  };
  return changedRun(`day${day}`, { seed: day, startedAt, environment, latency: { resnet50: latency } });
}

async function keep(...runs: readonly Run[]): Promise<void> {
  for (const run of runs) {
    const bundle = { format: 'plimsoll-run', version: 1, exportedAt: run.startedAt, run };
    await api.call('runs.import', { content: JSON.stringify(bundle) });
  }
}

const machines = async (deleted = false) => api.call('machines.list', { deleted });
const runIds = async (deleted = false) => (await api.call('runs.list', { deleted })).map(({ id }) => id);

describe('a machine', () => {
  it('is listed with what its newest run says of it', async () => {
    const gpu = { vendor: null, driver: null, driverVersion: null, memoryBytes: null, pciAddress: null };
    const old = runOf('a', 1);
    const upgraded = {
      ...runOf('a', 3),
      environment: {
        ...runOf('a', 3).environment,
        gpus: [
          { ...gpu, model: 'Big GPU', software: false },
          { ...gpu, model: 'llvmpipe', software: true },
        ],
      },
    };
    // The order of the imports is not that of the runs.
    await keep(upgraded, old, runOf('b', 2));
    const list = await machines();
    expect(apiMethods['machines.list'].output.parse(list)).toEqual(list);
    expect(list).toEqual([
      {
        id: 'a',
        ownName: 'host-a',
        name: 'host-a',
        label: null,
        notes: '',
        price: null,
        cpu: 'Test CPU',
        gpus: ['Big GPU'],
        firstSeenAt: old.startedAt,
        lastSeenAt: upgraded.startedAt,
        runs: 2,
        thisMachine: false,
        merged: [],
        deletedAt: null,
      },
      expect.objectContaining({ id: 'b', runs: 1, gpus: [] }),
    ]);
  });

  it('that this program runs on comes first', async () => {
    const { machine } = await api.call('machine.detect', {});
    await keep(runOf(machine.id, 1), runOf('newer', 2));
    expect((await machines()).map(({ id, thisMachine }) => [id, thisMachine])).toEqual([
      [machine.id, true],
      ['newer', false],
    ]);
  });

  it('is called by its label wherever it is named', async () => {
    await keep(runOf('a', 1), runOf('a', 2));
    await api.call('machines.update', {
      machineId: 'a',
      label: '  The quiet one ',
      notes: 'Under the desk.',
    });
    expect(await machines()).toMatchObject([
      { name: 'The quiet one', label: 'The quiet one', ownName: 'host-a', notes: 'Under the desk.' },
    ]);
    expect((await api.call('runs.list', {})).map(({ machineName }) => machineName)).toEqual([
      'The quiet one',
      'The quiet one',
    ]);
    const { run, machine } = await api.call('runs.get', { runId: 'day1' });
    expect([run.machineName, machine.machine.name]).toEqual(['The quiet one', 'The quiet one']);
    const { before } = await api.call('runs.compare', {
      before: { runId: 'day1' },
      after: { runId: 'day2' },
    });
    expect(before.run.machineName).toBe('The quiet one');
    expect((await api.call('history.get', {})).series[0]?.machineName).toBe('The quiet one');
    const report = await api.call('reports.create', { runId: 'day1', format: 'md' });
    expect(report.content).toContain('The quiet one');
    // What is exported is what was measured.
    expect((await api.call('runs.export', { runId: 'day1' })).run).toEqual(runOf('a', 1));
    await api.call('machines.update', { machineId: 'a', label: '' });
    expect(await machines()).toMatchObject([{ name: 'host-a', label: null, notes: 'Under the desk.' }]);
  });

  it('has a price that reports take where none is given', async () => {
    await keep(runOf('a', 1), runOf('b', 2));
    const pricesOf = async (price?: { currency: string; amount?: number; otherAmount?: number }) => {
      const request = { runId: 'day1', otherRunId: 'day2', format: 'json' } as const;
      const { content } = await api.call('reports.create', { ...request, ...(price && { price }) });
      const { currency, sides } = JSON.parse(content);
      return [currency, ...sides.map((side: { price: number | null }) => side.price)];
    };
    expect(await pricesOf()).toEqual([null, null, null]);
    await api.call('machines.update', { machineId: 'a', price: { currency: 'EUR', amount: 2000 } });
    await api.call('machines.update', { machineId: 'b', price: { currency: 'EUR', amount: 3000 } });
    expect(await pricesOf()).toEqual(['EUR', 2000, 3000]);
    expect(await pricesOf({ currency: 'EUR', otherAmount: 9 })).toEqual(['EUR', 2000, 9]);
    expect(await pricesOf({ currency: 'USD', amount: 7 })).toEqual(['USD', 7, null]);
    await api.call('machines.update', { machineId: 'b', price: { currency: 'USD', amount: 3000 } });
    expect(await pricesOf()).toEqual(['EUR', 2000, null]);
    await api.call('machines.update', { machineId: 'a', price: null });
    expect(await pricesOf()).toEqual(['USD', null, 3000]);
    const wrong = api.call('machines.update', { machineId: 'a', price: { currency: 'euro', amount: 1 } });
    expect((await apiRejectionOf(wrong)).code).toBe('badInput');
  });

  it('tells whoever shows it that it changed, and of a failed change nothing', async () => {
    await keep(runOf('a', 1));
    expect(changes).toBe(1);
    await api.call('machines.update', { machineId: 'a', label: 'A' });
    await api.call('runs.delete', { runId: 'day1' });
    await api.call('runs.restore', { runId: 'day1' });
    await api.call('machines.delete', { machineId: 'a' });
    await api.call('machines.restore', { machineId: 'a' });
    expect(changes).toBe(6);
    for (const call of [
      api.call('machines.update', { machineId: 'absent', label: 'A' }),
      api.call('machines.delete', { machineId: 'absent' }),
      api.call('machines.restore', { machineId: 'a' }),
      api.call('runs.restore', { runId: 'day1' }),
    ]) {
      expect((await apiRejectionOf(call)).code).toBe('notFound');
    }
    expect(changes).toBe(6);
  });
});

describe('two machines that are one', () => {
  beforeEach(() =>
    keep(...[1, 2, 3].map((day) => runOf('a', day)), ...[4, 5, 6].map((day) => runOf('b', day))),
  );

  it('are shown as one, and as two again when they are split', async () => {
    const apart = await machines();
    const exported = (await api.call('runs.export', { runId: 'day1' })).run;
    await api.call('machines.merge', { sourceId: 'a', targetId: 'b' });
    expect(await machines()).toMatchObject([
      {
        id: 'b',
        runs: 6,
        firstSeenAt: '2026-03-01T12:00:00.000Z',
        lastSeenAt: '2026-03-06T12:00:00.000Z',
        merged: [{ id: 'a', ownName: 'host-a', runs: 3 }],
      },
    ]);
    const runs = await api.call('runs.list', {});
    expect(new Set(runs.map(({ machineId, machineName }) => `${machineId} ${machineName}`))).toEqual(
      new Set(['b host-b']),
    );
    // One history, whichever of the two is asked for, in which nothing changed between them.
    for (const machineId of ['a', 'b']) {
      const { series, marks } = await api.call('history.get', { machineId, model: 'resnet50' });
      expect(series.map(({ points }) => points.length)).toEqual([6]);
      expect(marks).toEqual([]);
    }
    expect((await api.call('runs.export', { runId: 'day1' })).run).toEqual(exported);

    await api.call('machines.split', { machineId: 'a' });
    expect(await machines()).toEqual(apart);
    expect((await apiRejectionOf(api.call('machines.split', { machineId: 'a' }))).code).toBe('badInput');
  });

  it('are one by themselves where the first was known by its kind alone, until they are split', async () => {
    const later = (day: number): Run => {
      const run = runOf('a', day);
      const machine = { ...run.environment.machine, id: 'a-itself', modelId: 'a' };
      return { ...run, environment: { ...run.environment, machine } };
    };
    await keep(later(8));
    expect(await machines()).toMatchObject([{ id: 'a-itself', runs: 4, merged: [{ id: 'a' }] }, { id: 'b' }]);
    await api.call('machines.split', { machineId: 'a' });
    await keep(later(9));
    expect((await machines()).map(({ id, runs }) => [id, runs])).toEqual([
      ['a-itself', 2],
      ['b', 3],
      ['a', 3],
    ]);
  });

  it('know the noise of each other', async () => {
    const floorOf = async () => {
      const sides = { before: { runId: 'day1' }, after: { runId: 'day6' } };
      return (await api.call('runs.compare', sides)).rows[0]?.floor.runPairs;
    };
    const apart = await floorOf();
    await api.call('machines.merge', { sourceId: 'a', targetId: 'b' });
    expect(apart).toBe(2);
    expect(await floorOf()).toBe(5);
  });

  it('can be merged again, but not with themselves', async () => {
    await keep(runOf('c', 7));
    await api.call('machines.merge', { sourceId: 'a', targetId: 'b' });
    const again = (sourceId: string, targetId: string) => api.call('machines.merge', { sourceId, targetId });
    for (const [source, target] of [
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'a'],
    ] as const) {
      expect((await apiRejectionOf(again(source, target))).code).toBe('badInput');
    }
    // What `a` is shown as is merged, with `a` in it.
    await again('a', 'c');
    expect(await machines()).toMatchObject([{ id: 'c', runs: 7, merged: [{ id: 'a' }, { id: 'b' }] }]);
    await api.call('machines.split', { machineId: 'b' });
    expect(await machines()).toMatchObject([
      { id: 'c', runs: 1 },
      { id: 'b', runs: 6 },
    ]);
  });

  it('are edited, deleted and restored as one', async () => {
    await api.call('machines.merge', { sourceId: 'a', targetId: 'b' });
    await api.call('machines.update', { machineId: 'a', label: 'Both' });
    expect(await machines()).toMatchObject([{ id: 'b', label: 'Both' }]);
    await api.call('machines.delete', { machineId: 'a' });
    expect([await machines(), await runIds()]).toEqual([[], []]);
    await api.call('machines.restore', { machineId: 'b' });
    expect(await machines()).toMatchObject([{ id: 'b', label: 'Both', runs: 6 }]);
  });
});

describe('deletion', () => {
  beforeEach(() => keep(runOf('a', 1), runOf('a', 2), runOf('b', 3)));

  it('hides a run from everything until it is restored', async () => {
    const before = await api.call('runs.get', { runId: 'day3' });
    await api.call('runs.delete', { runId: 'latest' });
    expect(await runIds()).toEqual(['day2', 'day1']);
    expect(await api.call('runs.list', { deleted: true })).toMatchObject([
      { id: 'day3', deletedAt: expect.any(String) },
    ]);
    expect((await api.call('runs.get', { runId: 'latest' })).run.id).toBe('day2');
    expect(await apiRejectionOf(api.call('runs.get', { runId: 'day3' }))).toMatchObject({
      code: 'notFound',
      hint: 'plimsoll restore day3 brings it back.',
    });
    const measurementId = before.measurements[0]?.id ?? '';
    expect((await apiRejectionOf(api.call('runs.measurement', { measurementId }))).code).toBe('notFound');
    expect((await api.call('history.get', {})).series.every(({ machineId }) => machineId === 'a')).toBe(true);
    expect((await apiRejectionOf(keep(runOf('b', 3)))).hint).toBe('plimsoll restore day3 brings it back.');

    await api.call('runs.restore', { runId: 'day3' });
    expect(await api.call('runs.get', { runId: 'day3' })).toEqual(before);
    expect(await runIds(true)).toEqual([]);
  });

  it('of a machine is undone with the runs that went with it, and no others', async () => {
    await api.call('runs.delete', { runId: 'day1' });
    await api.call('machines.delete', { machineId: 'a' });
    expect((await machines()).map(({ id }) => id)).toEqual(['b']);
    expect(await machines(true)).toMatchObject([{ id: 'a', deletedAt: expect.any(String), runs: 0 }]);
    expect(await runIds(true)).toEqual(['day2', 'day1']);
    expect(await apiRejectionOf(api.call('machines.update', { machineId: 'a', notes: 'x' }))).toMatchObject({
      code: 'notFound',
      hint: expect.stringContaining('restore a'),
    });
    await api.call('machines.restore', { machineId: 'a' });
    expect(await runIds()).toEqual(['day3', 'day2']);
    expect(await machines(true)).toEqual([]);
  });

  it('of a machine ends where one of its runs comes back, or a new one', async () => {
    await api.call('machines.delete', { machineId: 'a' });
    await api.call('runs.restore', { runId: 'day1' });
    expect(await machines()).toMatchObject([{ id: 'b' }, { id: 'a', runs: 1 }]);
    await api.call('machines.delete', { machineId: 'a' });
    await keep(runOf('a', 4));
    expect(await runIds()).toEqual(['day4', 'day3']);
  });

  it('is for good after thirty days, and not before', async () => {
    await api.call('runs.delete', { runId: 'day2' });
    await api.call('machines.delete', { machineId: 'b' });
    const age = (days: number) => {
      const at = new Date(Date.now() - days * 24 * 3600 * 1000).toISOString();
      withDatabase((database) => {
        database.prepare('UPDATE run SET deletedAt = ? WHERE deletedAt IS NOT NULL').run(at);
        database.prepare('UPDATE machine SET deletedAt = ? WHERE deletedAt IS NOT NULL').run(at);
      });
    };
    const reopen = async () => {
      await api.close();
      open();
    };
    age(29);
    await reopen();
    expect(await runIds(true)).toEqual(['day3', 'day2']);
    age(31);
    await reopen();
    expect(await runIds(true)).toEqual([]);
    expect(await machines(true)).toEqual([]);
    expect(await runIds()).toEqual(['day1']);
    const left = withDatabase((database) =>
      database.prepare('SELECT DISTINCT runId FROM measurement').pluck().all(),
    );
    expect(left).toEqual(['day1']);
    await keep(runOf('b', 3));
  });
});

it('takes over the machines and runs of a database of the first version', async () => {
  await api.close();
  withDatabase((database) => {
    database.exec(migrations[0] ?? '');
    database.pragma('user_version = 1');
    const runs = [runOf('a', 1), runOf('a', 2), runOf('b', 3)];
    for (const { id, startedAt, environment, providers, measurements } of runs) {
      const { machine } = environment;
      database
        .prepare('INSERT INTO machine VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(machine.id, machine.name, startedAt);
      database
        .prepare(
          `INSERT INTO run (id, machineId, suite, status, startedAt, environment, providers)
           VALUES (?, ?, 'quick', 'finished', ?, ?, ?)`,
        )
        .run(id, machine.id, startedAt, JSON.stringify(environment), JSON.stringify(providers));
      for (const [position, measurement] of measurements.entries()) {
        const { outcome } = measurement;
        const samples = outcome.status === 'measured' ? Float64Array.from(outcome.samplesNs) : null;
        const body = { ...measurement, outcome: { ...outcome, ...(samples && { samplesNs: [] }) } };
        database
          .prepare('INSERT INTO measurement VALUES (?, ?, ?, ?, ?)')
          .run(measurement.id, id, position, JSON.stringify(body), samples && Buffer.from(samples.buffer));
      }
    }
  });
  open();
  const upgraded = [await machines(), await api.call('runs.list', {}), await api.call('history.get', {})];
  const exported = await api.call('runs.export', { runId: 'day2' });
  expect(exported.run.measurements).toEqual(runOf('a', 2).measurements);
  await api.close();
  rmSync(join(folder, databaseName));
  const store = openStore(folder);
  for (const { finishedAt: _, ...run } of [runOf('a', 1), runOf('a', 2), runOf('b', 3)]) {
    store.runs.import({ ...run, finishedAt: null });
  }
  store.close();
  open();
  expect(upgraded).toEqual([
    await machines(),
    await api.call('runs.list', {}),
    await api.call('history.get', {}),
  ]);
  expect(upgraded[0]).toMatchObject([
    { id: 'b', cpu: sampleRun.environment.cpu.model },
    { id: 'a', runs: 2 },
  ]);
});
