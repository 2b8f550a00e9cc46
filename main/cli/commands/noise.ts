import type { Command } from 'commander';
import { formatTime } from '../../../core/format/units.ts';
import { providerNames } from '../../../core/protocol/api.ts';
import type { KnownNoise } from '../../../core/protocol/compare.ts';
import { parseChoices } from '../choices.ts';
import { type CommandContext, parseInteger, printJson } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followRun } from '../follow-run.ts';
import { formatTable } from '../format/table.ts';
import type { Terminal } from '../format/terminal.ts';

interface NoiseOptions {
  provider?: string;
  settle?: number;
  show?: true;
  json?: true;
}

export function addNoise(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  program
    .command('noise')
    .description('measure the same twice, several times over: the smallest change that counts as real here')
    .option('--provider <name>', `of ${providerNames.join(', ')}; default: native`)
    .option('--settle <seconds>', 'how long to wait at most until nothing else runs; default: 10', (text) =>
      parseInteger(text, 0, 3600),
    )
    .option('--show', 'measure nothing, and say only what is known already')
    .option('--json', 'print it as JSON; progress goes to stderr in any case')
    .addHelpText(
      'after',
      '\nIt takes 20 seconds at most, after it has waited until nothing else runs. plimsoll profile does it by itself where it was not done in these surroundings; --no-noise-test, or PLIMSOLL_NOISE_TEST=off in the environment, leaves it out.',
    )
    .action(async ({ provider, settle, show, json }: NoiseOptions) => {
      const [name] = parseChoices('provider', provider === undefined ? [] : [provider], providerNames);
      if (show === undefined) {
        const { ended } = await followRun(api, terminal, () =>
          api.call('noise.start', {
            ...(name !== undefined && { provider: name }),
            ...(settle !== undefined && { settleSeconds: settle }),
          }),
        );
        if (ended.reason !== null) terminal.err(ended.reason);
        if (ended.status !== 'finished') {
          context.exitCode = ended.status === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
        }
      }
      const all = await api.call('noise.get', {});
      const known = all.filter((one) => one.thisMachine && (name === undefined || one.provider === name));
      if (json) printJson(terminal, known);
      else terminal.out(formatNoise(terminal, known));
    });
}

function formatNoise(terminal: Terminal, known: readonly KnownNoise[]): string {
  if (known.length === 0) return 'Nothing is known of this machine yet.';
  return formatTable(
    terminal,
    [
      { title: 'machine', cell: ({ machineName }) => machineName },
      { title: 'provider', cell: ({ provider }) => provider },
      {
        title: 'real from',
        align: 'right',
        cell: ({ threshold }) => `${(100 * threshold).toFixed(1)}%`,
      },
      {
        title: 'known from',
        cell: ({ from, pairs }) =>
          from === null
            ? 'nothing yet'
            : from === 'runs'
              ? `${pairs} pairs of equal runs`
              : `an A/A test of ${pairs} pairs`,
      },
      {
        title: 'tested',
        cell: ({ testedAt }) => (testedAt === null ? 'not in these surroundings' : formatTime(testedAt)),
      },
    ],
    known,
  );
}
