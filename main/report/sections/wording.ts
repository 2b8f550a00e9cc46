/** What the sections share: names, figures and kinds of blocks. */
import { formatSignificant } from '../../../core/format/units.ts';
import type { MeasurementSummary } from '../../../core/protocol/run.ts';
import type { Block, ColumnOf } from '../document.ts';
import type { Report, ReportSide, Throughput } from '../model.ts';

export const unknown = 'unknown';

/** Above what belongs to one side, where there are two. */
export function heading({ sides }: Report, { letter, report }: ReportSide): Block[] {
  return sides.length < 2
    ? []
    : [{ kind: 'heading', text: `${letter}: ${report.machine.machine.name}, run ${report.run.id}` }];
}

export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

export function list(items: readonly string[]): Block {
  return { kind: 'list', items };
}

export type OptionalKey = 'imageSize' | 'provider' | 'device' | 'dtype' | 'batch' | 'threads';

export const optionalTitles: Readonly<Record<OptionalKey, string>> = {
  imageSize: 'pixels',
  provider: 'provider',
  device: 'device',
  dtype: 'type',
  batch: 'batch',
  threads: 'threads',
};

export function variesIn(rows: readonly MeasurementSummary[]): (key: OptionalKey) => boolean {
  return (key) => rows.some((row) => row[key] !== rows[0]?.[key]);
}

/** What is the same in every row says nothing in a row. */
export function optionalColumns(
  varies: (key: OptionalKey) => boolean,
  keys: readonly OptionalKey[],
): ColumnOf<MeasurementSummary>[] {
  return keys.filter(varies).map((key) => ({ title: optionalTitles[key], cell: (row) => String(row[key]) }));
}

export function starred({ model, reconstruction }: MeasurementSummary): string {
  return reconstruction === null ? model : `${model}*`;
}

/** With what tells it from other measurements: `resnet50, layerwise, batch 8`. */
export function nameAmong(row: MeasurementSummary, among: readonly MeasurementSummary[]): string {
  return [starred(row), row.plan, ...conditionsOf(row, variesIn(among))].join(', ');
}

export function conditionsOf(row: MeasurementSummary, varies: (key: OptionalKey) => boolean): string[] {
  return [
    ...(varies('provider') ? [row.provider] : []),
    ...(varies('device') ? [row.device] : []),
    ...(varies('dtype') ? [row.dtype] : []),
    ...(varies('batch') ? [`batch ${row.batch}`] : []),
    ...(varies('threads') ? [count(row.threads, 'thread')] : []),
  ];
}

/** The same without the plan, which is not what the reader of a summary asks for: `resnet50 (fp16, batch 8)`. */
export function withConditions({ measurement }: Throughput, among: readonly Throughput[]): string {
  const varies = variesIn(among.map((row) => row.measurement));
  const conditions = conditionsOf(
    measurement,
    (key) => key !== 'provider' && key !== 'threads' && varies(key),
  );
  return conditions.length === 0
    ? starred(measurement)
    : `${starred(measurement)} (${conditions.join(', ')})`;
}

export function rate({ imagesPerSecond: { median } }: Throughput): string {
  return formatSignificant(median);
}

export function marks({ alarms }: MeasurementSummary): string {
  return alarms.length > 0 ? '!' : '';
}

export function formatTop1({ top1 }: MeasurementSummary): string {
  return top1 === null ? 'not published' : `${top1.toFixed(1)}%`;
}

/** Where an image per second costs next to nothing, two decimals would say that it costs nothing. */
export function formatUnitPrice(amount: number): string {
  return amount < 0.1 ? amount.toPrecision(2) : formatSignificant(amount);
}

export function count(of: number, what: string): string {
  return `${of} ${what}${of === 1 ? '' : 's'}`;
}

export function range(low: number, high: number, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** A report is read elsewhere: the time of the world, not of a place. */
export function formatUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
