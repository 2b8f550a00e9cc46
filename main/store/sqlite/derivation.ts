/** Derives what is kept beside measurements, where the code that derives it has changed. */
import { surroundingsOf } from '../../../core/analysis/environment-differences.ts';
import { figureVersion } from '../../../core/analysis/figures.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { Connection } from './connection.ts';
import type { StoredFigures } from './stored-figures.ts';
import type { StoredRuns } from './stored-runs.ts';

export class Derivation {
  private readonly connection: Connection;
  private readonly runs: StoredRuns;
  private readonly figures: StoredFigures;

  constructor(connection: Connection, runs: StoredRuns, figures: StoredFigures) {
    this.connection = connection;
    this.runs = runs;
    this.figures = figures;
  }

  /** All that is kept of a run beside its measurements. Throws ApiError('store') where it cannot be read. */
  derive(runId: string): void {
    const run = this.runs.read(runId);
    if (run === undefined) return;
    for (const [position, measurement] of run.measurements.entries()) {
      this.figures.put(runId, position, measurement, run);
    }
    this.figures.count(runId);
    this.connection.statements
      .prepare('UPDATE run SET surroundings = ?, unreadable = NULL WHERE id = ?')
      .run(JSON.stringify(surroundingsOf(run.environment, run.providers)), runId);
  }

  /** Of runs that were stored by a version that derived other things, or none; each in a transaction of its own. */
  deriveOutdated(): void {
    const { statements } = this.connection;
    const outdated = statements
      .prepare<[number], string>('SELECT id FROM run WHERE figureVersion <> ?')
      .pluck()
      .all(figureVersion);
    for (const runId of outdated) {
      this.connection.change(() => {
        unlessUnreadable(() => this.derive(runId));
        statements.prepare('UPDATE run SET figureVersion = ? WHERE id = ?').run(figureVersion, runId);
      });
    }
    if (outdated.length > 0) this.connection.change(() => this.figures.recountSeries());
  }
}

/** One run that cannot be read does not stand in the way of the others. */
function unlessUnreadable(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
