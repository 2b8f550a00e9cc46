import { Fragment, type ReactNode } from 'react';
import { formatEffect } from '../../../core/format/effect.ts';
import { formatNs, formatPercent } from '../../../core/format/units.ts';
import type { ComparedRow, Comparison, Verdict } from '../../../core/protocol/compare.ts';
import { useComparedParts } from '../../api/queries.ts';
import { blockTable, bothOf, compareTable } from '../../charts/compare-data.ts';
import { DataTable } from '../../charts/data-table.tsx';
import { toCsv, toMarkdown } from '../../charts/table-data.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { texts } from '../../texts.ts';
import { useViewState } from '../../view-state.ts';

interface ComparedTableProps {
  readonly rows: readonly ComparedRow[];
  readonly counts: Comparison['counts'];
}

interface ShownColumn {
  readonly key: string;
  readonly title: string;
  readonly meaning: string;
  readonly align?: 'right';
  readonly cell: (row: ComparedRow) => ReactNode;
}

export function ComparedTable({ rows, counts }: ComparedTableProps) {
  const words = texts.compare;
  const [view, changeView] = useViewState();
  const columns = columnsFor(rows);
  const table = compareTable(rows);
  const noiseUnknown = rows.some(({ floor }) => floor.betweenRuns === null);
  return (
    <section className="card" aria-label={words.table}>
      <div className="card-head">
        <h2>{words.table}</h2>
        <CopyButton label={texts.layers.copyCsv} content={() => toCsv(table)} />
        <CopyButton label={texts.layers.copyMarkdown} content={() => toMarkdown(table)} />
      </div>
      <p>{words.counts(counts.better, counts.worse, counts.same, counts.unclear)}</p>
      <div className="table-frame">
        <table aria-label={words.table}>
          <thead>
            <tr>
              {columns.map(({ key, title, meaning, align }) => (
                <th key={key} scope="col" className={align}>
                  <abbr title={meaning}>{title}</abbr>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const id = row.after.measurementId;
              const isOpen = view.row === id;
              return (
                <Fragment key={`${row.before.measurementId} ${id}`}>
                  <tr>
                    {columns.map(({ key, align, cell }) => (
                      <td key={key} className={align}>
                        {key === 'model' ? (
                          <button
                            type="button"
                            className="link"
                            aria-expanded={isOpen}
                            aria-label={words.open(row.model, bothOf(row, 'plan'))}
                            onClick={() => changeView({ row: isOpen ? undefined : id })}
                          >
                            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {cell(row)}
                          </button>
                        ) : (
                          cell(row)
                        )}
                      </td>
                    ))}
                  </tr>
                  {isOpen && (
                    <tr>
                      <td colSpan={columns.length} className="opened">
                        <Reason row={row} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
      {noiseUnknown && <p className="quiet-text">{words.noiseUnknown}</p>}
    </section>
  );
}

function columnsFor(rows: readonly ComparedRow[]): readonly ShownColumn[] {
  const { compare: words, terms } = texts;
  // What is the same in every row says nothing in a row.
  const varies = (cell: (row: ComparedRow) => unknown) => new Set(rows.map(cell)).size > 1;
  const varying = (['provider', 'dtype', 'batch', 'threads'] as const)
    .map((key): ShownColumn & { readonly cell: (row: ComparedRow) => string } => ({
      key,
      title: terms[key].name,
      meaning: terms[key].meaning,
      cell: (row) => (key === 'provider' ? bothOf(row, key) : String(row[key])),
    }))
    .filter(({ cell }) => varies(cell));
  return [
    { key: 'model', title: terms.model.name, meaning: terms.model.meaning, cell: ({ model }) => model },
    {
      key: 'plan',
      title: terms.plan.name,
      meaning: terms.plan.meaning,
      cell: (row) => bothOf(row, 'plan'),
    },
    ...varying,
    {
      key: 'before',
      title: words.before,
      meaning: words.beforeMeaning,
      align: 'right',
      cell: ({ before }) => formatNs(before.latencyNs.median),
    },
    {
      key: 'after',
      title: words.after,
      meaning: words.afterMeaning,
      align: 'right',
      cell: ({ after }) => formatNs(after.latencyNs.median),
    },
    {
      key: 'change',
      title: words.change.name,
      meaning: words.change.meaning,
      align: 'right',
      cell: ({ effect }) => formatEffect(effect),
    },
    {
      key: 'believed',
      title: words.believed.name,
      meaning: words.believed.meaning,
      align: 'right',
      cell: ({ floor }) => formatPercent(floor.believedChange),
    },
    {
      key: 'verdict',
      title: words.verdict.name,
      meaning: words.verdict.meaning,
      cell: ({ verdict }) => <VerdictMark verdict={verdict} />,
    },
  ];
}

function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <strong className={`verdict-mark ${verdict.toLowerCase()}`}>
      <span aria-hidden="true">{texts.compare.verdictMarks[verdict]}</span> {verdict}
    </strong>
  );
}

function Reason({ row }: { row: ComparedRow }) {
  const words = texts.compare;
  const { reason, p, before, after, floor, model } = row;
  const parts = useComparedParts(before.measurementId, after.measurementId);
  return (
    <>
      <p>{reason}</p>
      <p className="quiet-text">
        {/* Most reasons name it themselves. */}
        {p !== null &&
          !reason.includes('p = ') &&
          words.p(p < 0.0001 ? p.toExponential(0) : p.toPrecision(2))}{' '}
        {words.rounds(before.rounds, after.rounds)} {words.noise(floor.origin)}
      </p>
      {parts.isError && <ErrorNotice error={parts.error} />}
      {parts.isPending && <Loading />}
      {parts.data?.blocks.length === 0 && <p>{words.noBlocks}</p>}
      {parts.data !== undefined && parts.data.blocks.length > 0 && (
        <>
          <p className="quiet-text">{words.blocksMeaning}</p>
          <DataTable label={words.blocks(model)} data={blockTable(parts.data.blocks)} />
        </>
      )}
    </>
  );
}
