import { showCell, type TableData } from './table-data.ts';

export function DataTable({ label, data: { columns, rows } }: { label: string; data: TableData }) {
  const isNumeric = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  const align = (index: number) => (isNumeric[index] ? 'right' : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="table-frame" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={column} scope="col" className={align(index)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no other name, and are never moved
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={columns[column]} className={align(column)}>
                  {showCell(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
