import type { Command } from 'commander';
import type { Account } from '../../../core/protocol/account.ts';
import { type Api, ApiError } from '../../../core/protocol/api.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { hintFor } from '../choices.ts';
import { type CommandContext, printJson } from '../context.ts';
import { formatAccount } from '../format/account.ts';
import { formatDetails, formatNotes } from '../format/details.ts';
import { formatKernels } from '../format/kernels.ts';
import { formatRun } from '../format/run.ts';

interface ShowOptions {
  json?: true;
  kernels?: string;
  warnings?: true;
  details?: true;
}

export function addShow(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('show')
    .description('show a stored run on one screen, or how one of its results was measured and checked')
    .argument(
      '[run or result]',
      'a run: its id, latest, or latest~1 for the one before; or the id of a result',
      'latest',
    )
    .option('--kernels <model>', 'show the kernels of this model instead')
    .option('--warnings', 'list every warning, note and case without a result')
    .option('--details', 'print all numbers: ideal latency, waterline and the factors of the gap')
    .option('--json', 'print it as JSON')
    .action(async (runId: string, { json, kernels, warnings, details }: ShowOptions) => {
      const shown = await runOrFigure(api, runId);
      if ('figure' in shown) {
        if (json) printJson(terminal, shown);
        else terminal.out(formatAccount(terminal, shown));
        return;
      }
      const report = shown;
      if (kernels === undefined) {
        if (json) printJson(terminal, report);
        else if (warnings) terminal.out(formatNotes(report).join('\n\n') || 'This run has no warnings.');
        else terminal.out(details ? formatDetails(terminal, report) : formatRun(terminal, report));
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
      const found = await Promise.all(
        wanted.map(({ id }) => api.call('runs.measurement', { measurementId: id })),
      );
      if (json) printJson(terminal, found);
      else terminal.out(found.map((detail) => formatKernels(terminal, detail)).join('\n\n'));
    });
}

/** What is called so, a run before a figure. */
async function runOrFigure(api: Api, name: string): Promise<RunReport | Account> {
  try {
    return await api.call('runs.get', { runId: name });
  } catch (noRun) {
    if (!isNotFound(noRun)) throw noRun;
    try {
      return await api.call('runs.account', { figure: name });
    } catch (noFigure) {
      throw isNotFound(noFigure) ? noRun : noFigure;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'notFound';
}
