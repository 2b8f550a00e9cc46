import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe finds serious or critical: each rule with the elements that break it. A report's preview runs no scripts, not even those of axe. */
export async function seriousOf(page: Page): Promise<readonly (readonly string[])[]> {
  const { violations } = await new AxeBuilder({ page }).exclude('.report-preview').analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}
