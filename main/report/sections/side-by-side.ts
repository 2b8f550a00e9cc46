/** Two runs, row by row, with their ratios. */
import { formatEffect } from '../../../core/format/effect.ts';
import {
  formatInterval,
  formatOperationsPerSecond,
  formatPercent,
  formatRatio,
  formatSignificant,
} from '../../../core/format/units.ts';
import type { Ceilings, MeasurementSummary } from '../../../core/protocol/run.ts';
import { type ColumnOf, type Section, table } from '../document.ts';
import {
  imagesPerSecond,
  isSoftware,
  type JudgedPair,
  type Pair,
  type Report,
  type ReportSide,
} from '../model.ts';
import {
  formatUnitPrice,
  list,
  nameAmong,
  optionalColumns,
  paragraph,
  starred,
  unknown,
  variesIn,
} from './wording.ts';

export function sideBySide(
  report: Report,
  { measurements: pairs, ceilings: peaks, unpaired }: NonNullable<Report['comparison']>,
): Section {
  const [a, b] = report.sides;
  const priced = a.price !== null && b?.price != null;
  const varies = variesIn(pairs.flatMap((pair) => [pair.a, pair.b]));
  const perImage = (side: ReportSide | undefined, row: MeasurementSummary) =>
    side?.price == null || isSoftware(side.report, row)
      ? unknown
      : formatUnitPrice(side.price / imagesPerSecond(row.batch, row.latencyNs.median));
  const columns: ColumnOf<JudgedPair>[] = [
    { title: 'network', cell: ({ a: row }) => starred(row) },
    { title: 'plan', cell: ({ a: row }) => row.plan },
    ...optionalColumns(varies, ['provider', 'dtype', 'batch']).map(
      ({ title, cell }): ColumnOf<JudgedPair> => ({ title, cell: ({ a: row }) => cell(row) }),
    ),
    ...(['threads', 'device'] as const)
      .filter((key) => varies(key))
      .map(
        (key): ColumnOf<JudgedPair> => ({
          title: `${key} A / B`,
          cell: (pair) => `${pair.a[key]} / ${pair.b[key]}`,
        }),
      ),
    { title: 'latency A', numeric: true, cell: (pair) => formatInterval(pair.a.latencyNs) },
    { title: 'latency B', numeric: true, cell: (pair) => formatInterval(pair.b.latencyNs) },
    { title: 'B as fast as A', numeric: true, cell: ({ ratio }) => formatRatio(ratio) },
    {
      title: 'undisturbed',
      numeric: true,
      cell: ({ row }) => (row === null ? '–' : formatEffect(row.effect)),
    },
    { title: 'verdict', cell: ({ row }) => row?.verdict ?? 'not judged' },
    {
      title: 'images/s A / B',
      numeric: true,
      cell: (pair) =>
        [pair.a, pair.b]
          .map(({ batch, latencyNs }) => formatSignificant(imagesPerSecond(batch, latencyNs.median)))
          .join(' / '),
    },
    {
      title: 'efficiency A / B',
      numeric: true,
      cell: (pair) => [pair.a, pair.b].map(({ efficiency }) => formatPercent(efficiency)).join(' / '),
    },
    ...(priced
      ? [
          {
            title: `${report.currency} for one image/s, A / B`,
            numeric: true,
            cell: (pair: JudgedPair) => `${perImage(a, pair.a)} / ${perImage(b, pair.b)}`,
          },
        ]
      : []),
    {
      title: 'marks',
      cell: (pair) =>
        [['A', pair.a, a] as const, ['B', pair.b, b] as const]
          .flatMap(([letter, row, side]) => [
            ...(row.alarms.length > 0 ? [`! ${letter}`] : []),
            ...(side !== undefined && isSoftware(side.report, row)
              ? [`${letter} is a software adapter`]
              : []),
          ])
          .join(', '),
    },
  ];
  const alone = (letter: 'A' | 'B') =>
    unpaired[letter].map(
      (row) => `${letter}: ${nameAmong(row, [...a.report.measurements, ...(b?.report.measurements ?? [])])}`,
    );
  const left = [...alone('A'), ...alone('B')];
  return {
    title: 'Side by side',
    blocks: [
      paragraph(
        `A ratio of latencies above 1× says that B is faster. The verdict is that of Compare on B against A: it is taken from undisturbed latencies, and allows for the noise of the machine. Only what was measured alike stands in a row: the same network, image size, provider, plan, data type and batch.`,
      ),
      ...(pairs.length === 0 ? [] : [table(columns, pairs)]),
      ...(peaks.length === 0
        ? []
        : [
            table<Pair<Ceilings>>(
              [
                { title: 'peak', cell: (pair) => `${pair.a.provider}, ${pair.a.dtype}` },
                { title: 'threads A / B', cell: (pair) => `${pair.a.threads} / ${pair.b.threads}` },
                {
                  title: 'A',
                  numeric: true,
                  cell: (pair) => formatOperationsPerSecond(pair.a.peakOperationsPerSecond),
                },
                {
                  title: 'B',
                  numeric: true,
                  cell: (pair) => formatOperationsPerSecond(pair.b.peakOperationsPerSecond),
                },
                { title: 'B ÷ A', numeric: true, cell: ({ ratio }) => formatRatio(ratio) },
              ],
              peaks,
            ),
          ]),
      ...(left.length === 0 ? [] : [paragraph('Without a counterpart in the other run:'), list(left)]),
    ],
  };
}
