/**
 * Pictures of every page in both themes, for whoever wants to look at them and for the documents, of two real runs of this machine, or of
 * those in the folder that PLIMSOLL_SCREENSHOT_DATA names: PLIMSOLL_SCREENSHOT=1 npm test makes them anew.
 */
import { join } from 'node:path';
import { expect, openPage, type ServedApp, serve, test } from './support/served-app.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'images', 'pages');

test.skip(process.env.PLIMSOLL_SCREENSHOT !== '1', 'Made only when PLIMSOLL_SCREENSHOT=1 asks for it.');

const stored = process.env.PLIMSOLL_SCREENSHOT_DATA;

test('every page', async ({ page, emptyApp }) => {
  test.setTimeout(1_500_000);
  let app: ServedApp = emptyApp;
  if (stored !== undefined) app = await serve(stored);
  else for (let run = 0; run < 2; run++) expect((await app.cli('profile')).status).toBe(0);
  await page.setViewportSize({ width: 1280, height: 860 });
  await openPage(page, app, 'overview');
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  await expect(links.first()).toBeVisible();
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // A tab of Models, which the navigation does not list.
    for (const href of [...hrefs, '#page=intensity']) {
      const id = new URLSearchParams(href.replace('#', '')).get('page') ?? '';
      await page.goto(`${new URL(app.address).origin}/${href}`);
      await page.waitForLoadState('networkidle');
      await expect(page.locator('.loading')).toHaveCount(0);
      if (id === 'reports') await expect(page.frameLocator('iframe').locator('h1')).toBeVisible();
      await page.screenshot({ path: join(folder, `${id}-${colorScheme}.png`), animations: 'disabled' });
    }
  }
  if (app !== emptyApp) await app.stop();
});
