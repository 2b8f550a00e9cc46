/** Measuring from the browser, and who may. */
import { expect, openPage, program, test } from './support/served-app.ts';

test('begins with an explanation, profiles, and can be stopped without losing anything', async ({
  page,
  emptyProgram: app,
}) => {
  test.setTimeout(180_000);
  await page.goto(app.address);
  await expect(page.getByRole('heading', { name: 'Nothing has been measured yet' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Machine' })).toContainText('instruction sets');
  await page.getByRole('button', { name: 'Profile this machine' }).click();
  const progress = page.getByRole('progressbar', { name: 'Progress of the run' });
  await expect(progress).toBeVisible();

  // A second run would disturb the first, whoever asks for it.
  const second = program(app.dataFolder, 'profile', '--settle', '0', '--models', 'regnety_004');
  expect(second.status).not.toBe(0);
  expect(second.stderr).toContain('is going on');

  // The first network appears while the others are still to come.
  const rows = page.getByRole('table', { name: 'Measurements' }).locator('tbody tr');
  await expect(rows.first()).toContainText('resnet50', { timeout: 120_000 });
  await expect(progress).toBeVisible();
  expect(Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText(/measurements? (is|are) kept/)).toBeVisible();
  await page.getByRole('button', { name: 'Stop and keep that' }).click();
  await expect(progress).toBeHidden({ timeout: 30_000 });
  await expect(
    page.getByText('cancelled: what was measured is kept (It was ended by its user.)'),
  ).toBeVisible();
  await expect(rows.first()).toContainText('resnet50');
  const [run] = await app.json('runs', '--json');
  expect(run).toMatchObject({ status: 'cancelled' });
  expect(run.measured).toBeGreaterThanOrEqual(1);
});

test('follows a run to its end, and another page follows it too', async ({ page, context, app }) => {
  await openPage(page, app, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
  const other = await context.newPage();
  // The cookie of the first page is the second one's too.
  await other.goto(`${new URL(app.address).origin}/#page=gap`);
  await expect(other.getByRole('table', { name: 'Measurements' })).toBeVisible();
  await page.evaluate(async () => {
    const body = JSON.stringify({ models: ['regnety_004'], plans: ['layerwise'] });
    await fetch('api/runs.start', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  });
  for (const follower of [page, other]) {
    await expect(follower.getByRole('progressbar')).toBeVisible();
  }
  for (const follower of [page, other]) {
    await expect(follower.getByRole('progressbar')).toBeHidden({ timeout: 60_000 });
    await expect(follower.getByRole('table', { name: 'Measurements' }).locator('tbody tr')).toHaveCount(1);
    await follower.getByRole('combobox', { name: 'Run' }).click();
    await expect(follower.locator('.run-list').getByRole('option')).toHaveCount(2);
  }
});

test('lets nobody in without the token', async ({ page, emptyApp }) => {
  await page.goto(new URL(emptyApp.address).origin);
  await expect(page.getByRole('heading', { name: 'This page is not signed in' })).toBeVisible();
  await page.goto('about:blank');
  await page.goto(`${new URL(emptyApp.address).origin}/#token=wrong`);
  await expect(page.getByRole('heading', { name: 'This page is not signed in' })).toBeVisible();
});

test('says so when the program is gone', async ({ page, measuredProgram: app }) => {
  await openPage(page, app, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' })).toBeVisible();
  await app.stop();
  // By itself: nobody has to click to learn it.
  await expect(page.getByRole('heading', { name: 'The program does not answer' })).toBeVisible();
});
