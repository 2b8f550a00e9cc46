/** One measurement, kernel by kernel: where its time goes, and what holds each kernel back. */

import {
  formatCount,
  formatInterval,
  formatNs,
  formatPercent,
  formatRatio,
} from '../../../core/format/units.ts';
import type { KernelSummary, MeasurementDetail } from '../../../core/protocol/run.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

const unknown = '–';

export function formatKernels(terminal: Terminal, detail: MeasurementDetail): string {
  const { summary, kernels } = detail;
  const total = kernels.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0);
  const head =
    `${summary.model} ${summary.plan} ${summary.dtype} batch ${summary.batch}, ${summary.threads} threads, ` +
    `${summary.instructionSet}${summary.cacheState === undefined ? '' : `, caches ${summary.cacheState}`}: ${formatInterval(summary.latencyNs)}, ${formatPercent(summary.efficiency)} of the peak`;
  const table = formatTable(
    terminal,
    [
      { title: 'kernel', cell: ({ name }) => name },
      { title: 'implementation', cell: ({ implementation }) => implementation },
      { title: 'operations', align: 'right', cell: ({ operations }) => formatCount(operations) },
      { title: 'latency', align: 'right', cell: ({ latencyNs }) => ifKnown(latencyNs, formatNs) },
      {
        title: 'share',
        align: 'right',
        cell: ({ latencyNs }) => ifKnown(latencyNs, (ns) => formatPercent(ns / total)),
      },
      ...(kernels.some(({ prediction }) => prediction !== undefined)
        ? [
            {
              title: 'predicted',
              align: 'right',
              cell: ({ prediction }: KernelSummary) => ifKnown(prediction?.timeNs ?? null, formatNs),
            } as const,
          ]
        : []),
      { title: 'waterline', align: 'right', cell: ({ waterlineNs }) => formatNs(waterlineNs) },
      {
        title: 'kernel gap',
        align: 'right',
        cell: ({ latencyNs, waterlineNs }) =>
          // A kernel without operations and traffic has no bound to be held against.
          waterlineNs > 0 ? ifKnown(latencyNs, (ns) => formatRatio(ns / waterlineNs)) : unknown,
      },
      { title: 'limit', cell: ({ limit }) => limit },
    ],
    kernels,
  );
  const marks = summary.marks.map(
    ({ severity, sentence }) => `${severity === 'warning' ? '!' : '·'} ${sentence}`,
  );
  return [
    head,
    ...(marks.length > 0 ? [marks.join('\n')] : []),
    table,
    ...reconciliation(detail, total),
    ...schedules(kernels),
  ].join('\n\n');
}

/** The kernels are timed in passes of their own; what they leave of the latency has no explanation. */
function reconciliation({ summary, kernels }: MeasurementDetail, total: number): string[] {
  if (kernels.some(({ latencyNs }) => latencyNs === null)) return [];
  const { median } = summary.latencyNs;
  return [
    `The kernels add up to ${formatNs(total)} of ${formatNs(median)}; ${formatPercent((median - total) / median)} is unexplained.`,
  ];
}

function schedules(kernels: readonly KernelSummary[]): string[] {
  const lines = kernels.flatMap(({ name, schedule }) =>
    schedule === undefined ? [] : [`${name}: ${schedule}`],
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function ifKnown(value: number | null, format: (value: number) => string): string {
  return value === null ? unknown : format(value);
}
