/** Four people and what they came for, start to end, on runs of this machine and on what was exported of them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { z } from 'zod';
import { measurementDetail } from '../../core/analysis/report.ts';
import { formatEffect } from '../../core/format/effect.ts';
import { formatInterval, formatNs, formatPercent } from '../../core/format/units.ts';
import { BundleSchema, bundleVersion } from '../../core/protocol/run.ts';
import { chooseRun, expect, openPage, type ServedApp, test } from './support/served-app.ts';

type Bundle = z.output<typeof BundleSchema>;

const latestBundle = async (app: ServedApp): Promise<Bundle> =>
  BundleSchema.parse(await app.json('export', 'latest'));

/** The same run as another one, begun a minute later, with whatever is changed in it. */
function asRun(bundle: Bundle, id: string, change: (run: Bundle['run']) => Partial<Bundle['run']>): Bundle {
  const later = new Date(Date.parse(bundle.run.startedAt) + 60_000).toISOString();
  const run = { ...bundle.run, id, startedAt: later, finishedAt: later };
  const changed = { ...run, ...change(run) };
  return {
    ...bundle,
    run: {
      ...changed,
      measurements: changed.measurements.map((measurement) => ({
        ...measurement,
        id: `${id}-${measurement.id}`,
      })),
    },
  };
}

/** By the command of the palette and the browser's own dialog. */
async function importFile(page: Page, file: string): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.keyboard.press('i');
  await (await choosing).setFiles(file);
  await expect(page.getByRole('heading', { name: '1 run was imported' })).toBeVisible();
}

test('a new workstation: from the first start to its health', async ({ page, emptyApp }) => {
  test.setTimeout(240_000);
  await page.goto(emptyApp.address);
  await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
  const detected = await emptyApp.json('detect', '--json');
  await expect(page.getByRole('region', { name: 'Machine' })).toContainText(detected.cpu.model);

  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('radio', { name: 'Networks of my choice' }).check();
  await page.getByRole('button', { name: 'Choose none' }).click();
  await page.getByRole('searchbox').fill('regnety_004');
  await page.getByRole('checkbox', { name: 'regnety_004' }).check();
  await expect(page.getByRole('region', { name: 'Plan and duration' })).toContainText(/\D2 cases, about/);
  await page.getByRole('button', { name: 'Profile this machine' }).click();
  await expect(page.getByRole('heading', { name: 'Run finished' })).toBeVisible({ timeout: 180_000 });

  await page.getByRole('link', { name: 'Overview' }).click();
  const shown = await emptyApp.json('show', '--json');
  const [measurement] = shown.measurements;
  const lastRun = page.getByRole('region', { name: 'Last run' });
  await expect(lastRun).toContainText(formatPercent(measurement.efficiency));
  await expect(lastRun).toContainText(formatInterval(measurement.latencyNs));
  const health = page.getByRole('region', { name: 'Health' });
  await expect(health).toContainText('The machine is as it was in its last run.');
  // What is amiss on this machine is what the program's own checks say.
  const checks = await emptyApp.json('doctor', '--json');
  for (const { name, status, message } of checks) {
    if (status !== 'ok') await expect(health).toContainText(`${name}: ${message}`);
  }
});

test('an updated driver: what got slower, whether that is real, and since when', async ({ page, app }) => {
  test.setTimeout(180_000);
  const updated = asRun(await latestBundle(app), 'updated1', (run) => ({
    environment: { ...run.environment, system: { ...run.environment.system, kernel: '99.1-updated' } },
    measurements: run.measurements.map((measurement) =>
      measurement.outcome.status !== 'measured' || measurement.model !== 'regnety_004'
        ? measurement
        : {
            ...measurement,
            outcome: {
              ...measurement.outcome,
              samplesNs: measurement.outcome.samplesNs.map((sample) => 1.5 * sample),
            },
          },
    ),
  }));
  const file = join(app.dataFolder, 'updated.json');
  await writeFile(file, JSON.stringify(updated));
  await openPage(page, app, 'overview');
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible();
  await importFile(page, file);

  await page.keyboard.press('g');
  await page.keyboard.press('c');
  const compared = await app.json('compare', '--json');
  expect(compared.rows.length).toBe(4);
  await page.locator('details.all-results').waitFor();
  const folded = page.locator('details.all-results:not([open]) > summary');
  if ((await folded.count()) > 0) await folded.click();
  const verdicts = page.getByRole('table', { name: 'Verdicts' });
  for (const { model, after, effect, verdict } of compared.rows) {
    const row = verdicts.getByRole('row').filter({ hasText: model }).filter({ hasText: after.plan });
    await expect(row).toContainText(verdict);
    await expect(row).toContainText(formatNs(after.undisturbedNs.estimate));
    await expect(row).toContainText(formatEffect(effect));
  }
  const slower = compared.rows.find(({ model }: { model: string }) => model === 'regnety_004');
  expect(slower.effect.ratio).toBeCloseTo(1.5, 1);
  await verdicts.getByRole('button', { name: 'regnety_004' }).first().press('Enter');
  await expect(verdicts.getByText(slower.reason)).toBeVisible();
  await expect(page.getByRole('table', { name: 'Possible causes' })).toContainText('99.1-updated');

  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByLabel('Model').selectOption('regnety_004');
  await expect(page.locator('.history-chart .point')).toHaveCount(2);
  await expect(page.locator('.history-chart .surroundings')).toHaveCount(1);
  await expect(page.getByRole('region', { name: 'Changes in hardware, drivers and software' })).toContainText(
    '99.1-updated',
  );
});

test('a buyer: another machine, what both cost, and a report of both', async ({ page, app }) => {
  test.setTimeout(180_000);
  const offered = asRun(await latestBundle(app), 'offered1', ({ environment }) => ({
    environment: {
      ...environment,
      machine: { ...environment.machine, id: 'offer-id', name: 'offer', modelId: undefined },
    },
  }));
  const file = join(app.dataFolder, 'offered.json');
  await writeFile(file, JSON.stringify(offered));
  await openPage(page, app, 'machines');
  const table = page.getByRole('table', { name: 'Machines' });
  await expect(table.locator('tbody tr')).toHaveCount(1);
  await importFile(page, file);
  await expect(table.locator('tbody tr')).toHaveCount(2);

  const form = page.getByRole('form', { name: 'Label, price and notes' });
  await expect(table.getByRole('row').nth(1)).toContainText('(this one)');
  await form.getByLabel('Price').fill('1000');
  await form.getByLabel('Price').press('Enter');
  await expect(table.getByRole('row').nth(1)).toContainText('1,000 EUR');
  await table.getByRole('button', { name: 'offer' }).click();
  await form.getByLabel('Label').fill('Offer of May');
  await form.getByLabel('Price').fill('2500.5');
  await form.getByLabel('Price').press('Enter');
  await expect(table.getByRole('row', { name: /^Offer of May/ })).toContainText('2,500.50 EUR');

  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Reports' }).click();
  const [mine] = (await app.json('runs', '--json')).filter(({ id }: { id: string }) => id !== 'offered1');
  await chooseRun(page, 'Run', mine.id);
  await chooseRun(page, 'Compared with', 'offered1');
  const report = page.getByRole('form', { name: 'Export report' });
  for (const format of ['html', 'pdf']) {
    await report.getByLabel('Format').selectOption(format);
    const downloading = page.waitForEvent('download');
    await report.getByRole('button', { name: 'Save report' }).click();
    const content = await readFile(await (await downloading).path());
    if (format === 'pdf') {
      expect(content.subarray(0, 5).toString()).toBe('%PDF-');
      continue;
    }
    const { measurements } = await app.json('show', mine.id, '--json');
    for (const text of ['Offer of May', '1,000 EUR', '2,500.50 EUR'])
      expect(content.toString()).toContain(text);
    for (const { efficiency } of measurements)
      expect(content.toString()).toContain(formatPercent(efficiency));
  }
});

/** A run in which every kernel of a plan takes a tenth more than its bound, but those of one block twice and a half as long. */
async function plantWorstBlock(app: ServedApp, model: string, plan: string, block: string) {
  const run = JSON.parse(
    await readFile(join(import.meta.dirname, '..', 'fixtures', 'runs', 'equal-2.json'), 'utf8'),
  );
  const original = BundleSchema.parse({
    format: 'plimsoll-run',
    version: bundleVersion,
    exportedAt: run.finishedAt,
    run,
  });
  const measurement = original.run.measurements.find((one) => one.model === model && one.plan === plan);
  const bounds = measurement && measurementDetail(original.run, measurement.id)?.kernels;
  if (bounds === undefined) throw new Error(`${model} was not measured`);
  const planted = bounds.map((kernel) => ({
    ...kernel,
    latencyNs: Math.round(kernel.waterlineNs * (kernel.block === block ? 2.5 : 1.1)),
  }));
  const changed: Bundle = {
    ...original,
    run: {
      ...original.run,
      id: 'planted1',
      measurements: original.run.measurements.map((one) => ({
        ...one,
        id: `planted1-${one.id}`,
        outcome:
          one !== measurement || one.outcome.status !== 'measured'
            ? one.outcome
            : {
                ...one.outcome,
                kernels: one.outcome.kernels.map((kernel, index) => ({
                  ...kernel,
                  latencyNs: planted[index]?.latencyNs ?? null,
                })),
              },
      })),
    },
  };
  const file = join(app.dataFolder, 'planted.json');
  await writeFile(file, JSON.stringify(changed));
  const { status, stderr } = await app.cli('import', file);
  expect(status, stderr).toBe(0);
  return planted;
}

test('a kernel designer: from the network that is furthest from its limit to the kernel to start with', async ({
  page,
  context,
  emptyApp,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const kernels = await plantWorstBlock(emptyApp, 'efficientnet_b0', 'fused', 's4.b1');
  const worst = kernels.find(({ block }) => block === 's4.b1');
  if (worst?.latencyNs == null) throw new Error('the block is one kernel');

  await openPage(page, emptyApp, 'gap');
  await expect(page.getByText(/efficientnet_b0 \(fused\) is furthest from its limit/)).toBeVisible();
  await page.getByRole('link', { name: 'Waterline' }).click();
  await expect(
    page.getByText(/^\d+ of \d+ kernels waits? for memory: [\d.]+% of the time\.$/).first(),
  ).toBeVisible();

  await page.getByRole('link', { name: 'Layers' }).click();
  // The page opens at the network with the widest gap.
  await expect(
    page.getByRole('heading', { name: 'efficientnet_b0, fused: time from first to last kernel' }),
  ).toBeVisible();
  const rows = page.getByRole('table', { name: 'Layers' }).locator('tbody tr');
  await expect(rows.first()).toContainText(worst.name);
  await expect(rows.first()).toContainText('better kernel');

  // Its part of the bar, with its block: the sums are those of the selection.
  await page.locator('.time-bar svg').focus();
  for (let order = 0; order <= kernels.indexOf(worst); order++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(1);
  await expect(page.locator('.selection')).toContainText(
    `1 of ${kernels.length} kernels take ${formatNs(worst.latencyNs)}`,
  );
  await page.getByRole('button', { name: 'Zoom to selection' }).click();
  await expect(page.locator('.time-bar .pointable')).toHaveCount(2);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(rows).toHaveCount(kernels.length);

  await rows.first().click();
  const panel = page.getByRole('region', { name: worst.name, exact: true });
  await expect(panel).toContainText('better kernel');
  await expect(panel).toContainText(worst.implementation);
  await panel.press('Escape');
  await expect(panel).toBeHidden();

  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate<string>('navigator.clipboard.readText()');
  const lines = copied.trimEnd().split('\n');
  expect(lines).toHaveLength(kernels.length + 2);
  expect(lines[2]).toContain(worst.name);

  const lostNs = kernels.reduce(
    (sum, { latencyNs, waterlineNs, idealNs, fused }) =>
      sum + latencyNs - waterlineNs + (fused ? 0 : waterlineNs - idealNs),
    0,
  );
  await expect(page.locator('.answer')).toContainText(
    new RegExp(
      `^\\d of ${kernels.length} kernels holds? [\\d.]+ of the ${formatNs(lostNs)} lost; ` +
        `start with ${worst.name} \\(${formatNs(worst.latencyNs)}, 2\\.50× its bound\\)\\.`,
    ),
  );
});
