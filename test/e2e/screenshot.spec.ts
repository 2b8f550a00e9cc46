/**
 * The picture of the README, of a real run of the paper's families, or of the newest in the folder that PLIMSOLL_SCREENSHOT_DATA names:
 * PLIMSOLL_SCREENSHOT=1 npm test makes it anew.
 */
import { join } from 'node:path';
import { expect, openPage, serve, test } from './support/served-app.ts';

const images = join(import.meta.dirname, '..', '..', 'docs', 'images');

test.skip(process.env.PLIMSOLL_SCREENSHOT !== '1', 'Made only when PLIMSOLL_SCREENSHOT=1 asks for it.');

test('the overview', async ({ page, emptyApp }) => {
  test.setTimeout(1_500_000);
  const stored = process.env.PLIMSOLL_SCREENSHOT_DATA;
  const app = stored === undefined ? emptyApp : await serve(stored);
  if (stored === undefined) expect((await app.cli('profile', '--suite', 'paper')).status).toBe(0);
  await openPage(page, app, 'gap');
  await expect(page.getByRole('table', { name: 'Measurements' }).locator('tbody tr')).toHaveCount(26);
  await page.screenshot({ path: join(images, 'overview.png'), fullPage: true });
  if (app !== emptyApp) await app.stop();
});
