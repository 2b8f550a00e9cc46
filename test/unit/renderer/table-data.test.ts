import { describe, expect, it } from 'vitest';
import { showCell, toCsv, toMarkdown } from '../../../renderer/charts/table-data.ts';

const data = {
  columns: ['kernel', 'time [ns]'],
  rows: [
    ['a, "b"', 1234.5678],
    ['=cmd()', null],
    ['x|y', -1],
  ],
};

describe('a table', () => {
  it('as CSV has full numbers, quotes, and no formulas', () => {
    expect(toCsv(data)).toBe('kernel,time [ns]\r\n"a, ""b""",1234.5678\r\n\'=cmd(),\r\nx|y,-1\r\n');
  });

  it('as Markdown keeps its columns', () => {
    expect(toMarkdown(data)).toBe(
      '| kernel | time [ns] |\n| --- | ---: |\n| a, "b" | 1235 |\n| =cmd() |  |\n| x\\|y | -1 |\n',
    );
  });

  it.each([
    [0.123456, '0.1235'],
    [12, '12'],
    [123456.7, '123457'],
    [null, ''],
  ])('shows %s as %s', (cell, shown) => expect(showCell(cell)).toBe(shown));
});
