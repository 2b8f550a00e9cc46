/**
 * What is derived from measurements and kept beside them, so that lists, comparisons and histories parse none of them. Nothing
 * here is more than a copy: it is derived anew where the code that does it has changed.
 */
import {
  caseFields,
  caseKey,
  caseOf,
  caseValue,
  type Figure,
  figureOf,
  type LostFigure,
} from '../../../core/analysis/figures.ts';
import type { RunLatencies } from '../../../core/analysis/noise-floor.ts';
import { type MeasuredIn, type ShownMeasurement, showMeasurement } from '../../../core/analysis/report.ts';
import type { Case, Measurement } from '../../../core/protocol/run.ts';
import { decodeSamples, encodeSamples } from './samples.ts';
import type { Statements } from './statements.ts';

/** As it was written below: rows of this program's own are not parsed again, there are too many of them. */
interface FigureRow {
  readonly measurementId: string;
  readonly caseId: number;
  readonly instructionSet: string;
  readonly medianNs: number;
  readonly lowNs: number;
  readonly highNs: number;
  readonly p90Ns: number | null;
  readonly roundMediansNs: Uint8Array;
  readonly samples: number;
  readonly mildOutliers: number;
  readonly severeOutliers: number;
  readonly operations: number;
  readonly efficiency: number | null;
  readonly clockHz: number | null;
  readonly undisturbedNs: number;
  readonly undisturbedLowNs: number;
  readonly undisturbedHighNs: number;
  readonly roundLowerEndsNs: Uint8Array;
  readonly roundArithmeticPerSecond: Uint8Array;
  readonly doubt: string | null;
  readonly looks: number;
}

interface KnownCase {
  readonly value: Case;
  readonly key: string;
}

export interface SeriesRow {
  readonly machineId: string;
  readonly case: Case;
  readonly runs: number;
}

/** Whoever calls it turns SQLite's errors into sentences. */
export class StoredFigures {
  private readonly statements: Statements;
  /** A case never changes. */
  private readonly cases = new Map<number, KnownCase>();

  constructor(statements: Statements) {
    this.statements = statements;
  }

  put(runId: string, position: number, measurement: Measurement, run: MeasuredIn): void {
    const figure = figureOf(measurement, run.providers);
    this.statements
      .prepare(
        `INSERT OR REPLACE INTO figure (
           runId, position, measurementId, caseId, instructionSet, medianNs, lowNs, highNs, p90Ns, roundMediansNs,
           samples, mildOutliers, severeOutliers, operations, efficiency, clockHz, doubt, undisturbedNs, undisturbedLowNs, undisturbedHighNs, roundLowerEndsNs,
           roundArithmeticPerSecond, looks
         ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        runId,
        position,
        measurement.id,
        this.caseId(measurement),
        measurement.instructionSet,
        ...(figure === undefined
          ? [...Array<null>(17).fill(null), 0]
          : [
              figure.latencyNs.median,
              figure.latencyNs.low,
              figure.latencyNs.high,
              figure.p90Ns,
              encodeSamples(figure.roundMediansNs),
              figure.samples,
              figure.outliers.mild,
              figure.outliers.severe,
              figure.operations,
              figure.efficiency,
              figure.clockHz,
              figure.doubt,
              figure.undisturbedNs.estimate,
              figure.undisturbedNs.low,
              figure.undisturbedNs.high,
              encodeSamples(figure.roundLowerEndsNs),
              encodeSamples(figure.roundArithmeticPerSecond),
              figure.looks,
            ]),
      );
    this.statements
      .prepare('INSERT OR REPLACE INTO shownRow (runId, position, body) VALUES (?, ?, ?)')
      .run(runId, position, JSON.stringify(showMeasurement(measurement, run)));
  }

  /** How many of its cases have a figure, and how many were lost, written on the run. */
  count(runId: string): void {
    this.statements
      .prepare(
        `UPDATE run SET (measured, lost) =
           (SELECT count(medianNs), count(*) - count(medianNs) FROM figure WHERE runId = @runId) WHERE id = @runId`,
      )
      .run({ runId });
  }

  shown(runId: string): ShownMeasurement[] {
    return this.statements
      .prepare<[string], string>('SELECT body FROM shownRow WHERE runId = ? ORDER BY position')
      .pluck()
      .all(runId)
      .map((body) => JSON.parse(body));
  }

  ofRun(runId: string): Figure[] {
    return this.statements
      .prepare<[string], FigureRow>(
        'SELECT * FROM figure WHERE runId = ? AND medianNs IS NOT NULL ORDER BY position',
      )
      .all(runId)
      .map((row) => this.figure(row));
  }

  /** One case over these runs, by run. */
  ofCase(caseId: number, runIds: readonly string[]): (readonly [runId: string, figure: Figure])[] {
    return this.statements
      .prepare<[string, number], FigureRow & { runId: string }>(
        `SELECT figure.* FROM json_each(?) AS wanted
         CROSS JOIN figure INDEXED BY figureByCase ON caseId = ? AND runId = wanted.value
         WHERE medianNs IS NOT NULL`,
      )
      .all(JSON.stringify(runIds), caseId)
      .map((row) => [row.runId, this.figure(row)]);
  }

  lost(runId: string): LostFigure[] {
    return this.statements
      .prepare<[string], { measurementId: string; caseId: number; reason: string }>(
        `SELECT measurementId, caseId, json_extract(body, '$.reason') AS reason
         FROM figure JOIN shownRow USING (runId, position)
         WHERE runId = ? AND medianNs IS NULL ORDER BY position`,
      )
      .all(runId)
      .map(({ measurementId, caseId, reason }) => ({
        ...this.knownCase(caseId).value,
        id: measurementId,
        reason,
      }));
  }

  latencies(runId: string): RunLatencies['latencies'] {
    return this.statements
      .prepare<[string], [number, number]>(
        'SELECT caseId, undisturbedNs FROM figure WHERE runId = ? AND medianNs IS NOT NULL AND doubt IS NULL',
      )
      .raw()
      .all(runId)
      .map(([caseId, undisturbedNs]) => {
        const { key, value } = this.knownCase(caseId);
        return { key, provider: value.provider, undisturbedNs };
      });
  }

  /** Of those that have all that is wanted. */
  caseIds(wanted: { readonly [Field in keyof Case]?: Case[Field] | undefined }): number[] {
    const fields = caseFields.filter((field) => wanted[field] !== undefined);
    const condition = fields.map((field) => `${field} = ?`).join(' AND ');
    return this.statements
      .prepare<unknown[], number>(`SELECT id FROM measuredCase WHERE ${condition || 1}`)
      .pluck()
      .all(fields.map((field) => wanted[field]));
  }

  series(): SeriesRow[] {
    return this.statements
      .prepare<[], { machineId: string; caseId: number; runs: number }>(
        'SELECT machineId, caseId, runs FROM series WHERE runs > 0',
      )
      .all()
      .map(({ machineId, caseId, runs }) => ({ machineId, case: this.knownCase(caseId).value, runs }));
  }

  /** After figures were derived anew, or runs went that were not hidden before; otherwise a trigger keeps it. */
  recountSeries(): void {
    this.statements.prepare('DELETE FROM series').run();
    this.statements
      .prepare(
        `INSERT INTO series (machineId, caseId, runs)
           SELECT machineId, caseId, count(*) FROM run JOIN figure ON runId = run.id
           WHERE status <> 'running' AND deletedAt IS NULL AND medianNs IS NOT NULL GROUP BY machineId, caseId`,
      )
      .run();
  }

  private figure(row: FigureRow): Figure {
    return {
      ...this.knownCase(row.caseId).value,
      id: row.measurementId,
      instructionSet: row.instructionSet,
      operations: row.operations,
      latencyNs: { median: row.medianNs, low: row.lowNs, high: row.highNs },
      roundMediansNs: decodeSamples(row.roundMediansNs),
      undisturbedNs: { estimate: row.undisturbedNs, low: row.undisturbedLowNs, high: row.undisturbedHighNs },
      roundLowerEndsNs: decodeSamples(row.roundLowerEndsNs),
      p90Ns: row.p90Ns,
      samples: row.samples,
      outliers: { mild: row.mildOutliers, severe: row.severeOutliers },
      efficiency: row.efficiency,
      clockHz: row.clockHz,
      roundArithmeticPerSecond: decodeSamples(row.roundArithmeticPerSecond),
      doubt: row.doubt,
      looks: row.looks,
    };
  }

  private knownCase(caseId: number): KnownCase {
    if (!this.cases.has(caseId)) {
      const rows = this.statements.prepare<[], Case & { id: number }>('SELECT * FROM measuredCase').all();
      for (const { id, ...row } of rows) this.cases.set(id, { value: caseOf(row), key: caseKey(row) });
    }
    const known = this.cases.get(caseId);
    if (known === undefined) throw new Error(`a figure of no case (${caseId})`);
    return known;
  }

  /** Not remembered: what is stored now may yet be taken back. */
  private caseId(measurement: Measurement): number {
    const value = caseOf(measurement);
    this.statements
      .prepare(
        `INSERT INTO measuredCase (${caseFields.join(', ')}) VALUES (${caseFields.map(() => '?').join(', ')})
         ON CONFLICT DO NOTHING`,
      )
      .run(caseFields.map((field) => caseValue(value, field)));
    const [id] = this.caseIds({ ...value, cacheState: value.cacheState ?? 'in-network' });
    if (id === undefined) throw new Error('the case was not stored');
    return id;
  }
}
