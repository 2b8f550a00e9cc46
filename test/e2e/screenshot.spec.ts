/** The pictures of the README, of a real run of the paper's families: PLIMSOLL_SCREENSHOT=1 npm test makes them anew. */
import { join } from 'node:path';
import { expect, openPage, test } from './support/served-app.ts';

const images = join(import.meta.dirname, '..', '..', 'docs', 'images');

test.skip(process.env.PLIMSOLL_SCREENSHOT !== '1', 'Made only when PLIMSOLL_SCREENSHOT=1 asks for it.');

test('the overview', async ({ page, emptyApp }) => {
  test.setTimeout(1_500_000);
  expect(emptyApp.cli('profile', '--suite', 'paper').status).toBe(0);
  await openPage(page, emptyApp, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' }).locator('tbody tr')).toHaveCount(26);
  await page.screenshot({ path: join(images, 'overview.png'), fullPage: true });
});
