/** Runs and their measurements in SQLite. Every measurement is one transaction: a run that is killed keeps what it had. */
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { believedSamples } from '../../core/analysis/believed-samples.ts';
import type { Figure, RunFigures } from '../../core/analysis/figures.ts';
import { ApiError } from '../../core/protocol/api.ts';
import { RoundConditionsSchema } from '../../core/protocol/conditions.ts';
import type { Machine, MachineUpdate } from '../../core/protocol/machines.ts';
import {
  CaseSchema,
  type DeviceCalibration,
  DeviceCalibrationSchema,
  type Environment,
  EnvironmentSchema,
  type Measurement,
  type Run,
  RunSchema,
  type RunStatus,
  RunStatusSchema,
  type RunSummary,
} from '../../core/protocol/run.ts';
import { now, StoredMachines } from './machines.ts';
import { databaseName, openDatabase, storeError } from './open-database.ts';
import { isAlive, ownProcess } from './process-identity.ts';
import { decodeSamples, encodeSamples } from './samples.ts';

const RunRowSchema = z.object({
  id: z.string(),
  suite: z.string(),
  status: RunStatusSchema,
  reason: z.string().nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  environment: z.string(),
  providers: z.string(),
});

const SummaryRowSchema = RunRowSchema.omit({ providers: true, environment: true }).extend({
  machineId: z.string(),
  cpu: z.string(),
  deletedAt: z.string().nullable(),
  unreadable: z.string().nullable(),
  measured: z.number(),
  stored: z.number(),
});

const MeasurementRowSchema = z.object({ body: z.string(), samples: z.instanceof(Uint8Array).nullable() });

/** As much of a measurement as is compared and remembered. */
const StoredFigureSchema = CaseSchema.extend({
  id: z.string(),
  instructionSet: z.string(),
  outcome: z.object({
    rounds: z.array(z.number()).optional(),
    conditions: z.array(RoundConditionsSchema).optional(),
    kernels: z.array(z.object({ operations: z.number() })),
  }),
});

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

export interface FigureFilter {
  readonly machineId?: string | undefined;
  readonly model?: string | undefined;
  /** Of runs, the newest. */
  readonly limit: number;
}

/** So long is what was deleted kept. */
const keptDays = 30;

export class Store {
  private readonly database: Database.Database;
  private readonly machines: StoredMachines;
  readonly path: string;

  /** Throws ApiError('store'). Runs whose process died are marked as interrupted; what was deleted long ago goes for good. */
  constructor(folder: string) {
    this.path = join(folder, databaseName);
    this.database = openDatabase(folder);
    this.machines = new StoredMachines(this.database);
    this.guard(() => this.markInterrupted());
    this.purge(new Date(Date.now() - keptDays * 24 * 3600 * 1000).toISOString());
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
          this.database
            .prepare(
              `INSERT INTO run (id, machineId, suite, status, startedAt, environment, cpu, processId, processStart)
               VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?)`,
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
            );
        })
        .immediate();
    });
  }

  setProviders(runId: string, providers: readonly DeviceCalibration[]): void {
    this.guard(() =>
      this.database
        .prepare('UPDATE run SET providers = ? WHERE id = ?')
        .run(JSON.stringify(providers), runId),
    );
  }

  /** Stores a measurement, or replaces what an earlier round stored of it. */
  putMeasurement(runId: string, measurement: Measurement): void {
    const { outcome } = measurement;
    const samples = outcome.status === 'measured' ? encodeSamples(outcome.samplesNs) : null;
    const body =
      outcome.status === 'measured'
        ? { ...measurement, outcome: { ...outcome, samplesNs: [] } }
        : measurement;
    this.guard(() =>
      this.database
        .prepare(
          `INSERT INTO measurement (id, runId, position, body, samples)
           VALUES (?, ?, (SELECT count(*) FROM measurement WHERE runId = ?), ?, ?)
           ON CONFLICT (id) DO UPDATE SET body = excluded.body, samples = excluded.samples`,
        )
        .run(measurement.id, runId, runId, JSON.stringify(body), samples),
    );
  }

  finishRun(runId: string, status: Exclude<RunStatus, 'running'>, finishedAt: string, reason: string | null) {
    this.guard(() =>
      this.database
        .prepare(
          'UPDATE run SET status = ?, finishedAt = ?, reason = ?, processId = NULL, processStart = NULL WHERE id = ?',
        )
        .run(status, finishedAt, reason, runId),
    );
  }

  /**
   * Stores a run that was measured elsewhere, all of it or nothing. Throws ApiError('badInput') where it, or a measurement
   * of it, is stored already: what is here is never replaced.
   */
  importRun(run: Run): void {
    const { id, suite, startedAt, environment, providers, measurements } = run;
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
          if (this.database.prepare('SELECT 1 FROM run WHERE id = ?').get(id) !== undefined) {
            throw new ApiError('badInput', `Run ${id} is stored already; nothing was changed.`);
          }
          const taken = this.database.prepare('SELECT 1 FROM measurement WHERE id = ?');
          if (measurements.some((measurement) => taken.get(measurement.id) !== undefined)) {
            throw new ApiError(
              'badInput',
              `Run ${id} has measurements that are stored already, in another run; nothing was changed.`,
              'Export it again from where it was measured.',
            );
          }
          this.machines.see(environment, startedAt);
          this.database
            .prepare(
              `INSERT INTO run (id, machineId, suite, status, reason, startedAt, finishedAt, environment, cpu, providers)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            )
            .run(
              id,
              environment.machine.id,
              suite,
              status,
              reason,
              startedAt,
              run.finishedAt,
              JSON.stringify(environment),
              environment.cpu.model,
              JSON.stringify(providers),
            );
          for (const measurement of measurements) this.putMeasurement(id, measurement);
        })
        .immediate(),
    );
  }

  /**
   * `latest` is the newest run, `latest~1` the one before it, and so on. Its machine is named as it is shown. Undefined where there
   * is none, or it is deleted.
   */
  getRun(name: string): Run | undefined {
    const run = this.exportRun(name);
    return run && { ...run, environment: this.shownEnvironment(run.environment) };
  }

  /** As it was measured: what is made of its machine here stays here. */
  exportRun(name: string): Run | undefined {
    const row = this.guard(() =>
      this.database.prepare('SELECT * FROM run WHERE id = ? AND deletedAt IS NULL').get(this.runIdOf(name)),
    );
    if (row === undefined) return undefined;
    const { environment, providers, ...head } = RunRowSchema.parse(row);
    const measurements = this.guard(() =>
      this.database
        .prepare('SELECT body, samples FROM measurement WHERE runId = ? ORDER BY position')
        .all(head.id),
    ).map((measurement) => parseMeasurement(MeasurementRowSchema.parse(measurement)));
    return this.parse(head.id, RunSchema, {
      ...head,
      environment: JSON.parse(environment),
      providers: JSON.parse(providers),
      measurements,
    });
  }

  private shownEnvironment(environment: Environment, shown = this.machines.shown()): Environment {
    const machine = shown.get(environment.machine.id);
    return { ...environment, machine: { ...environment.machine, ...machine } };
  }

  /** What runs that have ended measured, oldest first: without kernels, so that many can be read. */
  figures({ machineId, model, limit }: FigureFilter): RunFigures[] {
    return this.guard(() => {
      const runs = this.database
        .prepare(
          `SELECT * FROM run WHERE status <> 'running' AND deletedAt IS NULL
             AND (@machines IS NULL OR machineId IN (SELECT value FROM json_each(@machines)))
           ORDER BY startedAt DESC, id DESC LIMIT @limit`,
        )
        .all({
          machines: machineId === undefined ? null : JSON.stringify(this.machines.identities(machineId)),
          limit,
        })
        .map((row) => RunRowSchema.parse(row))
        .reverse();
      // Parsed here rather than by SQLite's functions: several times as quick.
      const shown = this.machines.shown();
      const select = this.database.prepare(
        'SELECT body, samples FROM measurement WHERE runId = ? AND samples IS NOT NULL ORDER BY position',
      );
      return runs.flatMap(({ id, startedAt, environment, providers }) =>
        this.unlessUnreadable(() => ({
          id,
          startedAt,
          environment: this.shownEnvironment(
            this.parse(id, EnvironmentSchema, JSON.parse(environment)),
            shown,
          ),
          providers: this.parse(id, z.array(DeviceCalibrationSchema), JSON.parse(providers)),
          figures: select
            .all(id)
            .map((row) => this.parseFigure(id, MeasurementRowSchema.parse(row)))
            .filter((figure) => model === undefined || figure.model === model),
        })),
      );
    });
  }

  private parseFigure(runId: string, { body, samples }: z.infer<typeof MeasurementRowSchema>): Figure {
    const { outcome, ...head } = this.parse(runId, StoredFigureSchema, JSON.parse(body));
    const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
    const all = samples === null ? [] : decodeSamples(samples);
    const { samplesNs, rounds } = believedSamples({ ...outcome, samplesNs: all });
    return { ...head, rounds, operations, samplesNs };
  }

  /** Newest first: those that are not deleted, or those that are. */
  listRuns({ deleted = false }: { deleted?: boolean } = {}): RunSummary[] {
    const shown = this.machines.shown();
    const rows = this.guard(() =>
      this.database
        .prepare(
          `SELECT run.*, count(measurement.id) AS stored,
                  coalesce(sum(json_extract(measurement.body, '$.outcome.status') = 'measured'), 0) AS measured
           FROM run LEFT JOIN measurement ON measurement.runId = run.id
           WHERE run.deletedAt IS ${deleted ? 'NOT NULL' : 'NULL'}
           GROUP BY run.id ORDER BY startedAt DESC, run.id DESC`,
        )
        .all(),
    );
    return rows.map((row) => {
      const { machineId, measured, stored, deletedAt, unreadable, ...head } = SummaryRowSchema.parse(row);
      const machine = shown.get(machineId);
      return {
        ...head,
        machineId: machine?.id ?? machineId,
        machineName: machine?.name ?? machineId,
        measured,
        lost: stored - measured,
        ...(deletedAt !== null && { deletedAt }),
        ...(unreadable !== null && { unreadable }),
      };
    });
  }

  /** The run that a measurement belongs to. */
  runOfMeasurement(measurementId: string): Run | undefined {
    const runId = this.guard(() =>
      this.database.prepare('SELECT runId FROM measurement WHERE id = ?').pluck().get(measurementId),
    );
    return typeof runId === 'string' ? this.getRun(runId) : undefined;
  }

  /** By the names that `getRun` takes. Its id, or undefined where there is no such run. Throws ApiError('busy') while it is going on. */
  deleteRun(name: string): string | undefined {
    return this.guard(() => {
      const runId = this.runIdOf(name);
      if (this.running().some(({ id }) => id === runId)) {
        throw new ApiError('busy', `The run ${runId} is going on.`, 'Stop it before you delete it.');
      }
      const { changes } = this.database
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
          const machineId = this.database
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

  isDeleted(runId: string): boolean {
    return this.guard(
      () =>
        this.database.prepare('SELECT 1 FROM run WHERE id = ? AND deletedAt IS NOT NULL').get(runId) !==
        undefined,
    );
  }

  /** `here`: the identity of the machine that this program runs on. */
  listMachines(deleted: boolean, here: string | null): Machine[] {
    return this.guard(() => this.machines.list(deleted, here));
  }

  updateMachine(update: MachineUpdate): void {
    this.changeMachines(() => this.machines.update(update));
  }

  mergeMachines(sourceId: string, targetId: string): void {
    this.changeMachines(() => this.machines.merge(sourceId, targetId));
  }

  splitMachine(machineId: string): void {
    this.changeMachines(() => this.machines.split(machineId));
  }

  /** Throws ApiError('busy') while a run is going on on it. */
  deleteMachine(machineId: string): void {
    this.changeMachines(() => {
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
    this.changeMachines(() => this.machines.restore(machineId));
  }

  private changeMachines(change: () => void): void {
    this.guard(() => this.database.transaction(change).immediate());
  }

  /** What was deleted before that time goes for good. */
  private purge(before: string): void {
    this.guard(() => {
      const isDue = this.database
        .prepare(
          'SELECT EXISTS (SELECT 1 FROM run WHERE deletedAt < @before) OR EXISTS (SELECT 1 FROM machine WHERE deletedAt < @before)',
        )
        .pluck()
        .get({ before });
      if (isDue !== 1) return;
      this.changeMachines(() => {
        this.database.prepare('DELETE FROM run WHERE deletedAt < ?').run(before);
        this.machines.purge(before);
      });
    });
  }

  private runIdOf(name: string): string | undefined {
    const latest = /^latest(?:~(\d{1,9}))?$/.exec(name);
    if (latest === null) return name;
    const id = this.database
      .prepare('SELECT id FROM run WHERE deletedAt IS NULL ORDER BY startedAt DESC, id DESC LIMIT 1 OFFSET ?')
      .pluck()
      .get(Number(latest[1] ?? 0));
    return typeof id === 'string' ? id : undefined;
  }

  private running() {
    return this.database
      .prepare(`SELECT id, machineId, processId, processStart FROM run WHERE status = 'running'`)
      .all()
      .map((row) => RunningRowSchema.parse(row));
  }

  private markInterrupted(): void {
    for (const { id, processId, processStart } of this.running()) {
      if (processId !== null && isAlive({ id: processId, start: processStart })) continue;
      this.database
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
    this.guard(() => this.database.prepare('UPDATE run SET unreadable = ? WHERE id = ?').run(reason, runId));
    throw new ApiError(
      'store',
      `The database ${this.path} holds a run (${runId}) that this version cannot read: ${reason}`,
      `Export it with the version that wrote it, or delete it: plimsoll delete ${runId}`,
    );
  }

  /** One run that cannot be read does not stand in the way of the others. */
  private unlessUnreadable<T>(read: () => T): T[] {
    try {
      return [read()];
    } catch (error) {
      if (error instanceof ApiError) return [];
      throw error;
    }
  }
}

function parseMeasurement({ body, samples }: z.infer<typeof MeasurementRowSchema>): unknown {
  const measurement = JSON.parse(body) as { outcome: { samplesNs?: readonly number[] } };
  if (samples !== null) measurement.outcome.samplesNs = decodeSamples(samples);
  return measurement;
}
