/** What a report says, in the order in which it is read: first what was found, then how, then what the words mean. */
import { machineFacts } from '../../core/format/machine.ts';
import {
  formatBytes,
  formatBytesPerSecond,
  formatInterval,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
  formatRatio,
  formatSignificant,
} from '../../core/format/units.ts';
import type { Ceilings, MeasurementSummary } from '../../core/protocol/run.ts';
import { type Block, type ColumnOf, type ReportDocument, type Section, table } from './document.ts';
import { gapChart, splitChart } from './gap-chart.ts';
import {
  type GapPlot,
  imagesPerSecond,
  isSoftware,
  type Pair,
  type Report,
  type ReportSide,
  type Throughput,
} from './model.ts';
import { isPlainWord } from './untrusted.ts';
import { methodSource, words } from './words.ts';

type Lost = ReportSide['report']['lost'][number];

const unknown = 'unknown';

export function composeReport(report: Report): ReportDocument {
  const { sides } = report;
  const names = sides.map(({ report: { machine } }) => machine.machine.name);
  const several = sides.length > 1;
  return {
    title: several
      ? `Efficiency report: ${names.map((name, index) => `${sides[index]?.letter} ${name}`).join(' beside ')}`
      : `Efficiency report: ${names.join()}`,
    subtitle: `How fast convolutional networks run here, and how much of the machine’s arithmetic they use. Written by Plimsoll ${report.plimsoll}, ${formatUtc(report.createdAt)}.`,
    sections: [
      inShort(report),
      ...(report.comparison === null ? [] : [sideBySide(report, report.comparison)]),
      plots(report),
      measurements(report),
      ceilings(report),
      machines(report),
      method(report),
      lost(report),
      { title: 'What the words mean', blocks: [{ kind: 'terms', terms: words }] },
      sources(report),
      repeating(report),
    ],
  };
}

// ------------------------------------------------------------------------------------------------------------ in short

function inShort(report: Report): Section {
  return {
    title: 'In short',
    blocks: [
      ...report.sides.flatMap((side) => [...heading(report, side), ...sideInShort(report, side)]),
      ...(report.comparison === null ? [] : [paragraph(comparisonInShort(report.comparison.measurements))]),
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
      ? 'No measurement is marked as disturbed.'
      : `${marked} of ${count(rows.length, 'measurement')} ${marked === 1 ? 'is' : 'are'} marked with a !: something disturbed ${marked === 1 ? 'it' : 'them'}, and the ${marked === 1 ? 'figure is' : 'figures are'} only rough. For a decision that costs money, measure again on a quiet machine.`,
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

function comparisonInShort(pairs: readonly Pair<MeasurementSummary>[]): string {
  if (pairs.length === 0)
    return 'Nothing was measured alike in both runs, so nothing can be set side by side.';
  const ratios = pairs.map(({ ratio }) => ratio);
  const faster = ratios.filter((ratio) => ratio > 1);
  const slower = ratios.filter((ratio) => ratio < 1);
  return [
    `${count(pairs.length, 'measurement')} ${pairs.length === 1 ? 'was' : 'were'} made alike in both runs.`,
    ...(faster.length === 0
      ? []
      : [
          `In ${faster.length} B is the faster, ${range(Math.min(...faster), Math.max(...faster), formatRatio)} as fast.`,
        ]),
    ...(slower.length === 0
      ? []
      : [
          `In ${slower.length} A is the faster, ${range(1 / Math.max(...slower), 1 / Math.min(...slower), formatRatio)} as fast.`,
        ]),
    notJudged,
  ].join(' ');
}

const notJudged =
  'These are ratios of medians. Their intervals are shown; whether a difference is more than chance is not judged here.';

function priceNote({ sides, currency }: Report): Block {
  const prices = sides.flatMap(({ letter, price }) =>
    price === null ? [] : [`${sides.length > 1 ? `${letter}: ` : ''}${formatMoney(price)} ${currency}`],
  );
  return paragraph(
    prices.length === 0
      ? 'No price was given, so none is shown: Plimsoll knows none.'
      : `The price of the machine, as whoever made this report gave it: ${prices.join(', ')}. Divided by the images per second of a network it tells what one image per second costs to buy; power and upkeep are not in it.`,
  );
}

// -------------------------------------------------------------------------------------------------------- side by side

function sideBySide(
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
  const columns: ColumnOf<Pair<MeasurementSummary>>[] = [
    { title: 'network', cell: ({ a: row }) => starred(row) },
    { title: 'plan', cell: ({ a: row }) => row.plan },
    ...optionalColumns(varies, ['provider', 'dtype', 'batch']).map(
      ({ title, cell }): ColumnOf<Pair<MeasurementSummary>> => ({ title, cell: ({ a: row }) => cell(row) }),
    ),
    ...(['threads', 'device'] as const)
      .filter((key) => varies(key))
      .map(
        (key): ColumnOf<Pair<MeasurementSummary>> => ({
          title: `${key} A / B`,
          cell: (pair) => `${pair.a[key]} / ${pair.b[key]}`,
        }),
      ),
    { title: 'latency A', numeric: true, cell: (pair) => formatInterval(pair.a.latencyNs) },
    { title: 'latency B', numeric: true, cell: (pair) => formatInterval(pair.b.latencyNs) },
    { title: 'B as fast as A', numeric: true, cell: ({ ratio }) => formatRatio(ratio) },
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
            cell: (pair: Pair<MeasurementSummary>) => `${perImage(a, pair.a)} / ${perImage(b, pair.b)}`,
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
        `A ratio above 1× says that B is faster. ${notJudged} Only what was measured alike stands in a row: the same network, image size, provider, plan, data type and batch.`,
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

// ------------------------------------------------------------------------------------------------------ plots and gaps

function plots(report: Report): Section {
  const all = report.sides.flatMap((side) => side.plots);
  const figures = report.sides.flatMap((side) => {
    const blocks = side.plots.flatMap((plot): Block[] => {
      const { byOperations, byLatency, legend } = gapChart(
        plot,
        all.filter((other) => comparable(plot, other)),
      );
      const { provider, device, dtype, batch, threads } = plot.condition;
      const left = plot.data.notPlotted;
      return [
        {
          kind: 'figure',
          caption: `${provider} on ${device}, ${dtype}, batch ${batch}, ${count(threads, 'thread')}.${left.length === 0 ? '' : ` Not drawn, for no accuracy is published at their size: ${left.join(', ')}.`}`,
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
const splitRows = 32;

function chunks<Row>(rows: readonly Row[], size: number): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}

function measurements(report: Report): Section {
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
          'Each latency in three parts; at the right, the share of the ideal. The memory part only shrinks with another plan, network or memory; the part of the kernels with better programs.',
        rows: chunks(rows, splitRows).map((chunk) => [
          splitChart(
            chunk.map((row) => ({
              name: nameAmong(row, rows),
              idealNs: row.idealLatencyNs,
              waterlineNs: row.waterlineLatencyNs,
              latencyNs: row.latencyNs.median,
            })),
          ),
        ]),
      },
      ...(alarms.length === 0
        ? [paragraph('No measurement is marked as disturbed.')]
        : [paragraph('Marked as disturbed:'), list(alarms)]),
    ];
  });
  return {
    title: 'Efficiency-gap table',
    blocks: [
      paragraph(
        'Gap = latency ÷ ideal latency = memory gap × kernel gap. Latencies are medians, with their 95% interval in brackets.',
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
      { title: 'top-1', numeric: true, cell: formatTop1 },
      { title: 'verified', cell: ({ verified }) => (verified ? 'yes' : 'NO') },
      { title: 'marks', cell: marks },
    ],
    rows,
  );
}

// ------------------------------------------------------------------------------------------------- ceilings and machine

function ceilings(report: Report): Section {
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
          { title: 'with', cell: ({ instructionSet }) => instructionSet },
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

function machines(report: Report): Section {
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

function method(report: Report): Section {
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
        ['marked as disturbed', String(rows.filter(({ alarms }) => alarms.length > 0).length)],
      ]);
    },
  );
  return {
    title: 'How it was measured',
    blocks: [
      factTable(report, facts).table,
      paragraph(
        'The networks have random weights of the right scale, for speed does not depend on what they were trained for. Every kernel was first checked against a reference in double precision. The measurements of a run are taken in several rounds that take turns, so that a slow minute does not fall on one network alone. Reported is the median of all samples, with its 95% confidence interval from order statistics, which assumes no distribution but takes the samples as independent.',
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

// ------------------------------------------------------------------------------------------------------------ the rest

function lost(report: Report): Section {
  const blocks = report.sides.flatMap((side): Block[] => {
    const rows = side.report.lost;
    if (rows.length === 0) return [...heading(report, side), paragraph('Nothing: every case has a figure.')];
    return [
      ...heading(report, side),
      table<Lost>(
        [
          { title: 'network', cell: ({ model }) => model },
          { title: 'plan', cell: ({ plan }) => plan },
          { title: 'provider', cell: ({ provider, device }) => `${provider}, ${device}` },
          { title: 'type', cell: ({ dtype }) => dtype },
          { title: 'batch', numeric: true, cell: ({ batch }) => String(batch) },
          { title: 'why', cell: ({ reason }) => reason },
        ],
        rows,
      ),
    ];
  });
  return { title: 'What was lost, and why', blocks };
}

function sources(report: Report): Section {
  const rows = report.sides.flatMap(({ report: { measurements: all } }) => all);
  const accuracies = new Map(
    rows.flatMap((row) =>
      row.top1 === null || row.top1Source === null
        ? []
        : [[`${row.model} at ${row.imageSize} pixels: top-1 ${row.top1}%`, row.top1Source]],
    ),
  );
  const reconstructions = new Map(
    rows.flatMap(({ model, reconstruction }) => (reconstruction === null ? [] : [[model, reconstruction]])),
  );
  const withoutAccuracy = new Set(rows.filter(({ top1 }) => top1 === null).map(({ model }) => model));
  return {
    title: 'Where the published figures come from',
    blocks: [
      paragraph(
        'Every other figure in this report was measured in its run, or is computed from what was measured. Published are:',
      ),
      list([
        ...[...accuracies].map(([what, source]) => `${what}. ${source}`),
        ...[...reconstructions].map(([model, text]) => `* ${model} is a reconstruction. ${text}`),
        ...(withoutAccuracy.size === 0
          ? []
          : [`No accuracy is published at this image size for ${[...withoutAccuracy].join(', ')}.`]),
        `The method and the words: ${methodSource}`,
      ]),
    ],
  };
}

function repeating(report: Report): Section {
  return {
    title: 'How to repeat it',
    blocks: [
      paragraph(
        'Install Plimsoll of the same version, leave the machine alone, on mains power, and run what stands below; in a checkout, write npm run --silent plimsoll -- instead of plimsoll. Two runs of one machine differ by what else it does; a report of both shows by how much.',
      ),
      ...report.sides.flatMap((side): Block[] => {
        const line = repeatCommand(side);
        return [
          ...heading(report, side),
          line === undefined
            ? paragraph(
                'The run has no case, or names that cannot be typed into a shell as they stand, so no line is given.',
              )
            : { kind: 'command', lines: line },
        ];
      }),
    ],
  };
}

/** Undefined where a name could do something else in a shell: a run may come from anywhere. */
export function repeatCommand({ report }: ReportSide): string[] | undefined {
  const cases = [...report.measurements, ...report.lost];
  const option = (name: string, values: readonly (string | number)[]) => {
    const unique = [...new Set(values.map(String))];
    return { name, unique };
  };
  const options = [
    option(
      '--models',
      cases.map(({ model }) => model),
    ),
    option(
      '--plans',
      cases.map(({ plan }) => plan),
    ),
    option(
      '--dtypes',
      cases.map(({ dtype }) => dtype),
    ),
    option(
      '--providers',
      cases.map(({ provider }) => provider),
    ),
    option(
      '--batch',
      cases.map(({ batch }) => batch),
    ),
    option(
      '--threads',
      cases.map(({ threads }) => threads),
    ),
  ];
  if (cases.length === 0 || !options.every(({ unique }) => unique.every(isPlainWord))) return undefined;
  const written = options
    // A run has one number of threads; a file from elsewhere that has more is repeated with the default.
    .filter(({ name, unique }) => name !== '--threads' || unique.length === 1)
    .map(({ name, unique }) => `${name} ${unique.join(',')}`);
  // In lines, for a browser would break a long one within an option.
  return ['plimsoll profile', ...written.map((option) => `  ${option}`)].map((line, index) =>
    index < written.length ? `${line} \\` : line,
  );
}

// --------------------------------------------------------------------------------------------------------------- tools

/** Above what belongs to one side, where there are two. */
function heading({ sides }: Report, { letter, report }: ReportSide): Block[] {
  return sides.length < 2
    ? []
    : [{ kind: 'heading', text: `${letter}: ${report.machine.machine.name}, run ${report.run.id}` }];
}

function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

function list(items: readonly string[]): Block {
  return { kind: 'list', items };
}

type OptionalKey = 'imageSize' | 'provider' | 'device' | 'dtype' | 'batch' | 'threads';

const optionalTitles: Readonly<Record<OptionalKey, string>> = {
  imageSize: 'pixels',
  provider: 'provider',
  device: 'device',
  dtype: 'type',
  batch: 'batch',
  threads: 'threads',
};

function variesIn(rows: readonly MeasurementSummary[]): (key: OptionalKey) => boolean {
  return (key) => rows.some((row) => row[key] !== rows[0]?.[key]);
}

/** What is the same in every row says nothing in a row. */
function optionalColumns(
  varies: (key: OptionalKey) => boolean,
  keys: readonly OptionalKey[],
): ColumnOf<MeasurementSummary>[] {
  return keys.filter(varies).map((key) => ({ title: optionalTitles[key], cell: (row) => String(row[key]) }));
}

function starred({ model, reconstruction }: MeasurementSummary): string {
  return reconstruction === null ? model : `${model}*`;
}

/** With what tells it from other measurements: `resnet50, layerwise, batch 8`. */
function nameAmong(row: MeasurementSummary, among: readonly MeasurementSummary[]): string {
  return [starred(row), row.plan, ...conditionsOf(row, variesIn(among))].join(', ');
}

function conditionsOf(row: MeasurementSummary, varies: (key: OptionalKey) => boolean): string[] {
  return [
    ...(varies('provider') ? [row.provider] : []),
    ...(varies('device') ? [row.device] : []),
    ...(varies('dtype') ? [row.dtype] : []),
    ...(varies('batch') ? [`batch ${row.batch}`] : []),
    ...(varies('threads') ? [count(row.threads, 'thread')] : []),
  ];
}

/** The same without the plan, which is not what the reader of a summary asks for: `resnet50 (fp16, batch 8)`. */
function withConditions({ measurement }: Throughput, among: readonly Throughput[]): string {
  const varies = variesIn(among.map((row) => row.measurement));
  const conditions = conditionsOf(
    measurement,
    (key) => key !== 'provider' && key !== 'threads' && varies(key),
  );
  return conditions.length === 0
    ? starred(measurement)
    : `${starred(measurement)} (${conditions.join(', ')})`;
}

function rate({ imagesPerSecond: { median } }: Throughput): string {
  return formatSignificant(median);
}

function marks({ alarms }: MeasurementSummary): string {
  return alarms.length > 0 ? '!' : '';
}

function formatTop1({ top1 }: MeasurementSummary): string {
  return top1 === null ? 'not published' : `${top1.toFixed(1)}%`;
}

function formatMoney(amount: number): string {
  return amount.toLocaleString('en-US', {
    minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
    maximumFractionDigits: 2,
  });
}

/** Where an image per second costs next to nothing, two decimals would say that it costs nothing. */
function formatUnitPrice(amount: number): string {
  return amount < 0.1 ? amount.toPrecision(2) : formatSignificant(amount);
}

function count(of: number, what: string): string {
  return `${of} ${what}${of === 1 ? '' : 's'}`;
}

function range(low: number, high: number, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** A report is read elsewhere: the time of the world, not of a place. */
function formatUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
