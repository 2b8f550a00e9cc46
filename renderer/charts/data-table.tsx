import { useRef } from 'react';
import { RowGap } from '../components/row-gap.tsx';
import { useWindowedRows } from '../components/use-windowed-rows.ts';
import { showCell, type TableData } from './table-data.ts';

/** As the style sheet makes it; rows that are higher are measured. */
const rowHeight = 36;

export function DataTable({ label, data: { columns, rows } }: { label: string; data: TableData }) {
  const isNumeric = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  const align = (index: number) => (isNumeric[index] ? 'right' : undefined);
  const frame = useRef<HTMLElement>(null);
  const { isWindowed, indexes, above, below, measure } = useWindowedRows(rows.length, frame, rowHeight);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="table-frame" aria-label={label} tabIndex={0} ref={frame}>
      <table aria-label={label} aria-rowcount={isWindowed ? rows.length + 1 : undefined}>
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
          <RowGap height={above} columns={columns.length} />
          {indexes.map((index) => (
            <tr
              key={index}
              ref={measure}
              data-index={index}
              aria-rowindex={isWindowed ? index + 2 : undefined}
            >
              {rows[index]?.map((cell, column) => (
                <td key={columns[column]} className={align(column)}>
                  {showCell(cell)}
                </td>
              ))}
            </tr>
          ))}
          <RowGap height={below} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}
