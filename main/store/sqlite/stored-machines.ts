/** The machines of the stored runs: what their owner says of them, which are one, and which are deleted. */

import { z } from 'zod';
import { unlistedSuites } from '../../../core/analysis/noise-test.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { Machine, MachineUpdate } from '../../../core/protocol/machines.ts';
import type { Environment } from '../../../core/protocol/run.ts';
import type { Statements } from './statements.ts';

const RowSchema = z.object({
  id: z.string(),
  name: z.string(),
  label: z.string().nullable(),
  notes: z.string(),
  priceCurrency: z.string().nullable(),
  priceAmount: z.number().nullable(),
  cpu: z.string(),
  gpus: z.string(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  mergedInto: z.string().nullable(),
  deletedAt: z.string().nullable(),
});
type Row = z.infer<typeof RowSchema>;

/** As the times that JavaScript writes: they are compared as text. */
export const now = `strftime('%Y-%m-%dT%H:%M:%fZ')`;

/** What a machine is shown as. */
export interface ShownMachine {
  readonly id: string;
  readonly name: string;
}

/** Whoever calls it turns SQLite's errors into sentences. */
export class StoredMachines {
  private readonly statements: Statements;

  constructor(statements: Statements) {
    this.statements = statements;
  }

  /** A run of it begins, or was imported. One that had been deleted is back; its deleted runs are not. */
  see({ machine, cpu, gpus }: Environment, startedAt: string): void {
    const isNew = !this.rows().has(machine.id);
    const models = gpus.filter(({ software }) => !software).map(({ model }) => model);
    const newer = 'excluded.lastSeenAt >= lastSeenAt';
    this.statements
      .prepare(
        `INSERT INTO machine (id, name, firstSeenAt, lastSeenAt, cpu, gpus) VALUES (@id, @name, @at, @at, @cpu, @gpus)
         ON CONFLICT DO UPDATE SET
           name = iif(${newer}, excluded.name, name), cpu = iif(${newer}, excluded.cpu, cpu),
           gpus = iif(${newer}, excluded.gpus, gpus), lastSeenAt = max(lastSeenAt, excluded.lastSeenAt),
           firstSeenAt = min(firstSeenAt, excluded.firstSeenAt)`,
      )
      .run({
        id: machine.id,
        name: machine.name,
        at: startedAt,
        cpu: cpu.model,
        gpus: JSON.stringify(models),
      });
    if (isNew && machine.modelId !== undefined) this.adopt(machine.id, machine.modelId, machine.name);
    if (isNew) this.joinFormer(machine);
    this.undelete(machine.id);
  }

  /** Once the id of its kind was that of the machine: under the same name it was this one, unless its owner says otherwise. */
  private adopt(machineId: string, modelId: string, name: string): void {
    this.statements
      .prepare(
        'UPDATE machine SET mergedInto = ? WHERE id = ? AND id <> ? AND name = ? AND mergedInto IS NULL',
      )
      .run(machineId, modelId, machineId, name);
  }

  /** What an earlier version called otherwise stays the machine that its owner labelled. */
  private joinFormer({ id, modelId, name, formerIds = [] }: Environment['machine']): void {
    const rows = this.rows();
    const former = formerIds
      .map((formerId) => rows.get(formerId))
      // Where nothing tells it from others of its kind, the name has to.
      .find((row) => row !== undefined && (id !== modelId || row.name === name));
    if (former === undefined || rootOf(rows, former).id === id) return;
    this.statements
      .prepare('UPDATE machine SET mergedInto = ? WHERE id = ? AND mergedInto IS NULL')
      .run(rootOf(rows, former).id, id);
  }

  /** Of the GPUs that it had when it was last seen, those that are not there now. */
  missingGpus({ machine, gpus }: Environment): string[] {
    const ids = [machine.id, ...(machine.formerIds ?? [])].flatMap((id) => this.identities(id));
    const [last] = [...this.rows().values()]
      .filter(({ id }) => ids.includes(id))
      .toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt));
    const before = z.array(z.string()).parse(JSON.parse(last?.gpus ?? '[]'));
    const now = gpus.map(({ model }) => model);
    return before.filter((model) => !now.includes(model));
  }

  /** The machine alone: its runs stay deleted, now each for itself. */
  undelete(machineId: string): void {
    const identities = this.identities(machineId);
    this.updateRuns(identities, 'deletedWithMachine = 0', 'deletedWithMachine = 1');
    this.statements
      .prepare('UPDATE machine SET deletedAt = NULL WHERE id IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(identities));
  }

  private updateRuns(identities: readonly string[], assignments: string, condition: string): void {
    this.statements
      .prepare(
        `UPDATE run SET ${assignments} WHERE machineId IN (SELECT value FROM json_each(?)) AND ${condition}`,
      )
      .run(JSON.stringify(identities));
  }

  /** By the id of each identity. */
  shown(): ReadonlyMap<string, ShownMachine> {
    const rows = this.rows();
    return new Map(
      [...rows].map(([id, row]) => {
        const root = rootOf(rows, row);
        return [id, { id: root.id, name: root.label ?? root.name }];
      }),
    );
  }

  /** Of the machine that this one is shown as: all ids that its runs may carry. */
  identities(machineId: string): string[] {
    const shown = this.shown();
    const root = shown.get(machineId)?.id;
    return [...shown].flatMap(([id, machine]) => (machine.id === root ? [id] : []));
  }

  list(deleted: boolean, thisMachineId: string | null): Machine[] {
    const rows = this.rows();
    const roots = Map.groupBy(rows.values(), (row) => rootOf(rows, row).id);
    const counts = this.runCounts();
    const here = thisMachineId === null ? undefined : rows.get(thisMachineId);
    const hereId = here && rootOf(rows, here).id;
    return [...roots]
      .flatMap(([id, identities]) => {
        const root = rows.get(id);
        if (root === undefined || (root.deletedAt !== null) !== deleted) return [];
        return [machineOf(root, identities, counts, id === hereId)];
      })
      .sort(
        (a, b) =>
          Number(b.thisMachine) - Number(a.thisMachine) ||
          b.lastSeenAt.localeCompare(a.lastSeenAt) ||
          order(a, b),
      );
  }

  update({ machineId, label, notes, price }: MachineUpdate): void {
    const { id } = this.require(machineId);
    const set = (assignments: string, ...values: (string | number | null)[]) =>
      this.statements.prepare(`UPDATE machine SET ${assignments} WHERE id = ?`).run(...values, id);
    if (label !== undefined) set('label = ?', label === '' ? null : label);
    if (notes !== undefined) set('notes = ?', notes);
    if (price !== undefined) {
      set('priceCurrency = ?, priceAmount = ?', price?.currency ?? null, price?.amount ?? null);
    }
  }

  merge(sourceId: string, targetId: string): void {
    const source = this.require(sourceId);
    const target = this.require(targetId);
    if (source.id === target.id) {
      throw new ApiError('badInput', `${sourceId} and ${targetId} are one machine already.`);
    }
    this.statements.prepare('UPDATE machine SET mergedInto = ? WHERE id = ?').run(target.id, source.id);
  }

  split(machineId: string): void {
    this.require(machineId);
    const split = this.statements
      .prepare('UPDATE machine SET mergedInto = NULL WHERE id = ? AND mergedInto IS NOT NULL')
      .run(machineId);
    if (split.changes > 0) return;
    throw new ApiError('badInput', `The machine ${machineId} is merged into no other.`);
  }

  /** With its runs. */
  delete(machineId: string): void {
    const { id } = this.require(machineId);
    this.statements.prepare(`UPDATE machine SET deletedAt = ${now} WHERE id = ?`).run(id);
    this.updateRuns(this.identities(id), `deletedAt = ${now}, deletedWithMachine = 1`, 'deletedAt IS NULL');
  }

  /** With the runs that were deleted with it. */
  restore(machineId: string): void {
    const rows = this.rows();
    const row = rows.get(machineId);
    if (row === undefined || rootOf(rows, row).deletedAt === null) {
      throw new ApiError('notFound', `There is no deleted machine ${machineId}.`, listHint(' --deleted'));
    }
    this.updateRuns(
      this.identities(machineId),
      'deletedAt = NULL, deletedWithMachine = 0',
      'deletedWithMachine = 1',
    );
    this.undelete(machineId);
  }

  /** For good: those deleted before that time of which no run is left, with what was merged into them. */
  purge(before: string): void {
    for (const { id, deletedAt } of this.list(true, null)) {
      if (deletedAt === null || deletedAt >= before) continue;
      this.statements
        .prepare(
          `WITH identity(id) AS (SELECT value FROM json_each(?))
           DELETE FROM machine WHERE id IN (SELECT id FROM identity)
             AND NOT EXISTS (SELECT 1 FROM run WHERE machineId IN (SELECT id FROM identity))`,
        )
        .run(JSON.stringify(this.identities(id)));
    }
  }

  /** What it is shown as. Throws ApiError('notFound') for one that is deleted, too. */
  private require(machineId: string): Row {
    const rows = this.rows();
    const row = rows.get(machineId);
    const root = row && rootOf(rows, row);
    if (root === undefined) {
      throw new ApiError('notFound', `There is no machine ${machineId}.`, listHint(''));
    }
    if (root.deletedAt !== null) {
      throw new ApiError(
        'notFound',
        `The machine ${machineId} was deleted.`,
        `plimsoll machines restore ${machineId} brings it back.`,
      );
    }
    return root;
  }

  private rows(): ReadonlyMap<string, Row> {
    const rows = this.statements
      .prepare('SELECT * FROM machine')
      .all()
      .map((row) => RowSchema.parse(row));
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Of each identity, the runs that lists show. */
  private runCounts(): ReadonlyMap<string, number> {
    const rows = this.statements
      .prepare<[], [string, number]>(
        `SELECT machineId, count(*) FROM run WHERE deletedAt IS NULL AND suite NOT IN (${unlistedSuites.map((suite) => `'${suite}'`).join(', ')}) GROUP BY machineId`,
      )
      .raw()
      .all();
    return new Map(rows);
  }
}

function rootOf(rows: ReadonlyMap<string, Row>, row: Row): Row {
  let root = row;
  // No machine is merged into one that is merged into it: `merge` only joins roots.
  while (root.mergedInto !== null) root = rows.get(root.mergedInto) ?? { ...root, mergedInto: null };
  return root;
}

function machineOf(
  root: Row,
  rows: readonly Row[],
  counts: ReadonlyMap<string, number>,
  thisMachine: boolean,
): Machine {
  const identities = rows.map((row) => identityOf(row, counts.get(row.id) ?? 0));
  const { label, notes, priceCurrency, priceAmount, deletedAt } = root;
  return {
    ...identityOf(root, 0),
    firstSeenAt: identities.map(({ firstSeenAt }) => firstSeenAt).sort()[0] ?? root.firstSeenAt,
    lastSeenAt:
      identities
        .map(({ lastSeenAt }) => lastSeenAt)
        .sort()
        .at(-1) ?? root.lastSeenAt,
    runs: identities.reduce((sum, { runs }) => sum + runs, 0),
    name: label ?? root.name,
    label,
    notes,
    price:
      priceCurrency === null || priceAmount === null
        ? null
        : { currency: priceCurrency, amount: priceAmount },
    thisMachine,
    merged: identities.filter(({ id }) => id !== root.id),
    deletedAt,
  };
}

function identityOf(
  { id, name, cpu, gpus, firstSeenAt, lastSeenAt }: Row,
  runs: number,
): Machine['merged'][number] {
  return { id, ownName: name, cpu, gpus: JSON.parse(gpus), firstSeenAt, lastSeenAt, runs };
}

function order(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id.localeCompare(b.id);
}

function listHint(option: string): string {
  return `plimsoll machines${option} lists them.`;
}
