/** Twelve stored runs with one change of level: the pages that look across runs show what the command line says of them. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Store } from '../../main/store/store.ts';
import { changedRun } from '../fixtures/statistics/changed-run.ts';
import { chooseRun, expect, openPage, test } from './support/served-app.ts';

function storeRuns(folder: string): void {
  const store = new Store(folder);
  for (let index = 0; index < 12; index++) {
    const isNew = index >= 6;
    store.importRun(
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

async function seriousOf(page: Page): Promise<unknown> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
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
    const compared = JSON.parse(emptyApp.cli('compare', '--json').stdout);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    const verdicts = page.getByRole('table', { name: 'Verdicts' });
    for (const [index, { verdict }] of compared.rows.entries()) {
      await expect(verdicts.locator('tbody tr').nth(index)).toContainText(verdict);
    }
    const { counts } = compared;
    await expect(
      page.getByText(
        `${counts.better} better, ${counts.worse} worse, ${counts.same} the same, ${counts.unclear} unclear`,
      ),
    ).toBeVisible();
    await verdicts.getByRole('button', { name: 'resnet50' }).first().press('Enter');
    const resnet = compared.rows.find(({ model }: { model: string }) => model === 'resnet50');
    await expect(verdicts.getByText(resnet.reason)).toBeVisible();
    expect(await seriousOf(page)).toEqual([]);

    await chooseRun(page, 'Before', 'run05');
    await expect(page.getByRole('table', { name: 'What else differs' })).toContainText('0.1.0');
    expect(page.url()).toContain('before=run05');

    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'History' }).press('Enter');
    const { series } = JSON.parse(emptyApp.cli('history', '--model', 'resnet50', '--json').stdout);
    await page.getByLabel('Model').selectOption('resnet50');
    await expect(page.locator('.history-chart .point')).toHaveCount(12);
    await expect(page.locator('.history-chart .level')).toHaveCount(series[0].changePoints.length);
    await expect(page.locator('.history-chart .surroundings')).toHaveCount(1);
    await expect(page.getByRole('region', { name: 'Changes of level' })).toContainText('0.1.0 → 0.2.0');
    await page.locator('.history-chart svg').press('ArrowRight');
    await expect(page.locator('.readout')).toContainText('run00');
    expect(await seriousOf(page)).toEqual([]);
  });
}
