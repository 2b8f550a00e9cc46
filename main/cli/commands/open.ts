import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { serve } from './serve.ts';

export function addOpen(program: Command, context: CommandContext): void {
  program
    .command('open')
    .description('show a run in a browser; without a browser it prints the address; Ctrl-C stops')
    .argument('[run]', 'a run: its id, latest, or latest~1 for the one before', 'latest')
    .option('--no-open', 'do not open the browser')
    .option('--json', 'print the address as JSON')
    .action(async (runId: string, { open, json }: { open: boolean; json?: true }) => {
      // A wrong name is told before anything is opened.
      const { run } = await context.api.call('runs.get', { runId });
      await serve(context, { port: 0, open, ...(json && { json }), run: run.id });
    });
}
