import type { Command } from 'commander';
import { formatTime } from '../../../core/format/units.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { type CommandContext, printJson } from '../context.ts';
import { type Column, formatTable } from '../format/table.ts';

const columns: readonly Column<RunSummary>[] = [
  { title: 'run', cell: ({ id }) => id },
  { title: 'started', cell: ({ startedAt }) => formatTime(startedAt) },
  { title: 'suite', cell: ({ suite }) => suite },
  { title: 'status', cell: ({ status, unreadable }) => (unreadable === undefined ? status : 'unreadable') },
  { title: 'measured', align: 'right', cell: ({ measured }) => String(measured) },
  { title: 'lost', align: 'right', cell: ({ lost }) => String(lost) },
  { title: 'machine', cell: ({ machineName }) => machineName },
  { title: 'CPU', cell: ({ cpu }) => cpu },
];

export function addRuns(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('runs')
    .description('list the stored runs, newest first')
    .option('--deleted', 'those that are deleted; plimsoll restore brings one back')
    .option('--json', 'print them as JSON')
    .action(async ({ deleted, json }: { deleted?: true; json?: true }) => {
      const runs = await api.call('runs.list', { deleted: deleted === true });
      if (json) return printJson(terminal, runs);
      if (runs.length === 0) {
        terminal.out(
          deleted
            ? 'No run is deleted.'
            : 'There are no runs yet. Profile this machine with: plimsoll profile',
        );
        return;
      }
      terminal.out(formatTable(terminal, columns, runs));
      const unreadable = runs.filter((run) => run.unreadable !== undefined);
      for (const { id, unreadable: reason } of unreadable) {
        terminal.err(`Run ${id} cannot be read: ${reason}\nDelete it with: plimsoll delete ${id}`);
      }
    });
}
