/** The page of the machines, by the keyboard alone: what is typed and done there is what `plimsoll machines` then says. */
import { formatOperationsPerSecond } from '../../core/format/units.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';
import { sampleRun } from '../fixtures/api/sample-run.ts';
import { changedRun } from '../fixtures/statistics/changed-run.ts';
import { seriousOf } from './support/serious.ts';
import { expect, openPage, type ServedApp, test } from './support/served-app.ts';

const { machine, cpu } = sampleRun.environment;

function storeMachines(folder: string): void {
  const store = openStore(folder);
  for (const [index, id] of ['desk', 'desk', 'attic'].entries()) {
    store.runs.import(
      changedRun(`run${index}`, {
        seed: index + 1,
        startedAt: new Date(Date.UTC(2026, 0, 3 - index, 12)).toISOString(),
        environment: {
          machine: { ...machine, id: `${id}-id`, name: id },
          cpu: { ...cpu, model: `CPU of the ${id}` },
        },
      }),
    );
  }
  store.close();
}

const machinesOf = (app: ServedApp, ...options: string[]) => app.json('machines', ...options, '--json');

test.beforeEach(async ({ page, emptyApp }) => {
  storeMachines(emptyApp.dataFolder);
  await openPage(page, emptyApp, 'machines');
  await expect(page.getByRole('table', { name: 'Machines' }).locator('tbody tr')).toHaveCount(2);
});

test('keeps a label, a price and notes, each when its field is left', async ({ page, emptyApp }) => {
  await page.getByRole('button', { name: 'attic' }).press('Enter');
  const form = page.getByRole('form', { name: 'Label, price and notes' });
  await form.getByLabel('Label').fill('Old box');
  await form.getByLabel('Label').press('Enter');
  await expect(form.getByRole('status')).toHaveText('Kept.');
  const row = page.getByRole('row', { name: /^Old box/ });
  await expect(row).toBeVisible();
  await form.getByLabel('Price').fill('1,5');
  await form.getByLabel('Price').press('Tab');
  await expect(form.getByText('Give the price as a number')).toBeVisible();
  expect((await machinesOf(emptyApp))[1].price).toBeNull();
  await form.getByLabel('Price').fill('1200.5');
  await form.getByLabel('Currency').fill('chf');
  await form.getByLabel('Notes').fill('under the roof');
  await form.getByLabel('Notes').press('Tab');
  await expect(row).toContainText('1,200.50 CHF');
  await expect(form.getByLabel('Currency')).toHaveValue('CHF');
  await expect
    .poll(async () => (await machinesOf(emptyApp))[1])
    .toMatchObject({
      label: 'Old box',
      price: { amount: 1200.5, currency: 'CHF' },
      notes: 'under the roof',
    });
  // Escape takes back what is typed, and an empty field what is stored.
  await form.getByLabel('Label').fill('Newer box');
  await form.getByLabel('Label').press('Escape');
  await expect(form.getByLabel('Label')).toHaveValue('Old box');
  await form.getByLabel('Price').fill('');
  await form.getByLabel('Price').press('Enter');
  await expect(row).not.toContainText('CHF');
  await page.reload();
  await expect(form.getByLabel('Notes')).toHaveValue('under the roof');
  expect((await machinesOf(emptyApp))[1].price).toBeNull();
});

test('shows the hardware and the ceilings of the newest run of each', async ({ page, emptyApp }) => {
  const shown = await emptyApp.json('show', 'run0', '--json');
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  await expect(region('Machine')).toContainText('CPU of the desk');
  await expect(region('Machine')).toContainText(shown.machine.system.kernel);
  const { operationsPerSecond } = shown.providers[0].calibration.arithmetic[0];
  await expect(region('Ceilings')).toContainText(formatOperationsPerSecond(operationsPerSecond));
  await page.getByRole('button', { name: 'attic' }).press('Enter');
  await expect(region('Machine')).toContainText('CPU of the attic');
  expect(page.url()).toContain('machine=attic-id');
});

test('shows two as one, says so before, and takes it back twice', async ({ page, emptyApp }) => {
  const card = page.getByRole('region', { name: 'Identity' });
  const rows = page.getByRole('table', { name: 'Machines' }).locator('tbody tr');
  await card.getByLabel('Show as one with it').selectOption('attic-id');
  await expect(
    card.getByText('The run of attic will be shown as runs of desk, which then has 3'),
  ).toBeVisible();
  await expect(card.getByText('Their processors differ')).toBeVisible();
  await card.getByRole('button', { name: 'Show both as one' }).press('Enter');
  await expect(page.getByText('attic is now shown as desk.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused();
  await expect(rows).toHaveCount(1);
  expect((await machinesOf(emptyApp))[0]).toMatchObject({
    id: 'desk-id',
    runs: 3,
    merged: [{ id: 'attic-id' }],
  });
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(rows).toHaveCount(2);
  await card.getByLabel('Show as one with it').selectOption('attic-id');
  await card.getByRole('button', { name: 'Show both as one' }).press('Enter');
  await expect(rows).toHaveCount(1);
  await card.getByRole('button', { name: 'Split attic again' }).press('Enter');
  await expect(rows).toHaveCount(2);
  expect((await machinesOf(emptyApp)).map(({ runs }: { runs: number }) => runs)).toEqual([2, 1]);
});

test('deletes a machine with its runs, and brings both back, at once or later', async ({
  page,
  emptyApp,
}) => {
  const rows = page.getByRole('table', { name: 'Machines' }).locator('tbody tr');
  await page.getByRole('button', { name: 'Delete it with its 2 runs' }).press('Enter');
  await expect(page.getByText('desk was deleted with its 2 runs.')).toBeVisible();
  await expect(rows).toHaveCount(1);
  expect(await emptyApp.json('runs', '--json')).toHaveLength(1);
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(rows).toHaveCount(2);
  expect(await emptyApp.json('runs', '--json')).toHaveLength(3);

  await page.getByRole('button', { name: 'Delete it with its 2 runs' }).press('Enter');
  await expect(rows).toHaveCount(1);
  await page.getByRole('button', { name: 'Delete it with its run', exact: true }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
  await page.reload();
  await page.getByText('Deleted: 2 machines').click();
  await page.getByRole('button', { name: 'Restore attic' }).press('Enter');
  await expect(rows).toHaveCount(1);
  expect(await machinesOf(emptyApp, '--deleted')).toMatchObject([{ id: 'desk-id' }]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`has nothing serious for axe in the ${colorScheme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.getByRole('button', { name: 'Delete it with its 2 runs' }).press('Enter');
    await page.getByText('Deleted: 1 machine').click();
    await page.getByRole('textbox', { name: 'Price' }).fill('dear');
    await expect(page.getByText('Give the price as a number')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Ceilings' })).toBeVisible();
    expect(await seriousOf(page)).toEqual([]);
  });
}
