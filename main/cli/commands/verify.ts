import type { Command } from 'commander';
import { formatEffect } from '../../../core/format/effect.ts';
import { formatInterval } from '../../../core/format/units.ts';
import type { VerifiedFigure } from '../../../core/protocol/compare.ts';
import { type CommandContext, parseInteger, printJson } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followRun } from '../follow-run.ts';

/** The verdict is of what was measured, so it has exit codes of its own. */
const codes = {
  agrees: exitCodes.ok,
  disagrees: exitCodes.worse,
  'cannot tell': exitCodes.unclear,
} as const satisfies Record<VerifiedFigure['agreement'], number>;

export function addVerify(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  program
    .command('verify')
    .description('measure one figure again, and say whether it agrees')
    .argument('<figure>', 'as plimsoll show lists it, or the beginning of it')
    .option('--settle <seconds>', 'how long to wait at most until nothing else runs; default: 15', (text) =>
      parseInteger(text, 0, 3600),
    )
    .option('--json', 'print it as JSON; progress goes to stderr in any case')
    .addHelpText(
      'after',
      `\nExit codes: ${codes.agrees} it agrees; ${codes.disagrees} it disagrees; ${codes['cannot tell']} it cannot be told; 1 and 2 as everywhere; ${exitCodes.cancelled} you ended it.`,
    )
    .action(async (figure: string, { settle, json }: { settle?: number; json?: true }) => {
      const { started, ended } = await followRun(api, terminal, () =>
        api.call('runs.verify', { figure, ...(settle !== undefined && { settleSeconds: settle }) }),
      );
      const { runId, measurementId } = started;
      const verified = await api.call('runs.verified', { figure: measurementId, runId });
      if (json) printJson(terminal, { runId, measurementId, ...verified });
      else terminal.out(formatVerified(measurementId, runId, verified));
      context.exitCode = ended.status === 'cancelled' ? exitCodes.cancelled : codes[verified.agreement];
    });
}

function formatVerified(measurementId: string, runId: string, verified: VerifiedFigure): string {
  const { agreement, reason, row, differences } = verified;
  const verdict = { agrees: 'Agrees', disagrees: 'Disagrees', 'cannot tell': 'Cannot tell' }[agreement];
  return [
    `${verdict}: ${reason}`,
    ...(row === null
      ? []
      : [
          `before  ${formatInterval(row.before.latencyNs)}  figure ${measurementId}\n` +
            `again   ${formatInterval(row.after.latencyNs)}  run ${runId}\n` +
            `change  ${formatEffect(row.effect)}`,
        ]),
    ...(differences.length === 0
      ? []
      : [
          [
            'What else differs, and may be the cause:',
            ...differences.map(
              ({ what, before, after }) => `- ${what}: ${before ?? 'unknown'} → ${after ?? 'unknown'}`,
            ),
          ].join('\n'),
        ]),
  ].join('\n\n');
}
