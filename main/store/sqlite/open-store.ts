/** The store of this machine: one SQLite file. Every measurement is one transaction: a run that is killed keeps what it had. */
import type { Store } from '../store.ts';
import { Connection } from './connection.ts';
import { Derivation } from './derivation.ts';
import { SqliteHistories } from './histories.ts';
import { SqliteMachines } from './machines.ts';
import { SqliteMeasurements } from './measurements.ts';
import { SqliteNoiseTests } from './noise-tests.ts';
import { SqliteRuns } from './runs.ts';
import { StoredFigures } from './stored-figures.ts';
import { StoredMachines } from './stored-machines.ts';
import { StoredRuns } from './stored-runs.ts';
import { SqliteTunings } from './tunings.ts';

/** So long is what was deleted kept. */
const keptDays = 30;

/** Throws ApiError('store'). Runs whose process died are marked as interrupted; what was deleted long ago goes for good. */
export function openStore(folder: string): Store {
  const connection = new Connection(folder);
  const machines = new StoredMachines(connection.statements);
  const figures = new StoredFigures(connection.statements);
  const runs = new StoredRuns(connection, machines);
  const derivation = new Derivation(connection, runs, figures);
  const measurements = new SqliteMeasurements(connection, runs, figures);
  connection.guard(() => derivation.deriveOutdated());
  connection.guard(() => runs.markInterrupted());
  purge(connection, machines, new Date(Date.now() - keptDays * 24 * 3600 * 1000).toISOString());
  connection.refuseChangesOfCopy();
  return {
    path: connection.path,
    runs: new SqliteRuns({ connection, runs, machines, figures, derivation, measurements }),
    measurements,
    histories: new SqliteHistories(connection, runs, machines, figures),
    machines: new SqliteMachines(connection, machines, runs),
    noise: new SqliteNoiseTests(connection, machines),
    tuning: new SqliteTunings(connection),
    close: () => connection.close(),
  };
}

/** What was deleted before that time goes for good; not what was deleted while the clock was wrong (1970), for nobody knows when that was. */
function purge(connection: Connection, machines: StoredMachines, before: string): void {
  const isDue = connection.guard(() =>
    connection.statements
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM run WHERE deletedAt BETWEEN '2020' AND @before)
           OR EXISTS (SELECT 1 FROM machine WHERE deletedAt < @before)`,
      )
      .pluck()
      .get({ before }),
  );
  if (isDue !== 1) return;
  connection.change(() => {
    connection.statements.prepare("DELETE FROM run WHERE deletedAt BETWEEN '2020' AND ?").run(before);
    machines.purge(before);
  });
}
