/** The bench page as served, on Chromium's own WebGPU: the software adapter SwiftShader, which every machine has. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { planGraph } from '../../core/graph/plan.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { rendererFolder } from '../../main/app/paths.ts';
import type { BenchPages } from '../../main/bench/bench-pages.ts';
import { ProviderAbsent, type ProviderConnection } from '../../main/bench/provider-connection.ts';
import { findBrowser } from '../../main/report/browser.ts';
import { type RunningServer, startServer } from '../../main/serve/server.ts';
import { FakeApi } from '../fixtures/api/fake-api.ts';
import { launchDesktop } from './electron-stand-in/harness.ts';
import { serve } from './support/served-app.ts';

/** Compiling for SwiftShader takes seconds. */
const request = { silenceMs: 60_000 };

const browser = findBrowser();

test.use({
  launchOptions: {
    ...(browser !== undefined && { executablePath: browser }),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-webgpu-developer-features',
      '--disable-background-networking',
    ],
  },
});

/** Profiles with the page's own WebGPU and nothing else. */
async function chooseWebGpu(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  await page.getByRole('checkbox', { name: 'WebGPU (browser)' }).check();
  await page.getByRole('checkbox', { name: 'native' }).uncheck();
  await page.getByRole('button', { name: 'Profile this machine' }).click();
}

let server: RunningServer;
let pages: BenchPages;
let provider: ProviderConnection;

test.beforeEach(async () => {
  const api = new FakeApi({ 'app.hello': () => ({ name: 'plimsoll', version: '1.2.3', apiVersion: 1 }) });
  pages = api.benchPages;
  server = await startServer({ api, port: 0, rendererFolder: rendererFolder() });
  provider = pages.provider(10_000);
});
test.afterEach(async () => {
  await provider.close();
  await server.close();
});

/** As the app's own page does it: signed in first, the bench page then in the same browser. */
async function openBench(page: Page): Promise<void> {
  const origin = new URL(server.address).origin;
  const token = new URL(server.address).hash.replace('#token=', '');
  const answer = await page.context().request.post(`${origin}/session`, { data: { token } });
  expect(answer.status()).toBe(204);
  await page.goto(`${origin}/bench`);
  await expect(page.getByRole('status')).toHaveText(/Ready|Working/);
}

function tinyNetwork() {
  const g = new GraphBuilder('tiny', { height: 12, width: 12, channels: 3 });
  const stem = g.block('stem', 'stem', () =>
    g.conv('stem', g.input, { outChannels: 8, kernelSize: 3, stride: 2, activation: 'relu' }),
  );
  g.block('head', 'head', () => g.linear('fc', g.globalAveragePool('pool', stem), 10));
  const graph = g.build();
  const plan = planGraph(graph, 'layerwise', new Set());
  return {
    graph: toWireGraph(graph),
    plan: plan.kind,
    kernels: plan.kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
    dtype: 'fp32' as const,
    batch: 1,
    threads: 1,
    seed: 1,
  };
}

test('computes a network on the browser’s adapter that agrees with the reference', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await openBench(page);
  const described = await provider.request('describe', {}, request);
  expect(described).toMatchObject({
    provider: 'webgpu-page',
    version: '1.2.3',
    libraries: { browser: expect.stringMatching(/^\w+ \d+\.\d+/) },
    devices: [{ kind: 'gpu', name: 'SwiftShader (software)', software: true }],
  });
  const prepared = await provider.request('prepare', tinyNetwork(), request);
  expect(prepared.kernels.length).toBeGreaterThan(1);
  const { handle } = prepared;
  const verified = await provider.request('verify', { handle }, request);
  expect(verified.passed).toBe(true);
  const timing = { warmupSeconds: 0.01, minSeconds: 0.05, minSamples: 3, maxSeconds: 5 };
  const heard: number[] = [];
  const measured = await provider.request(
    'measure',
    { handle, ...timing },
    { ...request, onProgress: (fraction) => heard.push(fraction) },
  );
  expect(measured.latencyNs.length).toBeGreaterThanOrEqual(3);
  expect(complaints).toEqual([]);
  // Its clock is fine enough to check the timestamps by.
  expect(await page.evaluate('crossOriginIsolated')).toBe(true);
});

test('loses what it was asked for when it is closed, and goes on when it is opened again', async ({
  page,
  context,
}) => {
  await openBench(page);
  const { handle } = await provider.request('prepare', tinyNetwork(), request);
  const timing = { warmupSeconds: 0, minSeconds: 30, minSamples: 3, maxSeconds: 30 };
  const begun = Promise.withResolvers<void>();
  const lost = provider.request(
    'measure',
    { handle, ...timing },
    { ...request, onProgress: () => begun.resolve() },
  );
  const failure = expect(lost).rejects.toThrow('The bench page was closed or reloaded, during measure.');
  await begun.promise;
  await page.close();
  await failure;
  const again = provider.request('describe', {}, request);
  await openBench(await context.newPage());
  expect((await again).devices).toHaveLength(1);
});

test('stops when it is told to, and can be asked again', async ({ page }) => {
  await openBench(page);
  const { handle } = await provider.request('prepare', tinyNetwork(), request);
  const timing = { warmupSeconds: 0, minSeconds: 30, minSamples: 3, maxSeconds: 30 };
  const stop = new AbortController();
  const measuring = provider.request(
    'measure',
    { handle, ...timing },
    { ...request, signal: stop.signal, onProgress: () => stop.abort() },
  );
  await expect(measuring).rejects.toMatchObject({ error: { code: 'cancelled' } });
  expect((await provider.request('verify', { handle }, request)).passed).toBe(true);
});

test('gives way to a newer one, and does not come back by itself', async ({ page, context }) => {
  await openBench(page);
  await openBench(await context.newPage());
  await expect(page.getByRole('status')).toHaveText(/Another bench page has taken over/);
  expect((await provider.request('describe', {}, request)).devices).toHaveLength(1);
});

test('begins anew after a run, with nothing left of the last one', async ({ page }) => {
  await openBench(page);
  const { handle } = await provider.request('prepare', tinyNetwork(), request);
  await provider.close();
  const next = provider.request('verify', { handle }, request);
  await expect(next).rejects.toMatchObject({ error: { code: 'unknownHandle' } });
});

test('says what to do where the page is not signed in, and where there is no page', async ({ page }) => {
  await page.goto(`${new URL(server.address).origin}/bench`);
  await expect(page.getByRole('status')).toHaveText(/not signed in: open the address/);
  const absent = pages.provider(200).request('describe', {}, request);
  await expect(absent).rejects.toThrow(ProviderAbsent);
  await expect(absent).rejects.toMatchObject({ hint: expect.stringContaining('/bench in a tab of its own') });
});

test.describe('in the app', () => {
  test('a button opens it and begins a run, which says what it lacks when the page is closed', async ({
    page,
  }) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
    const app = await serve(dataFolder);
    try {
      await page.goto(app.address);
      const opening = page.waitForEvent('popup');
      await chooseWebGpu(page);
      const bench = await opening;
      await expect(bench.getByRole('heading', { name: 'WebGPU bench' })).toBeVisible();
      await expect(page.getByText('measuring the ceilings of SwiftShader (software)')).toBeVisible();
      await expect(bench.getByRole('status')).toHaveText(/Working: calibrate/);
      await bench.close();
      await expect(page.getByText(/No bench page is open/).first()).toBeVisible({ timeout: 45_000 });
      const [run] = await app.json('runs', '--json');
      expect(run).toMatchObject({ status: 'failed' });
    } finally {
      await app.stop();
      await rm(dataFolder, { recursive: true });
    }
  });
});

test('in the desktop app it is a hidden window, which does not keep the app open', async ({ browser }) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  try {
    await using desktop = await launchDesktop(browser, { PLIMSOLL_DATA_DIR: dataFolder });
    await chooseWebGpu(desktop.page);
    await expect(desktop.page.getByText('measuring the ceilings of SwiftShader (software)')).toBeVisible();
    const { hiddenPage } = desktop;
    expect(hiddenPage?.url()).toMatch(/\/bench\/index\.html$/);
    // "End the run" is the first of the buttons.
    await desktop.closeWindow();
    await expect.poll(() => desktop.questions).toHaveLength(1);
    expect(await desktop.ended()).toBe(0);
    // Its end reaches the test a moment after the program is gone.
    await expect.poll(() => hiddenPage?.isClosed()).toBe(true);
  } finally {
    await rm(dataFolder, { recursive: true });
  }
});
