/** A table whose columns can be sorted by, with the mouse and with the keyboard. */
import { Fragment, type ReactNode, useMemo, useRef } from 'react';
import { tableTexts } from '../texts/tables.ts';
import { RowGap } from './row-gap.tsx';
import { parseSort, type Sort, sortRows, toggleSort } from './sorting.ts';
import { useWindowedRows } from './use-windowed-rows.ts';

export interface Column<Row> {
  /** In the address. */
  readonly key: string;
  readonly title: string;
  readonly meaning: string;
  readonly align?: 'left' | 'right';
  /** What rows are ordered by; a column without one cannot be sorted. */
  readonly value?: (row: Row) => number | string;
  readonly cell: (row: Row) => ReactNode;
}

interface SortableTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** As `parseSort` reads it; the rows stay in their order when absent. */
  readonly sort: string | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
  readonly selected?: string | undefined;
  readonly onSelect?: (row: Row) => void;
  /** What stands below a row that is open; undefined for the others. */
  readonly detail?: (row: Row) => ReactNode;
}

/** As the style sheet makes it; rows that are higher are measured. */
const rowHeight = 36;

export function SortableTable<Row>(props: SortableTableProps<Row>) {
  const { label, columns, rows, rowKey, onSort, selected, onSelect, detail } = props;
  const sort = parseSort(props.sort);
  const frame = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => sortRows(rows, columns, parseSort(props.sort)), [rows, columns, props.sort]);
  const { isWindowed, indexes, above, below, measure } = useWindowedRows(
    sorted.length,
    frame,
    rowHeight,
    undefined,
    detail !== undefined && sorted.some((row) => detail(row) !== undefined),
  );
  return (
    <div className="table-frame" ref={frame}>
      <table aria-label={label} aria-rowcount={isWindowed ? sorted.length + 1 : undefined}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={column.align}
                aria-sort={ariaSort(column.key, sort)}
              >
                {column.value === undefined ? (
                  <abbr title={column.meaning}>{column.title}</abbr>
                ) : (
                  <button
                    type="button"
                    title={`${column.meaning} ${tableTexts.sortBy(column.title)}.`}
                    onClick={() => onSort(toggleSort(sort, column.key))}
                  >
                    {column.title}
                    <span className="sort-mark" aria-hidden="true">
                      {sort?.key === column.key ? (sort.descending ? '▼' : '▲') : ''}
                    </span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <RowGap height={above} columns={columns.length} />
          {indexes.map((index) => {
            const row = sorted[index];
            if (row === undefined) return null;
            const opened = detail?.(row);
            return (
              <Fragment key={rowKey(row)}>
                <tr
                  ref={measure}
                  data-index={index}
                  aria-rowindex={isWindowed ? index + 2 : undefined}
                  className={onSelect === undefined ? undefined : 'selectable'}
                  aria-selected={selected === undefined ? undefined : rowKey(row) === selected}
                  onClick={onSelect === undefined ? undefined : () => onSelect(row)}
                >
                  {columns.map((column) => (
                    <td key={column.key} className={column.align}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
                {opened !== undefined && (
                  <tr>
                    <td colSpan={columns.length} className="opened">
                      {opened}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
          <RowGap height={below} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

function ariaSort(key: string, sort: Sort | undefined): 'ascending' | 'descending' | undefined {
  if (sort?.key !== key) return undefined;
  return sort.descending ? 'descending' : 'ascending';
}
