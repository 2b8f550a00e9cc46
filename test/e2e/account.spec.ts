/** Opening a figure: how it came about, and measuring it again. */
import { axe } from './support/serious.ts';
import { expect, openPage, test } from './support/served-app.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a row opens into the account of its figure, for everybody (${colorScheme})`, async ({
    page,
    app,
  }) => {
    await page.emulateMedia({ colorScheme });
    await openPage(page, app, 'gap');
    await page.getByRole('button', { name: /^Kernels of regnety_004, layerwise/ }).click();
    const account = page.getByRole('region', { name: 'Check of this result' });
    await expect(account.getByText(/^\d+ of \d+ kernels agree with the reference/)).toBeVisible();
    await expect(account.getByText(/^95%, (of the medians|by a bootstrap) of \d+ rounds/)).toBeVisible();
    await expect(account.getByText(/GHz \(/)).toBeVisible();
    await expect(account.locator('code', { hasText: /^plimsoll verify \w+-\d+$/ })).toBeVisible();
    await expect(
      account.locator('code', { hasText: /^plimsoll profile --models regnety_004/ }),
    ).toBeVisible();
    const { violations } = await axe(page).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
}

test('a figure is measured again, and the page says whether it agrees', async ({ page, app }) => {
  test.setTimeout(180_000);
  await openPage(page, app, 'gap');
  await page.getByRole('button', { name: /^Kernels of regnety_004, layerwise/ }).click();
  const account = page.getByRole('region', { name: 'Check of this result' });
  await account.getByRole('button', { name: 'Measure again' }).click();
  await expect(account.getByRole('button', { name: 'Measuring again …' })).toBeDisabled();
  // Which of them it is, is for this machine to say.
  const verdict = account.getByText(/^(It agrees\.|It disagrees\.|Whether it agrees cannot be told\.)$/);
  await expect(verdict).toBeVisible({ timeout: 150_000 });
  await expect(account.getByText(/Before .* m?s, now .* m?s\./)).toBeVisible();
  await expect(account.getByRole('button', { name: 'Measure again' })).toBeEnabled();
  expect(await app.json('runs', '--json')).toHaveLength(2);
});
