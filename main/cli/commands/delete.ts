import type { Command } from 'commander';
import { type CommandContext, printJson } from '../context.ts';

export function addDelete(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('delete')
    .description('delete a stored run and all that it measured')
    .argument('<run>', 'the id of the run, as plimsoll runs lists it, or latest, or latest~1')
    .option('--json', 'print what was deleted as JSON')
    .action(async (name: string, { json }: { json?: true }) => {
      // Told by its id: `latest` is another run as soon as it is gone.
      const { run } = await api.call('runs.get', { runId: name });
      await api.call('runs.delete', { runId: run.id });
      if (json) printJson(terminal, { deleted: run.id });
      else terminal.out(`Run ${run.id} was deleted.`);
    });
}
