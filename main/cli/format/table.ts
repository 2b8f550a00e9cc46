/** A table of plain text: columns as wide as their widest cell, two spaces between. */
import type { Terminal } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string;
}

export function formatTable<Row>(
  terminal: Terminal,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(width(title), ...cells.map((row) => width(row[index] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => {
        const space = ' '.repeat((widths[index] ?? 0) - width(cell));
        return columns[index]?.align === 'right' ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  const titles = line(columns.map(({ title }) => title));
  return [terminal.style('bold', titles), ...cells.map(line)].join('\n');
}

/** `name  value` lines, the values aligned. */
export function formatPairs(terminal: Terminal, pairs: readonly (readonly [string, string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `${terminal.style('dim', name.padEnd(widest))}  ${value}`).join('\n');
}

/** One character a cell: holds for the µ, × and – that are written here. */
function width(text: string): number {
  return [...text].length;
}
