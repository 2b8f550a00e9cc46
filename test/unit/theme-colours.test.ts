/** The colours of marks, as the style sheet has them. Beside test/unit/renderer, whose types know no Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chartSurface, familyStyles } from '../../core/charts/family-style.ts';
import { seriesStyles } from '../../core/charts/series-style.ts';

const css = readFileSync(join(import.meta.dirname, '../../renderer/styles/theme.css'), 'utf8');
const [light = '', dark = ''] = css.split(':root[data-theme="dark"]');

describe.each([
  ['light', light],
  ['dark', dark],
])('the colours of marks in the %s theme', (_, block) => {
  const colours = new Map(
    [...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );

  it.each([
    'limit-dram',
    'limit-l3',
    'limit-l2',
    'limit-l1',
    'limit-unexplained',
    'part-ideal',
    'part-memory',
    'part-kernels',
    'chart-axis',
    'accent',
    'water-surface',
  ])('stand out from the surface: %s', (name) => {
    expect(contrast(colours.get(name) ?? '', colours.get('surface') ?? '')).toBeGreaterThanOrEqual(3);
  });
});

/** A mark that lets the surface through has less contrast than its colour. */
it('no mark of a chart is translucent, but for water, which has an opaque surface', () => {
  const styles = ['charts', 'drawings'].map((name) =>
    readFileSync(join(import.meta.dirname, `../../renderer/styles/${name}.css`), 'utf8'),
  );
  const translucent = [...styles.join('\n').matchAll(/([^{}]+)\{[^}]*opacity: 0?\.\d+/g)].map(
    ([, selector = '']) => selector.trim(),
  );
  expect(translucent).toEqual(['.water']);
});

describe.each(['light', 'dark'] as const)('the colours of families and series in the %s theme', (theme) => {
  it.each([
    ...Object.entries(familyStyles).map(([name, { colour }]) => [name, colour[theme]] as const),
    ...seriesStyles.map(({ colour }, index) => [`series ${index + 1}`, colour[theme]] as const),
  ])('stand out from the surface: %s', (_, colour) => {
    expect(contrast(colour, chartSurface[theme])).toBeGreaterThanOrEqual(3);
  });
});

/** WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [brighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (brighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
