import type { Command } from 'commander';
import { formatUpdates } from '../../../core/analysis/watching.ts';
import { machineFacts } from '../../../core/format/machine.ts';
import { type CommandContext, printJson } from '../context.ts';
import { formatPairs } from '../format/table.ts';

export function addDetect(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('detect')
    .description('show what this machine is: CPU, memory, GPUs, drivers, system')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: true }) => {
      const environment = await api.call('machine.detect', {});
      if (json) printJson(terminal, environment);
      else {
        terminal.out(formatPairs(terminal, machineFacts(environment)));
        const { since, updates, cases } = await api.call('watch.check', {});
        if (since !== null && updates.length > 0) {
          terminal.out(
            `\nUpdated since run ${since.runId}: ${formatUpdates(updates)}. plimsoll watch measures its ${cases} results again and compares them.`,
          );
        }
      }
    });
}
