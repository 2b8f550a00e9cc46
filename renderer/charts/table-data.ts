/** What a chart shows, as rows: for its view as a table, and for spreadsheets and texts. */

export type Cell = string | number | null;

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** RFC 4180, numbers in full. What a spreadsheet would take for a formula is made text: names come from other people's files. */
export function toCsv({ columns, rows }: TableData): string {
  const line = (cells: readonly Cell[]) => cells.map(csvCell).join(',');
  return `${[line(columns), ...rows.map(line)].join('\r\n')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toMarkdown({ columns, rows }: TableData): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const isNumeric = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  return `${[
    line(columns.map(markdownText)),
    line(isNumeric.map((numeric) => (numeric ? '---:' : '---'))),
    ...rows.map((row) =>
      line(row.map((cell) => (typeof cell === 'string' ? markdownText(cell) : showCell(cell)))),
    ),
  ].join('\n')}\n`;
}

function markdownText(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

/** As people read it: four significant digits. */
export function showCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return String(cell);
  return Math.abs(cell) >= 1000 ? cell.toFixed(0) : Number(cell.toPrecision(4)).toString();
}
