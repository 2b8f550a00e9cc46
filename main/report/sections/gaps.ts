/** The efficiency gap: drawn, as a table, and in its parts. */
import { formatVerified } from '../../../core/format/trust.ts';
import { formatInterval, formatNs, formatPercent, formatRatio } from '../../../core/format/units.ts';
import type { MeasurementSummary } from '../../../core/protocol/run.ts';
import { type Block, type Section, table } from '../document.ts';
import { gapChart, splitChart } from '../gap-chart.ts';
import type { Report } from '../model.ts';
import type { GapPlot } from '../plots.ts';
import {
  count,
  formatTop1,
  heading,
  list,
  marks,
  nameAmong,
  optionalColumns,
  paragraph,
  starred,
  variesIn,
} from './wording.ts';

export function plots(report: Report): Section {
  const all = report.sides.flatMap((side) => side.plots);
  const figures = report.sides.flatMap((side) => {
    const blocks = side.plots.flatMap((plot): Block[] => {
      const { byOperations, byLatency, legend } = gapChart(
        plot,
        all.filter((other) => comparable(plot, other)),
      );
      const { provider, device, dtype, batch, threads, cacheState } = plot.condition;
      const left = plot.data.notPlotted;
      return [
        {
          kind: 'figure',
          caption: `${provider} on ${device}, ${dtype}, batch ${batch}, ${count(threads, 'thread')}${cacheState === undefined ? '' : `, caches ${cacheState}`}.${left.length === 0 ? '' : ` Not drawn, for no accuracy is published at their size: ${left.join(', ')}.`}`,
          rows: [[byOperations, byLatency], [legend]],
        },
      ];
    });
    return blocks.length === 0 ? [] : [...heading(report, side), ...blocks];
  });
  return {
    title: 'The efficiency gap, drawn',
    blocks:
      figures.length === 0
        ? [
            paragraph(
              'There is nothing to draw: no measured network has a published accuracy at its image size.',
            ),
          ]
        : [
            paragraph(
              'Left, the published accuracy over the operations of a network, with the latency that the peak of the machine would allow above; right, over the latency that was measured, with its 95% interval. A family that looks cheap on the left and slow on the right leaves the arithmetic unused. Drawings of one data type and batch have the same scales.',
            ),
            ...figures,
          ],
  };
}

function comparable({ condition: a }: GapPlot, { condition: b }: GapPlot): boolean {
  return a.dtype === b.dtype && a.batch === b.batch;
}

/** As many bars as a page of paper has room for. */
const splitRows = 40;

function chunks<Row>(rows: readonly Row[], size: number): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}

export function measurements(report: Report): Section {
  const blocks = report.sides.flatMap((side): Block[] => {
    const rows = side.report.measurements;
    if (rows.length === 0) return [...heading(report, side), paragraph('Nothing was measured.')];
    const alarms = rows.flatMap((row) => row.alarms.map((alarm) => `! ${nameAmong(row, rows)}: ${alarm}`));
    return [
      ...heading(report, side),
      gapTable(rows),
      {
        kind: 'figure',
        caption:
          'Each latency in four parts; at the right, the share of the ideal. The memory part only shrinks with another plan, network or memory; the part of the kernels with better programs; the last on a quieter machine.',
        rows: chunks(rows, splitRows).map((chunk) => [
          splitChart(
            chunk.map((row) => ({
              name: nameAmong(row, rows),
              idealNs: row.idealLatencyNs,
              waterlineNs: row.waterlineLatencyNs,
              undisturbedNs: row.undisturbedNs.estimate,
              latencyNs: row.latencyNs.median,
            })),
          ),
        ]),
      },
      ...(alarms.length === 0
        ? [paragraph('No measurement is marked with a !.')]
        : [paragraph('Marked with a !:'), list(alarms)]),
    ];
  });
  return {
    title: 'Efficiency-gap table',
    blocks: [
      paragraph(
        'Gap = latency ÷ ideal latency = memory gap × kernel gap × lost to other work. Latencies are medians, with their 95% interval in brackets; the undisturbed latency is what the machine does when it is left alone, and efficiency is taken from it.',
      ),
      ...blocks,
    ],
  };
}

function gapTable(rows: readonly MeasurementSummary[]): Block {
  return table<MeasurementSummary>(
    [
      { title: 'network', cell: starred },
      { title: 'plan', cell: ({ plan }) => plan },
      ...optionalColumns(variesIn(rows), ['imageSize', 'provider', 'device', 'dtype', 'batch', 'threads']),
      { title: 'latency', numeric: true, cell: ({ latencyNs }) => formatInterval(latencyNs) },
      {
        title: 'undisturbed',
        numeric: true,
        cell: ({ undisturbedNs }) => formatNs(undisturbedNs.estimate),
      },
      { title: 'ideal', numeric: true, cell: ({ idealLatencyNs }) => formatNs(idealLatencyNs) },
      { title: 'waterline', numeric: true, cell: ({ waterlineLatencyNs }) => formatNs(waterlineLatencyNs) },
      {
        title: 'DRAM waterline',
        numeric: true,
        cell: ({ dramWaterlineLatencyNs }) => formatNs(dramWaterlineLatencyNs),
      },
      { title: 'efficiency', numeric: true, cell: ({ efficiency }) => formatPercent(efficiency) },
      { title: 'gap', numeric: true, cell: ({ gap }) => formatRatio(gap) },
      { title: '= memory', numeric: true, cell: ({ memoryGap }) => formatRatio(memoryGap) },
      { title: '× kernel', numeric: true, cell: ({ kernelGap }) => formatRatio(kernelGap) },
      { title: '× other work', numeric: true, cell: ({ disturbance }) => formatRatio(disturbance) },
      { title: 'top-1', numeric: true, cell: formatTop1 },
      { title: 'verified', cell: formatVerified },
      { title: 'marks', cell: marks },
    ],
    rows,
  );
}
