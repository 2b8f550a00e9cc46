/** A report as one table for spreadsheets: a row a measurement, and a row a case that was lost. RFC 4180, SI units. */
import { ceilingsOf } from '../../core/analysis/find-ceilings.ts';
import type { MeasurementSummary } from '../../core/protocol/run.ts';
import { imagesPerSecond, isSoftware, type Report, type ReportSide } from './model.ts';
import { csvText } from './untrusted.ts';

type Cell = string | number | boolean | null;
type Row = Readonly<Record<(typeof titles)[number], Cell>>;

const titles = [
  'side',
  'run',
  'startedAt',
  'machine',
  'cpu',
  'plimsoll',
  'status',
  'model',
  'family',
  'imageSize',
  'provider',
  'device',
  'softwareAdapter',
  'plan',
  'dtype',
  'batch',
  'threads',
  'instructionSet',
  'latencyNs',
  'latencyLowNs',
  'latencyHighNs',
  'undisturbedNs',
  'undisturbedLowNs',
  'undisturbedHighNs',
  'samples',
  'imagesPerSecond',
  'operations',
  'peakOperationsPerSecond',
  'idealLatencyNs',
  'waterlineLatencyNs',
  'dramWaterlineLatencyNs',
  'efficiency',
  'gap',
  'memoryGap',
  'kernelGap',
  'disturbance',
  'verified',
  'trust',
  'top1Percent',
  'top1Source',
  'reconstruction',
  'warnings',
  'reason',
  'price',
  'currency',
  'pricePerImagePerSecond',
  'latencyRatioAToB',
] as const;

export function writeCsv(report: Report): string {
  const ratios = new Map(
    report.comparison?.measurements.flatMap(({ a, b, ratio }) => [[a, ratio] as const, [b, ratio] as const]),
  );
  const rows = report.sides.flatMap((side) => [
    ...side.report.measurements.map((row) => measuredRow(report, side, row, ratios.get(row) ?? null)),
    ...side.report.lost.map((row) => ({
      ...emptyRow,
      ...common(report, side),
      ...pickCase(row),
      softwareAdapter: isSoftware(side.report, row),
      status: row.status,
      reason: row.reason,
    })),
  ]);
  const lines = [[...titles], ...rows.map((row) => titles.map((title) => row[title]))];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return csvText(cell);
  // What is not a number to a spreadsheet is left out.
  return typeof cell === 'number' && !Number.isFinite(cell) ? '' : String(cell);
}

const emptyRow = Object.fromEntries(titles.map((title) => [title, null])) as Row;

function common({ currency, sides }: Report, side: ReportSide) {
  const { run, machine } = side.report;
  return {
    side: sides.length > 1 ? side.letter : null,
    run: run.id,
    startedAt: run.startedAt,
    machine: machine.machine.name,
    cpu: machine.cpu.model,
    plimsoll: machine.software.plimsoll,
    price: side.price,
    currency: side.price === null ? null : currency,
  };
}

function pickCase(row: {
  readonly model: string;
  readonly imageSize: number;
  readonly provider: string;
  readonly device: string;
  readonly plan: string;
  readonly dtype: string;
  readonly batch: number;
  readonly threads: number;
}) {
  const { model, imageSize, provider, device, plan, dtype, batch, threads } = row;
  return { model, imageSize, provider, device, plan, dtype, batch, threads };
}

function measuredRow(
  report: Report,
  side: ReportSide,
  row: MeasurementSummary,
  latencyRatioAToB: number | null,
): Row {
  const perSecond = imagesPerSecond(row.batch, row.latencyNs.median);
  const software = isSoftware(side.report, row);
  return {
    ...emptyRow,
    ...common(report, side),
    ...pickCase(row),
    softwareAdapter: software,
    status: 'measured',
    family: row.family,
    instructionSet: row.instructionSet,
    latencyNs: row.latencyNs.median,
    latencyLowNs: row.latencyNs.low,
    latencyHighNs: row.latencyNs.high,
    undisturbedNs: row.undisturbedNs.estimate,
    undisturbedLowNs: row.undisturbedNs.low,
    undisturbedHighNs: row.undisturbedNs.high,
    samples: row.samples,
    imagesPerSecond: perSecond,
    operations: row.operations,
    peakOperationsPerSecond: ceilingsOf(side.report, row)?.peakOperationsPerSecond ?? null,
    idealLatencyNs: row.idealLatencyNs,
    waterlineLatencyNs: row.waterlineLatencyNs,
    dramWaterlineLatencyNs: row.dramWaterlineLatencyNs,
    efficiency: row.efficiency,
    gap: row.gap,
    memoryGap: row.memoryGap,
    kernelGap: row.kernelGap,
    disturbance: row.disturbance,
    verified: row.verified,
    trust: row.trust,
    top1Percent: row.top1,
    top1Source: row.top1Source,
    reconstruction: row.reconstruction,
    warnings: row.alarms.join(' '),
    pricePerImagePerSecond: side.price === null || software ? null : side.price / perSecond,
    latencyRatioAToB,
  };
}
