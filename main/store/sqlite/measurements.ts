import { type MeasuredIn, measurementDetail } from '../../../core/analysis/report.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { Measurement, MeasurementDetail } from '../../../core/protocol/run.ts';
import type { Measurements } from '../store.ts';
import type { Connection } from './connection.ts';
import { encodeSamples } from './samples.ts';
import type { StoredFigures } from './stored-figures.ts';
import type { StoredRuns } from './stored-runs.ts';

export class SqliteMeasurements implements Measurements {
  private readonly connection: Connection;
  private readonly runs: StoredRuns;
  private readonly figures: StoredFigures;

  constructor(connection: Connection, runs: StoredRuns, figures: StoredFigures) {
    this.connection = connection;
    this.runs = runs;
    this.figures = figures;
  }

  put(runId: string, measurement: Measurement): void {
    this.connection.change(() => {
      this.insert(runId, measurement, this.runs.measuredIn(runId));
      this.figures.count(runId);
    });
  }

  /** Within a transaction of the caller's, who counts the figures afterwards. */
  insert(runId: string, measurement: Measurement, run: MeasuredIn): void {
    const { outcome } = measurement;
    const samples = outcome.status === 'measured' ? encodeSamples(outcome.samplesNs) : null;
    const body =
      outcome.status === 'measured'
        ? { ...measurement, outcome: { ...outcome, samplesNs: [] } }
        : measurement;
    const position = this.connection.statements
      .prepare<unknown[], number>(
        `INSERT INTO measurement (id, runId, position, body, samples)
         VALUES (?, ?, (SELECT count(*) FROM measurement WHERE runId = ?), ?, ?)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body, samples = excluded.samples RETURNING position`,
      )
      .pluck()
      .get(measurement.id, runId, runId, JSON.stringify(body), samples);
    if (position === undefined) throw new Error('the measurement was not stored');
    this.figures.put(runId, position, measurement, run);
  }

  isStored(measurementId: string): boolean {
    return (
      this.connection.statements.prepare('SELECT 1 FROM measurement WHERE id = ?').get(measurementId) !==
      undefined
    );
  }

  find(name: string): { readonly runId: string; readonly measurementId: string } {
    return this.connection.guard(() => {
      const found = this.connection.statements
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

  get(measurementId: string): Measurement | undefined {
    return this.connection.guard(() => this.runs.readMeasurement(measurementId)?.value);
  }

  detail(measurementId: string): MeasurementDetail | undefined {
    return this.connection.guard(() => {
      const measurement = this.runs.readMeasurement(measurementId);
      if (measurement === undefined) return undefined;
      const { runId, value } = measurement;
      return measurementDetail({ ...this.runs.measuredIn(runId), measurements: [value] }, measurementId);
    });
  }
}
