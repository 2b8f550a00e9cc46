/** One measurement, kernel by kernel: where its time goes, and what holds each kernel back. */

import {
  formatCount,
  formatInterval,
  formatNs,
  formatPercent,
  formatRatio,
} from '../../../core/format/units.ts';
import type { MeasurementDetail } from '../../../core/protocol/run.ts';
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
  return [head, ...(marks.length > 0 ? [marks.join('\n')] : []), table].join('\n\n');
}

function ifKnown(value: number | null, format: (value: number) => string): string {
  return value === null ? unknown : format(value);
}
