/** The store on real SQLite files: what it keeps, and what it leaves alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measurementDetail, summarizeRun } from '../../core/analysis/report.ts';
import type { Measurement } from '../../core/protocol/run.ts';
import { migrations } from '../../main/store/sqlite/migrations.ts';
import { databaseName } from '../../main/store/sqlite/open-database.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { Statements } from '../../main/store/sqlite/statements.ts';
import type { Store } from '../../main/store/store.ts';
import { apiErrorOf } from '../fixtures/api/api-error.ts';
import { sampleRun } from '../fixtures/api/sample-run.ts';

let folder: string;
const opened: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-store-'));
});
afterEach(() => {
  closeAll();
  rmSync(folder, { recursive: true });
});

function open(): Store {
  const store = openStore(folder);
  opened.push(store);
  return store;
}

function closeAll(): void {
  for (const store of opened.splice(0)) store.close();
}

const file = () => join(folder, databaseName);

/** The database behind the store's back. */
function withDatabase<T>(use: (database: Database.Database) => T): T {
  const database = new Database(file());
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function begin(store: Store, id: string, startedAt = sampleRun.startedAt): void {
  store.runs.create({ id, suite: 'quick', startedAt, environment: sampleRun.environment });
}

function storeFinished(store: Store, id: string, startedAt = sampleRun.startedAt): void {
  begin(store, id, startedAt);
  store.runs.finish(id, 'finished', '2026-03-01T12:01:00.000Z', null);
}

function measured(): Measurement & { outcome: { status: 'measured' } } {
  const [first] = sampleRun.measurements;
  if (first?.outcome.status !== 'measured') throw new Error('the sample run begins with a measured case');
  return { ...first, outcome: first.outcome };
}

describe('a run', () => {
  it('comes back whole after the store was closed', () => {
    const store = open();
    begin(store, sampleRun.id);
    store.runs.setProviders(sampleRun.id, sampleRun.providers);
    for (const measurement of sampleRun.measurements) store.measurements.put(sampleRun.id, measurement);
    store.runs.finish(sampleRun.id, 'finished', sampleRun.finishedAt ?? '', null);
    store.close();

    const again = open();
    expect(again.runs.get(sampleRun.id)).toEqual(sampleRun);
    expect(again.measurements.get('m4')).toEqual(sampleRun.measurements[3]);
    expect(again.runs.report(sampleRun.id)).toEqual(summarizeRun(sampleRun));
    expect(again.measurements.detail('m1')).toEqual(measurementDetail(sampleRun, 'm1'));
    expect(again.runs.list()).toEqual([
      {
        id: sampleRun.id,
        suite: 'quick',
        status: 'finished',
        reason: null,
        startedAt: sampleRun.startedAt,
        finishedAt: sampleRun.finishedAt,
        machineId: 'machine1',
        machineName: 'bench',
        cpu: 'Test CPU',
        measured: 3,
        lost: 1,
      },
    ]);
  });

  it('keeps every sample bit for bit, in order', () => {
    const samplesNs = [0.1, 1 / 3, 1e15 + 0.125, Number.MIN_VALUE, Number.MAX_VALUE, 1 + Number.EPSILON, 0.1];
    const measurement = measured();
    const store = open();
    begin(store, 'a');
    store.measurements.put('a', { ...measurement, outcome: { ...measurement.outcome, samplesNs } });
    store.close();

    const outcome = open().runs.get('a')?.measurements[0]?.outcome;
    if (outcome?.status !== 'measured') throw new Error('the measurement was lost');
    expect(new BigUint64Array(Float64Array.from(outcome.samplesNs).buffer)).toEqual(
      new BigUint64Array(Float64Array.from(samplesNs).buffer),
    );
    const blob = withDatabase((database) =>
      database.prepare('SELECT samples FROM measurement').pluck().get(),
    );
    expect((blob as Buffer).readDoubleLE(8)).toBe(1 / 3);
  });

  it('takes the second round in the place of the first', () => {
    const store = open();
    begin(store, 'a');
    const first = measured();
    const other = { ...first, id: 'other' };
    store.measurements.put('a', first);
    store.measurements.put('a', other);
    const samplesNs = [...first.outcome.samplesNs, 7, 8];
    store.measurements.put('a', { ...first, outcome: { ...first.outcome, samplesNs } });

    const measurements = store.runs.get('a')?.measurements;
    expect(measurements?.map(({ id }) => id)).toEqual([first.id, 'other']);
    expect(measurements?.[0]?.outcome).toMatchObject({ samplesNs });
    expect(measurements?.[1]).toEqual(other);
  });

  it('keeps where its rounds end, and reads runs that were stored without', () => {
    const store = open();
    begin(store, 'a');
    const first = measured();
    const { samplesNs } = first.outcome;
    store.measurements.put('a', { ...first, outcome: { ...first.outcome, rounds: [15, 5] } });
    store.measurements.put('a', { ...first, id: 'old' });
    const outcomes = store.runs.get('a')?.measurements.map(({ outcome }) => outcome);
    expect(outcomes?.[0]).toMatchObject({ samplesNs, rounds: [15, 5] });
    expect(outcomes?.[1]).toEqual(first.outcome);
    expect(outcomes?.[1]).not.toHaveProperty('rounds');
  });

  it('refuses rounds that are not those of the samples', () => {
    const store = open();
    begin(store, 'a');
    const first = measured();
    store.measurements.put('a', { ...first, outcome: { ...first.outcome, rounds: [15, 6] } });
    expect(apiErrorOf(() => store.runs.get('a')).message).toContain('do not add up');
  });

  it('is named by its distance from the latest too', () => {
    const store = open();
    for (const day of [1, 2, 3]) storeFinished(store, `day${day}`, `2026-03-0${day}T00:00:00.000Z`);
    expect(store.runs.get('latest~0')?.id).toBe('day3');
    expect(store.runs.get('latest~2')?.id).toBe('day1');
    expect(store.runs.get('latest~3')).toBeUndefined();
    expect(store.runs.delete('latest~1')).toBe('day2');
    expect(store.runs.list().map(({ id }) => id)).toEqual(['day3', 'day1']);
    expect(store.runs.delete('latest~2')).toBeUndefined();
  });

  it('gives its figures without its kernels, oldest first', () => {
    const store = open();
    for (const day of [1, 2, 3]) {
      const id = `day${day}`;
      begin(store, id, `2026-03-0${day}T00:00:00.000Z`);
      for (const measurement of sampleRun.measurements) {
        const rounds = measurement.id === 'm1' ? { rounds: [10, 10] } : {};
        const outcome = { ...measurement.outcome, ...rounds } as Measurement['outcome'];
        store.measurements.put(id, { ...measurement, id: `${id}-${measurement.id}`, outcome });
      }
      store.runs.finish(id, 'finished', `2026-03-0${day}T01:00:00.000Z`, null);
    }
    begin(store, 'running', '2026-03-04T00:00:00.000Z');
    const figures = store.histories.figures({ machineId: 'machine1', limit: 2 });
    expect(figures.map(({ id }) => id)).toEqual(['day2', 'day3']);
    expect(figures[0]?.figures.map(({ id }) => id)).toEqual(['day2-m1', 'day2-m2', 'day2-m3']);
    expect(figures[0]?.figures[0]).toMatchObject({
      model: 'resnet50',
      plan: 'layerwise',
      operations: 1.1e9,
      roundMediansNs: [expect.closeTo(20.09e6, 0), expect.closeTo(20.29e6, 0)],
    });
    // Its rounds were not kept: they count as one.
    expect(figures[0]?.figures[1]?.roundMediansNs).toHaveLength(1);
    expect(store.histories.figures({ model: 'convfirst_pico', limit: 9 })[0]?.figures).toHaveLength(2);
    expect(store.histories.series().map(({ model, plan, runs }) => [model, plan, runs])).toEqual([
      ['resnet50', 'layerwise', 3],
      ['convfirst_pico', 'fused', 3],
      ['convfirst_pico', 'layerwise', 3],
    ]);
    store.runs.delete('day2');
    expect(store.histories.series().map(({ runs }) => runs)).toEqual([2, 2, 2]);
    store.runs.restore('day2');
    expect(store.histories.series().map(({ runs }) => runs)).toEqual([3, 3, 3]);
    expect(store.histories.figures({ machineId: 'other', limit: 9 })).toEqual([]);
  });

  it('is listed newest first, and the newest is the latest', () => {
    const store = open();
    expect(store.runs.get('latest')).toBeUndefined();
    storeFinished(store, 'b', '2026-03-02T00:00:00.000Z');
    storeFinished(store, 'c', '2026-03-01T00:00:00.000Z');
    storeFinished(store, 'a', '2026-03-03T00:00:00.000Z');
    expect(store.runs.list().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(store.runs.get('latest')?.id).toBe('a');
    expect(store.runs.get('d')).toBeUndefined();
  });

  it('is deleted once, and leaves the others alone', () => {
    const store = open();
    storeFinished(store, 'a');
    store.measurements.put('a', measured());
    storeFinished(store, 'b');
    store.measurements.put('b', { ...measured(), id: 'of-b' });
    expect(store.runs.delete('a')).toBe('a');
    expect(store.runs.delete('a')).toBeUndefined();
    expect(store.runs.list().map(({ id }) => id)).toEqual(['b']);
    expect(store.runs.restore('a')).toBe(true);
    expect(store.runs.restore('a')).toBe(false);
    expect(store.runs.list().map(({ id }) => id)).toEqual(['b', 'a']);
    expect(store.runs.get('a')?.measurements).toEqual([measured()]);
  });
});

describe('a run that is going on in another process', () => {
  let other: ChildProcess;

  /** Begins a run, stores one measurement of it, and waits to be killed. */
  beforeEach(async () => {
    const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      import { openStore } from ${at('../../main/store/sqlite/open-store.ts')};
      import { sampleRun } from ${at('../fixtures/api/sample-run.ts')};
      const store = openStore(${JSON.stringify(folder)});
      store.runs.create({ ...sampleRun, id: 'theirs' });
      store.measurements.put('theirs', sampleRun.measurements[0]);
      console.log('stored');
      process.stdin.resume();`;
    other = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (other.stdout === null) throw new Error('no stdout');
    const [line] = await once(other.stdout, 'data');
    expect(String(line)).toBe('stored\n');
  });
  afterEach(() => other.kill('SIGKILL'));

  it('stands in the way of a second one, is not deleted, and is found interrupted once the process died', async () => {
    const store = open();
    const busy = apiErrorOf(() => begin(store, 'mine'));
    expect(busy).toMatchObject({ code: 'busy', message: expect.stringContaining('theirs') });
    expect(busy.message).toContain(String(other.pid));
    expect(apiErrorOf(() => store.runs.delete('theirs')).code).toBe('busy');
    expect(store.runs.list()).toEqual([expect.objectContaining({ id: 'theirs', status: 'running' })]);

    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;

    const run = open().runs.get('theirs');
    expect(run).toMatchObject({ status: 'interrupted', reason: expect.stringMatching(/\.$/) });
    expect(run?.measurements).toEqual([measured()]);
    // The store that was open all the time finds out as well.
    begin(store, 'mine');
    expect(store.runs.get('mine')?.status).toBe('running');
  });
});

it('does not take a new process of the same number for the one that began the run', () => {
  const store = open();
  begin(store, 'a');
  expect(open().runs.get('a')?.status).toBe('running');
  withDatabase((database) => database.exec(`UPDATE run SET processStart = 'another boot 1'`));
  expect(open().runs.get('a')?.status).toBe('interrupted');
});

describe('what the pages ask', () => {
  /** How SQLite goes about it. */
  const planOf = (sql: string) =>
    withDatabase((database) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql.replace(/\?|@\w+/g, 'NULL')}`)
        .all()
        .map((step) => (step as { detail: string }).detail),
    );

  it('is answered by indices, and no table of measurements or figures is searched from end to end', () => {
    const store = open();
    storeFinished(store, 'a');
    store.measurements.put('a', measured());
    const asked: string[] = [];
    const prepare = vi.spyOn(Statements.prototype, 'prepare');
    store.runs.list();
    store.machines.list(false, null);
    store.runs.report('a');
    store.measurements.detail('m1');
    store.runs.comparable('a');
    store.histories.latencies('machine1', 20);
    store.noise.of('machine1');
    store.histories.series();
    store.histories.figures({ machineId: 'machine1', model: 'resnet50', limit: 200 });
    for (const [sql] of prepare.mock.calls) if (sql.startsWith('SELECT')) asked.push(sql);
    prepare.mockRestore();
    expect(asked.length).toBeGreaterThan(8);
    for (const sql of new Set(asked)) {
      const steps = planOf(sql);
      expect({
        sql,
        scanned: steps.filter((step) => /^SCAN (measurement|figure|shownRow)\b/.test(step)),
      }).toEqual({
        sql,
        scanned: [],
      });
    }
    /** Of the question that begins so. */
    const planOfAsked = (beginning: RegExp) => planOf(asked.find((sql) => beginning.test(sql)) ?? '').join();
    expect(planOfAsked(/^SELECT id, suite.*deletedAt IS NULL AND suite/)).toContain(
      'USING COVERING INDEX runListed',
    );
    expect(planOfAsked(/^SELECT caseId, undisturbedNs/)).toContain('USING COVERING INDEX figureLatency');
    expect(planOfAsked(/^SELECT noise/)).toContain('USING INDEX runTested');
  });
});

it('keeps its tables strict, its keys enforced and its journal ahead of the writes', () => {
  const store = open();
  store.runs.import(sampleRun);
  withDatabase((database) => {
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
    const tables = database.prepare(`SELECT name, strict FROM pragma_table_list WHERE schema = 'main'`).all();
    for (const name of ['machine', 'run', 'measurement']) expect(tables).toContainEqual({ name, strict: 1 });
    expect(() => database.exec(`UPDATE run SET processId = 'no number'`)).toThrow(/cannot store TEXT/);
    expect(() => database.exec(`UPDATE run SET status = 'lost'`)).toThrow(/CHECK/);
  });
  expect(apiErrorOf(() => store.measurements.put('no such run', measured()))).toMatchObject({
    code: 'store',
    message: expect.stringContaining('no such run'),
  });
  // By its own connection: with a run go all rows that name it.
  expect(store.histories.series()).not.toEqual([]);
  expect(store.runs.deleteAll()).toBe(1);
  expect(store.histories.series()).toEqual([]);
  withDatabase((database) => {
    for (const table of ['measurement', 'figure', 'shownRow']) {
      expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0);
    }
    expect(() =>
      database.exec(
        `INSERT INTO measurement (id, runId, position, body) VALUES ('m', 'no such run', 0, '{}')`,
      ),
    ).toThrow(/FOREIGN KEY/);
  });
});

describe('a database that cannot be used', () => {
  const cases = {
    'is no database': () => writeFileSync(file(), 'not a database '.repeat(1000)),
    'was cut off': () => {
      fillDatabase();
      truncateSync(file(), 2 * 4096);
    },
    'is damaged in the middle': () => {
      fillDatabase();
      const bytes = readFileSync(file());
      bytes.fill(0xff, 4096);
      writeFileSync(file(), bytes);
    },
    'is of a newer version': () => {
      fillDatabase();
      withDatabase((database) => database.pragma('user_version = 1000'));
    },
  } as const;

  function fillDatabase(): void {
    const store = openStore(folder);
    storeFinished(store, 'a');
    for (let index = 0; index < 10; index++) store.measurements.put('a', { ...measured(), id: `m${index}` });
    store.close();
  }

  it.each(Object.entries(cases))('is refused and left as it is where it %s', (name, damage) => {
    damage();
    const before = readFileSync(file());
    const error = apiErrorOf(() => {
      const store = open();
      for (const { id } of store.runs.list()) store.runs.get(id);
    });
    closeAll();
    expect(error.code).toBe('store');
    expect(error.message).toContain(file());
    expect(error.message).toMatch(name === 'is of a newer version' ? /newer version.*1000/ : /damaged/);
    expect(error.hint).not.toBeNull();
    expect(readFileSync(file()).equals(before)).toBe(true);
    // SQLite may leave its journal; no second database was begun.
    expect(readdirSync(folder).filter((name) => !name.startsWith(databaseName))).toEqual([]);
  });

  it('is usable but for a run that no version of Plimsoll wrote, which says so and can be deleted', () => {
    fillDatabase();
    const store = open();
    storeFinished(store, 'b', '2026-02-01T00:00:00.000Z');
    withDatabase((database) => database.exec(`UPDATE run SET environment = '{}' WHERE id = 'a'`));
    expect(store.runs.list().map(({ id }) => id)).toEqual(['a', 'b']);
    const error = apiErrorOf(() => store.runs.get('a'));
    expect(error).toMatchObject({ code: 'store', hint: expect.stringContaining('plimsoll delete a') });
    expect(store.histories.figures({ limit: 9 }).map(({ id }) => id)).toEqual(['b']);
    const [unreadable, other] = store.runs.list();
    expect(unreadable).toMatchObject({ id: 'a', unreadable: expect.stringContaining('machine') });
    expect(other).not.toHaveProperty('unreadable');
    expect(store.runs.delete('a')).toBe('a');
    expect(store.runs.list().map(({ id }) => id)).toEqual(['b']);
  });

  it('is refused where its place is taken by a folder', () => {
    mkdirSync(file());
    expect(apiErrorOf(() => openStore(folder)).code).toBe('store');
  });

  it.each([
    ['below a file', () => join(folder, 'file', 'data')],
    ...(process.platform === 'linux' ? [['in /proc', () => '/proc/plimsoll'] as const] : []),
  ] as const)('is refused with its folder %s', (_, path) => {
    writeFileSync(join(folder, 'file'), '');
    const error = apiErrorOf(() => openStore(path()));
    expect(error).toMatchObject({ code: 'store', hint: expect.stringContaining('PLIMSOLL_DATA_DIR') });
    expect(error.message).toContain(path());
  });
});
