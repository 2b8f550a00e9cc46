/** What a run looks like in a browser. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BundleSchema } from '../../core/protocol/run.ts';
import { expect, openPage, test } from './support/served-app.ts';

test.beforeEach(async ({ page, app }) => {
  await openPage(page, app, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
});

test('shows the machine, its ceilings and the measurements of the newest run', async ({ page, app }) => {
  expect(page.url()).not.toContain('token');
  const shown = await app.json('show', '--json');
  await page.getByText('Machine and ceilings of this run').click();
  const machine = page.getByRole('region', { name: 'Machine' });
  await expect(machine).toContainText(shown.machine.cpu.model);
  await expect(machine).toContainText(shown.machine.machine.id);
  const ceilings = page.getByRole('region', { name: 'Ceilings' });
  await expect(ceilings.getByRole('row', { name: /^fp32, 1 thread / })).toContainText('FLOP/s');
  await expect(ceilings.getByRole('row', { name: /^DRAM, 1 thread / })).toContainText('GB/s');
  const rows = page.getByRole('table', { name: 'Measurements' }).locator('tbody tr');
  await expect(rows).toHaveCount(4);
  for (const { model, plan, efficiency } of shown.measurements) {
    const row = rows.filter({ hasText: model }).filter({ hasText: plan });
    await expect(row).toContainText(`${(100 * efficiency).toFixed(1)}%`);
    await expect(row).toContainText('yes');
  }
});

test('sorts its table, and keeps that in the address', async ({ page }) => {
  const table = page.getByRole('table', { name: 'Measurements' });
  const titles = await table.locator('thead th').allInnerTexts();
  const column = titles.findIndex((title) => title.trim() === 'Efficiency') + 1;
  const efficiencies = async () =>
    (await table.locator(`tbody tr td:nth-child(${column})`).allTextContents()).map(Number.parseFloat);
  const button = page.getByRole('button', { name: 'Efficiency', exact: true });
  await button.click();
  const ascending = await efficiencies();
  expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
  await button.press('Enter');
  expect(await efficiencies()).toEqual(ascending.toReversed());
  expect(page.url()).toContain('sort=-efficiency');
  await page.reload();
  await expect(page.getByRole('columnheader', { name: /Efficiency/ })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  expect(await efficiencies()).toEqual(ascending.toReversed());
});

test('opens the kernels of a measurement, from the table and from the plot', async ({ page, app }) => {
  await page.getByRole('button', { name: 'Kernels of convfirst_pico, fused' }).click();
  const fused = page.getByRole('region', { name: 'convfirst_pico, fused: kernel by kernel' });
  await expect(fused).toContainText('agree with the reference');
  await expect(fused.locator('tbody tr').first()).toBeVisible();
  await fused.press('Escape');
  await expect(fused).toBeHidden();
  const details = await app.json('show', '--kernels', 'regnety_004', '--json');
  const points = details.map(
    ({ summary }: { summary: { id: string } }) => `.gap-point[data-point="${summary.id}"]`,
  );
  const point = page.locator('.gap-panel').nth(1).locator(points.join()).last();
  const id = await point.getAttribute('data-point');
  await point.click();
  await page.getByRole('button', { name: 'Show kernels' }).click();
  const { summary, kernels } = details.find(
    (detail: { summary: { id: string } }) => detail.summary.id === id,
  );
  const regnet = page.getByRole('region', { name: `regnety_004, ${summary.plan}: kernel by kernel` });
  await expect(regnet.locator('.kernel-chart .recharts-bar-rectangle').first()).toBeAttached();
  await expect(regnet.locator('tbody tr')).toHaveCount(kernels.length);
  await regnet.getByRole('button', { name: 'Close' }).click();
  await expect(regnet).toBeHidden();
  await page.goBack();
  await expect(regnet).toBeVisible();
});

test('says what is a reconstruction', async ({ page }) => {
  await expect(page.getByRole('region', { name: 'Efficiency gap' })).toContainText('* Reconstruction:');
});

test('exports the run whole', async ({ page }) => {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as JSON' }).click();
  const download = await downloading;
  const bundle = BundleSchema.parse(JSON.parse(await readFile(await download.path(), 'utf8')));
  expect(download.suggestedFilename()).toBe(`plimsoll-${bundle.run.id}.json`);
  expect(bundle.run.measurements).toHaveLength(4);
});

test('exports a report, with the figures that it shows', async ({ page, app }) => {
  await page.getByRole('button', { name: 'Export report' }).click();
  const form = page.getByRole('form', { name: 'Export report' });
  await form.getByLabel('Price of the machine').fill('1200.50');
  await form.getByLabel('Currency').fill('CHF');
  for (const format of ['html', 'pdf']) {
    await form.getByLabel('Format').selectOption(format);
    const downloading = page.waitForEvent('download');
    await form.getByRole('button', { name: 'Save report' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^plimsoll-report-\\w+\\.${format}$`));
    const content = await readFile(await download.path());
    if (format === 'pdf') {
      expect(content.subarray(0, 5).toString()).toBe('%PDF-');
      continue;
    }
    const { measurements } = await app.json('show', '--json');
    for (const { model, efficiency } of measurements) {
      expect(content.toString()).toContain(model);
      expect(content.toString()).toContain(`${(100 * efficiency).toFixed(1)}%`);
    }
    expect(content.toString()).toContain('1,200.50 CHF');
  }
});

test('a saved report opens by itself, needs nothing and breaks no rule of its policy', async ({
  page,
  app,
}) => {
  const file = join(app.dataFolder, 'report.html');
  expect((await app.cli('report', 'latest', '--output', file)).status).toBe(0);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  await expect(page.getByRole('heading', { name: 'In short' })).toBeVisible();
  // The style was let in by its hash, or the body would have no such width.
  expect(await page.evaluate<string>('getComputedStyle(document.body).maxWidth')).toBe('1120px');
  await expect(page.locator('figure svg').first()).toBeVisible();
  expect(complaints).toEqual([]);
  expect(requests).toEqual([pathToFileURL(file).href]);
});

test('deletes a run only when it is told twice', async ({ page, app }) => {
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete this run' }).click();
  await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
  expect(await app.json('runs', '--json')).toEqual([]);
});

test('has a light and a dark theme, and remembers the choice', async ({ page }) => {
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const light = await background();
  await page.getByRole('button', { name: 'Dark theme' }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Light theme' })).toBeVisible();
  expect(await background()).toBe(dark);
});

test('shows what an address names, and says so where it is not there', async ({ page, app }) => {
  const [run] = await app.json('runs', '--json');
  await page.goto(`${new URL(page.url()).origin}/#page=gap&run=${run.id}&front=shown`);
  // A line that is level has no height, and would count as hidden.
  await expect(page.locator('svg .pareto-front').first()).toBeAttached();
  await page.goto(`${new URL(page.url()).origin}/#page=gap&run=nosuchrun`);
  await expect(page.getByRole('alert')).toContainText('There is no run nosuchrun.');
  await page.getByRole('button', { name: 'Show the newest run' }).click();
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
});

test('fits a window of 900 pixels without scrolling sideways', async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 800 });
  await expect
    .poll(() => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
    .toBe(0);
});
