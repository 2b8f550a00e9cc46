/** A history on a terminal: one line a series, its changes of level, and what changed in the machine's surroundings. */
import { formatPercent, formatTime, formatUndisturbed } from '../../../core/format/units.ts';
import type { History, HistorySeries } from '../../../core/protocol/compare.ts';
import { sparkline } from './sparkline.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function formatHistory(terminal: Terminal, { series, marks }: History): string {
  const changes = series.flatMap((one) =>
    one.changePoints.map(({ runId, startedAt, ratio, candidates }) => {
      const change = `${(100 * Math.abs(ratio - 1)).toFixed(1)}% ${ratio < 1 ? 'faster' : 'slower'}`;
      const causes = candidates.map(
        ({ what, before, after }) => `${what} ${before ?? 'unknown'} → ${after ?? 'unknown'}`,
      );
      const because =
        causes.length === 0 ? 'nothing known changed then' : `at that time: ${causes.join(', ')}`;
      return `- ${nameOf(one)}: ${change} from run ${runId} (${formatTime(startedAt)}) on; ${because}`;
    }),
  );
  return [
    formatTable(
      terminal,
      [
        { title: 'machine', cell: ({ machineName }) => machineName },
        { title: 'model', cell: ({ model }) => model },
        { title: 'provider', cell: ({ provider }) => provider },
        { title: 'plan', cell: ({ plan }) => plan },
        { title: 'type', cell: ({ dtype }) => dtype },
        { title: 'batch', align: 'right', cell: ({ batch }) => String(batch) },
        { title: 'threads', align: 'right', cell: ({ threads }) => String(threads) },
        ...(series.some(({ cacheState }) => cacheState !== undefined)
          ? [{ title: 'caches', cell: ({ cacheState }: HistorySeries) => cacheState ?? 'in-network' }]
          : []),
        { title: 'runs', align: 'right', cell: ({ points }) => String(points.length) },
        {
          title: 'latest undisturbed latency [95% interval]',
          align: 'right',
          cell: ({ points }) => {
            const latest = points.at(-1);
            return latest === undefined ? '' : formatUndisturbed(latest.undisturbedNs);
          },
        },
        {
          title: 'efficiency',
          align: 'right',
          cell: ({ points }) => {
            const efficiency = points.at(-1)?.efficiency ?? null;
            return efficiency === null ? 'unknown' : formatPercent(efficiency);
          },
        },
        {
          title: 'since',
          cell: ({ points }) => newest(points.map(({ undisturbedNs }) => undisturbedNs.estimate)),
        },
      ],
      series,
    ),
    changes.length === 0
      ? 'No shift found. At least five runs are needed before and after it.'
      : ['Changes of level:', ...changes].join('\n'),
    ...(marks.length === 0
      ? []
      : [
          [
            'Changes of the surroundings:',
            ...marks.map(
              ({ runId, startedAt, changes: changed }) =>
                `- run ${runId} (${formatTime(startedAt)}): ${changed
                  .map(({ what, before, after }) => `${what} ${before ?? 'unknown'} → ${after ?? 'unknown'}`)
                  .join(', ')}`,
            ),
          ].join('\n'),
        ]),
  ].join('\n\n');
}

function nameOf({ model, provider, plan, dtype, batch }: HistorySeries): string {
  return `${model} ${provider} ${plan} ${dtype} batch ${batch}`;
}

const widest = 24;

/** The newest figures, low bars being fast ones. */
function newest(values: readonly number[]): string {
  const shown = values.slice(-widest);
  return sparkline(shown, Math.min(...shown), Math.max(...shown));
}
