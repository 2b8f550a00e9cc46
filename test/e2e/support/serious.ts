import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Every rule, on every element; what passes is not written down, which takes axe as long again. */
export function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
}

/** What axe finds serious or critical: each rule with the elements that break it. A report's preview runs no scripts, not even those of axe. */
export async function seriousOf(page: Page): Promise<readonly (readonly string[])[]> {
  const { violations } = await axe(page).exclude('.report-preview').analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}
