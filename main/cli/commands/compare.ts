import type { Command } from 'commander';
import { formatDecidePlan } from '../../../core/format/decide-plan.ts';
import { dataTypes, planKinds } from '../../../core/graph/plan.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import { type CompareSide, decideWithin, partFields } from '../../../core/protocol/compare.ts';
import { hintFor, parseChoices } from '../choices.ts';
import {
  type CommandContext,
  parseInteger,
  parseIntegers,
  parseNames,
  parsePercent,
  printJson,
} from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followRun } from '../follow-run.ts';
import { formatComparison, formatParts } from '../format/comparison.ts';

interface CompareOptions {
  plans?: string[];
  providers?: string[];
  dtypes?: string[];
  threads?: number[];
  blocks?: string;
  kernels?: string;
  decide?: true;
  margin?: number;
  budget?: number;
  settle?: number;
  failOn?: string;
  json?: true;
}

export function addCompare(program: Command, context: CommandContext): void {
  program
    .command('compare')
    .description(
      'say of two runs, or of two plans, providers or data types of one, what is BETTER, WORSE, the SAME or UNCLEAR, and why',
    )
    .argument('[before]', 'a run: its id, latest, or latest~1 for the one before (default: latest~1)')
    .argument('[after]', 'the run to hold against it (default: latest)')
    .option('--plans <before,after>', 'compare two plans, of one run where no second is named', parseNames)
    .option('--providers <before,after>', 'compare two providers, likewise', parseNames)
    .option('--dtypes <before,after>', 'compare two data types, likewise', parseNames)
    .option(
      '--threads <before,after>',
      'compare two numbers of threads, of two runs that had them',
      parseIntegers,
    )
    .option('--blocks <model>', 'show the blocks of this model instead')
    .option('--kernels <model>', 'show the kernels of this model instead')
    .option(
      '--decide',
      'measure on, only what is UNCLEAR, until each row has a verdict or the time is over; first says how long that may take',
    )
    .option(
      '--margin <percent>',
      'SAME where the whole interval lies within it; default: 5, with --decide 3',
      parsePercent,
    )
    .option('--budget <minutes>', 'with --decide: how long to measure on at most; default: 5', (text) =>
      parseInteger(text, 1, 1440),
    )
    .option(
      '--settle <seconds>',
      'with --decide: how long to wait at most until nothing else runs; default: an eighth of the time, at most 30',
      (text) => parseInteger(text, 0, 3600),
    )
    .option('--fail-on <verdict>', `worse: exit with ${exitCodes.worse} where anything is WORSE`)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `\nExit codes: 0 compared; ${exitCodes.worse} something is WORSE and --fail-on worse was given; 1 and 2 as everywhere.`,
    )
    .action((before: string | undefined, after: string | undefined, options: CompareOptions) =>
      compare(context, before, after, options),
    );
}

async function compare(
  context: CommandContext,
  before: string | undefined,
  after: string | undefined,
  options: CompareOptions,
): Promise<void> {
  const { api, terminal } = context;
  const failOn = options.failOn === undefined ? [] : parseChoices('verdict', [options.failOn], ['worse']);
  const sides = sidesOf(before, after, options);
  if (options.decide) await decide(context, sides, options);
  const margin = options.margin ?? (options.decide ? decideWithin : undefined);
  const comparison = await api.call('runs.compare', {
    ...sides,
    ...(margin !== undefined && { margin }),
  });
  const model = options.blocks ?? options.kernels;
  const rows = comparison.rows.filter((row) => model === undefined || row.model === model);
  if (model !== undefined && rows.length === 0) {
    const compared = [...new Set(comparison.rows.map((row) => row.model))];
    throw new ApiError(
      'notFound',
      `There is no comparison of '${model}' in these runs.`,
      compared.length === 0 ? 'Nothing in them could be compared.' : hintFor(model, compared),
    );
  }
  if (model === undefined) {
    if (options.json) printJson(terminal, comparison);
    else terminal.out(formatComparison(terminal, comparison));
  } else {
    const what = options.blocks === undefined ? 'kernels' : 'blocks';
    const withParts = await Promise.all(
      rows.map(async (row) => ({
        ...row,
        ...(await api.call('runs.compareParts', {
          beforeMeasurementId: row.before.measurementId,
          afterMeasurementId: row.after.measurementId,
        })),
      })),
    );
    if (options.json) printJson(terminal, { ...comparison, rows: withParts });
    else terminal.out(withParts.map((row) => formatParts(terminal, row, what)).join('\n\n'));
  }
  if (failOn.length > 0 && comparison.counts.worse > 0) context.exitCode = exitCodes.worse;
}

/** Measures on. Whatever it comes to, the comparison follows: of what is stored then. */
async function decide(
  context: CommandContext,
  sides: ReturnType<typeof sidesOf>,
  { margin, budget, settle }: CompareOptions,
): Promise<void> {
  const { api, terminal } = context;
  const request = {
    ...sides,
    ...(margin !== undefined && { margin }),
    ...(budget !== undefined && { budgetSeconds: 60 * budget }),
    ...(settle !== undefined && { settleSeconds: settle }),
  };
  const plan = await api.call('decide.plan', request);
  terminal.err(formatDecidePlan(plan, margin ?? decideWithin));
  if (plan.unclear === 0 || plan.settleable === 0) return;
  const { ended } = await followRun(api, terminal, () => api.call('decide.start', request));
  if (ended.reason !== null) terminal.err(ended.reason);
  if (ended.status === 'cancelled') context.exitCode = exitCodes.cancelled;
  if (ended.status === 'failed') context.exitCode = exitCodes.failed;
}

/** What is named by nobody: the newest run and the one before it, or, of parts that one run can have, the newest run alone. */
function sidesOf(
  before: string | undefined,
  after: string | undefined,
  { plans, providers, dtypes, threads }: CompareOptions,
): { before: CompareSide; after: CompareSide } {
  const within = plans !== undefined || providers !== undefined || dtypes !== undefined;
  const first = before ?? (within ? 'latest' : 'latest~1');
  const second = after ?? (within ? first : 'latest');
  const part = {
    provider: twoOf('provider', providers),
    plan: parseChoices('plan', twoOf('plan', plans), planKinds),
    dtype: parseChoices('data type', twoOf('data type', dtypes), dataTypes),
    threads: twoOf('number of threads', threads),
  };
  const side = (runId: string, index: 0 | 1): CompareSide => ({
    runId,
    ...Object.fromEntries(
      partFields.flatMap((field) => (part[field][index] === undefined ? [] : [[field, part[field][index]]])),
    ),
  });
  return { before: side(first, 0), after: side(second, 1) };
}

function twoOf<Name>(what: string, names: readonly Name[] | undefined): readonly Name[] {
  if (names === undefined || names.length === 2) return names ?? [];
  throw new ApiError(
    'badInput',
    `Two ${what}s are compared, not ${names.length}.`,
    'Name two, with a comma between them.',
  );
}
