/** `npm run bench:pages` on few runs: that it times every page. How long they take is judged on a quiet machine, not here. */
import { spawnSync } from 'node:child_process';
import { expect, openPage, test } from './support/served-app.ts';

test('times the first paint and every page of the navigation', async ({ page, emptyApp }) => {
  test.setTimeout(240_000);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/bench-pages.ts', '--runs', '20', '--measurements', '20', '--repeat', '1', '--json'],
    // A page that never shows its content must end the script, and not the gate.
    { encoding: 'utf8', timeout: 200_000 },
  );
  expect(stdout, stderr).not.toBe('');
  const { runs, firstPaint, pages } = JSON.parse(stdout);
  expect(runs).toBe(20);
  expect(firstPaint.medianMs).toBeGreaterThan(0);
  await openPage(page, emptyApp, 'settings');
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  await expect(links.first()).toBeVisible();
  expect(pages).toHaveLength(await links.count());
  for (const { medianMs } of pages) expect(medianMs).toBeGreaterThan(0);
});
