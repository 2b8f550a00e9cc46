/** What was found, in words that need no knowledge of the matter. */
import { comparisonAnswer } from '../../../core/analysis/answers/comparison.ts';
import { runAnswer } from '../../../core/analysis/answers/run.ts';
import { formatPrice } from '../../../core/format/price.ts';
import { formatPercent, formatSignificant } from '../../../core/format/units.ts';
import { type Block, type ColumnOf, type Section, table } from '../document.ts';
import { isSoftware, type Report, type ReportSide, type Throughput } from '../model.ts';
import {
  count,
  formatTop1,
  formatUnitPrice,
  formatUtc,
  heading,
  marks,
  optionalColumns,
  paragraph,
  range,
  rate,
  starred,
  unknown,
  variesIn,
  withConditions,
} from './wording.ts';

export function inShort(report: Report): Section {
  return {
    title: 'In short',
    blocks: [
      ...(report.comparison === null ? [] : [paragraph(comparisonInShort(report.comparison))]),
      ...report.sides.flatMap((side) => [
        ...heading(report, side),
        paragraph(answerInShort(side)),
        ...sideInShort(report, side),
      ]),
      priceNote(report),
    ],
  };
}

function sideInShort(report: Report, side: ReportSide): Block[] {
  const { run, machine, measurements: rows, lost: without } = side.report;
  // A program that plays a device is shown in the table, and ranked nowhere.
  const rowsBySpeed = side.throughput
    .filter(({ software }) => !software)
    .toSorted((x, y) => y.imagesPerSecond.median - x.imagesPerSecond.median);
  const [fastest] = rowsBySpeed;
  const slowest = rowsBySpeed.at(-1);
  if (fastest === undefined || slowest === undefined) {
    return [
      paragraph(
        side.throughput.length > 0
          ? `${machine.cpu.model}: this run (${run.status}) measured software adapters alone, which say nothing of a device.`
          : `${machine.cpu.model}: this run (${run.status}) measured nothing that could be shown.`,
      ),
      ...(side.throughput.length > 0 ? [throughputTable(report, side)] : []),
    ];
  }
  const networks = new Set(rows.map(({ model }) => model)).size;
  const efficiencies = rows
    .filter((row) => !isSoftware(side.report, row))
    .map(({ efficiency }) => efficiency);
  const marked = rows.filter(({ alarms }) => alarms.length > 0).length;
  const fullName = (row: Throughput) => withConditions(row, rowsBySpeed);
  const sentences = [
    `${count(networks, 'network')} ${networks === 1 ? 'was' : 'were'} measured on ${machine.machine.name} (${machine.cpu.model}) on ${formatUtc(run.startedAt)}.`,
    rowsBySpeed.length === 1
      ? `${fullName(fastest)} classifies ${rate(fastest)} images a second.`
      : `The quickest, ${fullName(fastest)}, classifies ${rate(fastest)} images a second; the slowest, ${fullName(slowest)}, ${rate(slowest)}.`,
    `${networks === 1 ? 'It uses' : 'They use'} ${range(Math.min(...efficiencies), Math.max(...efficiencies), formatPercent)} of the arithmetic that the machine itself was measured to sustain; the rest is waiting for memory or lost in the programs.`,
    marked === 0
      ? 'No measurement is marked with a !.'
      : `${marked} of ${count(rows.length, 'measurement')} ${marked === 1 ? 'is' : 'are'} marked with a !: ${marked === 1 ? 'it' : 'they'} may be wrong by more than the ${marked === 1 ? 'interval says' : 'intervals say'}, and the reason is given with each. For a decision that costs money, measure again on a quiet machine.`,
    ...(without.length === 0
      ? []
      : [`${count(without.length, 'case')} gave no figure; the reasons are below.`]),
    ...(run.status === 'finished' ? [] : [`The run was not completed (${run.status}).`]),
  ];
  return [paragraph(sentences.join(' ')), throughputTable(report, side)];
}

function throughputTable({ currency }: Report, side: ReportSide): Block {
  const rows = side.throughput;
  const varies = variesIn(rows.map(({ measurement }) => measurement));
  const columns: ColumnOf<Throughput>[] = [
    { title: 'network', cell: ({ measurement }) => starred(measurement) },
    {
      title: 'images per second [95% interval]',
      numeric: true,
      cell: ({ imagesPerSecond: { median, low, high } }) =>
        `${formatSignificant(median)} [${formatSignificant(low)}–${formatSignificant(high)}]`,
    },
    ...optionalColumns(varies, ['dtype', 'batch', 'device']).map(
      ({ title, cell }): ColumnOf<Throughput> => ({ title, cell: ({ measurement }) => cell(measurement) }),
    ),
    { title: 'reached with', cell: ({ measurement: { plan, provider } }) => `${plan}, ${provider}` },
    {
      title: 'of the arithmetic',
      numeric: true,
      cell: ({ measurement }) => formatPercent(measurement.efficiency),
    },
    {
      title: 'accuracy (top-1)',
      numeric: true,
      cell: ({ measurement }) => formatTop1(measurement),
    },
    ...(side.price === null
      ? []
      : [
          {
            title: `${currency} for one image per second`,
            numeric: true,
            cell: ({ pricePerImagePerSecond }: Throughput) =>
              pricePerImagePerSecond === null ? unknown : formatUnitPrice(pricePerImagePerSecond),
          },
        ]),
    ...(rows.some(({ software }) => software)
      ? [
          {
            title: 'device',
            cell: ({ software }: Throughput) => (software ? 'software adapter: runs on the CPU' : 'hardware'),
          },
        ]
      : []),
    { title: 'marks', cell: ({ measurement }) => marks(measurement) },
  ];
  return table(columns, rows);
}

/** The answer of the run's page. */
function answerInShort({ report }: ReportSide): string {
  const { headline, why, sentences } = runAnswer(report);
  return [`${headline}: ${why}`, ...sentences].join(' ');
}

/** What Compare says first. */
function comparisonInShort({ measurements, judged }: NonNullable<Report['comparison']>): string {
  if (measurements.length === 0)
    return 'Nothing was measured alike in both runs, so nothing can be set side by side.';
  if (judged.rows.length === 0) {
    return `${count(measurements.length, 'network')} can be set side by side, but on other devices or with other numbers of threads: the ratios are shown below, without a verdict.`;
  }
  const { headline, sentences } = comparisonAnswer(judged);
  return `B against A: ${headline}. ${sentences.join(' ')}`;
}

function priceNote({ sides, currency }: Report): Block {
  const prices = sides.flatMap(({ letter, price }) =>
    price === null || currency === null
      ? []
      : [`${sides.length > 1 ? `${letter}: ` : ''}${formatPrice({ amount: price, currency })}`],
  );
  return paragraph(
    prices.length === 0
      ? 'No price was given, so none is shown: Plimsoll knows none.'
      : `The price of the machine, as whoever made this report gave it: ${prices.join(', ')}. Divided by the images per second of a network it tells what one image per second costs to buy; power and upkeep are not in it.`,
  );
}
