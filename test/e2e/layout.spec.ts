/**
 * Every page at the widths of common screens, with three real runs: no table is cut, no page scrolls sideways, and in no chart a text
 * covers another or leaves the drawing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { bundleVersion, type RunReport } from '../../core/protocol/run.ts';
import { faultsOf } from './support/layout-faults.ts';
import { expect, openPage, type ServedApp, test } from './support/served-app.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'runs');
const runs = ['equal-1', 'equal-2', 'disturbed'];
const widths = [1280, 1440, 1920];
const twoFrames = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))';

async function importRuns(app: ServedApp): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  for (const name of runs) {
    const run = JSON.parse(await readFile(join(fixtures, `${name}.json`), 'utf8'));
    const file = join(app.dataFolder, `${name}.json`);
    const bundle = { format: 'plimsoll-run', version: bundleVersion, exportedAt: run.finishedAt, run };
    await writeFile(file, JSON.stringify(bundle));
    const { status, stderr } = await app.cli('import', file);
    expect(status, stderr).toBe(0);
    reports.push(await app.json('show', run.id, '--json'));
  }
  return reports;
}

async function show(page: Page, state: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(state)}`);
  await expect(page.locator('.loading')).toHaveCount(0);
}

test('no page cuts a table or lets labels overlap, at any of three widths', async ({ page, emptyApp }) => {
  await importRuns(emptyApp);
  await openPage(page, emptyApp, 'overview');
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  await expect(links.first()).toBeVisible();
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  const found: string[] = [];
  for (const href of [...hrefs, '#page=intensity']) {
    await show(page, href);
    await expect(page.locator('main h2').first()).toBeVisible();
    await page.waitForLoadState('networkidle');
    for (const width of widths) {
      await page.setViewportSize({ width, height: 860 });
      // Drawings follow the width of their frame in the next one.
      await page.evaluate(twoFrames);
      for (const fault of await faultsOf(page)) found.push(`${href} at ${width}: ${fault}`);
    }
  }
  expect(found).toEqual([]);
});

test('in no chart of any measurement labels overlap', async ({ page, emptyApp }) => {
  const reports = await importRuns(emptyApp);
  await page.setViewportSize({ width: 1280, height: 860 });
  await openPage(page, emptyApp, 'overview');
  const found: string[] = [];
  for (const { run, measurements } of reports) {
    for (const { id, model, plan } of measurements) {
      for (const [pageId, drawing] of [
        ['roofline', '.roofline-chart svg'],
        ['layers', '.time-bar svg'],
        // It draws both plans at once.
        ...(plan === 'fused' ? [['waterline', '.waterline-chart svg']] : []),
      ] as const) {
        await show(page, `#page=${pageId}&run=${run.id}&measurement=${id}`);
        await expect(
          page.locator(`${drawing}[aria-label^="${model}, ${pageId === 'waterline' ? '' : plan}"]`).first(),
        ).toBeVisible();
        for (const fault of await faultsOf(page))
          found.push(`${pageId} of ${model} ${plan} in ${run.id}: ${fault}`);
      }
    }
  }
  expect(found).toEqual([]);
  // A label that is there twice is found, so that the test can fail.
  await page.evaluate(`(() => {
    const label = document.querySelector('.waterline-chart svg .tick');
    label.after(label.cloneNode(true));
  })()`);
  expect(await faultsOf(page)).toHaveLength(1);
});
