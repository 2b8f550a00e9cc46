/** Every figure of the pages of one run, against the same figure of `plimsoll show --json`, worked out anew from what that says. */
import type { Locator } from '@playwright/test';
import {
  formatBytesPerSecond,
  formatInterval,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
  formatRatio,
} from '../../core/format/units.ts';
import type { MeasurementDetail, RunReport } from '../../core/protocol/run.ts';
import { showCell } from '../../renderer/charts/table-data.ts';
import { expect, openPage, type ServedApp, test } from './support/served-app.ts';

const reportOf = (app: ServedApp): Promise<RunReport> => app.json('show', '--json');
const detailsOf = (app: ServedApp, model: string): Promise<MeasurementDetail[]> =>
  app.json('show', '--kernels', model, '--json');

/** All cells of all rows at once. */
async function cellsOf(table: Locator): Promise<string[][]> {
  await expect(table).toBeVisible();
  const rows = await table.locator('tbody tr').all();
  return Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()));
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

test('the table of the run has the figures of each measurement', async ({ page, app }) => {
  const { measurements } = await reportOf(app);
  await openPage(page, app, 'gap');
  const table = page.getByRole('table', { name: 'Measurements' });
  const rows = await cellsOf(table);
  expect(rows).toHaveLength(measurements.length);
  const titles = await table.locator('thead th').allInnerTexts();
  for (const row of measurements) {
    const [modelAt, planAt] = ['Model', 'Plan'].map((name) =>
      titles.findIndex((title) => title.trim() === name),
    );
    const cells = rows.find(
      (each) => each[modelAt ?? 0]?.replace('*', '') === row.model && each[planAt ?? 1] === row.plan,
    );
    expect(cells, `${row.model} ${row.plan}`).toBeDefined();
    const shown = new Map(titles.map((title, index) => [title.trim(), cells?.[index]]));
    const undisturbedNs = row.undisturbedNs.estimate;
    const gaps = {
      Gap: formatRatio(row.latencyNs.median / row.idealLatencyNs),
      'Memory gap': formatRatio(row.waterlineLatencyNs / row.idealLatencyNs),
      'Kernel gap': formatRatio(undisturbedNs / row.waterlineLatencyNs),
    };
    const figures = {
      Latency: formatInterval(row.latencyNs),
      Undisturbed: formatNs(undisturbedNs),
      Ideal: formatNs(row.idealLatencyNs),
      Efficiency: formatPercent(row.idealLatencyNs / undisturbedNs),
      ...gaps,
    };
    for (const name of ['Latency', 'Efficiency', 'Gap'])
      expect(titles.map((title) => title.trim())).toContain(name);
    for (const [name, figure] of Object.entries(figures)) {
      if (shown.has(name)) expect(shown.get(name), name).toBe(figure);
    }
    await page.getByRole('button', { name: `Kernels of ${row.model}, ${row.plan}` }).click();
    const panel = page.getByRole('region', { name: `${row.model}, ${row.plan}: kernel by kernel` });
    for (const figure of [...Object.values(figures), formatNs(row.waterlineLatencyNs)]) {
      if (figure !== figures.Efficiency) await expect(panel).toContainText(figure);
    }
    await panel.getByRole('button', { name: 'Close' }).click();
  }
});

test('the overview has the ceilings and the lowest efficiencies', async ({ page, app }) => {
  const { measurements, providers } = await reportOf(app);
  await openPage(page, app, 'overview');
  await page.getByText('Machine and ceilings').click();
  const ceilings = page.getByRole('region', { name: 'Ceilings' });
  const arithmetic = await cellsOf(ceilings.getByRole('table', { name: 'Arithmetic' }));
  const memory = await cellsOf(ceilings.getByRole('table', { name: 'Memory' }));
  const [calibration] = providers.flatMap((provider) => provider.calibration ?? []);
  expect(arithmetic.length).toBeGreaterThan(0);
  for (const [name = '', measured, theoretical = ''] of arithmetic) {
    const [, dtype, threads] = /^(\w+), (\d+) thread/.exec(name) ?? [];
    const ceiling = calibration?.arithmetic
      .filter((one) => one.dtype === dtype && one.threads === Number(threads))
      .sort((a, b) => b.operationsPerSecond - a.operationsPerSecond)[0];
    expect(measured, name).toBe(formatOperationsPerSecond(ceiling?.operationsPerSecond ?? Number.NaN));
    const peak = ceiling?.theoreticalOperationsPerSecond;
    expect(theoretical).toContain(peak === undefined ? 'unknown' : formatOperationsPerSecond(peak));
  }
  expect(memory.length).toBeGreaterThan(0);
  for (const [name = '', ...bandwidths] of memory) {
    const [, level, threads] = /^(\w+), (\d+) thread/.exec(name) ?? [];
    const known = calibration?.bandwidth.filter(
      (one) => one.level === level && one.threads === Number(threads),
    );
    const figures = known?.map(({ bytesPerSecond }) => formatBytesPerSecond(bytesPerSecond));
    for (const bandwidth of bandwidths) expect(figures, name).toContain(bandwidth);
  }
  const lowest = await cellsOf(page.getByRole('table', { name: 'Lowest efficiency' }));
  const expected = measurements
    .toSorted((a, b) => a.efficiency - b.efficiency)
    .map(({ model, plan, latencyNs, efficiency }) => [
      `${model}, ${plan}`,
      formatInterval(latencyNs),
      formatPercent(efficiency),
    ]);
  expect(lowest).toEqual(expected.slice(0, 6));
});

test('the waterline has ideal, bound and measured latency of both plans', async ({ page, app }) => {
  const both = (await reportOf(app)).measurements.filter(({ model }) => model === 'convfirst_pico');
  expect(both).toHaveLength(2);
  await openPage(page, app, 'waterline');
  await page.getByLabel('Measurement').selectOption({ label: 'convfirst_pico · fused' });
  const table = page.getByRole('table', { name: 'Bounds of each plan' });
  await expect(table.locator('thead th')).toHaveCount(3);
  const plans = (await table.locator('thead th').allInnerTexts()).slice(1);
  const rows = new Map((await cellsOf(table)).map(([name, ...cells]) => [name, cells]));
  for (const { plan, idealLatencyNs, waterlineLatencyNs, undisturbedNs } of both) {
    const column = plans.indexOf(plan);
    const cell = (name: string) => rows.get(name)?.[column];
    expect(cell('Ideal')).toContain(formatNs(idealLatencyNs));
    expect(cell('Waterline')).toContain(formatNs(waterlineLatencyNs));
    expect(cell('Waterline')).toContain(formatPercent(idealLatencyNs / waterlineLatencyNs));
    expect(cell('Measured')).toContain(formatNs(undisturbedNs.estimate));
    expect(cell('Measured')).toContain(formatPercent(idealLatencyNs / undisturbedNs.estimate));
  }
});

test('the layers and the roofline have the figures of each kernel', async ({ page, app }) => {
  const fused = (await detailsOf(app, 'convfirst_pico')).find(({ summary }) => summary.plan === 'fused');
  const kernels = fused?.kernels ?? [];
  const all = sum(kernels.map(({ latencyNs }) => latencyNs ?? 0));
  await openPage(page, app, 'layers');
  await page.getByLabel('Measurement').selectOption({ label: 'convfirst_pico · fused' });
  const layers = await cellsOf(page.getByRole('table', { name: 'Layers' }));
  expect(layers).toHaveLength(kernels.length);
  for (const [order, name, time, share, canWin, kernelGap] of layers) {
    const kernel = kernels[Number(order) - 1];
    if (kernel?.latencyNs == null) throw new Error(`kernel ${order} was not timed`);
    const fusionNs = kernel.fused ? 0 : kernel.waterlineNs - kernel.idealNs;
    expect([name, time, share, canWin, kernelGap]).toEqual([
      kernel.name,
      formatNs(kernel.latencyNs),
      formatPercent(kernel.latencyNs / all),
      formatNs(kernel.latencyNs - kernel.waterlineNs + fusionNs),
      formatRatio(kernel.latencyNs / kernel.waterlineNs),
    ]);
  }

  await page.getByRole('link', { name: 'Roofline' }).click();
  await page.locator('.chart-frame').getByRole('button', { name: 'Table' }).click();
  const dots = await cellsOf(page.locator('.chart-frame table'));
  expect(dots).toHaveLength(kernels.filter(({ operations }) => operations > 0).length);
  for (const [order, name, intensity, throughput, latency, share, , limit] of dots) {
    const kernel = kernels[Number(order) - 1];
    if (kernel?.latencyNs == null) throw new Error(`kernel ${order} was not timed`);
    const bytes = sum(kernel.traffic.map((moved) => moved.bytes));
    expect([name, intensity, throughput, latency, share, limit]).toEqual([
      kernel.name,
      showCell(kernel.operations / bytes),
      showCell(kernel.operations / kernel.latencyNs),
      showCell(kernel.latencyNs / 1e3),
      showCell((100 * kernel.latencyNs) / all),
      kernel.limit,
    ]);
  }
});

test('a row of a network’s drawing opens its properties, with what the newest run measured of its blocks', async ({
  page,
  app,
}) => {
  const details = await detailsOf(app, 'convfirst_pico');
  const fastest = details.toSorted((a, b) => a.summary.latencyNs.median - b.summary.latencyNs.median)[0];
  if (fastest === undefined) throw new Error('the run measured it');
  await openPage(page, app, 'models');
  await page.getByRole('button', { name: 'convfirst_pico' }).click();
  await page.getByRole('button', { name: /^Properties of MBConv ×2, from block/ }).click();
  const panel = page.getByRole('region', { name: 'MBConv ×2' });
  const blocks = await cellsOf(panel.locator('table'));
  expect(blocks).toHaveLength(2);
  for (const [block, time, canWin] of blocks) {
    const kernels = fastest.kernels.filter((kernel) => kernel.block === block);
    expect(time).toBe(formatNs(sum(kernels.map(({ latencyNs }) => latencyNs ?? 0))));
    expect(canWin).toBe(
      formatNs(
        sum(
          kernels.map(({ latencyNs, waterlineNs, idealNs, fused }) => {
            const bound = Math.min(latencyNs ?? 0, waterlineNs);
            return (latencyNs ?? 0) - bound + (fused ? 0 : Math.max(0, bound - idealNs));
          }),
        ),
      ),
    );
  }
  await panel.getByRole('link', { name: 'Layers of this network' }).click();
  await expect(
    page.getByRole('heading', {
      name: `convfirst_pico, ${fastest.summary.plan}: time from first to last kernel`,
    }),
  ).toBeVisible();
});
