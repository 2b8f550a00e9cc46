import type { Command } from 'commander';
import { planKinds } from '../../../core/graph/plan.ts';
import type { HistoryRequest } from '../../../core/protocol/compare.ts';
import { parseChoices } from '../choices.ts';
import { type CommandContext, parseInteger, printJson } from '../context.ts';
import { formatHistory } from '../format/history.ts';

interface HistoryOptions {
  model?: string;
  provider?: string;
  plan?: string;
  batch?: number;
  threads?: number;
  machine?: string;
  limit: number;
  json?: true;
}

export function addHistory(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('history')
    .description(
      'how latencies went over the stored runs, where their level changed, and what else changed then',
    )
    .option('--model <name>', 'of this model only')
    .option('--provider <name>', 'of this provider only')
    .option('--plan <name>', 'with this plan only')
    .option('--batch <number>', 'at this batch size only', (text) => parseInteger(text))
    .option('--threads <number>', 'with so many threads only', (text) => parseInteger(text))
    .option('--machine <id>', 'on this machine only')
    .option('--limit <runs>', 'the newest so many runs', (text) => parseInteger(text, 1, 1000), 200)
    .option('--json', 'print it as JSON')
    .action(async ({ json, machine, plan, ...options }: HistoryOptions) => {
      const [onlyPlan] = plan === undefined ? [] : parseChoices('plan', [plan], planKinds);
      const request: HistoryRequest = {
        ...options,
        ...(machine === undefined ? {} : { machineId: machine }),
        ...(onlyPlan === undefined ? {} : { plan: onlyPlan }),
      };
      const history = await api.call('history.get', request);
      if (json) printJson(terminal, history);
      else if (history.series.length === 0) {
        terminal.out('No stored run has a figure of this. plimsoll runs lists the runs.');
      } else terminal.out(formatHistory(terminal, history));
    });
}
