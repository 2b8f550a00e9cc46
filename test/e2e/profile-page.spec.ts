/** Choosing what is measured, following it, and what surrounds it: import, reports, settings, the landing page. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { changedRun } from '../fixtures/statistics/changed-run.ts';
import { seriousOf } from './support/serious.ts';
import { chooseRun, expect, openPage, test } from './support/served-app.ts';

/** Drops files on the page, as a file manager would. */
async function drop(page: Page, files: readonly { name: string; content: string }[]): Promise<void> {
  // As text, for the tests are compiled without a page's own types.
  const data = await page.evaluateHandle(`
    const transfer = new DataTransfer();
    for (const { name, content } of ${JSON.stringify(files)}) transfer.items.add(new File([content], name));
    transfer;
  `);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
  await expect(page.locator('.drop-hint')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await expect(page.locator('.drop-hint')).toHaveCount(0);
}

test('says what a choice will take, measures it by the keyboard alone, and finds it again', async ({
  page,
  context,
  app,
}) => {
  test.setTimeout(180_000);
  await openPage(page, app, 'profile');
  const plan = page.getByRole('region', { name: 'Plan and duration' });
  const planned = await app.json('profile', '--dry-run', '--json');
  await expect(plan).toContainText(`${planned.cases.length} cases`, { timeout: 30_000 });

  await page.getByRole('radio', { name: 'A suite' }).focus();
  await page.keyboard.press('ArrowRight');
  const none = page.getByRole('button', { name: 'Choose none' });
  // The networks have to be known first.
  await expect(none).toBeEnabled();
  await none.press('Enter');
  await expect(plan).toContainText('Choose a network.');
  await expect(page.getByRole('button', { name: 'Profile this machine' })).toBeDisabled();
  await page.getByRole('searchbox').fill('regnety_004');
  await page.getByRole('checkbox', { name: 'regnety_004' }).press('Space');
  await expect(plan).toContainText(/\D2 cases, about/);
  // It was measured before, by the run that this data comes from.
  await expect(plan).toContainText('what the same took on this machine before');
  await page.getByLabel('Batch sizes').fill('1, 2');
  await expect(plan).toContainText('4 cases');
  await page.getByLabel('Batch sizes').fill('none');
  await expect(plan).toContainText('Give batch sizes');
  await page.getByLabel('Batch sizes').fill('1');
  await page.getByLabel('Threads').fill('9999');
  await expect(plan.getByRole('alert')).toContainText('9999 threads were asked for');
  await page.getByLabel('Threads').fill('');
  await expect(plan).toContainText(/\D2 cases, about/);
  expect(await seriousOf(page)).toEqual([]);

  await page.getByRole('button', { name: 'Profile this machine' }).press('Enter');
  await expect(page.getByRole('progressbar', { name: 'Progress of the run' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Conditions' })).toContainText('Load', { timeout: 20_000 });
  await expect(page.getByRole('region', { name: 'Conditions' }).getByRole('img')).toHaveAttribute(
    'aria-label',
    /^Load in the last minutes: \d+% now/,
  );

  // Closed and opened again, in the middle of it.
  await page.close();
  const again = await context.newPage();
  await again.goto(`${new URL(app.address).origin}/#page=profile`);
  await expect(again.getByRole('progressbar', { name: 'Progress of the run' })).toBeVisible();
  await expect(again.getByRole('region', { name: 'Conditions' }).getByRole('img')).toBeVisible();
  const table = again.getByRole('table', { name: 'Measurements' });
  await expect(table.getByRole('row')).toHaveCount(3, { timeout: 60_000 });
  await expect(again.getByRole('heading', { name: 'Run finished' })).toBeVisible({ timeout: 60_000 });
  const [run] = await app.json('runs', '--json');
  expect(run).toMatchObject({ status: 'finished', measured: 2 });
  await again.getByRole('button', { name: 'View results' }).press('Enter');
  await expect(again).toHaveURL(new RegExp(`page=gap.*run=${run.id}|run=${run.id}.*page=gap`));
});

test('is still while it measures: at most one change a second, and nothing moves', {
  tag: '@timing',
}, async ({ page, app }) => {
  test.setTimeout(180_000);
  await openPage(page, app, 'gap');
  await page.goto(`${new URL(app.address).origin}/#page=profile`);
  await page.evaluate(async () => {
    const body = JSON.stringify({ models: ['resnet18'] });
    await fetch('api/runs.start', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  });
  await expect(page.getByRole('region', { name: 'Conditions' })).toContainText('Load', { timeout: 20_000 });
  const seen = await page.evaluate<{ times: number[]; moving: number }>(`(async () => {
    const times = [];
    const observer = new MutationObserver(() => times.push(performance.now()));
    observer.observe(document.querySelector('.active-run'), {
      subtree: true, childList: true, attributes: true, characterData: true,
    });
    await new Promise((resolve) => setTimeout(resolve, 6000));
    observer.disconnect();
    return { times, moving: document.getAnimations().length };
  })()`);
  expect(seen.moving).toBe(0);
  expect(seen.times.length).toBeGreaterThan(2);
  const gaps = seen.times.slice(1).map((time, index) => time - (seen.times[index] ?? 0));
  // Timers of a page are not exact, least of all while every core is busy.
  expect(Math.min(...gaps)).toBeGreaterThan(900);
  await page.getByRole('button', { name: 'Stop' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Continue measuring' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Stop and keep that' }).press('Enter');
  await expect(page.getByRole('progressbar')).toBeHidden({ timeout: 30_000 });
});

test('imports what is dropped, says what is wrong with the rest, and loses nothing', async ({
  page,
  app,
}) => {
  const bundle = await app.json('export', 'latest');
  const other = { ...bundle, run: { ...bundle.run, id: 'dropped1', suite: 'standard' } };
  other.run.measurements = bundle.run.measurements.map((one: { id: string }) => ({
    ...one,
    id: `d-${one.id}`,
  }));
  await openPage(page, app, 'overview');
  await expect(page.getByRole('region', { name: 'Last run' })).toBeVisible();
  await drop(page, [
    { name: 'good.json', content: JSON.stringify(other) },
    { name: 'again.json', content: JSON.stringify(bundle) },
    { name: 'holiday.jpg', content: '\u00ff\u00d8 no run' },
  ]);
  const answer = page.getByRole('status');
  await expect(answer).toContainText('1 of 3 files were imported');
  await expect(answer).toContainText('good.json: imported as run dropped1');
  await expect(answer).toContainText(/again\.json: not imported\. .*already/);
  await expect(answer).toContainText('holiday.jpg: not imported. The file was not imported: it is no JSON.');
  expect(await seriousOf(page)).toEqual([]);
  expect(await app.json('runs', '--json')).toHaveLength(2);
  await page.getByRole('button', { name: 'Show it' }).press('Enter');
  await expect(page.getByRole('combobox', { name: 'Run' })).toHaveValue(/standard/);

  // The same by a button, and by the command.
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('i');
  const file = join(app.dataFolder, 'third.json');
  await writeFile(
    file,
    JSON.stringify({
      ...other,
      run: {
        ...other.run,
        id: 'chosen1',
        measurements: other.run.measurements.map((one: { id: string }) => ({ ...one, id: `c-${one.id}` })),
      },
    }),
  );
  await (await chooser).setFiles(file);
  await expect(answer).toContainText('third.json: imported as run chosen1');
});

/** What is chosen is drawn a moment after the click, not within it. */
async function chooseTheme(page: Page, name: string): Promise<void> {
  const choice = page.getByRole('radio', { name, exact: true });
  await choice.click();
  await expect(choice).toBeChecked();
}

test('keeps the settings, for the command line too, and says so when their file is bad', async ({
  page,
  emptyApp,
}) => {
  await openPage(page, emptyApp, 'settings');
  await chooseTheme(page, 'Dark');
  await page.getByLabel('Suite').selectOption('paper');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByText(emptyApp.dataFolder)).toBeVisible();
  // Written a moment later, the first time into a new file.
  await expect(async () => {
    const stored = JSON.parse(await readFile(join(emptyApp.dataFolder, 'settings.json'), 'utf8'));
    expect(stored).toMatchObject({ theme: 'dark', suite: 'paper' });
  }).toPass({ timeout: 15_000 });
  await page.reload();
  await expect(page.getByLabel('Suite')).toHaveValue('paper');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await emptyApp.json('profile', '--dry-run', '--json')).toMatchObject({ suite: 'paper' });

  await writeFile(join(emptyApp.dataFolder, 'settings.json'), '{ "version": 1, "theme": "pink" }');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The settings could not be read' })).toBeVisible();
  await expect(page.getByText('theme:')).toBeVisible();
  expect(await seriousOf(page)).toEqual([]);
  await chooseTheme(page, 'Light');
  await expect(page.getByRole('heading', { name: 'The settings could not be read' })).toBeHidden();
  expect(await readFile(join(emptyApp.dataFolder, 'settings.bad.json'), 'utf8')).toContain('pink');
});

test('deletes every run only when it is told twice', async ({ page, app }) => {
  await openPage(page, app, 'settings');
  await expect(page.getByText('1 run is stored.')).toBeVisible();
  await page.getByRole('button', { name: 'Delete all runs' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  expect(await app.json('runs', '--json')).toHaveLength(1);
  await page.getByRole('button', { name: 'Delete all runs' }).click();
  await page.getByRole('button', { name: 'Delete all for good' }).click();
  await expect(page.getByText('No run is stored.')).toBeVisible();
  expect(await app.json('runs', '--json')).toEqual([]);
});

test('shows a report before it is saved, shut off from the page', async ({ page, app }) => {
  await openPage(page, app, 'reports');
  const frame = page.frameLocator('iframe.report-preview');
  await expect(frame.getByRole('heading', { name: 'In short' })).toBeVisible();
  await expect(page.locator('iframe.report-preview')).toHaveAttribute('sandbox', '');
  // Its style is let in, or the body would have no such width.
  await expect(frame.locator('body')).toHaveCSS('max-width', '1120px');
  await page.getByLabel('Price of the machine').fill('1200.50');
  await expect(frame.getByText('1,200.50 EUR').first()).toBeVisible();
  await page.getByLabel('Format').selectOption('md');
  await expect(page.getByRole('region', { name: 'Preview of the report' })).toContainText(
    '# Efficiency report',
  );
});

test('goes through a thousand runs without a stutter', { tag: '@timing' }, async ({ page, emptyApp }) => {
  test.setTimeout(180_000);
  const store = openStore(emptyApp.dataFolder);
  for (let index = 0; index < 1000; index++) {
    store.runs.import(
      changedRun(`run${String(index).padStart(4, '0')}`, {
        seed: index + 1,
        startedAt: new Date(Date.UTC(2026, 0, 1) + index * 3_600_000).toISOString(),
      }),
    );
  }
  store.close();
  await openPage(page, emptyApp, 'gap');
  const field = page.getByRole('combobox', { name: 'Run' });
  await expect(field).toHaveValue(/run0999/);
  await field.click();
  const options = page.locator('.run-list').getByRole('option');
  await expect(options.first()).toHaveAttribute('aria-setsize', '1000');
  expect(await options.count()).toBeLessThan(60);
  for (let step = 0; step < 30; step++) await page.keyboard.press('PageDown');
  await expect(options.filter({ hasText: 'run0699' })).toBeInViewport();
  await expect(options.filter({ hasText: 'run0699' })).toHaveAttribute('aria-posinset', '301');
  await page.keyboard.press('Escape');
  await expect(options).toHaveCount(0);
  await chooseRun(page, 'Run', 'run0123');
  await expect(page).toHaveURL(/run=run0123/);
  await expect(field).toHaveValue(/run0123/);

  // One frame of the list takes no longer than one may notice, also on two busy cores.
  await field.click();
  const longest = await page.evaluate<number>(`(async () => {
    const list = document.querySelector('.run-list');
    let worst = 0;
    for (let step = 0; step < 40; step++) {
      const begin = performance.now();
      list.scrollBy(0, 700);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      worst = Math.max(worst, performance.now() - begin);
    }
    return worst;
  })()`);
  expect(longest).toBeLessThan(300);
});

test('keeps a table of five hundred rows quick, and tells how many there are', async ({ page, emptyApp }) => {
  test.setTimeout(180_000);
  const run = changedRun('manyrows');
  const [first] = run.measurements;
  if (first === undefined) throw new Error('the sample run has a measurement');
  const store = openStore(emptyApp.dataFolder);
  store.runs.import({
    ...run,
    measurements: Array.from({ length: 500 }, (_, index) => ({
      ...first,
      id: `m${index}`,
      batch: index + 1,
    })),
  });
  store.close();
  await openPage(page, emptyApp, 'gap');
  const table = page.getByRole('table', { name: 'Measurements' });
  await expect(table).toHaveAttribute('aria-rowcount', '501');
  const rows = table.locator('tbody tr[data-index]');
  expect(await rows.count()).toBeLessThan(80);
  await expect(rows.first()).toHaveAttribute('aria-rowindex', '2');
  await table.getByRole('button', { name: 'Batch' }).press('Enter');
  await table.getByRole('button', { name: 'Batch' }).press('Enter');
  await expect(rows.first().locator('td', { hasText: /^500$/ })).toBeVisible();
  await page.evaluate(`
    const frame = document.querySelector('table[aria-rowcount]').parentElement;
    frame.scrollIntoView({ block: 'center' });
    frame.scrollTo(0, 1e6);
  `);
  await expect(table.locator('tr[aria-rowindex="501"]')).toBeInViewport();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`welcomes who has measured nothing yet, in the ${colorScheme} theme`, async ({ page, emptyApp }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(emptyApp.address);
    await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Profile this machine' })).toHaveCount(1);
    await expect(page.getByRole('region', { name: 'Machine' })).toBeVisible();
    expect(await seriousOf(page)).toEqual([]);
  });
}
