import type { Command } from 'commander';
import { type CommandContext, printJson } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../format/table.ts';

const marks = { ok: 'ok', warning: 'WARNING', failed: 'FAILED' } as const;

export function addDoctor(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  program
    .command('doctor')
    .description('check that everything is there that Plimsoll needs; exits with 1 where something is not')
    .option('--json', 'print the checks as JSON')
    .action(async ({ json }: { json?: true }) => {
      const checks = await api.call('app.doctor', {});
      if (checks.some(({ status }) => status === 'failed')) context.exitCode = exitCodes.failed;
      if (json) return printJson(terminal, checks);
      const columns = [
        { title: 'check', cell: ({ name }: (typeof checks)[number]) => name },
        { title: 'status', cell: ({ status }: (typeof checks)[number]) => marks[status] },
        { title: 'found', cell: ({ message }: (typeof checks)[number]) => message },
      ];
      terminal.out(formatTable(terminal, columns, checks));
    });
}
