/** A comparison on a terminal: the verdicts, why, what had no partner, and what else differs. */

import { comparisonAnswer } from '../../../core/analysis/answers/comparison.ts';
import { bothOf } from '../../../core/format/compared.ts';
import { formatEffect } from '../../../core/format/effect.ts';
import { formatP } from '../../../core/format/p-value.ts';
import { formatSettling } from '../../../core/format/settling.ts';
import { formatNs, formatTime } from '../../../core/format/units.ts';
import type {
  ComparedPart,
  ComparedParts,
  ComparedRow,
  Comparison,
  Verdict,
} from '../../../core/protocol/compare.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

const verdictStyles = {
  BETTER: 'green',
  WORSE: 'red',
  SAME: 'dim',
  UNCLEAR: 'yellow',
} as const satisfies Record<Verdict, string>;

export function formatComparison(terminal: Terminal, comparison: Comparison): string {
  const { rows, unmatched, differences } = comparison;
  const { headline, sentences } = comparisonAnswer(comparison);
  return [
    formatSides(comparison),
    [headline, ...sentences].join('\n'),
    ...(rows.length > 0 ? [formatRows(terminal, rows)] : []),
    ...formatReasons(rows),
    ...formatNoise(rows),
    ...(unmatched.length === 0
      ? []
      : [
          [
            'Not compared:',
            ...unmatched.map(
              ({ side, model, provider, plan, dtype, batch, reason }) =>
                `- ${model} ${provider} ${plan} ${dtype} batch ${batch} (${side}): ${reason}`,
            ),
          ].join('\n'),
        ]),
    differences.length === 0
      ? 'No known difference in hardware, drivers or software.'
      : [
          'Possible causes:',
          ...differences.map(
            ({ what, before, after }) => `- ${what}: ${before ?? 'unknown'} → ${after ?? 'unknown'}`,
          ),
        ].join('\n'),
  ].join('\n\n');
}

/** The threshold, and where it comes from: of each provider, most rows have the same. */
function formatNoise(rows: readonly ComparedRow[]): string[] {
  const floors = new Map(rows.map(({ floor }) => [floor.threshold.toFixed(3), floor]));
  return [...floors.values()].map(
    ({ threshold, origin }) => `Changes of ${(100 * threshold).toFixed(1)}% or more count as real. ${origin}`,
  );
}

function formatSides({ before, after }: Comparison): string {
  const side = ({ run, provider, plan, dtype, threads }: Comparison['before']) =>
    [
      `${run.id} (${run.machineName}, ${formatTime(run.startedAt)})`,
      ...[provider, plan, dtype].filter((part) => part !== undefined),
      ...(threads === undefined ? [] : [threads === 1 ? '1 thread' : `${threads} threads`]),
    ].join(' ');
  return `before  ${side(before)}\nafter   ${side(after)}`;
}

function formatRows(terminal: Terminal, rows: readonly ComparedRow[]): string {
  const varies = (cell: (row: ComparedRow) => unknown) => new Set(rows.map((row) => cell(row))).size > 1;
  const optional: Column<ComparedRow>[] = [
    ...(['provider', 'dtype', 'threads'] as const)
      .filter((field) => varies((row) => bothOf(row, field)))
      .map((field): Column<ComparedRow> => ({ title: field, cell: (row) => bothOf(row, field) })),
    ...(varies(({ batch }) => batch)
      ? [{ title: 'batch', cell: ({ batch }: ComparedRow) => String(batch) }]
      : []),
    ...(varies(({ cacheState }) => cacheState)
      ? [{ title: 'caches', cell: ({ cacheState }: ComparedRow) => cacheState ?? 'in-network' }]
      : []),
  ];
  const columns: Column<ComparedRow>[] = [
    { title: 'model', cell: ({ model }) => model },
    { title: 'plan', cell: (row) => bothOf(row, 'plan') },
    ...optional,
    { title: 'before', align: 'right', cell: ({ before }) => formatNs(before.undisturbedNs.estimate) },
    { title: 'after', align: 'right', cell: ({ after }) => formatNs(after.undisturbedNs.estimate) },
    { title: 'change [95% interval]', align: 'right', cell: ({ effect }) => formatEffect(effect) },
    { title: 'p', align: 'right', cell: ({ p }) => (p === null ? '–' : formatP(p).replace(/^p = |^p /, '')) },
    {
      title: 'would show',
      align: 'right',
      cell: ({ detectableChange }) =>
        detectableChange === null ? '–' : `${(100 * detectableChange).toFixed(1)}%`,
    },
    // Last, so that the colour does not count as width.
    { title: 'verdict', cell: ({ verdict }) => terminal.style(verdictStyles[verdict], verdict) },
  ];
  return formatTable(terminal, columns, rows);
}

function formatReasons(rows: readonly ComparedRow[]): string[] {
  if (rows.length === 0) return [];
  const reasons = rows.map((row) => {
    const { model, before, after, batch, reason, settling } = row;
    const differing = (['provider', 'dtype', 'threads'] as const)
      .filter((field) => before[field] !== after[field])
      .map((field) => ` ${field === 'threads' ? 'threads ' : ''}${bothOf(row, field)}`);
    return `- ${model} ${bothOf(row, 'plan')}${differing.join('')}${batch === 1 ? '' : ` batch ${batch}`}: ${reason}${settling === null ? '' : ` ${formatSettling(settling)}`}`;
  });
  return [['Why:', ...reasons].join('\n')];
}

/** The parts of one network, what moved its latency the most first. Each is one median a run: no verdict. */
export function formatParts(
  terminal: Terminal,
  row: ComparedRow & ComparedParts,
  what: keyof ComparedParts,
): string {
  const title = `${row.model} ${row.before.plan}, ${what}: ${row.verdict}. ${row.reason}`;
  if (row.verdict !== 'BETTER' && row.verdict !== 'WORSE') {
    return `${title}\nNo change of the network is shown, so none of its ${what} is.`;
  }
  const parts = row[what];
  if (parts.length === 0)
    return `${title}\nNo ${what} were timed on both sides that cover the same operators.`;
  const columns: Column<ComparedPart>[] = [
    { title: what === 'blocks' ? 'block' : 'kernel', cell: ({ name }) => name },
    { title: 'before', align: 'right', cell: ({ beforeNs }) => formatNs(beforeNs) },
    { title: 'after', align: 'right', cell: ({ afterNs }) => formatNs(afterNs) },
    { title: 'change', align: 'right', cell: ({ ratio }) => signedPercent(ratio - 1) },
  ];
  return `${title}\n${formatTable(terminal, columns, parts)}`;
}

function signedPercent(fraction: number): string {
  return `${fraction > 0 ? '+' : ''}${(100 * fraction).toFixed(1)}%`;
}
