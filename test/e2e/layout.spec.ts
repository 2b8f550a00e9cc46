/**
 * Every page at the widths of common screens, with three real runs: no table is cut, no page scrolls sideways, and in no chart a text
 * covers another or leaves the drawing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { bundleVersion, type RunReport } from '../../core/protocol/run.ts';
import { expect, openPage, type ServedApp, test } from './support/served-app.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'runs');
const runs = ['equal-1', 'equal-2', 'disturbed'];
const widths = [1280, 1440, 1920];

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

/** What is cut or covered on the page as it is, in words. */
function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const tolerance = 1;
    if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
    for (const table of document.querySelectorAll('main table')) {
      let box = table.parentElement;
      while (box !== null && getComputedStyle(box).overflowX === 'visible') box = box.parentElement;
      const name = table.getAttribute('aria-label') ?? 'a table';
      if (box !== null && box.scrollWidth > box.clientWidth + tolerance)
        faults.push(`${name} is cut: ${box.scrollWidth} in ${box.clientWidth}`);
    }
    for (const svg of document.querySelectorAll('main svg')) {
      const whole = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll('text')]
        .map((text) => ({ words: text.textContent ?? '', box: text.getBoundingClientRect() }))
        .filter(({ words, box }) => words.trim() !== '' && box.width > 0);
      for (const [index, { words, box }] of texts.entries()) {
        if (
          box.left < whole.left - tolerance ||
          box.right > whole.right + tolerance ||
          box.top < whole.top - tolerance ||
          box.bottom > whole.bottom + tolerance
        )
          faults.push(`“${words}” leaves its drawing`);
        for (const other of texts.slice(index + 1)) {
          const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
          // Lines of text have room above and below their letters.
          const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
          if (wide > tolerance && high > 3) faults.push(`“${words}” covers “${other.words}”`);
        }
      }
    }
    return faults;
  });
}

async function show(page: Page, state: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, state);
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
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
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
});
