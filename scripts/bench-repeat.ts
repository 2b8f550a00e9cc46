/**
 * Whether equal runs are told to be equal on this machine, and a real change to be one:
 *
 *     npm run bench:repeat -- [--comparisons 20] [--changes 10] [--beside quiet,bursts] [--models mobilenetv2_100,convfirst_pico]
 *                             [--folder DIR] [--json]
 *
 * Profiles the same networks again and again, each run compared with the one before as `plimsoll compare` does. Then runs whose kernels take 5% longer,
 * and 10%, by the native provider's PLIMSOLL_TEST_BURN, which the runs store: each is compared with an equal run just before it. The whole series is
 * made on a quiet machine, and beside a program that takes bursts of half a core. The runs are kept in DIR, or in a temporary folder. Exits with 1
 * where the bar is missed: no equal pair BETTER or WORSE and 70% of them SAME, 90% of the changes of 5% WORSE, and all of 10%.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bothOf } from '../core/format/compared.ts';
import { formatEffect } from '../core/format/effect.ts';
import type { ApiEventPayload, RunRequest } from '../core/protocol/api.ts';
import { type ComparedRow, type Verdict, verdicts } from '../core/protocol/compare.ts';
import { createApi, type LocalApi } from '../main/api.ts';

const { values: options } = parseArgs({
  options: {
    comparisons: { type: 'string', default: '20' },
    changes: { type: 'string', default: '10' },
    beside: { type: 'string', default: 'quiet,bursts' },
    models: { type: 'string', default: 'mobilenetv2_100,convfirst_pico' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const comparisons = count('comparisons', options.comparisons);
const changes = count('changes', options.changes);
const request: RunRequest = { models: options.models.split(','), plans: ['layerwise', 'fused'] };
const burnVariable = 'PLIMSOLL_TEST_BURN';

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number from 0 up`);
  return value;
}

/** Takes half of a core in bursts of 20 to 200 ms, until it is killed. */
const bursts = `
  const pause = () => setTimeout(burst, 20 + 180 * Math.random());
  function burst() {
    const until = performance.now() + 20 + 180 * Math.random();
    while (performance.now() < until);
    pause();
  }
  pause();
`;

async function profile(api: LocalApi, burn = 0): Promise<string> {
  const ended = new Promise<ApiEventPayload<'run.ended'>>((resolve) => {
    const unsubscribe = api.subscribe('run.ended', (payload) => {
      unsubscribe();
      resolve(payload);
    });
  });
  if (burn > 0) process.env[burnVariable] = String(burn);
  else delete process.env[burnVariable];
  const { runId } = await api.call('runs.start', request);
  const { status, reason } = await ended;
  if (status !== 'finished')
    throw new Error(`The run ${runId} ${status}: ${reason ?? 'it does not say why'}`);
  return runId;
}

interface Series {
  readonly beside: string;
  readonly equal: ComparedRow[];
  /** By the share of the time that is burnt. */
  readonly changed: ReadonlyMap<number, ComparedRow[]>;
}

async function measure(api: LocalApi, beside: string): Promise<Series> {
  const judge = async (before: string, after: string, what: string) => {
    const { rows } = await api.call('runs.compare', { before: { runId: before }, after: { runId: after } });
    for (const row of rows) say(line(`${beside}, ${what}`, row));
    return rows;
  };
  const equal: ComparedRow[] = [];
  let last = await profile(api);
  for (let index = 1; index <= comparisons; index++) {
    const next = await profile(api);
    equal.push(...(await judge(last, next, `equal ${index}`)));
    last = next;
  }
  const changed = new Map<number, ComparedRow[]>();
  for (const burn of [0.05, 0.1]) {
    const rows: ComparedRow[] = [];
    for (let index = 1; index <= changes; index++) {
      const burnt = await profile(api, burn);
      rows.push(...(await judge(last, burnt, `${100 * burn}% slower ${index}`)));
      if (index < changes || burn < 0.1) last = await profile(api);
    }
    changed.set(burn, rows);
  }
  return { beside, equal, changed };
}

function line(what: string, row: ComparedRow): string {
  const real = `real from ${(100 * row.floor.threshold).toFixed(1)}%`;
  return `${what}  ${row.model} ${bothOf(row, 'plan')}  ${row.verdict}  ${formatEffect(row.effect)}, ${real}`;
}

function say(text: string): void {
  if (!options.json) console.log(text);
}

const of = (rows: readonly ComparedRow[], verdict: Verdict) =>
  rows.filter((row) => row.verdict === verdict).length;
const counts = (rows: readonly ComparedRow[]) =>
  verdicts.map((verdict) => `${of(rows, verdict)} ${verdict}`).join(', ');

/** What of the bar it misses. */
function missed({ beside, equal, changed }: Series): string[] {
  const wrong = of(equal, 'BETTER') + of(equal, 'WORSE');
  const [five = [], ten = []] = [changed.get(0.05), changed.get(0.1)];
  return [
    ...(wrong > 0 ? [`${wrong} false verdicts`] : []),
    ...(of(equal, 'SAME') < 0.7 * equal.length ? ['fewer than 70% of the equal pairs are SAME'] : []),
    ...(of(five, 'WORSE') < 0.9 * five.length ? ['fewer than 90% of the changes of 5% are WORSE'] : []),
    ...(of(ten, 'WORSE') < ten.length ? ['not all changes of 10% are WORSE'] : []),
  ].map((what) => `${beside}: ${what}`);
}

const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'plimsoll-repeat-'));
const api = createApi({ dataFolder: folder });
let neighbour: ChildProcess | undefined;
try {
  const all: Series[] = [];
  for (const beside of options.beside.split(',')) {
    if (beside === 'bursts') neighbour = spawn(process.execPath, ['-e', bursts], { stdio: 'ignore' });
    else if (beside !== 'quiet') throw new Error('--beside takes quiet, bursts or both');
    all.push(await measure(api, beside));
    neighbour?.kill();
    neighbour = undefined;
  }
  for (const { beside, equal, changed } of all) {
    say(`${beside}: ${equal.length} equal pairs: ${counts(equal)}`);
    for (const [burn, rows] of changed)
      say(`${beside}: ${rows.length} pairs ${100 * burn}% slower: ${counts(rows)}`);
  }
  const misses = all.flatMap(missed);
  for (const miss of misses) say(`MISSED, ${miss}`);
  if (options.json) {
    const series = all.map((one) => ({ ...one, changed: Object.fromEntries(one.changed) }));
    console.log(JSON.stringify({ series, misses }, null, 2));
  }
  process.exitCode = misses.length > 0 ? 1 : 0;
} finally {
  neighbour?.kill();
  await api.close();
  if (options.folder === undefined) rmSync(folder, { recursive: true });
}
