import type { Command } from 'commander';
import { type CommandContext, printJson } from '../context.ts';

export function addRestore(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('restore')
    .description('bring back a run that was deleted less than 30 days ago')
    .argument('<run>', 'its id, as plimsoll runs --deleted lists it')
    .option('--json', 'print what was restored as JSON')
    .action(async (runId: string, { json }: { json?: true }) => {
      await api.call('runs.restore', { runId });
      if (json) printJson(terminal, { restored: runId });
      else terminal.out(`Run ${runId} is back.`);
    });
}
