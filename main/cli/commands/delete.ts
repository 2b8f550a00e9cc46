import type { Command } from 'commander';
import { type CommandContext, printJson } from '../context.ts';

export function addDelete(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('delete')
    .description('delete a stored run and all that it measured; for 30 days it can be restored')
    .argument('<run>', 'the id of the run, as plimsoll runs lists it, or latest, or latest~1')
    .option('--json', 'print what was deleted as JSON')
    .action(async (name: string, { json }: { json?: true }) => {
      // Told by its id: `latest` is another run as soon as it is gone.
      const { runId } = await api.call('runs.delete', { runId: name });
      if (json) printJson(terminal, { deleted: runId });
      else
        terminal.out(
          `Run ${runId} was deleted. For 30 days it can be brought back: plimsoll restore ${runId}`,
        );
    });
}
