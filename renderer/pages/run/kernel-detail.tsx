/** One measurement, kernel by kernel: what each costs, what it could cost, and what stands between. */
import { useState } from 'react';
import { canWin, totalNs } from '../../../core/analysis/can-win.ts';
import type { Fact } from '../../../core/format/machine.ts';
import { formatInterval, formatNs, formatPercent, formatRatio } from '../../../core/format/units.ts';
import type { KernelSummary, MeasurementDetail, MeasurementSummary } from '../../../core/protocol/run.ts';
import { useMeasurement } from '../../api/queries.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { KernelChart } from '../../charts/kernel-chart.tsx';
import type { TableData } from '../../charts/table-data.ts';
import { Facts } from '../../components/facts.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { SidePanel } from '../../components/side-panel.tsx';
import { type Column, SortableTable } from '../../components/sortable-table.tsx';
import { formatSort } from '../../components/sorting.ts';
import { terms } from '../../texts/terms.ts';
import { layersTexts } from '../layers/texts.ts';
import { AccountView } from './account-view.tsx';
import { detailTexts } from './detail-texts.ts';

interface KernelDetailProps {
  readonly measurement: MeasurementSummary;
  readonly onClose: () => void;
}

export function KernelDetail({ measurement, onClose }: KernelDetailProps) {
  const { id, model, plan } = measurement;
  const words = detailTexts;
  const detail = useMeasurement(id);
  return (
    <SidePanel title={words.title(model, plan)} wide onClose={onClose}>
      <Facts facts={factsOf(measurement)} />
      {detail.isError && <ErrorNotice error={detail.error} />}
      {detail.isPending && <Loading />}
      {detail.data !== undefined && <Kernels detail={detail.data} />}
      <AccountView measurementId={id} />
    </SidePanel>
  );
}

function factsOf(measurement: MeasurementSummary): Fact[] {
  return [
    [terms.latency.name, formatInterval(measurement.latencyNs)],
    [terms.undisturbed.name, formatNs(measurement.undisturbedNs.estimate)],
    [terms.waterline.name, formatNs(measurement.waterlineLatencyNs)],
    [terms.ideal.name, formatNs(measurement.idealLatencyNs)],
    [
      terms.gap.name,
      detailTexts.gaps(
        formatRatio(measurement.gap),
        formatRatio(measurement.memoryGap),
        formatRatio(measurement.kernelGap),
        formatRatio(measurement.disturbance),
      ),
    ],
  ];
}

/** A kernel and its place in the order of execution. */
type Row = KernelSummary & { readonly order: number };

function Kernels({ detail: { summary, kernels, verification } }: { detail: MeasurementDetail }) {
  const words = detailTexts;
  const [sort, setSort] = useState<string | undefined>('-canWin');
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
        <ul className="bullets quiet-text">
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
        columns={columnsFor(sumNs)}
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

function winOf(kernel: KernelSummary): number | null {
  const win = canWin(kernel);
  return win === undefined ? null : totalNs(win);
}

function columnsFor(sumNs: number): Column<Row>[] {
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
    duration('latency', layersTexts.time, ({ latencyNs }) => latencyNs),
    duration(
      'share',
      terms.share,
      ({ latencyNs }) => latencyNs,
      ({ latencyNs }) => (latencyNs === null ? '' : formatPercent(latencyNs / sumNs)),
    ),
    duration('canWin', layersTexts.canWin, winOf),
    duration(
      'gap',
      terms.kernelGap,
      ({ latencyNs, waterlineNs }) =>
        latencyNs === null || waterlineNs === 0 ? null : latencyNs / waterlineNs,
      ({ latencyNs, waterlineNs }) =>
        latencyNs === null || waterlineNs === 0 ? '' : formatRatio(latencyNs / waterlineNs),
    ),
    text('limit', terms.limit, ({ limit }) => limit),
  ];
}
