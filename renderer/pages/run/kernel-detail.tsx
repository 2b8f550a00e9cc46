/** One measurement, kernel by kernel: what each costs, what it could cost, and what stands between. */
import { useEffect, useRef, useState } from 'react';
import { formatNs, formatPercent, formatRatio } from '../../../core/format/units.ts';
import type { KernelSummary, MeasurementDetail, MeasurementSummary } from '../../../core/protocol/run.ts';
import { useMeasurement } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { KernelChart } from '../../charts/kernel-chart.tsx';
import type { TableData } from '../../charts/table-data.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { type Column, SortableTable } from '../../components/sortable-table.tsx';
import { formatSort } from '../../components/sorting.ts';
import { terms } from '../../texts/terms.ts';
import { AccountView } from './account-view.tsx';
import { detailTexts } from './detail-texts.ts';

interface KernelDetailProps {
  readonly measurement: MeasurementSummary;
  readonly onClose: () => void;
}

export function KernelDetail({ measurement: { id, model, plan }, onClose }: KernelDetailProps) {
  const words = detailTexts;
  const detail = useMeasurement(id);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section className="card" aria-label={words.title(model, plan)} ref={section}>
      <div className="card-head">
        <h2>{words.title(model, plan)}</h2>
        <button type="button" onClick={onClose}>
          {words.close}
        </button>
      </div>
      {detail.isError && <ErrorNotice error={detail.error} />}
      {detail.isPending && <Loading />}
      {detail.data !== undefined && <Kernels detail={detail.data} />}
      <AccountView measurementId={id} />
    </section>
  );
}

/** A kernel and its place in the order of execution. */
type Row = KernelSummary & { readonly order: number };

function Kernels({ detail: { summary, kernels, verification } }: { detail: MeasurementDetail }) {
  const words = detailTexts;
  const [sort, setSort] = useState<string | undefined>('-lost');
  const rows = kernels.map((kernel, index): Row => ({ ...kernel, order: index + 1 }));
  const sumNs = kernels.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0);
  const worst = Math.max(0, ...verification.kernels.map(({ relativeL2Error }) => relativeL2Error));
  const passed = verification.kernels.filter((kernel) => kernel.passed).length;
  return (
    <>
      {summary.marks.map(({ severity, sentence }) => (
        <p key={sentence} className={severity === 'warning' ? 'warning-text' : 'quiet-text'}>
          {sentence}
        </p>
      ))}
      {summary.setAside.length > 0 && (
        <ul className="quiet-text">
          {summary.setAside.map(({ round, samples, reasons }) => (
            <li key={round}>{words.setAside(round, samples, reasons.join(', '))}</li>
          ))}
        </ul>
      )}
      {sumNs > 0 && (
        <>
          <ChartFrame
            title={words.chart}
            sentence={words.chartSentence}
            table={waterlineTimes(rows)}
            fileName={`kernels-${summary.model}-${summary.plan}`}
          >
            <KernelChart kernels={rows} />
          </ChartFrame>
          <p className="quiet-text">
            {words.sum(
              formatNs(sumNs),
              formatNs(summary.latencyNs.median),
              formatPercent((summary.latencyNs.median - sumNs) / summary.latencyNs.median),
            )}{' '}
            {words.verification(passed, verification.kernels.length, worst.toExponential(1))}
          </p>
        </>
      )}
      <SortableTable
        label={words.title(summary.model, summary.plan)}
        columns={columnsFor(
          sumNs,
          rows.some(({ prediction }) => prediction !== undefined),
        )}
        rows={rows}
        rowKey={({ order }) => String(order)}
        sort={sort}
        onSort={(next) => setSort(formatSort(next))}
      />
    </>
  );
}

function waterlineTimes(rows: readonly Row[]): TableData {
  const { order, timeAxis, measured, waterline } = detailTexts;
  return {
    columns: [order, terms.kernel.name, `${measured}: ${timeAxis}`, `${waterline}: ${timeAxis}`],
    rows: rows.map((row) => [
      row.order,
      row.name,
      row.latencyNs === null ? null : row.latencyNs / 1e3,
      row.waterlineNs / 1e3,
    ]),
  };
}

function columnsFor(sumNs: number, predicted: boolean): Column<Row>[] {
  const time = (ns: number | null) =>
    ns === null ? <span className="unknown">{detailTexts.notTimed}</span> : formatNs(ns);
  const text = (
    key: string,
    term: { name: string; meaning: string },
    value: (row: Row) => string,
  ): Column<Row> => ({
    key,
    title: term.name,
    meaning: term.meaning,
    value,
    cell: value,
  });
  const duration = (
    key: string,
    term: { name: string; meaning: string },
    value: (row: Row) => number | null,
    cell: (row: Row) => React.ReactNode = (row) => time(value(row)),
  ): Column<Row> => ({
    key,
    title: term.name,
    meaning: term.meaning,
    align: 'right',
    value: (row) => value(row) ?? -1,
    cell,
  });
  return [
    duration(
      'order',
      { name: detailTexts.order, meaning: detailTexts.chart },
      ({ order }) => order,
      ({ order }) => order,
    ),
    text('kernel', terms.kernel, ({ name }) => name),
    {
      ...text('implementation', terms.implementation, ({ implementation }) => implementation),
      cell: ({ implementation, schedule }) => <span title={schedule}>{implementation}</span>,
    },
    duration('latency', terms.latency, ({ latencyNs }) => latencyNs),
    duration(
      'share',
      terms.share,
      ({ latencyNs }) => latencyNs,
      ({ latencyNs }) => (latencyNs === null ? '' : formatPercent(latencyNs / sumNs)),
    ),
    ...(predicted
      ? [
          duration(
            'predicted',
            terms.predicted,
            ({ prediction }) => prediction?.timeNs ?? null,
            ({ prediction }) => (prediction === undefined ? '' : formatNs(prediction.timeNs)),
          ),
        ]
      : []),
    duration('ideal', terms.ideal, ({ idealNs }) => idealNs),
    duration('waterline', terms.waterline, ({ waterlineNs }) => waterlineNs),
    duration(
      'gap',
      terms.kernelGap,
      ({ latencyNs, waterlineNs }) =>
        latencyNs === null || waterlineNs === 0 ? null : latencyNs / waterlineNs,
      ({ latencyNs, waterlineNs }) =>
        latencyNs === null || waterlineNs === 0 ? '' : formatRatio(latencyNs / waterlineNs),
    ),
    duration('lost', terms.lost, ({ latencyNs, waterlineNs }) =>
      latencyNs === null ? null : Math.max(0, latencyNs - waterlineNs),
    ),
    text('limit', terms.limit, ({ limit }) => limit),
  ];
}
