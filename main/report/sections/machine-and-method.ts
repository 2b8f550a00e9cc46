/** What the figures are held against and what they were measured on: ceilings, machine, method. */
import { formatArithmetic } from '../../../core/format/arithmetic.ts';
import { machineFacts } from '../../../core/format/machine.ts';
import {
  formatBytes,
  formatBytesPerSecond,
  formatOperationsPerSecond,
  formatPercent,
} from '../../../core/format/units.ts';
import type { Ceilings } from '../../../core/protocol/run.ts';
import { type Block, type ColumnOf, type Section, table } from '../document.ts';
import { isSoftware, type Report, type ReportSide } from '../model.ts';
import { formatUtc, heading, paragraph, range, unknown } from './wording.ts';

export function ceilings(report: Report): Section {
  const blocks = report.sides.flatMap((side): Block[] => {
    const rows = side.report.ceilings;
    if (rows.length === 0) return [...heading(report, side), paragraph('They were not measured.')];
    return [
      ...heading(report, side),
      table<Ceilings>(
        [
          { title: 'provider', cell: ({ provider }) => provider },
          {
            title: 'device',
            cell: (row) => `${row.device}${isSoftware(side.report, row) ? ' (software adapter)' : ''}`,
          },
          { title: 'type', cell: ({ dtype }) => dtype },
          { title: 'threads', numeric: true, cell: ({ threads }) => String(threads) },
          { title: 'with', cell: (ceiling) => formatArithmetic(ceiling) },
          {
            title: 'peak, measured',
            numeric: true,
            cell: ({ peakOperationsPerSecond }) => formatOperationsPerSecond(peakOperationsPerSecond),
          },
          {
            title: 'theoretical',
            numeric: true,
            cell: ({ theoreticalOperationsPerSecond: theoretical }) =>
              theoretical === null ? unknown : formatOperationsPerSecond(theoretical),
          },
          {
            title: 'share',
            numeric: true,
            cell: ({ peakOperationsPerSecond, theoreticalOperationsPerSecond: theoretical }) =>
              theoretical === null ? unknown : formatPercent(peakOperationsPerSecond / theoretical),
          },
        ],
        rows,
      ),
      table(
        [
          { title: 'memory', cell: ([row, { level }]) => `${level}, ${row.provider}, ${row.device}` },
          { title: 'threads', numeric: true, cell: ([row]) => String(row.threads) },
          {
            title: 'bandwidth, measured',
            numeric: true,
            cell: ([, { bytesPerSecond }]) => formatBytesPerSecond(bytesPerSecond),
          },
          {
            title: 'holds',
            numeric: true,
            cell: ([, { capacityBytes }]) =>
              capacityBytes === null ? 'everything' : formatBytes(capacityBytes),
          },
        ],
        uniqueLevels(rows),
      ),
    ];
  });
  return {
    title: 'Ceilings',
    blocks: [
      paragraph(
        'What the machine itself sustained in this run, in arithmetic and in each level of its memory: the best of what was measured at its start and at its end. Theoretical is operations a cycle of the instruction set × the clock measured in the same moment; for the memory it is not known here.',
      ),
      ...blocks,
    ],
  };
}

/** The levels do not depend on the data type. */
function uniqueLevels(rows: readonly Ceilings[]): [Ceilings, Ceilings['levels'][number]][] {
  const seen = new Map<string, [Ceilings, Ceilings['levels'][number]]>();
  for (const row of rows) {
    for (const level of row.levels) {
      const key = JSON.stringify([row.provider, row.device, row.threads, level.level]);
      if (!seen.has(key)) seen.set(key, [row, level]);
    }
  }
  return [...seen.values()];
}

export function machines(report: Report): Section {
  const facts = report.sides.map(({ report: { machine } }) => gatherFacts(machineFacts(machine)));
  const block = factTable(report, facts);
  const differing = [...block.names].filter(
    (name) => facts.length > 1 && facts[0]?.get(name) !== facts[1]?.get(name),
  );
  return {
    title: report.sides.length > 1 ? 'The machines' : 'The machine',
    blocks: [
      paragraph(
        `As ${facts.length > 1 ? 'they were when the runs' : 'it was when the run'} began. What could not be found out is said to be unknown.`,
      ),
      block.table,
      ...(facts.length < 2
        ? []
        : [
            paragraph(
              [
                ...(sameMachine(report) ? ['Both runs are of one machine.'] : []),
                differing.length === 0
                  ? 'They do not differ in any of this.'
                  : `They differ in: ${differing.join(', ')}.`,
              ].join(' '),
            ),
          ]),
    ],
  };
}

function sameMachine({ sides: [a, b] }: Report): boolean {
  return b !== undefined && a.report.machine.machine.id === b.report.machine.machine.id;
}

/** Several of one name, as GPUs are, become one. */
function gatherFacts(facts: readonly (readonly [string, string])[]): Map<string, string> {
  const gathered = new Map<string, string>();
  for (const [name, value] of facts) {
    const before = gathered.get(name);
    gathered.set(name, before === undefined ? value : `${before}; ${value}`);
  }
  return gathered;
}

function factTable(report: Report, facts: readonly ReadonlyMap<string, string>[]) {
  const names = new Set(facts.flatMap((side) => [...side.keys()]));
  const columns: ColumnOf<string>[] = [
    { title: 'what', cell: (name) => name },
    ...facts.map(
      (side, index): ColumnOf<string> => ({
        title: report.sides.length > 1 ? (report.sides[index]?.letter ?? '') : 'value',
        cell: (name) => side.get(name) ?? '–',
      }),
    ),
  ];
  return { names, table: table(columns, [...names]) };
}

export function method(report: Report): Section {
  const facts = report.sides.map(
    ({ report: { run, machine, providers, measurements: rows, lost: without } }) => {
      const samples = rows.map((row) => row.samples);
      return new Map([
        ['run', run.id],
        ['suite', run.suite],
        ['status', run.reason === null ? run.status : `${run.status}: ${run.reason}`],
        ['began', formatUtc(run.startedAt)],
        ['ended', run.finishedAt === null ? unknown : formatUtc(run.finishedAt)],
        ['measured by', `Plimsoll ${machine.software.plimsoll}, Node ${machine.software.node}`],
        ['providers', providers.map(({ description }) => providerName(description)).join('; ') || 'none'],
        ['measurements', `${rows.length} with a figure, ${without.length} without`],
        [
          'samples a measurement',
          samples.length === 0 ? 'none' : range(Math.min(...samples), Math.max(...samples), String),
        ],
        ['marked with a !', String(rows.filter(({ alarms }) => alarms.length > 0).length)],
      ]);
    },
  );
  return {
    title: 'How it was measured',
    blocks: [
      factTable(report, facts).table,
      paragraph(
        'The networks have random weights of the right scale, for speed does not depend on what they were trained for. Every kernel was first checked against a reference in double precision. The measurements of a run are taken in several rounds that take turns, so that a slow minute does not fall on one network alone. Reported is the median of all samples; its 95% confidence interval is taken between rounds, since samples of one round are alike. The undisturbed latency is the lower quartile, over rounds, of their 10th percentiles: other work only ever adds time. Efficiency and verdicts are taken from it.',
      ),
    ],
  };
}

function providerName({
  provider,
  version,
  libraries,
}: ReportSide['report']['providers'][number]['description']): string {
  const uses = Object.entries(libraries).map(([name, of]) => `${name} ${of}`);
  return `${provider} ${version}${uses.length === 0 ? '' : ` (${uses.join(', ')})`}`;
}
