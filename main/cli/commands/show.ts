import type { Command } from 'commander';
import { ApiError } from '../../../core/protocol/api.ts';
import { hintFor } from '../choices.ts';
import { type CommandContext, printJson } from '../context.ts';
import { formatKernels } from '../format/kernels.ts';
import { formatReport } from '../format/report.ts';

export function addShow(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('show')
    .description('show a stored run: machine, ceilings and efficiency-gap table')
    .argument(
      '[run]',
      'the id of the run, as plimsoll runs lists it, or latest~1 for the one before the latest',
      'latest',
    )
    .option('--kernels <model>', 'show the kernels of this model instead')
    .option('--json', 'print it as JSON')
    .action(async (runId: string, { json, kernels }: { json?: true; kernels?: string }) => {
      const report = await api.call('runs.get', { runId });
      if (kernels === undefined) {
        if (json) printJson(terminal, report);
        else terminal.out(formatReport(terminal, report));
        return;
      }
      const wanted = report.measurements.filter(({ model }) => model === kernels);
      if (wanted.length === 0) {
        const measured = [...new Set(report.measurements.map(({ model }) => model))];
        throw new ApiError(
          'notFound',
          `Run ${report.run.id} has no measurement of '${kernels}'.`,
          measured.length === 0 ? 'It has no measurements at all.' : hintFor(kernels, measured),
        );
      }
      const details = await Promise.all(
        wanted.map(({ id }) => api.call('runs.measurement', { measurementId: id })),
      );
      if (json) printJson(terminal, details);
      else terminal.out(details.map((detail) => formatKernels(terminal, detail)).join('\n\n'));
    });
}
