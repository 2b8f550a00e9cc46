/** What every chart has: a title, a sentence that says what it shows, the same as a table, and as files. */
import { type ReactNode, useRef, useState } from 'react';
import { ErrorNotice } from '../components/notice.tsx';
import { download } from '../download.ts';
import { chartTexts } from '../texts/charts.ts';
import { DataTable } from './data-table.tsx';
import { chartImage, pngOf } from './export-chart.ts';
import { type TableData, toCsv } from './table-data.ts';

interface ChartFrameProps {
  readonly title: string;
  /** Says what is seen, for whoever does not see it too. */
  readonly sentence: string;
  readonly table: TableData;
  /** Of the files, without an ending. */
  readonly fileName: string;
  /** In the place of the title, where the page says it already. */
  readonly controls?: ReactNode;
  readonly children: ReactNode;
}

export function ChartFrame({ title, sentence, table, fileName, controls, children }: ChartFrameProps) {
  const words = chartTexts;
  const frame = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const save = async (kind: 'svg' | 'png') => {
    const image = frame.current === null ? undefined : chartImage(frame.current, title, sentence);
    if (image === undefined) return;
    try {
      if (kind === 'svg') download(`${fileName}.svg`, 'image/svg+xml', image.svg);
      else download(`${fileName}.png`, 'image/png', await pngOf(image));
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <section className="chart-frame" aria-label={title}>
      <div className="chart-head">
        {controls ?? <h3>{title}</h3>}
        <div className="chart-tools">
          <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {words.asTable}
          </button>
          <button type="button" disabled={asTable} title={words.svg} onClick={() => save('svg')}>
            SVG
          </button>
          <button type="button" disabled={asTable} title={words.png} onClick={() => save('png')}>
            PNG
          </button>
          <button
            type="button"
            title={words.csv}
            onClick={() => download(`${fileName}.csv`, 'text/csv', toCsv(table))}
          >
            CSV
          </button>
        </div>
      </div>
      <p className="quiet-text">{sentence}</p>
      {failure !== undefined && <ErrorNotice error={failure} onDismiss={() => setFailure(undefined)} />}
      {asTable ? <DataTable label={title} data={table} /> : <div ref={frame}>{children}</div>}
    </section>
  );
}
