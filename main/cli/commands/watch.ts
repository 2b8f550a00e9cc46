import type { Command } from 'commander';
import { comparisonAnswer } from '../../../core/analysis/answers/comparison.ts';
import { formatUpdates } from '../../../core/analysis/watching.ts';
import { formatTime } from '../../../core/format/units.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import { type CommandContext, printJson } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followRun } from '../follow-run.ts';
import { formatTimer, installTimer, timerOf } from '../watch-timer.ts';

interface WatchOptions {
  timer?: true;
  install?: true;
  json?: true;
}

export function addWatch(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  program
    .command('watch')
    .description(
      'after an update of a driver, the kernel, the firmware or a runtime: measure again what was measured before, and say what came of it',
    )
    .option('--timer', 'print what would have this system do it at login and once a day, and do nothing')
    .option('--install', 'install that')
    .option('--json', 'print the result as JSON; progress goes to stderr in any case')
    .addHelpText(
      'after',
      `\nIt measures only where something was updated since the last run. Exit codes: 0 nothing is WORSE; ${exitCodes.worse} something is; 1 and 2 as everywhere.`,
    )
    .action(async ({ timer, install, json }: WatchOptions) => {
      if (timer || install) {
        const entry = timerOf(process.platform);
        if (entry === undefined) {
          throw new ApiError(
            'badInput',
            `No timer is known for ${process.platform}.`,
            'Run plimsoll watch by hand.',
          );
        }
        terminal.out(formatTimer(entry));
        if (install) {
          await installTimer(entry);
          terminal.out('Installed.');
        }
        return;
      }
      const { since, updates, request } = await api.call('watch.check', {});
      if (since === null || request === null) {
        return terminal.out('There is no run of this machine yet: plimsoll profile makes the first one.');
      }
      if (updates.length === 0) {
        if (json) return printJson(terminal, { since, updates, comparison: null });
        return terminal.out(
          `Nothing was updated since run ${since.runId} (${formatTime(since.startedAt)}), so nothing was measured.`,
        );
      }
      terminal.err(`Since run ${since.runId}: ${formatUpdates(updates)}. Its cases are measured again.`);
      const { started, ended } = await followRun(api, terminal, () => api.call('runs.start', request));
      if (ended.status !== 'finished') {
        terminal.err(ended.reason ?? 'The run did not finish.');
        context.exitCode = ended.status === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
        return;
      }
      const comparison = await api.call('runs.compare', {
        before: { runId: since.runId },
        after: { runId: started.runId },
      });
      if (comparison.counts.worse > 0) context.exitCode = exitCodes.worse;
      if (json) return printJson(terminal, { since, updates, comparison });
      const { headline, sentences } = comparisonAnswer(comparison);
      terminal.out(`After ${formatUpdates(updates)}: ${headline}. ${sentences.join(' ')}`);
      terminal.out(`The rows: plimsoll compare ${since.runId} ${started.runId}`);
    });
}
