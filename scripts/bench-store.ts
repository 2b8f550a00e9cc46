/**
 * How long the store takes to answer what the pages ask, with many runs in it:
 *
 *     npm run bench:store -- [--runs 1000] [--measurements 500] [--repeat 15] [--folder DIR] [--json]
 *
 * The runs are invented (see many-runs/fill-folder.ts) and go into a temporary folder, or into DIR, where they are found and used again the
 * next time. Times are medians over the repetitions and contain turning the answer into
 * the JSON that a page gets. Exits with 1 where one is not below 50 ms.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { medianOf } from '../core/statistics/summary.ts';
import { createApi, type LocalApi } from '../main/api.ts';
import { databaseName } from '../main/store/sqlite/open-database.ts';
import { fillFolder } from './many-runs/fill-folder.ts';

const limitMs = 50;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    measurements: { type: 'string', default: '500' },
    repeat: { type: 'string', default: '15' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const runCount = Number(options.runs);
const measurementCount = Number(options.measurements);
const repetitions = Number(options.repeat);

// ----------------------------------------------------------------------------------------------------------------- times

interface Timed {
  readonly query: string;
  readonly page: string;
  readonly medianMs: number;
  readonly worstMs: number;
  /** Of this process: what the time would be on a machine that has nothing else to do. */
  readonly medianCpuMs: number;
  readonly answerBytes: number;
}

async function time(query: string, page: string, ask: () => Promise<unknown>): Promise<Timed> {
  const times: number[] = [];
  const cpuTimes: number[] = [];
  let answerBytes = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const start = performance.now();
    const startCpu = process.cpuUsage();
    answerBytes = JSON.stringify(await ask()).length;
    const { user, system } = process.cpuUsage(startCpu);
    times.push(performance.now() - start);
    cpuTimes.push((user + system) / 1000);
  }
  return {
    query,
    page,
    medianMs: medianOf(times),
    worstMs: Math.max(...times),
    medianCpuMs: medianOf(cpuTimes),
    answerBytes,
  };
}

async function timeAll(api: LocalApi): Promise<Timed[]> {
  const sides = { before: { runId: 'latest~2' }, after: { runId: 'latest' } };
  const { rows } = await api.call('runs.compare', sides);
  const [head] = await api.call('history.list', {});
  const [row] = rows;
  if (head === undefined || row === undefined) throw new Error('there is nothing to ask for');
  const { machineName: _, runs: __, ...series } = head;
  const parts = {
    beforeMeasurementId: row.before.measurementId,
    afterMeasurementId: row.after.measurementId,
  };
  const measurementId = row.after.measurementId;
  return [
    await time('runs.list', 'every page', () => api.call('runs.list', {})),
    await time('runs.get', 'Run, Efficiency gap, Roofline, Reports', () =>
      api.call('runs.get', { runId: 'latest' }),
    ),
    await time('runs.measurement', 'Waterline, Layers', () =>
      api.call('runs.measurement', { measurementId }),
    ),
    await time('runs.compare', 'Compare', () => api.call('runs.compare', sides)),
    await time('runs.compareParts', 'Compare, a row opened', () => api.call('runs.compareParts', parts)),
    await time('history.list', 'History', () => api.call('history.list', {})),
    await time('history.get, one series', 'History', () => api.call('history.get', series)),
    await time('machines.list', 'Machines', () => api.call('machines.list', {})),
    await time('runs.list, deleted', 'Machines', () => api.call('runs.list', { deleted: true })),
  ];
}

const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
mkdirSync(folder, { recursive: true });
try {
  fillFolder(folder, { runs: runCount, measurements: measurementCount });
  const api = createApi({ dataFolder: folder });
  const queries = await timeAll(api);
  await api.close();
  const file = join(folder, databaseName);
  const result = {
    runs: runCount,
    measurementsPerRun: measurementCount,
    databaseBytes: existsSync(file) ? statSync(file).size : 0,
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: cpus().length,
    node: process.versions.node,
    repetitions,
    limitMs,
    queries,
  };
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(
      `${result.runs} runs of ${result.measurementsPerRun} measurements, ${(result.databaseBytes / 1e9).toFixed(2)} GB, ` +
        `${result.cpu}, ${result.threads} threads, Node ${result.node}`,
    );
    for (const { query, medianMs, worstMs, medianCpuMs, answerBytes } of queries) {
      const size = `${Math.round(answerBytes / 1000)} kB`;
      console.log(
        `${query.padEnd(26)} ${medianMs.toFixed(1).padStart(7)} ms  (worst ${worstMs.toFixed(1)} ms, CPU ${medianCpuMs.toFixed(1)} ms, ${size})`,
      );
    }
  }
  if (queries.some(({ medianMs }) => medianMs >= limitMs)) process.exitCode = 1;
} finally {
  if (options.folder === undefined) rmSync(folder, { recursive: true });
}
