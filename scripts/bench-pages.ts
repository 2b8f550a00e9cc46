/**
 * How long a user of the app waits in a browser, with many runs stored:
 *
 *     npm run bench:pages -- [--runs 1000] [--measurements 100] [--repeat 7] [--folder DIR] [--json]
 *
 * The runs are those of bench:store (see many-runs/fill-folder.ts), most of them of this machine; DIR is as there. The real server hands
 * them to the system's own Chromium. The first paint is the browser's own first-contentful-paint of the page's address, with an empty
 * cache. For each page of the navigation, the app is loaded anew at another page, so that nothing of it was read before; the time goes from
 * the click on its link until what it is for has been in the page for a frame. Medians over the repetitions. Exits with 1 where the
 * first paint is not below 1 s, or a page not below 300 ms.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { medianOf } from '../core/statistics/summary.ts';
import { createApi } from '../main/api.ts';
import { findBrowser } from '../main/report/browser.ts';
import { fillFolder } from './many-runs/fill-folder.ts';

const firstPaintLimitMs = 1000;
const pageLimitMs = 300;
/** A page that does not show what it is for in this time never will. */
const patienceMs = 30_000;

/** By the page's id: what it is for. What comes after it, as the checks of the program, is waited for by nobody. */
const contents: Readonly<Record<string, string>> = {
  overview: '.verdict-strip',
  profile: '.run-form .plan-card',
  machines: 'section[aria-label="Ceilings"] table tbody tr',
  gap: '.gap-panel .gap-point',
  waterline: '.water-surface',
  roofline: '.roofline-dot',
  layers: '.time-bar rect',
  intensity: '.recharts-line-curve',
  compare: '.interval-plot, table[aria-label="Verdicts"] tbody tr',
  history: '.history-chart .point',
  reports: '.report-form',
  models: '.structure .box',
  settings: 'main fieldset',
};

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    measurements: { type: 'string', default: '100' },
    repeat: { type: 'string', default: '7' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const repetitions = Number(options.repeat);

async function serve(dataFolder: string): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'main/cli/plimsoll.ts', 'serve', '--no-open', '--port', '0'],
    { env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(line)?.[0];
    if (address !== undefined) return { child, address };
  }
  throw new Error('The server ended before it was ready.');
}

interface Timed {
  readonly medianMs: number;
  readonly bestMs: number;
  readonly worstMs: number;
}

function summarize(times: readonly number[]): Timed {
  return { medianMs: medianOf(times), bestMs: Math.min(...times), worstMs: Math.max(...times) };
}

/** Each in a window of its own, which has nothing in its cache. */
async function firstPaints(browser: Browser, address: string): Promise<number[]> {
  const times: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    times.push(
      await page.evaluate<number>(
        `new Promise((resolve) =>
          new PerformanceObserver((list) =>
            list.getEntriesByName('first-contentful-paint').forEach(({ startTime }) => resolve(startTime)),
          ).observe({ type: 'paint', buffered: true }))`,
      ),
    );
    await context.close();
  }
  return times;
}

async function timeToPage(page: Page, id: string): Promise<number> {
  const start = id === 'settings' ? 'models' : 'settings';
  await page.goto(`${new URL(page.url()).origin}/#page=${start}`);
  await page.reload();
  await page
    .locator(contents[start] ?? '')
    .first()
    .waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');
  const time = await page.evaluate<number>(
    `new Promise((resolve, reject) => {
      const start = performance.now();
      document.querySelector('nav a[href*="page=${id}"]').click();
      const look = () =>
        requestAnimationFrame(() =>
          document.querySelector(${JSON.stringify(contents[id])}) === null
            ? performance.now() - start > ${patienceMs}
              ? reject(new Error('${id} does not show ' + ${JSON.stringify(contents[id])}))
              : look()
            : requestAnimationFrame(() => resolve(performance.now() - start)),
        );
      look();
    })`,
  );
  await quiet(page);
  return time;
}

/** What a page has set going in the program, as asking the providers, is not on the time of the next one. */
async function quiet(page: Page): Promise<void> {
  const asked = () => page.evaluate<number>(`performance.getEntriesByType('resource').length`);
  for (let before = -1, now = await asked(); now !== before; before = now, now = await asked()) {
    await page.waitForTimeout(1000);
  }
}

async function measure(browser: Browser, address: string) {
  const firstPaint = summarize(await firstPaints(browser, address));
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
  await page.goto(address);
  const links = page.locator('nav a');
  await links.first().waitFor();
  const ids = (await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))).map(
    (href) => new URLSearchParams(href.replace('#', '')).get('page') ?? '',
  );
  const unknown = ids.filter((id) => contents[id] === undefined);
  if (unknown.length > 0)
    throw new Error(`It is not known here what these pages are for: ${unknown.join(', ')}`);
  const times = new Map(ids.map((id) => [id, [] as number[]]));
  // Page after page in each repetition, so that a busy moment of the machine falls on all of them.
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [id, all] of times) all.push(await timeToPage(page, id));
  }
  return { firstPaint, pages: [...times].map(([id, all]) => ({ page: id, ...summarize(all) })) };
}

async function measureServed(dataFolder: string, executablePath: string) {
  const { child, address } = await serve(dataFolder);
  try {
    const browser = await chromium.launch({
      executablePath,
      // Chromium's sandbox refuses to run as root.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    try {
      return { ...(await measure(browser, address)), version: browser.version() };
    } finally {
      await browser.close();
    }
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    await exit;
  }
}

const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
mkdirSync(folder, { recursive: true });
try {
  const api = createApi({ dataFolder: folder });
  const { machine } = await api.call('machine.detect', {});
  await api.close();
  const filling = {
    runs: Number(options.runs),
    measurements: Number(options.measurements),
    mainMachineId: machine.id,
  };
  fillFolder(folder, filling);
  const executablePath = findBrowser();
  if (executablePath === undefined)
    throw new Error('No browser was found: install Chromium, or name one in PLIMSOLL_BROWSER.');
  const { firstPaint, pages, version } = await measureServed(folder, executablePath);
  const result = {
    runs: filling.runs,
    measurementsPerRun: filling.measurements,
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: cpus().length,
    /** Processes that wanted to run in the last minute: above the number of threads, all times are too long. */
    load: loadavg()[0] ?? 0,
    node: process.versions.node,
    chromium: version,
    repetitions,
    firstPaintLimitMs,
    pageLimitMs,
    firstPaint,
    pages,
  };
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(
      `${result.runs} runs of ${result.measurementsPerRun} measurements, ${result.cpu}, ${result.threads} threads, ` +
        `load ${result.load.toFixed(1)}, Node ${result.node}, Chromium ${result.chromium}`,
    );
    for (const { page, medianMs, bestMs, worstMs } of [{ page: 'first paint', ...firstPaint }, ...pages]) {
      console.log(
        `${page.padEnd(12)} ${medianMs.toFixed(0).padStart(6)} ms  (${bestMs.toFixed(0)} to ${worstMs.toFixed(0)} ms)`,
      );
    }
  }
  const isSlow =
    firstPaint.medianMs >= firstPaintLimitMs || pages.some(({ medianMs }) => medianMs >= pageLimitMs);
  if (isSlow) process.exitCode = 1;
} finally {
  if (options.folder === undefined) rmSync(folder, { recursive: true });
}
