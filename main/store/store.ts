/** Runs and their measurements in SQLite. Every measurement is one transaction: a run that is killed keeps what it had. */

import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { believedSamples } from '../../core/analysis/believed-samples.ts';
import { ceilingsOfCases } from '../../core/analysis/ceilings.ts';
import type { ComparableRun } from '../../core/analysis/compare.ts';
import { type Surroundings, surroundingsOf } from '../../core/analysis/environment-differences.ts';
import { type Figure, figureVersion, type RunFigures } from '../../core/analysis/figures.ts';
import type { RunLatencies } from '../../core/analysis/noise-floor.ts';
import { noiseSuite, verifySuite } from '../../core/analysis/noise-test.ts';
import { assembleReport, type MeasuredIn, measurementDetail } from '../../core/analysis/report.ts';
import { ApiError } from '../../core/protocol/api.ts';
import type { HistoryHead } from '../../core/protocol/compare.ts';
import type { Machine, MachineUpdate } from '../../core/protocol/machines.ts';
import type { Tuning } from '../../core/protocol/provider.ts';
import {
  type Case,
  type DeviceCalibration,
  DeviceCalibrationSchema,
  type Environment,
  EnvironmentSchema,
  type Measurement,
  type MeasurementDetail,
  MeasurementSchema,
  type NoiseTest,
  type Run,
  type RunReport,
  RunSchema,
  type RunStatus,
  RunStatusSchema,
  type RunSummary,
} from '../../core/protocol/run.ts';
import { splitRounds } from '../../core/statistics/rounds.ts';
import { StoredFigures } from './figures.ts';
import { now, type ShownMachine, StoredMachines } from './machines.ts';
import { databaseName, openDatabase, storeError } from './open-database.ts';
import { isAlive, ownProcess } from './process-identity.ts';
import { decodeSamples, encodeSamples } from './samples.ts';
import { Statements } from './statements.ts';

const RunRowSchema = z.object({
  id: z.string(),
  suite: z.string(),
  status: RunStatusSchema,
  reason: z.string().nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  environment: z.string(),
  providers: z.string(),
  noise: z.string().nullable(),
});

const SummaryRowSchema = RunRowSchema.omit({ providers: true, environment: true, noise: true }).extend({
  machineId: z.string(),
  cpu: z.string(),
  measured: z.number(),
  lost: z.number(),
  deletedAt: z.string().nullable(),
  unreadable: z.string().nullable(),
});

/** As `SummaryRowSchema` wants them: an index covers them. */
const summaryColumns =
  'id, suite, status, reason, startedAt, finishedAt, machineId, cpu, measured, lost, deletedAt, unreadable';

const FiguresRowSchema = z.object({
  id: z.string(),
  machineId: z.string(),
  startedAt: z.string(),
  surroundings: z.string(),
});

const MeasurementRowSchema = z.object({ body: z.string(), samples: z.instanceof(Uint8Array).nullable() });

const RunningRowSchema = z.object({
  id: z.string(),
  machineId: z.string(),
  processId: z.number().nullable(),
  processStart: z.string().nullable(),
});

export interface NewRun {
  readonly id: string;
  readonly suite: string;
  readonly startedAt: string;
  readonly environment: Environment;
}

export interface StoredNoiseTest {
  readonly test: NoiseTest;
  readonly facts: Surroundings;
}

export type FigureFilter = { readonly [Field in keyof Case]?: Case[Field] | undefined } & {
  readonly machineId?: string | undefined;
  /** Of runs, the newest. */
  readonly limit: number;
};

/** So long is what was deleted kept. */
const keptDays = 30;

export class Store {
  private readonly database: Database.Database;
  private readonly statements: Statements;
  private readonly machines: StoredMachines;
  private readonly storedFigures: StoredFigures;
  readonly path: string;

  /** Throws ApiError('store'). Runs whose process died are marked as interrupted; what was deleted long ago goes for good. */
  constructor(folder: string) {
    this.path = join(folder, databaseName);
    this.database = openDatabase(folder);
    this.statements = new Statements(this.database);
    this.machines = new StoredMachines(this.statements);
    this.storedFigures = new StoredFigures(this.statements);
    this.guard(() => this.deriveOutdated());
    this.guard(() => this.markInterrupted());
    this.purge(new Date(Date.now() - keptDays * 24 * 3600 * 1000).toISOString());
    // What is changed in a copy would be lost without a word.
    if (this.database.memory) this.database.pragma('query_only = ON');
  }

  close(): void {
    this.database.close();
  }

  /** Begins a run of this process. Throws ApiError('busy') while another one is going on, in any process. */
  createRun({ id, suite, startedAt, environment }: NewRun): void {
    this.guard(() => {
      // Immediate: of two processes that ask at the same time, one must wait for the other's answer.
      this.database
        .transaction(() => {
          this.markInterrupted();
          const other = this.running()[0];
          if (other !== undefined) {
            throw new ApiError(
              'busy',
              `Another run (${other.id}) is going on in process ${other.processId}; two at once would disturb each other.`,
              'Wait until it ends, or stop it.',
            );
          }
          this.machines.see(environment, startedAt);
          const own = ownProcess();
          this.statements
            .prepare(
              `INSERT INTO run (
                 id, machineId, suite, status, startedAt, environment, cpu, processId, processStart, surroundings, figureVersion
               ) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
            )
            .run(
              id,
              environment.machine.id,
              suite,
              startedAt,
              JSON.stringify(environment),
              environment.cpu.model,
              own.id,
              own.start,
              JSON.stringify(surroundingsOf(environment, [])),
              figureVersion,
            );
        })
        .immediate();
    });
  }

  /** Of this machine's GPUs those that were there in its last run, and are not now. */
  missingGpus(environment: Environment): string[] {
    return this.guard(() => this.machines.missingGpus(environment));
  }

  /** What was measured before is held against these from now on. */
  setProviders(runId: string, providers: readonly DeviceCalibration[]): void {
    this.change(() => {
      this.statements
        .prepare('UPDATE run SET providers = ? WHERE id = ?')
        .run(JSON.stringify(providers), runId);
      this.derive(runId);
    });
  }

  setNoise(runId: string, tests: readonly NoiseTest[]): void {
    this.guard(() =>
      this.statements.prepare('UPDATE run SET noise = ? WHERE id = ?').run(JSON.stringify(tests), runId),
    );
  }

  /** What A/A tests found on a machine, newest first. */
  noiseTests(machineId: string): StoredNoiseTest[] {
    return this.guard(() =>
      this.statements
        .prepare<[string], { noise: string; surroundings: string }>(
          // Named, for SQLite would go through all runs: it does not know how few of them have a test.
          `SELECT noise, surroundings FROM run INDEXED BY runTested
           WHERE noise IS NOT NULL AND deletedAt IS NULL AND machineId IN (SELECT value FROM json_each(?))
           ORDER BY startedAt DESC`,
        )
        .all(JSON.stringify(this.machines.identities(machineId)))
        .flatMap(({ noise, surroundings }) => {
          // Both as they were written by this program, the former after it was parsed.
          const facts = JSON.parse(surroundings) as Surroundings;
          return (JSON.parse(noise) as NoiseTest[]).map((test) => ({ test, facts }));
        }),
    );
  }

  /** Which codes were fastest on this device, as `keepTuning` was told. */
  tuning(provider: string, device: string): Tuning {
    return this.guard(() =>
      Object.fromEntries(
        this.statements
          .prepare<[string, string], [string, number]>(
            'SELECT key, choice FROM tuning WHERE provider = ? AND device = ?',
          )
          .raw()
          .all(provider, device),
      ),
    );
  }

  /** The newer choice counts. */
  keepTuning(provider: string, device: string, found: Tuning): void {
    this.guard(() =>
      this.statements
        .prepare(
          'INSERT OR REPLACE INTO tuning (provider, device, key, choice) SELECT ?, ?, key, value FROM json_each(?)',
        )
        .run(provider, device, JSON.stringify(found)),
    );
  }

  /** By its id, or the beginning of one that is no other's. Throws ApiError where there is none, or several. */
  findMeasurement(name: string): { readonly runId: string; readonly measurementId: string } {
    return this.guard(() => {
      const found = this.statements
        .prepare<[string, string], { runId: string; measurementId: string }>(
          `SELECT runId, measurement.id AS measurementId FROM measurement JOIN run ON run.id = runId
           WHERE measurement.id >= ? AND measurement.id < ? AND deletedAt IS NULL ORDER BY measurement.id LIMIT 4`,
        )
        .all(name, `${name}\u{10ffff}`);
      const [first] = found;
      if (first === undefined) {
        throw new ApiError('notFound', `There is no figure ${name}.`, 'plimsoll show lists those of a run.');
      }
      // The shortest comes first: an id that begins another one is meant itself.
      if (first.measurementId === name || found.length === 1) return first;
      const ids = found.slice(0, 3).map(({ measurementId }) => measurementId);
      throw new ApiError(
        'badInput',
        `${name} may be any of several figures.`,
        `For example ${ids.join(', ')}.`,
      );
    });
  }

  /** Stores a measurement, or replaces what an earlier round stored of it. */
  putMeasurement(runId: string, measurement: Measurement): void {
    this.change(() => {
      this.insertMeasurement(runId, measurement, this.measuredIn(runId));
      this.storedFigures.count(runId);
    });
  }

  private insertMeasurement(runId: string, measurement: Measurement, run: MeasuredIn): void {
    const { outcome } = measurement;
    const samples = outcome.status === 'measured' ? encodeSamples(outcome.samplesNs) : null;
    const body =
      outcome.status === 'measured'
        ? { ...measurement, outcome: { ...outcome, samplesNs: [] } }
        : measurement;
    const position = this.statements
      .prepare<unknown[], number>(
        `INSERT INTO measurement (id, runId, position, body, samples)
         VALUES (?, ?, (SELECT count(*) FROM measurement WHERE runId = ?), ?, ?)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body, samples = excluded.samples RETURNING position`,
      )
      .pluck()
      .get(measurement.id, runId, runId, JSON.stringify(body), samples);
    if (position === undefined) throw new Error('the measurement was not stored');
    this.storedFigures.put(runId, position, measurement, run);
  }

  private measuredIn(runId: string): MeasuredIn {
    const row = this.statements
      .prepare<[string], { environment: string; providers: string }>(
        'SELECT environment, providers FROM run WHERE id = ?',
      )
      .get(runId);
    return {
      environment: this.parse(runId, EnvironmentSchema, JSON.parse(row?.environment ?? 'null')),
      providers: this.parse(runId, z.array(DeviceCalibrationSchema), JSON.parse(row?.providers ?? '[]')),
    };
  }

  /** All that is kept of a run beside its measurements, anew. Throws ApiError('store') where it cannot be read. */
  private derive(runId: string): void {
    const run = this.readRun(runId);
    if (run === undefined) return;
    for (const [position, measurement] of run.measurements.entries()) {
      this.storedFigures.put(runId, position, measurement, run);
    }
    this.storedFigures.count(runId);
    this.statements
      .prepare('UPDATE run SET surroundings = ?, unreadable = NULL WHERE id = ?')
      .run(JSON.stringify(surroundingsOf(run.environment, run.providers)), runId);
  }

  /** Of runs that were stored by a version that derived other things, or none; each in a transaction of its own. */
  private deriveOutdated(): void {
    const outdated = this.statements
      .prepare<[number], string>('SELECT id FROM run WHERE figureVersion <> ?')
      .pluck()
      .all(figureVersion);
    for (const runId of outdated) {
      this.change(() => {
        this.unlessUnreadable(() => this.derive(runId));
        this.statements.prepare('UPDATE run SET figureVersion = ? WHERE id = ?').run(figureVersion, runId);
      });
    }
    if (outdated.length > 0) this.change(() => this.storedFigures.recountSeries());
  }

  finishRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string, reason: string | null) {
    this.guard(() => this.endRun(runId, status, finishedAt, reason));
  }

  private endRun(runId: string, status: RunStatus, finishedAt: string | null, reason: string | null): void {
    this.statements
      .prepare(
        'UPDATE run SET status = ?, finishedAt = ?, reason = ?, processId = NULL, processStart = NULL WHERE id = ?',
      )
      .run(status, finishedAt, reason, runId);
  }

  /**
   * Stores a run that was measured elsewhere, all of it or nothing. Throws ApiError('badInput') where it, or a measurement
   * of it, is stored already: what is here is never replaced.
   */
  importRun(run: Run): void {
    const { id, suite, startedAt, environment, providers, measurements, noise } = run;
    // Its process is none of this machine's.
    const status = run.status === 'running' ? 'interrupted' : run.status;
    const reason = run.status === 'running' ? 'It was exported while it was going on.' : run.reason;
    this.guard(() =>
      this.database
        .transaction(() => {
          if (this.isDeleted(id)) {
            throw new ApiError(
              'badInput',
              `Run ${id} was here and is deleted; nothing was changed.`,
              `plimsoll restore ${id} brings it back.`,
            );
          }
          if (this.statements.prepare('SELECT 1 FROM run WHERE id = ?').get(id) !== undefined) {
            throw new ApiError('badInput', `Run ${id} is stored already; nothing was changed.`);
          }
          const taken = this.statements.prepare('SELECT 1 FROM measurement WHERE id = ?');
          if (measurements.some((measurement) => taken.get(measurement.id) !== undefined)) {
            throw new ApiError(
              'badInput',
              `Run ${id} has measurements that are stored already, in another run; nothing was changed.`,
              'Export it again from where it was measured.',
            );
          }
          this.machines.see(environment, startedAt);
          this.statements
            .prepare(
              `INSERT INTO run (
                 id, machineId, suite, status, startedAt, environment, cpu, providers, surroundings, figureVersion, noise
               ) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
            )
            .run(
              id,
              environment.machine.id,
              suite,
              startedAt,
              JSON.stringify(environment),
              environment.cpu.model,
              JSON.stringify(providers),
              JSON.stringify(surroundingsOf(environment, providers)),
              figureVersion,
              noise === undefined ? null : JSON.stringify(noise),
            );
          for (const measurement of measurements) this.insertMeasurement(id, measurement, run);
          this.storedFigures.count(id);
          // Only now: a run counts in the histories from its end on.
          this.endRun(id, status, run.finishedAt, reason);
        })
        .immediate(),
    );
  }

  /**
   * As it was measured: what is made of its machine here stays here. `latest` is the newest run, `latest~1` the one before it, and
   * so on. Undefined where there is none, or it is deleted.
   */
  getRun(name: string): Run | undefined {
    return this.guard(() => {
      const runId = this.runIdOf(name);
      return runId === undefined || this.isDeleted(runId) ? undefined : this.readRun(runId);
    });
  }

  private readRun(runId: string): Run | undefined {
    const row = this.statements.prepare('SELECT * FROM run WHERE id = ?').get(runId);
    if (row === undefined) return undefined;
    const { environment, providers, noise, ...head } = RunRowSchema.parse(row);
    const measurements = this.statements
      .prepare('SELECT body, samples FROM measurement WHERE runId = ? ORDER BY position')
      .all(runId)
      .map((measurement) => measurementOf(MeasurementRowSchema.parse(measurement)));
    return this.parse(runId, RunSchema, {
      ...head,
      environment: JSON.parse(environment),
      providers: JSON.parse(providers),
      measurements,
      ...(noise !== null && { noise: JSON.parse(noise) }),
    });
  }

  /** What is shown of a run, under the names that `getRun` takes. */
  report(name: string): RunReport | undefined {
    return this.guard(() => {
      const summary = this.summary(name);
      if (summary === undefined) return undefined;
      const { id, machineId, machineName } = summary;
      const { environment, providers } = this.measuredIn(id);
      const machine = { ...environment.machine, id: machineId, name: machineName };
      return assembleReport(summary, { ...environment, machine }, providers, this.storedFigures.shown(id));
    });
  }

  /** Kernel by kernel; undefined where it has no figure. */
  detail(measurementId: string): MeasurementDetail | undefined {
    return this.guard(() => {
      const measurement = this.readMeasurement(measurementId);
      if (measurement === undefined) return undefined;
      const { runId, value } = measurement;
      return measurementDetail({ ...this.measuredIn(runId), measurements: [value] }, measurementId);
    });
  }

  /** Not of runs that are deleted. */
  measurement(measurementId: string): Measurement | undefined {
    return this.guard(() => this.readMeasurement(measurementId)?.value);
  }

  private readMeasurement(measurementId: string): { runId: string; value: Measurement } | undefined {
    const row = this.statements
      .prepare(
        `SELECT runId, body, samples FROM measurement JOIN run ON run.id = runId
         WHERE measurement.id = ? AND deletedAt IS NULL`,
      )
      .get(measurementId);
    if (row === undefined) return undefined;
    const { runId, ...parts } = MeasurementRowSchema.extend({ runId: z.string() }).parse(row);
    return { runId, value: this.parse(runId, MeasurementSchema, measurementOf(parts)) };
  }

  /** With what a comparison needs of it, under the names that `getRun` takes. */
  comparable(name: string): ComparableRun | undefined {
    return this.guard(() => {
      const summary = this.summary(name);
      if (summary === undefined) return undefined;
      const { id } = summary;
      const row = this.statements.prepare(`${selectFigures} WHERE id = ?`).get(id);
      const figures = this.storedFigures.ofRun(id);
      return {
        ...this.figuresOf(FiguresRowSchema.parse(row), this.machines.shown(), figures),
        summary,
        ceilings: ceilingsOfCases(this.measuredIn(id).providers, figures),
        lost: this.storedFigures.lost(id),
        samplesOf: (measurementId) => {
          const outcome = this.measurement(measurementId)?.outcome;
          if (outcome?.status !== 'measured') return [];
          const { samplesNs, rounds } = believedSamples(outcome);
          return splitRounds(samplesNs, rounds);
        },
      };
    });
  }

  private figuresOf(
    { id, machineId, startedAt, surroundings }: z.infer<typeof FiguresRowSchema>,
    shown: ReadonlyMap<string, ShownMachine>,
    figures: readonly Figure[],
  ): RunFigures {
    const machine = shown.get(machineId) ?? { id: machineId, name: machineId };
    // As `derive` wrote them.
    const facts = JSON.parse(surroundings) as Surroundings;
    return { id, startedAt, machine, surroundings: [['machine', machine.id], ...facts], figures };
  }

  /** Of runs that have ended, oldest first. */
  figures({ machineId, limit, ...wanted }: FigureFilter): RunFigures[] {
    return this.guard(() => {
      const shown = this.machines.shown();
      const runs = this.ended(machineId, limit);
      if (Object.values(wanted).every((value) => value === undefined)) {
        return runs.map((row) => this.figuresOf(row, shown, this.storedFigures.ofRun(row.id)));
      }
      const runIds = runs.map(({ id }) => id);
      const found = Map.groupBy(
        this.storedFigures.caseIds(wanted).flatMap((caseId) => this.storedFigures.ofCase(caseId, runIds)),
        ([runId]) => runId,
      );
      return runs.map((row) =>
        this.figuresOf(row, shown, found.get(row.id)?.map(([, figure]) => figure) ?? []),
      );
    });
  }

  /** Of the newest runs of a machine that have ended, oldest first: what tells its noise. */
  latencies(machineId: string, limit: number): RunLatencies[] {
    return this.guard(() => {
      const shown = this.machines.shown();
      return this.ended(machineId, limit).map((row) => ({
        ...this.figuresOf(row, shown, []),
        latencies: this.storedFigures.latencies(row.id),
      }));
    });
  }

  /** Oldest first; those that cannot be read have no figures and are left out. */
  private ended(machineId: string | undefined, limit: number): z.infer<typeof FiguresRowSchema>[] {
    const where = machineId === undefined ? '' : 'AND machineId IN (SELECT value FROM json_each(@machines))';
    return this.statements
      .prepare(
        `${selectFigures} WHERE deletedAt IS NULL AND status <> 'running' AND unreadable IS NULL AND suite <> '${noiseSuite}' ${where}
         ORDER BY startedAt DESC, id DESC LIMIT @limit`,
      )
      .all({
        limit,
        ...(machineId !== undefined && { machines: JSON.stringify(this.machines.identities(machineId)) }),
      })
      .map((row) => FiguresRowSchema.parse(row))
      .reverse();
  }

  /** What there is a history of, the longest first. */
  series(): HistoryHead[] {
    return this.guard(() => {
      const shown = this.machines.shown();
      const heads = new Map<string, HistoryHead>();
      for (const { machineId, case: of, runs } of this.storedFigures.series()) {
        const machine = shown.get(machineId) ?? { id: machineId, name: machineId };
        const key = JSON.stringify([machine.id, of]);
        const merged = heads.get(key)?.runs ?? 0;
        heads.set(key, { ...of, machineId: machine.id, machineName: machine.name, runs: merged + runs });
      }
      return [...heads.values()].sort((a, b) => b.runs - a.runs);
    });
  }

  /** Newest first: those that are not deleted, or those that are; none that is an A/A test and nothing else. */
  listRuns({ deleted = false }: { deleted?: boolean } = {}): RunSummary[] {
    return this.guard(() => {
      const shown = this.machines.shown();
      return this.statements
        .prepare(
          `SELECT ${summaryColumns} FROM run WHERE deletedAt IS ${deleted ? 'NOT NULL' : 'NULL'}
             AND suite <> '${noiseSuite}'
           ORDER BY startedAt DESC, id DESC`,
        )
        .all()
        .map((row) => summaryOf(row, shown));
    });
  }

  countRuns(): number {
    return this.guard(
      () =>
        this.statements
          .prepare<[], number>(
            `SELECT count(*) FROM run WHERE deletedAt IS NULL AND suite <> '${noiseSuite}'`,
          )
          .pluck()
          .get() ?? 0,
    );
  }

  private summary(name: string): RunSummary | undefined {
    const row = this.statements
      .prepare(`SELECT ${summaryColumns} FROM run WHERE id = ? AND deletedAt IS NULL`)
      .get(this.runIdOf(name));
    return row === undefined ? undefined : summaryOf(row, this.machines.shown());
  }

  /** By the names that `getRun` takes. Its id, or undefined where there is no such run. Throws ApiError('busy') while it is going on. */
  deleteRun(name: string): string | undefined {
    return this.guard(() => {
      const runId = this.runIdOf(name);
      if (this.running().some(({ id }) => id === runId)) {
        throw new ApiError('busy', `The run ${runId} is going on.`, 'Stop it before you delete it.');
      }
      const { changes } = this.statements
        .prepare(`UPDATE run SET deletedAt = ${now} WHERE id = ? AND deletedAt IS NULL`)
        .run(runId);
      return changes > 0 ? runId : undefined;
    });
  }

  /** False where no deleted run has this id. Its machine is shown again, too. */
  restoreRun(runId: string): boolean {
    return this.guard(() =>
      this.database
        .transaction(() => {
          const machineId = this.statements
            .prepare(
              'UPDATE run SET deletedAt = NULL WHERE id = ? AND deletedAt IS NOT NULL RETURNING machineId',
            )
            .pluck()
            .get(runId);
          if (typeof machineId !== 'string') return false;
          this.machines.undelete(machineId);
          return true;
        })
        .immediate(),
    );
  }

  /** Every run that has ended, also those that were hidden already, for good. Returns how many. */
  deleteAllRuns(): number {
    let deleted = 0;
    this.change(() => {
      deleted = this.statements.prepare("DELETE FROM run WHERE status <> 'running'").run().changes;
      this.storedFigures.recountSeries();
    });
    return deleted;
  }

  isDeleted(runId: string): boolean {
    return this.guard(
      () =>
        this.statements.prepare('SELECT 1 FROM run WHERE id = ? AND deletedAt IS NOT NULL').get(runId) !==
        undefined,
    );
  }

  /** `here`: the identity of the machine that this program runs on. */
  listMachines(deleted: boolean, here: string | null): Machine[] {
    return this.guard(() => this.machines.list(deleted, here));
  }

  /** The machine that an identity of hardware is shown as: itself, or the one that it was merged into. */
  shownMachineId(identity: string): string {
    return this.guard(() => this.machines.shown().get(identity)?.id ?? identity);
  }

  updateMachine(update: MachineUpdate): void {
    this.change(() => this.machines.update(update));
  }

  mergeMachines(sourceId: string, targetId: string): void {
    this.change(() => this.machines.merge(sourceId, targetId));
  }

  splitMachine(machineId: string): void {
    this.change(() => this.machines.split(machineId));
  }

  /** Throws ApiError('busy') while a run is going on on it. */
  deleteMachine(machineId: string): void {
    this.change(() => {
      const identities = this.machines.identities(machineId);
      const run = this.running().find((running) => identities.includes(running.machineId));
      if (run !== undefined) {
        throw new ApiError(
          'busy',
          `The run ${run.id} is going on on it.`,
          'Stop it before you delete the machine.',
        );
      }
      this.machines.delete(machineId);
    });
  }

  restoreMachine(machineId: string): void {
    this.change(() => this.machines.restore(machineId));
  }

  private change(change: () => void): void {
    this.guard(() => this.database.transaction(change).immediate());
  }

  /** What was deleted before that time goes for good; not what was deleted while the clock was wrong (1970), for nobody knows when that was. */
  private purge(before: string): void {
    this.guard(() => {
      const isDue = this.statements
        .prepare(
          `SELECT EXISTS (SELECT 1 FROM run WHERE deletedAt BETWEEN '2020' AND @before)
             OR EXISTS (SELECT 1 FROM machine WHERE deletedAt < @before)`,
        )
        .pluck()
        .get({ before });
      if (isDue !== 1) return;
      this.change(() => {
        this.statements.prepare("DELETE FROM run WHERE deletedAt BETWEEN '2020' AND ?").run(before);
        this.machines.purge(before);
      });
    });
  }

  private runIdOf(name: string): string | undefined {
    const latest = /^latest(?:~(\d{1,9}))?$/.exec(name);
    if (latest === null) return name;
    const id = this.statements
      .prepare(`SELECT id FROM run WHERE deletedAt IS NULL AND suite NOT IN ('${noiseSuite}', '${verifySuite}')
         ORDER BY startedAt DESC, id DESC LIMIT 1 OFFSET ?`)
      .pluck()
      .get(Number(latest[1] ?? 0));
    return typeof id === 'string' ? id : undefined;
  }

  private running() {
    return this.statements
      .prepare(`SELECT id, machineId, processId, processStart FROM run WHERE status = 'running'`)
      .all()
      .map((row) => RunningRowSchema.parse(row));
  }

  private markInterrupted(): void {
    for (const { id, processId, processStart } of this.running()) {
      if (processId !== null && isAlive({ id: processId, start: processStart })) continue;
      this.statements
        .prepare(
          `UPDATE run SET status = 'interrupted', processId = NULL, processStart = NULL,
                  reason = 'The program ended before the run did.' WHERE id = ?`,
        )
        .run(id);
    }
  }

  private guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw storeError(error, this.path);
    }
  }

  /** What cannot be read is remembered, so that lists say so. Throws ApiError('store'). */
  private parse<T>(runId: string, schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const reason = z.prettifyError(parsed.error);
    this.guard(() =>
      this.statements.prepare('UPDATE run SET unreadable = ? WHERE id = ?').run(reason, runId),
    );
    throw new ApiError(
      'store',
      `The database ${this.path} holds a run (${runId}) that this version cannot read: ${reason}`,
      `Export it with the version that wrote it, or delete it: plimsoll delete ${runId}`,
    );
  }

  /** One run that cannot be read does not stand in the way of the others. */
  private unlessUnreadable(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

const selectFigures = 'SELECT id, machineId, startedAt, surroundings FROM run';

function summaryOf(row: unknown, shown: ReadonlyMap<string, ShownMachine>): RunSummary {
  const { machineId, deletedAt, unreadable, ...head } = SummaryRowSchema.parse(row);
  const machine = shown.get(machineId) ?? { id: machineId, name: machineId };
  return {
    ...head,
    machineId: machine.id,
    machineName: machine.name,
    ...(deletedAt !== null && { deletedAt }),
    ...(unreadable !== null && { unreadable }),
  };
}

function measurementOf({ body, samples }: z.infer<typeof MeasurementRowSchema>): unknown {
  const measurement = JSON.parse(body) as { outcome: { samplesNs?: readonly number[] } };
  if (samples !== null) measurement.outcome.samplesNs = decodeSamples(samples);
  return measurement;
}
