import type { Command } from 'commander';
import { type CommandContext, printJson } from '../context.ts';
import { writeNew } from '../write-new.ts';

export function addExport(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('export')
    .description('write a stored run, with its machine and all samples, as one JSON document')
    .argument(
      '[run]',
      'the id of the run, as plimsoll runs lists it, or latest~1 for the one before the latest',
      'latest',
    )
    .option('--output <file>', 'write to this file instead of the terminal')
    .option('--force', 'overwrite the file where it exists')
    .option('--json', 'the document is JSON in any case; errors are, too')
    .action(async (runId: string, { output, force }: { output?: string; force?: true }) => {
      const bundle = await api.call('runs.export', { runId });
      if (output === undefined) return printJson(terminal, bundle);
      await writeNew(output, `${JSON.stringify(bundle, null, 2)}\n`, force === true);
      terminal.err(`Run ${bundle.run.id} was written to ${output}.`);
    });
}
