import type { ReactNode } from 'react';
import { warningKinds } from '../../../core/analysis/answers/warnings.ts';
import { formatProvider } from '../../../core/format/provider.ts';
import { formatInterval, formatNs, formatPercent, formatRatio } from '../../../core/format/units.ts';
import type { MeasurementSummary } from '../../../core/protocol/run.ts';
import { type Column, SortableTable } from '../../components/sortable-table.tsx';
import { formatSort } from '../../components/sorting.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { tableTexts } from '../../texts/tables.ts';
import { terms } from '../../texts/terms.ts';
import { TimeSplit, TimeSplitLegend } from './time-split.tsx';

interface MeasurementTableProps {
  readonly measurements: readonly MeasurementSummary[];
  readonly selected: string | undefined;
  readonly onSelect: (measurementId: string) => void;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
}

export function MeasurementTable({ measurements, selected, onSelect, sort, onSort }: MeasurementTableProps) {
  if (measurements.length === 0) return null;
  return (
    <section className="card" aria-label={tableTexts.title}>
      <h2>{tableTexts.title}</h2>
      <SortableTable
        label={tableTexts.title}
        columns={columnsFor(measurements, onSelect)}
        rows={measurements}
        rowKey={({ id }) => id}
        sort={sort}
        onSort={(next) => onSort(formatSort(next))}
        selected={selected}
        onSelect={({ id }) => onSelect(id)}
      />
      <TimeSplitLegend />
      <MarkLegend measurements={measurements} />
    </section>
  );
}

/** What the letters say, in the order of the alphabet. */
function MarkLegend({ measurements }: { measurements: readonly MeasurementSummary[] }) {
  const kinds = new Map(
    measurements
      .flatMap(warningsOf)
      .map(({ kind }) => [warningKinds[kind].letter, warningKinds[kind].happened] as const),
  );
  return (
    <p className="quiet-text">
      {[...kinds]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([letter, happened]) => `${letter}: ${happened}`)
        .join('; ')}
    </p>
  );
}

type Row = MeasurementSummary;

function warningsOf({ marks }: Row): Row['marks'] {
  return marks.filter(({ severity }) => severity === 'warning');
}

/** As on the command line: each kind once. */
function lettersOf(row: Row): string {
  return [...new Set(warningsOf(row).map(({ kind }) => warningKinds[kind].letter))].sort().join(' ');
}

/** Where every memory gap is below this, the bars say enough. */
const notableMemoryGap = 1.05;

function columnsFor(rows: readonly Row[], onSelect: (id: string) => void): Column<Row>[] {
  const number = (
    key: string,
    term: { readonly name: string; readonly meaning: string },
    value: (row: Row) => number,
    cell: (row: Row) => ReactNode,
  ): Column<Row> => ({ key, title: term.name, meaning: term.meaning, align: 'right', value, cell });
  // What is the same in every row says nothing in a row.
  const varying = (['provider', 'dtype', 'batch', 'threads'] as const)
    .filter((key) => rows.some((row) => row[key] !== rows[0]?.[key]))
    .map(
      (key): Column<Row> => ({
        key,
        title: terms[key].name,
        meaning: terms[key].meaning,
        value: (row) => row[key],
        cell: (row) => (key === 'provider' ? formatProvider(row.provider) : String(row[key])),
      }),
    );
  if (rows.some(({ cacheState }) => cacheState !== undefined)) {
    varying.push({
      key: 'cacheState',
      title: terms.cacheState.name,
      meaning: terms.cacheState.meaning,
      value: ({ cacheState }) => cacheState ?? 'in-network',
      cell: ({ cacheState }) => cacheState ?? 'in-network',
    });
  }
  // A window of 1280 pixels holds so many; the panel that a row opens has all of them.
  const hasRoom = varying.length <= 1;
  const withGaps = hasRoom && rows.some(({ memoryGap }) => memoryGap >= notableMemoryGap);
  const withTimes = hasRoom && !withGaps;
  return [
    ...(rows.some((row) => lettersOf(row) !== '')
      ? [
          {
            key: 'marks',
            title: tableTexts.marks.name,
            meaning: tableTexts.marks.meaning,
            value: lettersOf,
            cell: (row: Row) => (
              <abbr
                title={warningsOf(row)
                  .map(({ sentence }) => sentence)
                  .join(' ')}
                className="alarm"
              >
                {lettersOf(row)}
              </abbr>
            ),
          },
        ]
      : []),
    {
      key: 'model',
      title: terms.model.name,
      meaning: terms.model.meaning,
      value: ({ model }) => model,
      cell: ({ id, model, plan, reconstruction }) => (
        <button
          type="button"
          className="link"
          aria-label={tableTexts.open(model, plan)}
          onClick={(event) => {
            // The row would do the same once more.
            event.stopPropagation();
            onSelect(id);
          }}
        >
          {model}
          {reconstruction !== null && (
            <abbr title={`${sharedTexts.reconstruction}: ${reconstruction}`}>*</abbr>
          )}
        </button>
      ),
    },
    {
      key: 'plan',
      title: terms.plan.name,
      meaning: terms.plan.meaning,
      value: ({ plan }) => plan,
      cell: ({ plan }) => plan,
    },
    ...varying,
    number(
      'latency',
      terms.latency,
      ({ latencyNs }) => latencyNs.median,
      ({ latencyNs, trust }) => (
        <span className={trust === 'mistrusted' ? 'mistrusted' : undefined}>{formatInterval(latencyNs)}</span>
      ),
    ),
    ...(withTimes
      ? [
          number(
            'undisturbed',
            terms.undisturbed,
            ({ undisturbedNs }) => undisturbedNs.estimate,
            ({ undisturbedNs }) => formatNs(undisturbedNs.estimate),
          ),
          number(
            'ideal',
            terms.ideal,
            ({ idealLatencyNs }) => idealLatencyNs,
            ({ idealLatencyNs }) => formatNs(idealLatencyNs),
          ),
        ]
      : []),
    number(
      'efficiency',
      terms.efficiency,
      ({ efficiency }) => efficiency,
      ({ efficiency }) => formatPercent(efficiency),
    ),
    number(
      'gap',
      terms.gap,
      ({ gap }) => gap,
      ({ gap }) => formatRatio(gap),
    ),
    ...(withGaps
      ? [
          number(
            'memoryGap',
            terms.memoryGap,
            ({ memoryGap }) => memoryGap,
            ({ memoryGap }) => formatRatio(memoryGap),
          ),
          number(
            'kernelGap',
            terms.kernelGap,
            ({ kernelGap }) => kernelGap,
            ({ kernelGap }) => formatRatio(kernelGap),
          ),
        ]
      : []),
    {
      key: 'split',
      title: terms.timeSplit.name,
      meaning: terms.timeSplit.meaning,
      cell: (row) => <TimeSplit measurement={row} />,
    },
    {
      key: 'verified',
      title: terms.verified.name,
      meaning: terms.verified.meaning,
      cell: ({ verified, trust }) => {
        if (!verified) return <strong className="warning-text">{tableTexts.no}</strong>;
        return trust === 'trusted' ? (
          tableTexts.yes
        ) : (
          <strong className="warning-text" title={tableTexts.mistrustedMeaning}>
            {tableTexts.mistrusted}
          </strong>
        );
      },
    },
  ];
}
