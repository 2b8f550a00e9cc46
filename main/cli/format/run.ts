/** A run on one screen: its answer, the machine, the ceilings, a row for each result, and the warnings by kind. */
import { type RunAnswer, runAnswer } from '../../../core/analysis/answers/run.ts';
import { machineHeadFacts } from '../../../core/format/machine.ts';
import {
  formatBytesPerSecond,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
  formatSeconds,
  formatSignificant,
  formatTime,
} from '../../../core/format/units.ts';
import type { Ceilings, MeasurementSummary, RunReport } from '../../../core/protocol/run.ts';
import { type Column, formatTable } from './table.ts';
import type { Style, Terminal } from './terminal.ts';
import { flow, wrap } from './wrap.ts';

/** Lines longer than this are hard to read, however wide the terminal is. */
const widestLine = 100;
const widestBar = 20;
/** A shorter bar shows nothing. */
const narrowestBar = 6;
/** The rest are listed by `--warnings`. */
const mostLost = 3;

const styles: Readonly<Record<RunAnswer['validity'], Style>> = {
  reliable: ['bold', 'green'],
  partly: ['bold', 'yellow'],
  unreliable: ['bold', 'red'],
  nothing: ['bold', 'red'],
};

export function formatRun(terminal: Terminal, report: RunReport): string {
  const width = Math.min(widestLine, terminal.outColumns());
  const answer = runAnswer(report);
  return [
    formatHead(report, width),
    formatAnswer(terminal, answer, width),
    ...(answer.sentences.length === 0
      ? []
      : [answer.sentences.flatMap((one) => wrap(one, width)).join('\n')]),
    ...(report.ceilings.length === 0 ? [] : [formatCeilings(report, width)]),
    ...(report.measurements.length === 0
      ? []
      : [formatResults(terminal, report.measurements, answer, width)]),
    ...formatLost(report, width),
    formatCommands(report, answer),
  ].join('\n\n');
}

function formatHead({ run, machine, measurements, lost }: RunReport, width: number): string {
  const took =
    run.finishedAt === null
      ? ''
      : `, ${formatSeconds((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)}`;
  const ended =
    run.status === 'finished' ? '' : `, ${run.status}${run.reason === null ? '' : `: ${run.reason}`}`;
  const done = `${measurements.length} of ${measurements.length + lost.length} measured${measurements.length > 0 && measurements.every(({ verified }) => verified) ? ', all verified' : ''}`;
  const [name = '', ...facts] = machineHeadFacts(machine).map(([name, fact]) =>
    fact === 'none found' ? `no ${name}` : fact,
  );
  return [
    ...wrap(`Run ${run.id}, ${run.suite}, ${formatTime(run.startedAt)}${took}: ${done}${ended}`, width),
    ...wrap(`${name}: ${facts.join('; ')}`, width),
  ].join('\n');
}

function formatAnswer(
  terminal: Terminal,
  { validity, headline, why, next }: RunAnswer,
  width: number,
): string {
  const [first = '', ...others] = wrap(`${headline}: ${why}`, width);
  const styled =
    terminal.style(styles[validity], first.slice(0, headline.length)) + first.slice(headline.length);
  const repeat = next.kind === 'repeat' ? '  npm run profile' : '';
  const step = next.sentence === '' ? [] : wrap(`Next: ${next.sentence}${repeat}`, width);
  return [styled, ...others, ...step].join('\n');
}

function formatCeilings({ ceilings, providers }: RunReport, width: number): string {
  const isSeveral = new Set(ceilings.map(({ provider, device }) => `${provider} ${device}`)).size > 1;
  const by = ({ provider, device }: Ceilings) => (isSeveral ? ` (${provider} ${device})` : '');
  const compute = ceilings.map((ceiling) => {
    const { dtype, threads, peakOperationsPerSecond: peak, theoreticalOperationsPerSecond: most } = ceiling;
    const share =
      most === null ? '' : `, ${formatPercent(peak / most)} of what the instruction set allows at this clock`;
    return `${dtype} ${formatOperationsPerSecond(peak)}${by(ceiling)}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${share}`;
  });
  const memory = ceilings.map(
    (ceiling) =>
      ceiling.levels
        .map(({ level, bytesPerSecond }) => `${level} ${formatBytesPerSecond(bytesPerSecond)}`)
        .join(', ') + by(ceiling),
  );
  const launch = providers.flatMap(({ description, calibration }) =>
    calibration?.dispatchOverheadNs === undefined
      ? []
      : [`${formatNs(calibration.dispatchOverheadNs)} from one launch to the next (${description.provider})`],
  );
  // Of several data types or numbers of threads, the levels are the same.
  return (
    [
      ['Compute', compute],
      ['Memory', [...new Set(memory)]],
      ['Launch', launch],
    ] as const
  )
    .flatMap(([name, lines]) => lines.map((line, index) => `${(index === 0 ? name : '').padEnd(9)}${line}`))
    .flatMap((line) => wrap(line, width, 9))
    .join('\n');
}

interface Row {
  readonly result: MeasurementSummary;
  /** Whether the row above has the same network. */
  readonly isRepeated: boolean;
  readonly letters: string;
}

function formatResults(
  terminal: Terminal,
  measurements: readonly MeasurementSummary[],
  { warnings }: RunAnswer,
  width: number,
): string {
  const rows = measurements.map((result, index): Row => {
    const letters = warnings.flatMap(({ letter, measurementIds }) =>
      measurementIds.includes(result.id) ? [letter] : [],
    );
    return {
      result,
      isRepeated: measurements[index - 1]?.model === result.model,
      letters: [...new Set(letters)].sort().join(' '),
    };
  });
  const legend = [
    ...flow(
      warnings.map(({ letter, happened, count }) => `${letter} ${happened} (${count})`),
      width,
    ),
    ...[...new Set(measurements.flatMap(({ reconstruction }) => reconstruction ?? []))].flatMap((text) =>
      wrap(`* Reconstruction: ${text}`, width, 2),
    ),
  ];
  return [formatTable(terminal, columnsFor(terminal, rows, width), rows), ...legend].join('\n');
}

function columnsFor(terminal: Terminal, rows: readonly Row[], width: number): Column<Row>[] {
  const varying = (['provider', 'dtype', 'batch', 'threads'] as const).filter((key) =>
    rows.some(({ result }) => result[key] !== rows[0]?.result[key]),
  );
  const hasCacheState = rows.some(({ result }) => result.cacheState !== undefined);
  const before: Column<Row>[] = [
    {
      title: 'network',
      cell: ({ result, isRepeated }) =>
        isRepeated ? '' : result.model + (result.reconstruction === null ? '' : '*'),
    },
    { title: 'plan', cell: ({ result }) => result.plan },
    ...varying.map((key): Column<Row> => ({ title: key, cell: ({ result }) => String(result[key]) })),
    ...(hasCacheState
      ? [{ title: 'caches', cell: ({ result }: Row) => result.cacheState ?? 'in-network' }]
      : []),
    { title: 'latency', align: 'right', cell: ({ result }) => formatNs(result.latencyNs.median) },
  ];
  const precision: Column<Row> = {
    title: '±',
    align: 'right',
    cell: ({ result: { latencyNs } }) =>
      `${formatTwoDigits((100 * (latencyNs.high - latencyNs.low)) / 2 / latencyNs.median)}%`,
  };
  const throughput: Column<Row> = {
    title: 'images/s',
    align: 'right',
    cell: ({ result }) => formatSignificant((1e9 * result.batch) / result.latencyNs.median),
  };
  const bar = (cells: number): Column<Row> => ({
    title: 'share of peak',
    cell: ({ result: { efficiency } }) =>
      `${barOf(efficiency, cells).padEnd(cells)} ${`${(100 * efficiency).toFixed(0)}%`.padStart(4)}`,
  });
  const share: Column<Row> = {
    title: 'of peak',
    align: 'right',
    cell: ({ result: { efficiency } }) => `${(100 * efficiency).toFixed(0)}%`,
  };
  const gap: Column<Row> = {
    title: '× ideal',
    align: 'right',
    cell: ({ result }) => formatSignificant(result.gap),
  };
  const marks: Column<Row> = { title: 'marks', cell: ({ letters }) => letters };
  const after = [gap, ...(rows.some(({ letters }) => letters !== '') ? [marks] : [])];
  const choices = [
    ...Array.from({ length: widestBar - narrowestBar + 1 }, (_, less) => [
      ...before,
      precision,
      throughput,
      bar(widestBar - less),
      ...after,
    ]),
    [...before, precision, throughput, share, ...after],
    [...before, precision, share, ...after],
    [...before, share, ...after],
  ];
  const widthOf = (columns: Column<Row>[]) =>
    Math.max(
      ...formatTable({ ...terminal, style: (_, text) => text }, columns, rows)
        .split('\n')
        .map((line) => [...line].length),
    );
  return choices.find((columns) => widthOf(columns) <= width) ?? [...before, share];
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function barOf(fraction: number, cells: number): string {
  const parts = Math.round(8 * cells * Math.min(1, Math.max(0, fraction)));
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}

function formatTwoDigits(value: number): string {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

function formatLost({ lost }: RunReport, width: number): string[] {
  if (lost.length === 0) return [];
  const lines = lost
    .slice(0, mostLost)
    .flatMap(({ model, plan, dtype, batch, reason }) =>
      wrap(`- ${model} ${plan} ${dtype} batch ${batch}: ${reason}`, width, 2),
    );
  const others = lost.length > mostLost ? [`- ${lost.length - mostLost} more: --warnings lists them.`] : [];
  return [['No result:', ...lines, ...others].join('\n')];
}

function formatCommands({ run, measurements }: RunReport, { warnings }: RunAnswer): string {
  const marked = warnings[0]?.measurementIds[0];
  const first = marked ?? measurements[0]?.id;
  return [
    ...(first === undefined
      ? []
      : [`${marked === undefined ? 'One result ' : 'Why marked '}    plimsoll show ${first}`]),
    ...(warnings.length === 0 ? [] : [`All warnings   plimsoll show ${run.id} --warnings`]),
    `All numbers    plimsoll show ${run.id} --details`,
  ].join('\n');
}
