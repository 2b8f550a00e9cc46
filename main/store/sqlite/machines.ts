import { ApiError } from '../../../core/protocol/api.ts';
import type { Machine, MachineUpdate } from '../../../core/protocol/machines.ts';
import type { Environment } from '../../../core/protocol/run.ts';
import type { Machines } from '../store.ts';
import type { Connection } from './connection.ts';
import type { StoredMachines } from './stored-machines.ts';
import type { StoredRuns } from './stored-runs.ts';

export class SqliteMachines implements Machines {
  private readonly connection: Connection;
  private readonly machines: StoredMachines;
  private readonly runs: StoredRuns;

  constructor(connection: Connection, machines: StoredMachines, runs: StoredRuns) {
    this.connection = connection;
    this.machines = machines;
    this.runs = runs;
  }

  list(deleted: boolean, here: string | null): Machine[] {
    return this.connection.guard(() => this.machines.list(deleted, here));
  }

  shownId(identity: string): string {
    return this.connection.guard(() => this.machines.shown().get(identity)?.id ?? identity);
  }

  missingGpus(environment: Environment): string[] {
    return this.connection.guard(() => this.machines.missingGpus(environment));
  }

  update(update: MachineUpdate): void {
    this.connection.change(() => this.machines.update(update));
  }

  merge(sourceId: string, targetId: string): void {
    this.connection.change(() => this.machines.merge(sourceId, targetId));
  }

  split(machineId: string): void {
    this.connection.change(() => this.machines.split(machineId));
  }

  delete(machineId: string): void {
    this.connection.change(() => {
      const identities = this.machines.identities(machineId);
      const run = this.runs.running().find((running) => identities.includes(running.machineId));
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

  restore(machineId: string): void {
    this.connection.change(() => this.machines.restore(machineId));
  }
}
