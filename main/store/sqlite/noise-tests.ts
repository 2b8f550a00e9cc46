import type { Surroundings } from '../../../core/analysis/environment-differences.ts';
import type { NoiseTest } from '../../../core/protocol/run.ts';
import type { NoiseTests, StoredNoiseTest } from '../store.ts';
import type { Connection } from './connection.ts';
import type { StoredMachines } from './stored-machines.ts';

export class SqliteNoiseTests implements NoiseTests {
  private readonly connection: Connection;
  private readonly machines: StoredMachines;

  constructor(connection: Connection, machines: StoredMachines) {
    this.connection = connection;
    this.machines = machines;
  }

  set(runId: string, tests: readonly NoiseTest[]): void {
    this.connection.guard(() =>
      this.connection.statements
        .prepare('UPDATE run SET noise = ? WHERE id = ?')
        .run(JSON.stringify(tests), runId),
    );
  }

  of(machineId: string): StoredNoiseTest[] {
    return this.connection.guard(() =>
      this.connection.statements
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
}
