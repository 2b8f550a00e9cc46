/** The shape that HTML, PDF and Markdown share: sections of few kinds of blocks. All texts are plain and unescaped. */

export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'terms'; readonly terms: readonly (readonly [term: string, meaning: string])[] }
  | { readonly kind: 'command'; readonly lines: readonly string[] }
  | {
      readonly kind: 'figure';
      readonly caption: string;
      /** Our own drawing, escaped where it was drawn. Those of one row stand side by side where there is room. */
      readonly rows: readonly (readonly string[])[];
    }
  | TableBlock;

export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A table by its columns: what each is called, and what it shows of a row. */
export interface ColumnOf<Row> extends TableColumn {
  cell(row: Row): string;
}

export function table<Row>(columns: readonly ColumnOf<Row>[], rows: readonly Row[]): TableBlock {
  return {
    kind: 'table',
    columns: columns.map(({ title, numeric = false }) => ({ title, numeric })),
    rows: rows.map((row) => columns.map((column) => column.cell(row))),
  };
}
