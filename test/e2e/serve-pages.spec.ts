/** Every page from a stored run: reached by the keyboard alone, with the figures of `show --json`, and accessible in both themes. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { axe, seriousOf, themeRules } from './support/serious.ts';
import { expect, openPage, test } from './support/served-app.ts';

const pages = [
  ['o', 'Overview'],
  ['p', 'Profile'],
  ['a', 'Machines'],
  ['e', 'Efficiency gap'],
  ['w', 'Waterline'],
  ['r', 'Roofline'],
  ['l', 'Layers'],
  ['i', 'Intensity'],
  ['m', 'Models'],
  ['c', 'Compare'],
  ['h', 'History'],
  ['x', 'Reports'],
  ['s', 'Settings'],
] as const;

/** What of each page must be there before it is looked at. */
const content: Readonly<Record<(typeof pages)[number][1], string>> = {
  Overview: '.verdict-strip',
  Profile: '.provider-choice',
  Machines: '.ceilings',
  'Efficiency gap': '.gap-panel .gap-point',
  Waterline: '.water-surface',
  Roofline: '.roofline-dot',
  Layers: '.time-bar rect',
  Intensity: '.recharts-line-curve',
  Models: '.structure .box',
  // One run is stored: it says what a comparison takes.
  Compare: '.notice',
  History: '.history-chart .point',
  Reports: 'iframe.report-preview',
  Settings: 'fieldset',
};

test.beforeEach(async ({ page, app }) => {
  await openPage(page, app, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
});

async function openByKeys(page: Page, key: string, title: (typeof pages)[number][1]): Promise<void> {
  await page.keyboard.press('g');
  await page.keyboard.press(key);
  await expect(page.getByRole('link', { name: title, exact: true })).toHaveAttribute('aria-current', 'page');
  await expect(page.locator(content[title]).first()).toBeAttached();
}

for (const [look, media, rules] of [
  ['the light theme', { colorScheme: 'light' }, undefined],
  ['the dark theme', { colorScheme: 'dark' }, themeRules],
  ['high contrast and without motion', { forcedColors: 'active', reducedMotion: 'reduce' }, themeRules],
] as const) {
  test(`has nothing serious for axe on any page in ${look}`, async ({ page }) => {
    // axe looks at every cell of every table.
    test.setTimeout(300_000);
    await page.emulateMedia(media);
    for (const [key, title] of pages) {
      await openByKeys(page, key, title);
      await expect(page).toHaveTitle(`${title} · Plimsoll`);
      await expect(page.locator('.loading')).toHaveCount(0);
      expect(await seriousOf(page, rules), title).toEqual([]);
    }
    await page.keyboard.press('Control+k');
    const { violations } = await axe(page).include('dialog').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
}

test('compares the plans of the one run with a verdict, its reason and its blocks', async ({ page, app }) => {
  const { rows } = await app.json('compare', 'latest', '--plans', 'layerwise,fused', '--json');
  expect(rows).toHaveLength(2);
  await openByKeys(page, 'c', 'Compare');
  await page.getByRole('button', { name: 'fused with layerwise plan' }).press('Enter');
  await page.locator('details.all-results').waitFor();
  const folded = page.locator('details.all-results:not([open]) > summary');
  if ((await folded.count()) > 0) await folded.click();
  const table = page.getByRole('table', { name: 'Verdicts' });
  for (const { model, verdict, reason } of rows) {
    const row = table.getByRole('row').filter({ hasText: model });
    await expect(row).toContainText('layerwise → fused');
    await expect(row).toContainText(verdict);
    const opener = row.getByRole('button');
    await opener.press('Enter');
    await expect(opener).toHaveAttribute('aria-expanded', 'true');
    await expect(table.getByText(reason)).toBeVisible();
    // Blocks are no more than the network: they are shown where it changed.
    const isShown = verdict === 'BETTER' || verdict === 'WORSE';
    await expect(table.getByRole('table', { name: `Blocks of ${model}` })).toBeVisible({ visible: isShown });
  }
  await page.reload();
  await expect(table.getByText(rows.at(-1).reason)).toBeVisible();
  expect(await seriousOf(page)).toEqual([]);
});

test('goes anywhere by the command palette, and back', async ({ page }) => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('rooflin');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Roofline', exact: true })).toBeVisible();
  expect(page.url()).toContain('page=roofline');
  await page.goBack();
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
  // In a field, letters are letters.
  await page.goForward();
  await openByKeys(page, 'l', 'Layers');
  await page.getByLabel('Filter').focus();
  await page.keyboard.type('gm');
  await expect(page.getByLabel('Filter')).toHaveValue('gm');
  await expect(page.getByText('No layer has “gm”')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filter' }).press('Enter');
  await expect(page.getByRole('table', { name: 'Layers' })).toBeVisible();
  await page.getByRole('link', { name: 'Models' }).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Go to Waterline');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Models' })).toBeFocused();
});

test('draws both plans in one water, and says what the roofline of the whole misses', async ({
  page,
  app,
}) => {
  const { measurements } = await app.json('show', '--json');
  const fused = measurements.find(
    ({ model, plan }: { model: string; plan: string }) => model === 'convfirst_pico' && plan === 'fused',
  );
  await openByKeys(page, 'w', 'Waterline');
  await page.getByLabel('Measurement').selectOption({ label: 'convfirst_pico · fused' });
  await expect(page.locator('.waterline-chart')).toHaveCount(2);
  const verdict = page.getByRole('table', { name: 'Bounds of each plan' });
  const cell = (row: string, column: number) =>
    verdict
      .getByRole('row', { name: new RegExp(`^${row}`) })
      .locator('td')
      .nth(column);
  const percent = (value: number) => `${(100 * value).toFixed(1)}% of the peak`;
  await expect(cell('Measured', 1)).toContainText(percent(fused.efficiency));
  await expect(cell('Waterline', 1)).toContainText(percent(1 / fused.memoryGap));
  await page.getByRole('combobox', { name: 'Water', exact: true }).selectOption('dram');
  await expect(cell('Waterline of DRAM', 1)).toContainText(
    percent(fused.idealLatencyNs / fused.dramWaterlineLatencyNs),
  );
  // The arrow keys read out the bars, one after the other.
  const chart = page.locator('.waterline-chart').nth(1);
  await chart.locator('svg').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(chart.locator('.readout')).toContainText(/^2\. /);
});

test('shows a chart as a table, and saves it as CSV, SVG and PNG', async ({ page }) => {
  await openByKeys(page, 'r', 'Roofline');
  await page.getByLabel('Measurement').selectOption({ label: 'regnety_004 · layerwise' });
  await expect(page.getByRole('heading', { name: /^regnety_004, layerwise/ })).toBeVisible();
  const frame = page.locator('.chart-frame');
  const dots = await frame.locator('.roofline-dot').count();
  const save = async (name: string) => {
    const downloading = page.waitForEvent('download');
    await frame.getByRole('button', { name, exact: true }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`roofline-regnety_004-layerwise.${name.toLowerCase()}`);
    return readFile(await download.path());
  };
  const csv = (await save('CSV')).toString();
  expect(csv.trimEnd().split('\r\n')).toHaveLength(dots + 1);
  const svg = (await save('SVG')).toString();
  expect(svg).toContain('DRAM');
  // Outside of the page there are no variables of its style sheet, nor its classes.
  expect(svg).not.toMatch(/var\(--|class=/);
  const png = await save('PNG');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  // A picture of one colour would be smaller by far.
  expect(png.length).toBeGreaterThan(20_000);
  await frame.getByRole('button', { name: 'Table' }).press('Enter');
  await expect(frame.locator('tbody tr')).toHaveCount(dots);
});

test('keeps what is looked at in the address', async ({ page }) => {
  await openByKeys(page, 'l', 'Layers');
  await page.getByLabel('By block').check();
  await page.getByLabel('Filter').fill('arithmetic');
  const rows = page.getByRole('table', { name: 'Layers' }).locator('tbody tr');
  const shown = await rows.count();
  await page.reload();
  await expect(page.getByLabel('By block')).toBeChecked();
  await expect(page.getByLabel('Filter')).toHaveValue('arithmetic');
  await expect(rows).toHaveCount(shown);
});

test('leads from an empty app to profiling', async ({ page, emptyApp }) => {
  await page.goto(emptyApp.address);
  await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
  for (const [key, title] of pages.slice(4, 7)) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page.getByRole('heading', { name: title, exact: true })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
  }
  await page.getByRole('button', { name: 'To profiling' }).click();
  await expect(page.getByRole('button', { name: 'Profile this machine' })).toBeVisible();
});

for (const [width, height] of [
  [1024, 700],
  // A window of 1280 x 800 at 200%.
  [640, 400],
  [3840, 2160],
] as const) {
  test(`never scrolls sideways at ${width} x ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    for (const [key, title] of pages) {
      await openByKeys(page, key, title);
      await expect
        .poll(
          () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
          title,
        )
        .toBe(0);
    }
  });
}
