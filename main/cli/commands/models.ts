import type { Command } from 'commander';
import { formatCount } from '../../../core/format/units.ts';
import type { ModelRow } from '../../../core/protocol/api.ts';
import { type CommandContext, parseInteger, printJson } from '../context.ts';
import { type Column, formatTable } from '../format/table.ts';

const columns: readonly Column<ModelRow>[] = [
  { title: 'model', cell: ({ name, reconstruction }) => name + (reconstruction === null ? '' : '*') },
  { title: 'family', cell: ({ family }) => family },
  { title: 'size', align: 'right', cell: ({ size }) => String(size) },
  { title: 'MACs', align: 'right', cell: ({ macs }) => formatCount(macs) },
  { title: 'activations', align: 'right', cell: ({ activations }) => formatCount(activations) },
  { title: 'parameters', align: 'right', cell: ({ parameters }) => formatCount(parameters) },
  { title: 'top-1', align: 'right', cell: ({ top1 }) => (top1 === null ? '–' : `${top1.toFixed(1)}%`) },
  { title: 'source', cell: ({ source }) => source ?? '–' },
];

export function addModels(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('models')
    .description('list the models with their exact counts and published accuracy')
    .option('--size <pixels>', 'the side of the image; default: the size of the published accuracy', (text) =>
      parseInteger(text, 32),
    )
    .option('--json', 'print them as JSON')
    .action(async ({ json, size }: { json?: true; size?: number }) => {
      const rows = await api.call('models.list', size === undefined ? {} : { size });
      if (json) return printJson(terminal, rows);
      terminal.out(formatTable(terminal, columns, rows));
      const reconstructions = new Set(rows.flatMap(({ reconstruction }) => reconstruction ?? []));
      for (const text of reconstructions) terminal.out(`\n* Reconstruction: ${text}`);
    });
}
