import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/**
 * Every rule, on every element; what passes is not written down, which takes axe as long again. Its "legacy" way leaves out frames of other
 * origins, of which the app has none, and with them a page of its own for each look.
 */
export function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
}

/** The rules whose outcome depends on the theme; all others judge the document, which is the same in each. */
export const themeRules = ['color-contrast', 'link-in-text-block'] as const;

/** What axe finds serious or critical: each rule with the elements that break it. A report's preview runs no scripts, not even those of axe. */
export async function seriousOf(
  page: Page,
  rules?: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const builder = axe(page).exclude('.report-preview');
  const { violations } = await (rules === undefined ? builder : builder.withRules([...rules])).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}
