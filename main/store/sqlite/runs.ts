import { believedSamples } from '../../../core/analysis/believed-samples.ts';
import { ceilingsOfCases } from '../../../core/analysis/ceilings.ts';
import type { ComparableRun } from '../../../core/analysis/compare.ts';
import { assembleReport } from '../../../core/analysis/report.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { DeviceCalibration, Run, RunReport, RunStatus, RunSummary } from '../../../core/protocol/run.ts';
import { splitRounds } from '../../../core/statistics/rounds.ts';
import type { NewRun, Runs } from '../store.ts';
import type { Connection } from './connection.ts';
import type { Derivation } from './derivation.ts';
import type { SqliteMeasurements } from './measurements.ts';
import { ownProcess } from './process-identity.ts';
import type { StoredFigures } from './stored-figures.ts';
import { now, type StoredMachines } from './stored-machines.ts';
import { figuresOf, type StoredRuns } from './stored-runs.ts';

interface Parts {
  readonly connection: Connection;
  readonly runs: StoredRuns;
  readonly machines: StoredMachines;
  readonly figures: StoredFigures;
  readonly derivation: Derivation;
  readonly measurements: SqliteMeasurements;
}

export class SqliteRuns implements Runs {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  create(run: NewRun): void {
    const { connection, runs, machines } = this.parts;
    connection.change(() => {
      runs.markInterrupted();
      const other = runs.running()[0];
      if (other !== undefined) {
        throw new ApiError(
          'busy',
          `Another run (${other.id}) is going on in process ${other.processId}; two at once would disturb each other.`,
          'Wait until it ends, or stop it.',
        );
      }
      machines.see(run.environment, run.startedAt);
      runs.insert({ ...run, providers: [], process: ownProcess() });
    });
  }

  setProviders(runId: string, providers: readonly DeviceCalibration[]): void {
    const { connection, derivation } = this.parts;
    connection.change(() => {
      connection.statements
        .prepare('UPDATE run SET providers = ? WHERE id = ?')
        .run(JSON.stringify(providers), runId);
      derivation.derive(runId);
    });
  }

  finish(runId: string, status: RunStatus, finishedAt: string, reason: string | null): void {
    const { connection, runs } = this.parts;
    connection.guard(() => runs.end(runId, status, finishedAt, reason));
  }

  import(run: Run): void {
    const { connection, runs, machines, figures, measurements } = this.parts;
    const { id } = run;
    // Its process is none of this machine's.
    const status = run.status === 'running' ? 'interrupted' : run.status;
    const reason = run.status === 'running' ? 'It was exported while it was going on.' : run.reason;
    connection.change(() => {
      if (runs.isDeleted(id)) {
        throw new ApiError(
          'badInput',
          `Run ${id} was here and is deleted; nothing was changed.`,
          `plimsoll restore ${id} brings it back.`,
        );
      }
      if (runs.isStored(id)) {
        throw new ApiError('badInput', `Run ${id} is stored already; nothing was changed.`);
      }
      if (run.measurements.some((measurement) => measurements.isStored(measurement.id))) {
        throw new ApiError(
          'badInput',
          `Run ${id} has measurements that are stored already, in another run; nothing was changed.`,
          'Export it again from where it was measured.',
        );
      }
      machines.see(run.environment, run.startedAt);
      runs.insert(run);
      for (const measurement of run.measurements) measurements.insert(id, measurement, run);
      figures.count(id);
      // Only now: a run counts in the histories from its end on.
      runs.end(id, status, run.finishedAt, reason);
    });
  }

  get(name: string): Run | undefined {
    const { connection, runs } = this.parts;
    return connection.guard(() => {
      const runId = runs.idOf(name);
      return runId === undefined || runs.isDeleted(runId) ? undefined : runs.read(runId);
    });
  }

  report(name: string): RunReport | undefined {
    const { connection, runs, figures } = this.parts;
    return connection.guard(() => {
      const summary = runs.summary(name);
      if (summary === undefined) return undefined;
      const { id, machineId, machineName } = summary;
      const { environment, providers } = runs.measuredIn(id);
      const machine = { ...environment.machine, id: machineId, name: machineName };
      return assembleReport(summary, { ...environment, machine }, providers, figures.shown(id));
    });
  }

  comparable(name: string): ComparableRun | undefined {
    const { connection, runs, machines, figures, measurements } = this.parts;
    return connection.guard(() => {
      const summary = runs.summary(name);
      if (summary === undefined) return undefined;
      const { id } = summary;
      const own = figures.ofRun(id);
      return {
        ...figuresOf(runs.figuresRow(id), machines.shown(), own),
        summary,
        ceilings: ceilingsOfCases(runs.measuredIn(id).providers, own),
        lost: figures.lost(id),
        samplesOf: (measurementId) => {
          const outcome = measurements.get(measurementId)?.outcome;
          if (outcome?.status !== 'measured') return [];
          const { samplesNs, rounds } = believedSamples(outcome);
          return splitRounds(samplesNs, rounds);
        },
      };
    });
  }

  list({ deleted = false }: { readonly deleted?: boolean } = {}): RunSummary[] {
    const { connection, runs } = this.parts;
    return connection.guard(() => runs.list(deleted));
  }

  count(): number {
    const { connection, runs } = this.parts;
    return connection.guard(() => runs.count());
  }

  delete(name: string): string | undefined {
    const { connection, runs } = this.parts;
    return connection.guard(() => {
      const runId = runs.idOf(name);
      if (runs.running().some(({ id }) => id === runId)) {
        throw new ApiError('busy', `The run ${runId} is going on.`, 'Stop it before you delete it.');
      }
      const { changes } = connection.statements
        .prepare(`UPDATE run SET deletedAt = ${now} WHERE id = ? AND deletedAt IS NULL`)
        .run(runId);
      return changes > 0 ? runId : undefined;
    });
  }

  restore(runId: string): boolean {
    const { connection, machines } = this.parts;
    return connection.change(() => {
      const machineId = connection.statements
        .prepare('UPDATE run SET deletedAt = NULL WHERE id = ? AND deletedAt IS NOT NULL RETURNING machineId')
        .pluck()
        .get(runId);
      if (typeof machineId !== 'string') return false;
      machines.undelete(machineId);
      return true;
    });
  }

  deleteAll(): number {
    const { connection, figures } = this.parts;
    return connection.change(() => {
      const { changes } = connection.statements.prepare("DELETE FROM run WHERE status <> 'running'").run();
      figures.recountSeries();
      return changes;
    });
  }

  isDeleted(runId: string): boolean {
    const { connection, runs } = this.parts;
    return connection.guard(() => runs.isDeleted(runId));
  }
}
