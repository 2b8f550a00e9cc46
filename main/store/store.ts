/** Runs and their measurements in SQLite. Every measurement is one transaction: a run that is killed keeps what it had. */
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { believedSamples } from '../../core/analysis/believed-samples.ts';
import type { Figure, RunFigures } from '../../core/analysis/figures.ts';
import { ApiError } from '../../core/protocol/api.ts';
import { RoundConditionsSchema } from '../../core/protocol/conditions.ts';
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

const SummaryRowSchema = RunRowSchema.omit({ providers: true }).extend({
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

export class Store {
  private readonly database: Database.Database;
  readonly path: string;

  /** Throws ApiError('store'). Runs whose process died are marked as interrupted. */
  constructor(folder: string) {
    this.path = join(folder, databaseName);
    this.database = openDatabase(folder);
    this.guard(() => this.markInterrupted());
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
          this.database
            .prepare('INSERT INTO machine (id, name, firstSeenAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
            .run(environment.machine.id, environment.machine.name, startedAt);
          const own = ownProcess();
          this.database
            .prepare(
              `INSERT INTO run (id, machineId, suite, status, startedAt, environment, processId, processStart)
               VALUES (?, ?, ?, 'running', ?, ?, ?, ?)`,
            )
            .run(
              id,
              environment.machine.id,
              suite,
              startedAt,
              JSON.stringify(environment),
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
    const { id: machineId, name } = environment.machine;
    // Its process is none of this machine's.
    const status = run.status === 'running' ? 'interrupted' : run.status;
    const reason = run.status === 'running' ? 'It was exported while it was going on.' : run.reason;
    this.guard(() =>
      this.database
        .transaction(() => {
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
          this.database
            .prepare('INSERT INTO machine (id, name, firstSeenAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
            .run(machineId, name, startedAt);
          this.database
            .prepare(
              `INSERT INTO run (id, machineId, suite, status, reason, startedAt, finishedAt, environment, providers)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            )
            .run(
              id,
              machineId,
              suite,
              status,
              reason,
              startedAt,
              run.finishedAt,
              JSON.stringify(environment),
              JSON.stringify(providers),
            );
          for (const measurement of measurements) this.putMeasurement(id, measurement);
        })
        .immediate(),
    );
  }

  /** `latest` is the newest run, `latest~1` the one before it, and so on. Undefined where there is none. */
  getRun(name: string): Run | undefined {
    const row = this.guard(() =>
      this.database.prepare('SELECT * FROM run WHERE id = ?').get(this.runIdOf(name)),
    );
    if (row === undefined) return undefined;
    const { environment, providers, ...head } = RunRowSchema.parse(row);
    const measurements = this.guard(() =>
      this.database
        .prepare('SELECT body, samples FROM measurement WHERE runId = ? ORDER BY position')
        .all(head.id),
    ).map((measurement) => parseMeasurement(MeasurementRowSchema.parse(measurement)));
    return this.parse(RunSchema, {
      ...head,
      environment: JSON.parse(environment),
      providers: JSON.parse(providers),
      measurements,
    });
  }

  /** What runs that have ended measured, oldest first: without kernels, so that many can be read. */
  figures({ machineId, model, limit }: FigureFilter): RunFigures[] {
    return this.guard(() => {
      const runs = this.database
        .prepare(
          `SELECT * FROM run WHERE status <> 'running' AND (@machineId IS NULL OR machineId = @machineId)
           ORDER BY startedAt DESC, id DESC LIMIT @limit`,
        )
        .all({ machineId: machineId ?? null, limit })
        .map((row) => RunRowSchema.parse(row))
        .reverse();
      // Parsed here rather than by SQLite's functions: several times as quick.
      const select = this.database.prepare(
        'SELECT body, samples FROM measurement WHERE runId = ? AND samples IS NOT NULL ORDER BY position',
      );
      return runs.map(({ id, startedAt, environment, providers }) => ({
        id,
        startedAt,
        environment: this.parse(EnvironmentSchema, JSON.parse(environment)),
        providers: this.parse(z.array(DeviceCalibrationSchema), JSON.parse(providers)),
        figures: select
          .all(id)
          .map((row) => this.parseFigure(MeasurementRowSchema.parse(row)))
          .filter((figure) => model === undefined || figure.model === model),
      }));
    });
  }

  private parseFigure({ body, samples }: z.infer<typeof MeasurementRowSchema>): Figure {
    const { outcome, ...head } = this.parse(StoredFigureSchema, JSON.parse(body));
    const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
    const all = samples === null ? [] : decodeSamples(samples);
    const { samplesNs, rounds } = believedSamples({ ...outcome, samplesNs: all });
    return { ...head, rounds, operations, samplesNs };
  }

  /** Newest first. */
  listRuns(): RunSummary[] {
    const rows = this.guard(() =>
      this.database
        .prepare(
          `SELECT run.*, count(measurement.id) AS stored,
                  coalesce(sum(json_extract(measurement.body, '$.outcome.status') = 'measured'), 0) AS measured
           FROM run LEFT JOIN measurement ON measurement.runId = run.id
           GROUP BY run.id ORDER BY startedAt DESC, run.id DESC`,
        )
        .all(),
    );
    return rows.map((row) => {
      const { environment, measured, stored, ...head } = SummaryRowSchema.parse(row);
      const { machine, cpu } = this.parse(EnvironmentSchema, JSON.parse(environment));
      return {
        ...head,
        machineId: machine.id,
        machineName: machine.name,
        cpu: cpu.model,
        measured,
        lost: stored - measured,
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

  /** By the names that `getRun` takes. False where there is no such run. Throws ApiError('busy') while it is going on. */
  deleteRun(name: string): boolean {
    return this.guard(() => {
      const runId = this.runIdOf(name);
      if (this.running().some(({ id }) => id === runId)) {
        throw new ApiError('busy', `The run ${runId} is going on.`, 'Stop it before you delete it.');
      }
      return this.database.prepare('DELETE FROM run WHERE id = ?').run(runId).changes > 0;
    });
  }

  private runIdOf(name: string): string | undefined {
    const latest = /^latest(?:~(\d{1,9}))?$/.exec(name);
    if (latest === null) return name;
    const id = this.database
      .prepare('SELECT id FROM run ORDER BY startedAt DESC, id DESC LIMIT 1 OFFSET ?')
      .pluck()
      .get(Number(latest[1] ?? 0));
    return typeof id === 'string' ? id : undefined;
  }

  private running() {
    return this.database
      .prepare(`SELECT id, processId, processStart FROM run WHERE status = 'running'`)
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

  private parse<T>(schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new ApiError(
      'store',
      `The database ${this.path} holds a run that this version cannot read: ${z.prettifyError(parsed.error)}`,
      'Export it with the version that wrote it, or delete it.',
    );
  }
}

function parseMeasurement({ body, samples }: z.infer<typeof MeasurementRowSchema>): unknown {
  const measurement = JSON.parse(body) as { outcome: { samplesNs?: readonly number[] } };
  if (samples !== null) measurement.outcome.samplesNs = decodeSamples(samples);
  return measurement;
}
