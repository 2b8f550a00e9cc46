/** Twelve stored runs with one change of level: the pages that look across runs show what the command line says of them. */
import { comparisonAnswer } from '../../core/analysis/answers/comparison.ts';
import { formatEffect } from '../../core/format/effect.ts';
import { formatInterval, formatNs, formatPercent } from '../../core/format/units.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { showCell } from '../../renderer/charts/table-data.ts';
import { changedRun } from '../fixtures/statistics/changed-run.ts';
import { seriousOf } from './support/serious.ts';
import { chooseRun, expect, openPage, test } from './support/served-app.ts';

function storeRuns(folder: string): void {
  const store = openStore(folder);
  for (let index = 0; index < 12; index++) {
    const isNew = index >= 6;
    store.runs.import(
      changedRun(`run${String(index).padStart(2, '0')}`, {
        seed: index + 1,
        startedAt: new Date(Date.UTC(2026, 0, 1 + index, 12)).toISOString(),
        latency: { resnet50: (isNew ? 1.1 : 1) * (index === 11 ? 1.2 : 1) },
        environment: { software: { plimsoll: isNew ? '0.2.0' : '0.1.0', node: '24.0.0' } },
      }),
    );
  }
  store.close();
}

test.beforeEach(async ({ page, emptyApp }) => {
  storeRuns(emptyApp.dataFolder);
  await openPage(page, emptyApp, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`compares the newest two runs and shows the history, in the ${colorScheme} theme`, async ({
    page,
    emptyApp,
  }) => {
    await page.emulateMedia({ colorScheme });
    const compared = await emptyApp.json('compare', '--json');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    const verdicts = page.getByRole('table', { name: 'Verdicts' });
    for (const [index, { verdict, before, after, effect, detectableChange }] of compared.rows.entries()) {
      const row = verdicts.locator('tbody tr').nth(index);
      for (const text of [
        verdict,
        formatNs(before.undisturbedNs.estimate),
        formatNs(after.undisturbedNs.estimate),
        formatEffect(effect),
        formatPercent(detectableChange),
      ]) {
        await expect(row).toContainText(text);
      }
    }
    const { headline, sentences } = comparisonAnswer(compared);
    for (const text of [headline, ...sentences]) await expect(page.getByText(text)).toBeVisible();
    await verdicts.getByRole('button', { name: 'resnet50' }).first().press('Enter');
    const {
      rows: [resnet],
    } = await emptyApp.json('compare', '--blocks', 'resnet50', '--json');
    await expect(verdicts.getByText(resnet.reason)).toBeVisible();
    const blocks = page.getByRole('table', { name: 'Blocks of resnet50' });
    for (const { name, beforeNs, afterNs, ratio } of resnet.blocks) {
      const row = blocks.getByRole('row', { name: new RegExp(`^${name} `) });
      await expect(row).toContainText(formatNs(beforeNs));
      await expect(row).toContainText(formatNs(afterNs));
      await expect(row).toContainText(`${(100 * (ratio - 1)).toFixed(1)}%`);
    }
    await blocks.getByRole('button', { name: resnet.blocks[0].name }).press('Enter');
    const inside = resnet.kernels.filter(({ block }: { block: string }) => block === resnet.blocks[0].name);
    await expect(blocks.locator('.kernel-row')).toHaveCount(inside.length);
    await expect(blocks.locator('.kernel-row').first()).toContainText(formatNs(inside[0].afterNs));
    expect(await seriousOf(page)).toEqual([]);

    await chooseRun(page, 'Before', 'run05');
    await expect(page.getByRole('table', { name: 'Possible causes' })).toContainText('0.1.0');
    expect(page.url()).toContain('before=run05');

    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'History' }).press('Enter');
    const { series } = await emptyApp.json('history', '--model', 'resnet50', '--json');
    await page.getByLabel('Model').selectOption('resnet50');
    await expect(page.locator('.history-chart .point')).toHaveCount(12);
    await expect(page.locator('.history-chart .level')).toHaveCount(series[0].changePoints.length);
    await expect(page.locator('.history-chart .surroundings')).toHaveCount(1);
    await expect(page.getByRole('region', { name: 'Changes of level' })).toContainText('0.1.0 → 0.2.0');
    await page.locator('.history-chart svg').press('ArrowRight');
    const [point] = series[0].points;
    await expect(page.locator('.readout')).toContainText('run00');
    await expect(page.locator('.readout')).toContainText(formatInterval(point.latencyNs));
    await expect(page.locator('.readout')).toContainText(formatPercent(point.efficiency));
    await page.locator('.history-chart svg').press('Enter');
    await expect(page.getByText('Selected: run run00')).toBeVisible();
    expect(await seriousOf(page)).toEqual([]);

    await page.getByLabel('Metric').selectOption('efficiency');
    expect(page.url()).toContain('metric=efficiency');
    await expect(page.locator('.history-chart')).toContainText('Efficiency [% of the peak]');
    await page.getByRole('button', { name: 'Table' }).click();
    const rows = page.getByRole('table', { name: /^resnet50/ }).locator('tbody tr');
    await expect(rows).toHaveCount(12);
    for (const [index, { runId, latencyNs, efficiency }] of series[0].points.entries()) {
      await expect(rows.nth(index)).toContainText(runId);
      await expect(rows.nth(index)).toContainText(showCell(latencyNs.median / 1e6));
      await expect(rows.nth(index)).toContainText(showCell(100 * efficiency));
    }
  });
}

test('sorts and filters what is compared, and compares parts of runs', async ({ page, emptyApp }) => {
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  const rows = page.getByRole('table', { name: 'Verdicts' }).locator('tbody tr');
  await expect(rows.first()).toBeVisible();
  const { rows: compared } = await emptyApp.json('compare', '--json');
  await expect(rows).toHaveCount(compared.length);
  await page.getByRole('button', { name: 'Change [95% interval]' }).click();
  const slowest = Math.max(...compared.map(({ effect }: { effect: { ratio: number } }) => effect.ratio));
  await expect(rows.last()).toContainText(
    formatEffect(
      compared.find(({ effect }: { effect: { ratio: number } }) => effect.ratio === slowest).effect,
    ),
  );
  await page.getByLabel('Filter').fill('resnet');
  await expect(rows).toHaveCount(1);
  await page.getByLabel('Filter').fill('nothing like it');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(rows).toHaveCount(compared.length);

  await page.getByRole('button', { name: 'fused with layerwise plan' }).click();
  await expect(page.getByLabel('Before: Plan')).toHaveValue('layerwise');
  await expect(page.getByLabel('After: Plan')).toHaveValue('fused');
  const plans = await emptyApp.json('compare', 'run11', '--plans', 'layerwise,fused', '--json');
  await expect(rows).toHaveCount(plans.rows.length);
  await expect(rows.first()).toContainText('layerwise → fused');
  await expect(rows.first()).toContainText(formatEffect(plans.rows[0].effect));
  await page.getByLabel('After: Plan').selectOption('layerwise');
  await expect(page.getByRole('heading', { name: 'Both sides are the same' })).toBeVisible();
});
