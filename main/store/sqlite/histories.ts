import type { RunFigures } from '../../../core/analysis/figures.ts';
import type { RunLatencies } from '../../../core/analysis/noise-floor.ts';
import type { HistoryHead } from '../../../core/protocol/compare.ts';
import type { FigureFilter, Histories } from '../store.ts';
import type { Connection } from './connection.ts';
import type { StoredFigures } from './stored-figures.ts';
import type { StoredMachines } from './stored-machines.ts';
import { figuresOf, type StoredRuns } from './stored-runs.ts';

export class SqliteHistories implements Histories {
  private readonly connection: Connection;
  private readonly runs: StoredRuns;
  private readonly machines: StoredMachines;
  private readonly stored: StoredFigures;

  constructor(connection: Connection, runs: StoredRuns, machines: StoredMachines, stored: StoredFigures) {
    this.connection = connection;
    this.runs = runs;
    this.machines = machines;
    this.stored = stored;
  }

  figures({ machineId, limit, ...wanted }: FigureFilter): RunFigures[] {
    return this.connection.guard(() => {
      const shown = this.machines.shown();
      const runs = this.runs.ended(machineId, limit);
      if (Object.values(wanted).every((value) => value === undefined)) {
        return runs.map((row) => figuresOf(row, shown, this.stored.ofRun(row.id)));
      }
      const runIds = runs.map(({ id }) => id);
      const found = Map.groupBy(
        this.stored.caseIds(wanted).flatMap((caseId) => this.stored.ofCase(caseId, runIds)),
        ([runId]) => runId,
      );
      return runs.map((row) => figuresOf(row, shown, found.get(row.id)?.map(([, figure]) => figure) ?? []));
    });
  }

  latencies(machineId: string, limit: number): RunLatencies[] {
    return this.connection.guard(() => {
      const shown = this.machines.shown();
      return this.runs.ended(machineId, limit).map((row) => ({
        ...figuresOf(row, shown, []),
        latencies: this.stored.latencies(row.id),
      }));
    });
  }

  series(): HistoryHead[] {
    return this.connection.guard(() => {
      const shown = this.machines.shown();
      const heads = new Map<string, HistoryHead>();
      for (const { machineId, case: of, runs } of this.stored.series()) {
        const machine = shown.get(machineId) ?? { id: machineId, name: machineId };
        const key = JSON.stringify([machine.id, of]);
        const merged = heads.get(key)?.runs ?? 0;
        heads.set(key, { ...of, machineId: machine.id, machineName: machine.name, runs: merged + runs });
      }
      return [...heads.values()].sort((a, b) => b.runs - a.runs);
    });
  }
}
