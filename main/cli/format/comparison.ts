/** A comparison on a terminal: the verdicts, why, what had no partner, and what else differs. */
import { bothOf } from '../../../core/format/compared.ts';
import { formatEffect } from '../../../core/format/effect.ts';
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
  const { rows, unmatched, differences, counts } = comparison;
  return [
    formatSides(comparison),
    ...(rows.length > 0 ? [formatRows(terminal, rows)] : []),
    `${counts.better} better, ${counts.worse} worse, ${counts.same} the same, ${counts.unclear} unclear`,
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
      ? 'Nothing differs between their surroundings that Plimsoll knows of.'
      : [
          'What else differs, and may be the cause:',
          ...differences.map(
            ({ what, before, after }) => `- ${what}: ${before ?? 'unknown'} → ${after ?? 'unknown'}`,
          ),
        ].join('\n'),
  ].join('\n\n');
}

/** Where the least changes that are believed come from. */
function formatNoise(rows: readonly ComparedRow[]): string[] {
  if (rows.length === 0) return [];
  const changes = rows.map(({ floor }) => floor.believedChange);
  const percent = (change: number) => `${(100 * change).toFixed(1)}%`;
  const [least, most] = [percent(Math.min(...changes)), percent(Math.max(...changes))];
  const range = least === most ? `from ${least} on` : `from ${least} to ${most} on, depending on the row`;
  const runPairs = Math.max(...rows.map(({ floor }) => floor.runPairs));
  const testPairs = Math.max(...rows.map(({ floor }) => floor.testPairs));
  const known =
    runPairs > 0
      ? `known from ${runPairs} pairs of runs in the same surroundings`
      : testPairs > 0
        ? `known from an A/A test of ${testPairs} pairs`
        : 'not known yet, so verdicts do not allow for it: plimsoll noise finds it out, or two pairs of runs in the same surroundings do';
  return [`Changes are believed here ${range}. What separates equal runs is ${known}.`];
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
    { title: 'before', align: 'right', cell: ({ before }) => formatNs(before.latencyNs.median) },
    { title: 'after', align: 'right', cell: ({ after }) => formatNs(after.latencyNs.median) },
    { title: 'change [95% interval]', align: 'right', cell: ({ effect }) => formatEffect(effect) },
    { title: 'p', align: 'right', cell: ({ p }) => (p === null ? '–' : formatP(p)) },
    {
      title: 'believed from',
      align: 'right',
      cell: ({ floor }) => `${(100 * floor.believedChange).toFixed(1)}%`,
    },
    // Last, so that the colour does not count as width.
    { title: 'verdict', cell: ({ verdict }) => terminal.style(verdictStyles[verdict], verdict) },
  ];
  return formatTable(terminal, columns, rows);
}

function formatP(p: number): string {
  return p < 0.0001 ? p.toExponential(0) : p.toPrecision(2);
}

function formatReasons(rows: readonly ComparedRow[]): string[] {
  if (rows.length === 0) return [];
  const reasons = rows.map((row) => {
    const { model, before, after, batch, reason } = row;
    const differing = (['provider', 'dtype', 'threads'] as const)
      .filter((field) => before[field] !== after[field])
      .map((field) => ` ${field === 'threads' ? 'threads ' : ''}${bothOf(row, field)}`);
    return `- ${model} ${bothOf(row, 'plan')}${differing.join('')}${batch === 1 ? '' : ` batch ${batch}`}: ${reason}`;
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
