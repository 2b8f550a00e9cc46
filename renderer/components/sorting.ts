export interface Sort {
  readonly key: string;
  readonly descending: boolean;
}

/** `latency`, or `-latency` for the largest first. */
export function parseSort(text: string | undefined): Sort | undefined {
  if (text === undefined || text === '') return undefined;
  return text.startsWith('-') ? { key: text.slice(1), descending: true } : { key: text, descending: false };
}

export function formatSort(sort: Sort | undefined): string | undefined {
  return sort === undefined ? undefined : `${sort.descending ? '-' : ''}${sort.key}`;
}

/** Ascending, then descending, then the order that the rows came in. */
export function toggleSort(sort: Sort | undefined, key: string): Sort | undefined {
  if (sort?.key !== key) return { key, descending: false };
  return sort.descending ? undefined : { key, descending: true };
}

interface Sortable<Row> {
  readonly key: string;
  readonly value?: (row: Row) => number | string;
}

/** Rows that are alike keep their order. A column that there is not changes nothing. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Sortable<Row>[],
  sort: Sort | undefined,
): readonly Row[] {
  const value = columns.find(({ key }) => key === sort?.key)?.value;
  if (value === undefined || sort === undefined) return rows;
  const direction = sort.descending ? -1 : 1;
  return rows.toSorted((a, b) => direction * compare(value(a), value(b)));
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
