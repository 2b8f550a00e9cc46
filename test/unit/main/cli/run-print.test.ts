/** What a run prints: it fits the terminal and begins with the answer. */
import { describe, expect, it } from 'vitest';
import { runAnswer } from '../../../../core/analysis/answers/run.ts';
import { summarizeRun } from '../../../../core/analysis/report.ts';
import { formatRun } from '../../../../main/cli/format/run.ts';
import { flow, wrap } from '../../../../main/cli/format/wrap.ts';
import { memoryTerminal } from '../../../fixtures/api/memory-terminal.ts';
import { realRun } from '../../../fixtures/statistics/real-runs.ts';

const widths = [60, 80, 100, 200];
const names = ['disturbed', 'equal-1', 'equal-2'] as const;

function print(name: (typeof names)[number], columns: number): string {
  const text = formatRun(memoryTerminal({ columns }), summarizeRun(realRun(name)));
  // The time is that of the reader's zone.
  return text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/, '2026-12-01 05:38');
}

describe('the print of a run', () => {
  it.each([80, 100])('is as it was read and approved at %i columns', async (columns) => {
    await expect(`${print('disturbed', columns)}\n`).toMatchFileSnapshot(
      `../../../fixtures/cli/disturbed-${columns}.txt`,
    );
  });

  it.each(names.flatMap((name) => widths.map((columns) => [name, columns] as const)))(
    '%s fits %i columns and 45 lines',
    (name, columns) => {
      const lines = print(name, columns).split('\n');
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(Math.min(100, columns));
      if (columns >= 80) expect(lines.length).toBeLessThanOrEqual(45);
    },
  );

  it('has the answer that pages have, a row for each result, and each kind of warning once', () => {
    const report = summarizeRun(realRun('disturbed'));
    const { headline, why, warnings } = runAnswer(report);
    const text = print('disturbed', 100);
    expect(text).toContain(`${headline}: ${why}`);
    expect(text.match(/^.*\b(layerwise|fused) +[\d.]+ ms/gm)).toHaveLength(report.measurements.length);
    for (const { letter, happened, count } of warnings) {
      expect(text.split(`${letter} ${happened} (${count})`)).toHaveLength(2);
    }
  });
});

describe('wrapped text', () => {
  it('breaks between words, and indents what follows', () => {
    expect(wrap('one two  three four', 10, 2)).toEqual(['one two', '  three', '  four']);
  });

  it('keeps items whole', () => {
    expect(flow(['A aa', 'B bb', 'C cc'], 12)).toEqual(['A aa   B bb', 'C cc']);
  });
});
