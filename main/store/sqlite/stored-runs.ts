/** The rows of runs, their names and states, and reading one whole. */
import { z } from 'zod';
import { type Surroundings, surroundingsOf } from '../../../core/analysis/environment-differences.ts';
import { type Figure, figureVersion, type RunFigures } from '../../../core/analysis/figures.ts';
import { unlistedSuites, verifySuite } from '../../../core/analysis/noise-test.ts';
import type { MeasuredIn } from '../../../core/analysis/report.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import {
  type DeviceCalibration,
  DeviceCalibrationSchema,
  type Environment,
  EnvironmentSchema,
  type Measurement,
  MeasurementSchema,
  type NoiseTest,
  type Run,
  RunSchema,
  type RunStatus,
  RunStatusSchema,
  type RunSummary,
} from '../../../core/protocol/run.ts';
import type { Connection } from './connection.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { decodeSamples } from './samples.ts';
import type { ShownMachine, StoredMachines } from './stored-machines.ts';

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
export type FiguresRow = z.infer<typeof FiguresRowSchema>;
const selectFigures = 'SELECT id, machineId, startedAt, surroundings FROM run';

const MeasurementRowSchema = z.object({ body: z.string(), samples: z.instanceof(Uint8Array).nullable() });

const RunningRowSchema = z.object({
  id: z.string(),
  machineId: z.string(),
  processId: z.number().nullable(),
  processStart: z.string().nullable(),
});

interface BegunRun {
  readonly id: string;
  readonly suite: string;
  readonly startedAt: string;
  readonly environment: Environment;
  readonly providers: readonly DeviceCalibration[];
  readonly noise?: readonly NoiseTest[] | undefined;
  /** Absent of a run that is none of this machine's processes'. */
  readonly process?: ProcessIdentity;
}

const isListed = suitesExcept(unlistedSuites);

function suitesExcept(suites: readonly string[]): string {
  return `suite NOT IN (${suites.map((suite) => `'${suite}'`).join(', ')})`;
}

/** Whoever calls it turns SQLite's errors into sentences. */
export class StoredRuns {
  private readonly connection: Connection;
  private readonly machines: StoredMachines;

  constructor(connection: Connection, machines: StoredMachines) {
    this.connection = connection;
    this.machines = machines;
  }

  private get statements() {
    return this.connection.statements;
  }

  /** A run counts in the histories from its end on: until then it is running. */
  insert({ id, suite, startedAt, environment, providers, noise, process }: BegunRun): void {
    this.statements
      .prepare(
        `INSERT INTO run (
           id, machineId, suite, status, startedAt, environment, cpu, providers, surroundings, figureVersion, noise, processId, processStart
         ) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
        process?.id ?? null,
        process?.start ?? null,
      );
  }

  end(runId: string, status: RunStatus, finishedAt: string | null, reason: string | null): void {
    this.statements
      .prepare(
        'UPDATE run SET status = ?, finishedAt = ?, reason = ?, processId = NULL, processStart = NULL WHERE id = ?',
      )
      .run(status, finishedAt, reason, runId);
  }

  running() {
    return this.statements
      .prepare(`SELECT id, machineId, processId, processStart FROM run WHERE status = 'running'`)
      .all()
      .map((row) => RunningRowSchema.parse(row));
  }

  markInterrupted(): void {
    for (const { id, processId, processStart } of this.running()) {
      if (processId !== null && isAlive({ id: processId, start: processStart })) continue;
      this.end(id, 'interrupted', null, 'The program ended before the run did.');
    }
  }

  /** Undefined where `latest` names none; another name is an id, whether there is such a run or not. */
  idOf(name: string): string | undefined {
    const latest = /^latest(?:~(\d{1,9}))?$/.exec(name);
    if (latest === null) return name;
    const id = this.statements
      .prepare(`SELECT id FROM run WHERE deletedAt IS NULL AND ${suitesExcept([...unlistedSuites, verifySuite])}
         ORDER BY startedAt DESC, id DESC LIMIT 1 OFFSET ?`)
      .pluck()
      .get(Number(latest[1] ?? 0));
    return typeof id === 'string' ? id : undefined;
  }

  isStored(runId: string): boolean {
    return this.statements.prepare('SELECT 1 FROM run WHERE id = ?').get(runId) !== undefined;
  }

  isDeleted(runId: string): boolean {
    return (
      this.statements.prepare('SELECT 1 FROM run WHERE id = ? AND deletedAt IS NOT NULL').get(runId) !==
      undefined
    );
  }

  list(deleted: boolean): RunSummary[] {
    const shown = this.machines.shown();
    return this.statements
      .prepare(
        `SELECT ${summaryColumns} FROM run WHERE deletedAt IS ${deleted ? 'NOT NULL' : 'NULL'} AND ${isListed}
         ORDER BY startedAt DESC, id DESC`,
      )
      .all()
      .map((row) => summaryOf(row, shown));
  }

  count(): number {
    return (
      this.statements
        .prepare<[], number>(`SELECT count(*) FROM run WHERE deletedAt IS NULL AND ${isListed}`)
        .pluck()
        .get() ?? 0
    );
  }

  summary(name: string): RunSummary | undefined {
    const row = this.statements
      .prepare(`SELECT ${summaryColumns} FROM run WHERE id = ? AND deletedAt IS NULL`)
      .get(this.idOf(name));
    return row === undefined ? undefined : summaryOf(row, this.machines.shown());
  }

  /** Whole, deleted or not. */
  read(runId: string): Run | undefined {
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

  /** Not of runs that are deleted. */
  readMeasurement(measurementId: string): { runId: string; value: Measurement } | undefined {
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

  measuredIn(runId: string): MeasuredIn {
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

  /** Oldest first; those that cannot be read have no figures and are left out. */
  ended(machineId: string | undefined, limit: number): FiguresRow[] {
    const where = machineId === undefined ? '' : 'AND machineId IN (SELECT value FROM json_each(@machines))';
    return this.statements
      .prepare(
        `${selectFigures} WHERE deletedAt IS NULL AND status <> 'running' AND unreadable IS NULL AND ${isListed} ${where}
         ORDER BY startedAt DESC, id DESC LIMIT @limit`,
      )
      .all({
        limit,
        ...(machineId !== undefined && { machines: JSON.stringify(this.machines.identities(machineId)) }),
      })
      .map((row) => FiguresRowSchema.parse(row))
      .reverse();
  }

  figuresRow(runId: string): FiguresRow {
    return FiguresRowSchema.parse(this.statements.prepare(`${selectFigures} WHERE id = ?`).get(runId));
  }

  /** What cannot be read is remembered, so that lists say so. Throws ApiError('store'). */
  private parse<T>(runId: string, schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const reason = z.prettifyError(parsed.error);
    this.statements.prepare('UPDATE run SET unreadable = ? WHERE id = ?').run(reason, runId);
    throw new ApiError(
      'store',
      `The database ${this.connection.path} holds a run (${runId}) that this version cannot read: ${reason}`,
      `Export it with the version that wrote it, or delete it: plimsoll delete ${runId}`,
    );
  }
}

export function figuresOf(
  { id, machineId, startedAt, surroundings }: FiguresRow,
  shown: ReadonlyMap<string, ShownMachine>,
  figures: readonly Figure[],
): RunFigures {
  const machine = shown.get(machineId) ?? { id: machineId, name: machineId };
  // As this program wrote them.
  const facts = JSON.parse(surroundings) as Surroundings;
  return { id, startedAt, machine, surroundings: [['machine', machine.id], ...facts], figures };
}

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
