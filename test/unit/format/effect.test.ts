import { expect, it } from 'vitest';
import { formatEffect } from '../../../core/format/effect.ts';

it.each([
  [{ ratio: 1.049, low: 1.042, high: 1.056 }, '+4.9% [+4.2 to +5.6]'],
  [{ ratio: 0.9, low: 0.7, high: 1.2 }, '-10% [-30 to +20]'],
  [{ ratio: 0.9999999, low: 0.9, high: 1.1 }, '0% [-10 to +10]'],
])('%j is shown as %s', (effect, shown) => expect(formatEffect(effect)).toBe(shown));
