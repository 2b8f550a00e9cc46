import { bothOf } from '../../../core/format/compared.ts';
import { formatEffect } from '../../../core/format/effect.ts';
import { formatNs, formatPercent } from '../../../core/format/units.ts';
import type { ComparedRow } from '../../../core/protocol/compare.ts';
import { compareTable, filterCompared } from '../../charts/compare-data.ts';
import { toCsv, toMarkdown } from '../../charts/table-data.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { type Column, SortableTable } from '../../components/sortable-table.tsx';
import { formatSort, parseSort, sortRows } from '../../components/sorting.ts';
import { terms } from '../../texts/terms.ts';
import { useViewState } from '../../view-state.ts';
import { layersTexts } from '../layers/texts.ts';
import { ComparedReason } from './compared-reason.tsx';
import { compareTexts } from './texts.ts';
import { VerdictMark } from './verdict-mark.tsx';

interface ComparedTableProps {
  readonly rows: readonly ComparedRow[];
}

export function ComparedTable({ rows }: ComparedTableProps) {
  const words = compareTexts;
  const [view, changeView] = useViewState();
  const isOpen = (row: ComparedRow) => view.row === row.after.measurementId;
  const toggle = (row: ComparedRow) =>
    changeView({ row: isOpen(row) ? undefined : row.after.measurementId, part: undefined });
  const columns = columnsFor(rows, isOpen, toggle);
  const filter = view.filter ?? '';
  const shown = sortRows(filterCompared(rows, filter), columns, parseSort(view.sort));
  const table = compareTable(shown);
  const origins = new Set(rows.map(({ floor }) => words.noise(formatPercent(floor.threshold), floor.origin)));
  return (
    <section className="card" aria-label={words.table}>
      <div className="card-head">
        <h2>{words.table}</h2>
        <label>
          <span>{layersTexts.filter}</span>
          <input
            type="search"
            value={filter}
            onChange={({ target }) => changeView({ filter: target.value || undefined })}
          />
        </label>
        <CopyButton label={layersTexts.copyCsv} content={() => toCsv(table)} />
        <CopyButton label={layersTexts.copyMarkdown} content={() => toMarkdown(table)} />
      </div>
      {shown.length === 0 ? (
        <p>
          {words.nothingFound(filter)}{' '}
          <button type="button" onClick={() => changeView({ filter: undefined })}>
            {layersTexts.clear}
          </button>
        </p>
      ) : (
        <SortableTable
          label={words.table}
          columns={columns}
          rows={shown}
          rowKey={({ before, after }) => `${before.measurementId} ${after.measurementId}`}
          sort={view.sort}
          onSort={(next) => changeView({ sort: formatSort(next) })}
          detail={(row) => (isOpen(row) ? <ComparedReason row={row} /> : undefined)}
        />
      )}
      {[...origins].map((origin) => (
        <p key={origin} className="quiet-text">
          {origin}
        </p>
      ))}
    </section>
  );
}

function columnsFor(
  rows: readonly ComparedRow[],
  isOpen: (row: ComparedRow) => boolean,
  toggle: (row: ComparedRow) => void,
): readonly Column<ComparedRow>[] {
  const words = compareTexts;
  // What is the same in every row says nothing in a row.
  const varying = (['provider', 'dtype', 'batch', 'threads', 'cacheState'] as const)
    .map((key) => {
      const value = (row: ComparedRow) =>
        key === 'batch' || key === 'cacheState' ? (row[key] ?? 'in-network') : bothOf(row, key);
      const { name, meaning } = terms[key];
      return { key, title: name, meaning, value, cell: (row: ComparedRow) => String(value(row)) };
    })
    .filter(({ value }) => new Set(rows.map(value)).size > 1);
  return [
    {
      key: 'model',
      title: terms.model.name,
      meaning: terms.model.meaning,
      value: ({ model }) => model,
      cell: (row) => (
        <button
          type="button"
          className="link"
          aria-expanded={isOpen(row)}
          aria-label={words.open(row.model, bothOf(row, 'plan'))}
          onClick={() => toggle(row)}
        >
          <span aria-hidden="true">{isOpen(row) ? '▾' : '▸'}</span> {row.model}
        </button>
      ),
    },
    {
      key: 'plan',
      title: terms.plan.name,
      meaning: terms.plan.meaning,
      value: (row) => bothOf(row, 'plan'),
      cell: (row) => bothOf(row, 'plan'),
    },
    ...varying,
    {
      key: 'verdict',
      title: words.verdict.name,
      meaning: words.verdict.meaning,
      // What one wants to see first stands first.
      value: ({ verdict }) => ['WORSE', 'BETTER', 'UNCLEAR', 'SAME'].indexOf(verdict),
      cell: ({ verdict }) => <VerdictMark verdict={verdict} />,
    },
    {
      key: 'before',
      title: words.before,
      meaning: words.beforeMeaning,
      align: 'right',
      value: ({ before }) => before.undisturbedNs.estimate,
      cell: ({ before }) => formatNs(before.undisturbedNs.estimate),
    },
    {
      key: 'after',
      title: words.after,
      meaning: words.afterMeaning,
      align: 'right',
      value: ({ after }) => after.undisturbedNs.estimate,
      cell: ({ after }) => formatNs(after.undisturbedNs.estimate),
    },
    {
      key: 'change',
      title: words.change.name,
      meaning: words.change.meaning,
      align: 'right',
      value: ({ effect }) => effect.ratio,
      cell: ({ effect }) => formatEffect(effect),
    },
    {
      key: 'detectable',
      title: words.detectable.name,
      meaning: words.detectable.meaning,
      align: 'right',
      value: ({ detectableChange }) => detectableChange ?? Number.POSITIVE_INFINITY,
      cell: ({ detectableChange }) => (detectableChange === null ? '–' : formatPercent(detectableChange)),
    },
  ];
}
