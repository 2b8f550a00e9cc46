/**
 * Whether equal runs are told to be equal on this machine, and a real change to be one:
 *
 *     npm run bench:repeat -- --folder DIR [--minutes 30] [--comparisons 20] [--changes 10] [--beside quiet,bursts]
 *                             [--models mobilenetv2_100,convfirst_pico] [--json]
 *
 * Profiles the same networks again and again, each run compared with the one before as `plimsoll compare` does. Between them come runs whose kernels
 * take 5% longer, and 10%, by the native provider's PLIMSOLL_TEST_BURN, which the runs store: each is compared with the equal run just before it. The
 * whole series is made on a quiet machine, and beside a program that takes bursts of half a core. No pair begins that would end after `--minutes`. With
 * the same DIR the series is continued; without one nothing is kept. Prints the table for docs/method.md. Exits with 1 where the bar is missed: no
 * equal pair BETTER or WORSE and 70% of them SAME, 90% of the changes of 5% WORSE, and all of 10%. The shortest form of use is `--comparisons 2 --changes 2`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
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
    minutes: { type: 'string', default: '1000000' },
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

/** Shares of the time that are burnt; 0 is an equal run. */
const burns = [0, 0.05, 0.1] as const;

const PairSchema = z.object({
  beside: z.enum(['quiet', 'bursts']),
  burn: z.union([z.literal(0), z.literal(0.05), z.literal(0.1)]),
  before: z.string(),
  after: z.string(),
});
type Pair = z.infer<typeof PairSchema>;

/** What is done, and what each next pair is held against, so that a series can be continued. */
const StateSchema = z.object({
  pairs: z.array(PairSchema),
  /** Of each series the last run without a burn. */
  last: z.partialRecord(z.enum(['quiet', 'bursts']), z.string()),
});

class Series {
  private readonly api: LocalApi;
  private readonly path: string;
  private readonly state: z.infer<typeof StateSchema>;
  private readonly endMs: number;
  private longestMs = 0;

  constructor(api: LocalApi, folder: string, minutes: number) {
    this.api = api;
    this.path = join(folder, 'pairs.json');
    this.state = existsSync(this.path)
      ? StateSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')))
      : { pairs: [], last: {} };
    this.endMs = performance.now() + 60_000 * minutes;
  }

  done(beside: Pair['beside'], burn: Pair['burn']): Pair[] {
    return this.state.pairs.filter((pair) => pair.beside === beside && pair.burn === burn);
  }

  /** Kinds take turns, so that a series that is cut short has some of each. False where there was no time for all. */
  async measure(beside: Pair['beside']): Promise<boolean> {
    for (let turn = 1; turn <= Math.max(comparisons, changes); turn++) {
      for (const burn of burns) {
        const wanted = burn === 0 ? comparisons : changes;
        if (turn > wanted || this.done(beside, burn).length >= turn) continue;
        if (!(await this.pair(beside, burn))) return false;
      }
    }
    return true;
  }

  private async pair(beside: Pair['beside'], burn: Pair['burn']): Promise<boolean> {
    const beganMs = performance.now();
    if (beganMs + this.longestMs > this.endMs) return false;
    const before = this.state.last[beside] ?? (await profile(this.api));
    const after = await profile(this.api, burn);
    this.state.pairs.push({ beside, burn, before, after });
    if (burn === 0) this.state.last[beside] = after;
    // What comes next is compared with a run just before it, not with one from before a change.
    else delete this.state.last[beside];
    writeFileSync(this.path, JSON.stringify(this.state));
    for (const row of await this.rows({ beside, burn, before, after })) say(line(nameOf(beside, burn), row));
    this.longestMs = Math.max(this.longestMs, performance.now() - beganMs);
    return true;
  }

  private async rows({ before, after }: Pair): Promise<ComparedRow[]> {
    const sides = { before: { runId: before }, after: { runId: after } };
    return (await this.api.call('runs.compare', sides)).rows;
  }

  /** Judged as today's program judges them. */
  async judged(beside: Pair['beside'], burn: Pair['burn']): Promise<ComparedRow[]> {
    const rows = await Promise.all(this.done(beside, burn).map((pair) => this.rows(pair)));
    return rows.flat();
  }
}

function nameOf(beside: Pair['beside'], burn: Pair['burn']): string {
  return `${beside === 'quiet' ? 'quiet' : 'beside bursts'}, ${burn === 0 ? 'equal' : `${100 * burn}% slower`}`;
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

/** What of the bar it misses. */
function missed(name: string, burn: Pair['burn'], rows: readonly ComparedRow[]): string[] {
  const wrong = of(rows, 'BETTER') + of(rows, 'WORSE');
  const [verdict, least] = {
    0: ['SAME', 0.7] as const,
    0.05: ['WORSE', 0.9] as const,
    0.1: ['WORSE', 1] as const,
  }[burn];
  return [
    ...(burn === 0 && wrong > 0 ? [`${name}: ${wrong} false verdicts`] : []),
    ...(of(rows, verdict) < least * rows.length
      ? [`${name}: fewer than ${100 * least}% are ${verdict}`]
      : []),
  ];
}

const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'plimsoll-repeat-'));
mkdirSync(folder, { recursive: true });
const minutes = Number(options.minutes);
if (!(minutes > 0)) throw new Error('--minutes takes a number above 0');
const api = createApi({ dataFolder: folder });
const series = new Series(api, folder, minutes);
let neighbour: ChildProcess | undefined;
try {
  const besides = options.beside.split(',').map((name) => PairSchema.shape.beside.parse(name));
  let complete = true;
  for (const beside of besides) {
    if (beside === 'bursts') neighbour = spawn(process.execPath, ['-e', bursts], { stdio: 'ignore' });
    complete = (await series.measure(beside)) && complete;
    neighbour?.kill();
    neighbour = undefined;
  }
  const results = [];
  for (const beside of besides) {
    for (const burn of burns) {
      const rows = await series.judged(beside, burn);
      results.push({ name: nameOf(beside, burn), burn, rows });
    }
  }
  say(
    `\n| runs | pairs | ${verdicts.join(' | ')} |\n| --- | --- | ${verdicts.map(() => '---').join(' | ')} |`,
  );
  for (const { name, rows } of results) {
    say(`| ${name} | ${rows.length} | ${verdicts.map((verdict) => of(rows, verdict)).join(' | ')} |`);
  }
  const misses = results.flatMap(({ name, burn, rows }) => missed(name, burn, rows));
  for (const miss of misses) say(`MISSED, ${miss}`);
  if (!complete) say(`The time was over: the same command with --folder ${folder} continues.`);
  if (options.json) console.log(JSON.stringify({ results, misses, complete }, null, 2));
  process.exitCode = misses.length > 0 ? 1 : 0;
} finally {
  neighbour?.kill();
  await api.close();
  if (options.folder === undefined) rmSync(folder, { recursive: true });
}
