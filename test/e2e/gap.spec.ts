/** The plot of the efficiency gap: every figure as the command line tells it, over one run and over several. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { scaleOf } from '../../core/charts/scale.ts';
import { formatInterval, formatNs, formatPercent, formatRatio } from '../../core/format/units.ts';
import { paperResults } from '../../core/models/paper-results.ts';
import { publishedGpus } from '../../core/models/published-gpus.ts';
import { BundleSchema, type MeasurementSummary, type RunReport } from '../../core/protocol/run.ts';
import { showCell } from '../../renderer/charts/table-data.ts';
import { seriousOf } from './support/serious.ts';
import { chooseRun, expect, openPage, type ServedApp, test } from './support/served-app.ts';

const section = (page: Page) => page.getByRole('region', { name: 'Efficiency gap', exact: true });
const panel = (page: Page, index: number) => section(page).locator('.gap-panel').nth(index);
const pointOf = (within: Locator, id: string) => within.locator(`.gap-point[data-point="${id}"]`);

function shown(app: ServedApp, run = 'latest'): Promise<RunReport> {
  return app.json('show', run, '--json');
}

/** Those that the plot can place: with a published accuracy. */
function placed({ measurements }: RunReport): MeasurementSummary[] {
  return measurements.filter(({ top1 }) => top1 !== null);
}

interface Edited {
  readonly id: string;
  readonly machine: string;
  readonly times: number;
  readonly batch?: number;
  readonly software?: boolean;
}

/** The newest run, as if another machine had measured it. */
async function importAs(
  app: ServedApp,
  { id, machine, times, batch, software = false }: Edited,
): Promise<void> {
  const bundle = BundleSchema.parse(await app.json('export', 'latest'));
  const { run } = bundle;
  const edited = {
    ...bundle,
    run: {
      ...run,
      id,
      // Older than the one that it was made from, which stays the newest.
      startedAt: new Date(Date.parse(run.startedAt) - 86_400_000).toISOString(),
      environment: {
        ...run.environment,
        machine: { ...run.environment.machine, id: machine, name: machine },
        system: { ...run.environment.system, kernel: '9.9.9-other' },
      },
      providers: run.providers.map(({ description, ...provider }) => ({
        ...provider,
        description: {
          ...description,
          devices: description.devices.map((device) => ({ ...device, software })),
        },
      })),
      measurements: run.measurements.map((measurement) => ({
        ...measurement,
        id: `${id}-${measurement.id}`,
        batch: batch ?? measurement.batch,
        outcome:
          measurement.outcome.status === 'measured'
            ? { ...measurement.outcome, samplesNs: measurement.outcome.samplesNs.map((ns) => ns * times) }
            : measurement.outcome,
      })),
    },
  };
  const file = join(app.dataFolder, `${id}.json`);
  await writeFile(file, JSON.stringify(edited));
  const result = await app.cli('import', file);
  expect(result.status, result.stderr).toBe(0);
}

async function open(page: Page, app: ServedApp): Promise<void> {
  await openPage(page, app, 'gap');
  await expect(panel(page, 1).locator('.gap-point').first()).toBeVisible();
}

test('stands every point where its figures say, with its ideal latency, its waterline and both gaps', async ({
  page,
  app,
}) => {
  await open(page, app);
  const rows = placed(await shown(app));
  await expect(panel(page, 0).locator('.gap-point')).toHaveCount(
    new Set(rows.map(({ model }) => model)).size,
  );
  await expect(panel(page, 1).locator('.gap-point')).toHaveCount(rows.length);
  const latencies = rows.flatMap(({ latencyNs: { median, low, high }, idealLatencyNs }) =>
    [median, low, high, idealLatencyNs].map((ns) => ns / 1e6),
  );
  for (const kind of ['log', 'linear'] as const) {
    if (kind === 'linear') await page.getByLabel('Linear axes, as the paper').check();
    const scale = scaleOf(kind, latencies);
    const axis = await panel(page, 1)
      .locator('line.axis')
      .first()
      .evaluate((line) => Number(line.getAttribute('x2')));
    for (const { id, model, plan, latencyNs, idealLatencyNs, waterlineLatencyNs } of rows) {
      const at = (ns: number) => axis * scale.place(ns / 1e6);
      const mark = pointOf(panel(page, 1), id);
      const number = (locator: Locator, name: string) =>
        locator.evaluate((element, attribute) => Number(element.getAttribute(attribute)), name);
      expect(await number(mark.locator('.hit'), 'cx'), `${model} ${plan}`).toBeCloseTo(
        at(latencyNs.median),
        3,
      );
      const bar = panel(page, 1).locator(`.gap-bar[data-point="${id}"]`);
      expect(await number(bar.locator('.water-surface'), 'x1')).toBeCloseTo(at(waterlineLatencyNs), 3);
      const kernels = bar.locator('.kernels');
      expect(await number(kernels, 'x')).toBeCloseTo(at(waterlineLatencyNs), 3);
      expect(await number(kernels, 'width')).toBeCloseTo(at(latencyNs.median) - at(waterlineLatencyNs), 3);
      if (waterlineLatencyNs > idealLatencyNs) {
        expect(await number(bar.locator('.memory'), 'x')).toBeCloseTo(at(idealLatencyNs), 3);
      }
    }
  }
  await page.getByLabel('Ideal latency and gap').uncheck();
  await expect(page.locator('.gap-bar')).toHaveCount(0);
  expect(await page.evaluate<number>('document.getAnimations().length')).toBe(0);
});

test('tells the same figures where a point is pointed at, in its table, and in what is saved', async ({
  page,
  app,
}) => {
  await open(page, app);
  const report = await shown(app);
  const rows = placed(report);
  const said = page.locator('.chart-tooltip');
  for (const { id } of rows) {
    await pointOf(panel(page, 1), id).locator('.hit').hover({ force: true });
    // Points may cover each other: whichever lies on top speaks, and speaks of itself.
    let row: (typeof rows)[number] | undefined;
    await expect(async () => {
      const text = (await said.textContent()) ?? '';
      row = rows.find((one) => text.includes(one.model) && text.includes(formatInterval(one.latencyNs)));
      expect(row, text).toBeDefined();
    }).toPass();
    if (row === undefined) throw new Error('it was just found');
    for (const text of [
      formatNs(row.idealLatencyNs),
      formatNs(row.waterlineLatencyNs),
      formatPercent(row.efficiency),
      formatRatio(row.gap),
      formatRatio(row.memoryGap),
      formatRatio(row.kernelGap),
    ]) {
      await expect(said).toContainText(text);
    }
  }
  const gaps = rows.toSorted((a, b) => a.gap - b.gap);
  await expect(section(page)).toContainText(
    `gaps from ${formatRatio(gaps[0]?.gap ?? 0)} (${gaps[0]?.model}) to ${formatRatio(gaps.at(-1)?.gap ?? 0)} (${gaps.at(-1)?.model})`,
  );
  const downloading = page.waitForEvent('download');
  await section(page).getByRole('button', { name: 'CSV' }).click();
  const csv = await readFile(await (await downloading).path(), 'utf8');
  await section(page).getByRole('button', { name: 'Table' }).click();
  const table = page.getByRole('table', { name: 'Accuracy over operations and over latency' });
  await expect(table.locator('tbody tr')).toHaveCount(placed(report).length);
  for (const row of placed(report)) {
    const line = table
      .locator('tbody tr')
      .filter({ hasText: row.model })
      .filter({ hasText: row.plan })
      .first();
    for (const figure of [
      row.latencyNs.median / 1e6,
      row.latencyNs.low / 1e6,
      row.latencyNs.high / 1e6,
      row.idealLatencyNs / 1e6,
      row.waterlineLatencyNs / 1e6,
      100 * row.efficiency,
      row.operations / 2e9 / row.batch,
    ]) {
      await expect(line).toContainText(showCell(figure));
      expect(csv).toContain(String(figure));
    }
  }
});

test('selects a point by key, pins it beside another, and leads on to its pages', async ({ page, app }) => {
  await open(page, app);
  const rows = placed(await shown(app));
  const drawing = panel(page, 1).getByRole('img');
  await drawing.press('Home');
  const fastest = rows.toSorted((a, b) => a.latencyNs.median - b.latencyNs.median)[0];
  if (fastest === undefined) throw new Error('the run measured something');
  await expect(page.locator('.chart-tooltip')).toContainText(formatInterval(fastest.latencyNs));
  await drawing.press('Enter');
  expect(page.url()).toContain(`measurement=${fastest.id}`);
  await expect(
    page.getByRole('table', { name: 'Measurements' }).locator('tr[aria-selected="true"]'),
  ).toContainText(fastest.model);
  await section(page).getByRole('button', { name: 'Pin', exact: true }).press('Enter');
  await drawing.press('End');
  await drawing.press(' ');
  const side = page.getByRole('table', { name: 'Side by side' });
  await expect(side.locator('thead th')).toHaveCount(3);
  for (const [name, value] of [
    ['Latency', formatInterval(fastest.latencyNs)],
    ['Ideal', formatNs(fastest.idealLatencyNs)],
    ['Waterline', formatNs(fastest.waterlineLatencyNs)],
    ['Efficiency', formatPercent(fastest.efficiency)],
    ['Gap', formatRatio(fastest.gap)],
    ['Memory gap', formatRatio(fastest.memoryGap)],
    ['Kernel gap', formatRatio(fastest.kernelGap)],
    ['ImageNet top-1', `${fastest.top1?.toFixed(1)}%`],
  ] as const) {
    await expect(side.getByRole('row', { name: new RegExp(`^${name} `) })).toContainText(value);
  }
  await page.reload();
  await expect(side.locator('thead th')).toHaveCount(3);
  await side.getByRole('link', { name: 'Layers' }).first().click();
  await expect(page.getByRole('heading', { name: 'Layers', level: 2 }).first()).toBeVisible();
  await expect(page.getByLabel('Measurement')).toHaveValue(/.+/);
  await page.goBack();
  await side
    .getByRole('button', { name: /^Take away/ })
    .first()
    .click();
  await expect(side.locator('thead th')).toHaveCount(2);
});

test('lays another machine’s run over it, with images as the common measure', async ({ page, app }) => {
  // The program is started a dozen times.
  test.slow();
  await importAs(app, { id: 'laptoprun', machine: 'laptop', times: 2, batch: 1 });
  await importAs(app, { id: 'batchrun', machine: 'server', times: 8, batch: 4 });
  await open(page, app);
  const own = placed(await shown(app));
  await section(page).locator('summary').click();
  await chooseRun(page, 'Add a run', 'laptop');
  await expect(page.getByRole('group', { name: /measured on laptop, another machine/ })).toContainText(
    'kernel',
  );
  await expect(page.getByRole('group', { name: /measured on this machine/ })).toBeVisible();
  const laptop = placed(await shown(app, 'laptoprun'));
  await expect(panel(page, 1).locator('.gap-point')).toHaveCount(own.length + laptop.length);
  await chooseRun(page, 'Add a run', 'server');
  await expect(panel(page, 1)).toContainText('Latency of one image, batches of several sizes [ms]');
  const [row] = placed(await shown(app, 'batchrun'));
  if (row === undefined) throw new Error('the run measured something');
  await page.getByRole('combobox', { name: 'Point' }).selectOption(row.id);
  expect(page.url()).toContain('run=batchrun');
  await section(page).getByRole('button', { name: 'Table' }).click();
  const table = page.getByRole('table', { name: 'Accuracy over operations and over latency' });
  await expect(table).toContainText(showCell(row.latencyNs.median / 1e6 / 4));
  await page.reload();
  await expect(panel(page, 1).locator('.gap-point')).toHaveCount(own.length + 2 * laptop.length);
});

test('lays published figures over it, names their sources, and draws no more series than can be told apart', async ({
  page,
  app,
}) => {
  await open(page, app);
  const own = placed(await shown(app)).length;
  await section(page).locator('summary').click();
  const published = page.getByRole('group', { name: 'Published by others' });
  await published.getByLabel(/the paper/).check();
  await expect(panel(page, 1).locator('.gap-point')).toHaveCount(own + paperResults.length);
  await expect(section(page)).toContainText('arXiv 2404.03617');
  for (const gpu of publishedGpus)
    await published.getByLabel(gpu.name.replace('NVIDIA GeForce ', '')).check();
  await expect(section(page)).toContainText('benchmark-infer-amp');
  await expect(section(page)).toContainText('6 series are drawn');
  await page.getByRole('group', { name: 'Families' }).getByLabel('VGG').uncheck();
  await expect(page.locator('.gap-point[data-point$="vgg16"]')).toHaveCount(0);
  // What others have published is ranked by nobody here.
  await page.getByLabel('Pareto front').first().check();
  await section(page).getByRole('button', { name: 'Table' }).click();
  const table = page.getByRole('table', { name: 'Accuracy over operations and over latency' });
  await expect(table.locator('tbody tr').filter({ hasText: 'the paper' }).first()).not.toContainText('yes');
  await expect(table.locator('tbody tr').filter({ hasText: 'yes' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'As at first' }).click();
  await expect(table.locator('tbody tr')).toHaveCount(own);
});

test('shows a software adapter as what it is, and does not rank it', async ({ page, app }) => {
  await importAs(app, { id: 'softrun', machine: 'soft', times: 0.5, software: true });
  await openPage(page, app, 'gap');
  await page.goto(`${new URL(page.url()).origin}/#page=gap&run=softrun&front=shown`);
  await expect(panel(page, 1).locator('.gap-point').first()).toBeVisible();
  await expect(section(page)).toContainText('A software adapter runs on the processor');
  await expect(section(page).locator('.gap-legend')).toContainText('Pareto front');
  await expect(panel(page, 1).locator('.pareto-front')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`has nothing that hinders anyone, in the ${colorScheme} theme`, async ({ page, app }) => {
    await importAs(app, { id: 'laptoprun', machine: 'laptop', times: 2 });
    await page.emulateMedia({ colorScheme });
    await open(page, app);
    await section(page).locator('summary').click();
    await chooseRun(page, 'Add a run', 'laptop');
    await page.getByLabel('Pareto front').first().check();
    await panel(page, 1).getByRole('img').press('Home');
    await panel(page, 1).getByRole('img').press(' ');
    await panel(page, 1).getByRole('img').press('ArrowRight');
    expect(await seriousOf(page)).toEqual([]);
  });
}
