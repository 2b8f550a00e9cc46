import type { Command } from 'commander';
import { dataTypes, planKinds } from '../../../core/graph/plan.ts';
import { providerNames, type RunRequest } from '../../../core/protocol/api.ts';
import { cacheStates } from '../../../core/protocol/provider.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { parseChoices } from '../choices.ts';
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
import { formatPlan } from '../format/plan.ts';
import { formatRun } from '../format/run.ts';

interface ProfileOptions {
  suite?: string;
  models?: string[];
  plans?: string[];
  dtypes?: string[];
  providers?: string[];
  adapter?: string;
  batch?: number[];
  threads?: number;
  cores?: string;
  cacheState?: string;
  precision?: number;
  budget?: number;
  settle?: number;
  noiseTest: boolean;
  dryRun?: true;
  json?: true;
}

export function addProfile(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  program
    .command('profile')
    .description('measure the ceilings of this machine and how near the models come to them')
    .option('--suite <name>', 'which models to measure; default: that of the settings, else quick')
    .option('--models <names>', 'these models instead of those of the suite, with commas between', parseNames)
    .option('--plans <plans>', `of ${planKinds.join(', ')}; default: all that can be run`, parseNames)
    .option('--dtypes <types>', `of ${dataTypes.join(', ')}; default: fp32`, parseNames)
    .option(
      '--providers <names>',
      `of ${providerNames.join(', ')}, to compare them; default: those of the settings, else native`,
      parseNames,
    )
    .option(
      '--adapter <name>',
      'of several GPUs, the one that the provider webgpu takes: a part of its name or back end',
    )
    .option('--batch <sizes>', 'images at once, for example 1,8; default: 1', parseIntegers)
    .option('--threads <count>', 'default: one for every physical core', (text) => parseInteger(text))
    .option('--cores <kind>', 'one kind of core, as plimsoll detect names it, or processors such as 0-7')
    .option(
      '--cache-state <state>',
      `what the caches hold when a pass begins, of ${cacheStates.join(', ')}; default: in-network, what the pass before left`,
    )
    .option(
      '--precision <percent>',
      'add rounds until the undisturbed latency of each case is known within it, for example 2%, or the time is over',
      parsePercent,
    )
    .option(
      '--budget <minutes>',
      'begin no round that would end later; default: the time of the suite, with --precision at least 10',
      (text) => parseInteger(text, 1, 1440),
    )
    .option(
      '--settle <seconds>',
      'how long to wait at most until nothing else runs; default: an eighth of the time of the suite, at most 30',
      (text) => parseInteger(text, 0, 3600),
    )
    .option(
      '--no-noise-test',
      'leave out the A/A test that follows where there was none in these surroundings (20 seconds at most)',
    )
    .option('--dry-run', 'say what would be measured and how long it may take, and measure nothing')
    .option('--json', 'print the result as one JSON object; progress goes to stderr in any case')
    .action(async (options: ProfileOptions) => {
      const asked = requestOf(options);
      // The provider's program reads it from its environment, where it stands for the other commands as well.
      if (options.adapter !== undefined) process.env.PLIMSOLL_WEBGPU_ADAPTER = options.adapter;
      const { settings } = await api.call('settings.get', {});
      const request = { suite: settings.suite, providers: settings.providers, ...asked };
      if (options.dryRun) {
        const plan = await api.call('runs.plan', request);
        return options.json ? printJson(terminal, plan) : terminal.out(formatPlan(plan));
      }
      const { started } = await followRun(api, terminal, () => api.call('runs.start', request));
      const report = await api.call('runs.get', { runId: started.runId });
      context.exitCode = exitCodeOf(report);
      if (options.json) {
        printJson(terminal, resultOf(report));
      } else {
        terminal.out(formatRun(terminal, report));
        terminal.err('\nSee it in the app: npm start');
      }
    });
}

function requestOf(options: ProfileOptions): RunRequest {
  const { suite, models, plans, dtypes, providers, batch, threads, cores, settle, noiseTest } = options;
  const { precision, budget } = options;
  const [cacheState] = parseChoices(
    'state of the caches',
    options.cacheState === undefined ? [] : [options.cacheState],
    cacheStates,
  );
  return {
    ...(suite !== undefined && { suite }),
    ...(models !== undefined && { models }),
    ...(plans !== undefined && { plans: parseChoices('plan', plans, planKinds) }),
    ...(dtypes !== undefined && { dtypes: parseChoices('data type', dtypes, dataTypes) }),
    ...(providers !== undefined && {
      providers: parseChoices('provider', providers, providerNames),
    }),
    ...(batch !== undefined && { batches: batch }),
    ...(threads !== undefined && { threads }),
    ...(cores !== undefined && { cores }),
    ...(cacheState !== undefined && { cacheState }),
    ...(precision !== undefined && { precision }),
    ...(budget !== undefined && { budgetSeconds: 60 * budget }),
    ...(settle !== undefined && { settleSeconds: settle }),
    ...(!noiseTest && { noiseTest }),
  };
}

/** What scripts rely on. */
function resultOf({ run, machine, ceilings, measurements, lost }: RunReport) {
  return { runId: run.id, status: run.status, machine, ceilings, measurements, lost };
}

function exitCodeOf({ run, measurements }: RunReport): number {
  if (run.status === 'cancelled') return exitCodes.cancelled;
  return run.status === 'finished' && measurements.length > 0 ? exitCodes.ok : exitCodes.failed;
}
