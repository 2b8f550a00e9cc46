/**
 * Whether equal runs are told to be equal on this machine, and a real change to be one:
 *
 *     npm run bench:repeat -- [--comparisons 20] [--models mobilenetv2_100,convfirst_pico] [--folder DIR] [--json]
 *
 * Profiles the same networks again and again, each run compared with the one before as `plimsoll compare` does; then once more with
 * one thread less; and compares the plans of the last full run. The runs are kept in DIR, or in a temporary folder. Exits with 1 where
 * equal runs are called BETTER or WORSE, or where a thread less is not called WORSE.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bothOf } from '../core/format/compared.ts';
import { formatEffect } from '../core/format/effect.ts';
import type { ApiEventPayload, RunRequest } from '../core/protocol/api.ts';
import { type ComparedRow, type CompareSide, verdicts } from '../core/protocol/compare.ts';
import { createApi, type LocalApi } from '../main/api.ts';

const { values: options } = parseArgs({
  options: {
    comparisons: { type: 'string', default: '20' },
    models: { type: 'string', default: 'mobilenetv2_100,convfirst_pico' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const comparisons = Number(options.comparisons);
if (!Number.isInteger(comparisons) || comparisons < 1)
  throw new Error('--comparisons takes a whole number from 1 up');
const request: RunRequest = { models: options.models.split(','), plans: ['layerwise', 'fused'] };

async function profile(api: LocalApi, more: Partial<RunRequest> = {}): Promise<string> {
  const ended = new Promise<ApiEventPayload<'run.ended'>>((resolve) => {
    const unsubscribe = api.subscribe('run.ended', (payload) => {
      unsubscribe();
      resolve(payload);
    });
  });
  const { runId } = await api.call('runs.start', { ...request, ...more });
  const { status, reason } = await ended;
  if (status !== 'finished')
    throw new Error(`The run ${runId} ${status}: ${reason ?? 'it does not say why'}`);
  return runId;
}

function line(what: string, row: ComparedRow): string {
  const believed = `real from ${(100 * row.floor.threshold).toFixed(1)}%`;
  return `${what}  ${row.model} ${bothOf(row, 'plan')}  ${row.verdict}  ${formatEffect(row.effect)}, ${believed}`;
}

const say = (text: string) => {
  if (!options.json) console.log(text);
};
const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'plimsoll-repeat-'));
const api = createApi({ dataFolder: folder });
const judge = async (before: CompareSide, after: CompareSide) =>
  (await api.call('runs.compare', { before, after })).rows;
try {
  const equal: ComparedRow[] = [];
  let last = await profile(api);
  for (let index = 1; index <= comparisons; index++) {
    const next = await profile(api);
    const rows = await judge({ runId: last }, { runId: next });
    for (const row of rows) say(line(`equal ${index}`, row));
    equal.push(...rows);
    last = next;
  }
  const { measurements } = await api.call('runs.get', { runId: last });
  const threads = measurements[0]?.threads ?? 1;
  const fewer = threads > 1 ? await profile(api, { threads: threads - 1 }) : undefined;
  const slower =
    fewer === undefined ? [] : await judge({ runId: last, threads }, { runId: fewer, threads: threads - 1 });
  for (const row of slower) say(line('one thread less', row));
  const plans = await judge({ runId: last, plan: 'layerwise' }, { runId: last, plan: 'fused' });
  for (const row of plans) say(line('the other plan', row));

  const count = (rows: readonly ComparedRow[]) =>
    verdicts
      .map((verdict) => `${rows.filter((row) => row.verdict === verdict).length} ${verdict}`)
      .join(', ');
  say(`${comparisons} comparisons of equal runs: ${count(equal)}`);
  say(fewer === undefined ? 'One thread less: there is one only' : `One thread less: ${count(slower)}`);
  if (options.json) console.log(JSON.stringify({ comparisons, threads, equal, slower, plans }, null, 2));
  const isWrong =
    equal.some(({ verdict }) => verdict === 'BETTER' || verdict === 'WORSE') ||
    slower.some(({ verdict }) => verdict !== 'WORSE');
  process.exitCode = isWrong ? 1 : 0;
} finally {
  await api.close();
  if (options.folder === undefined) rmSync(folder, { recursive: true });
}
