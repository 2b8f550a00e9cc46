/** The rows as lines of a terminal, as JSON, and as the measured part of docs/native-performance.md. */
import type { DataType } from '../../core/graph/plan.ts';
import type { ArithmeticCeiling, ProviderDescription } from '../../core/protocol/provider.ts';
import type { Figure } from './figure.ts';
import type { Part, Row } from './rows.ts';

export interface Result {
  readonly row: Row;
  readonly dtype: DataType;
  readonly figure: Figure | undefined;
  readonly parts: readonly Part[];
  /** Why there is no figure, or why the one that there is has no target. */
  readonly reason: string | undefined;
  /** The reason is a fault: a result that was wrong, or a program that failed. */
  readonly failed: boolean;
}

export interface Machine {
  readonly native: ProviderDescription;
  readonly onednn: ProviderDescription | undefined;
  readonly ceilings: readonly ArithmeticCeiling[];
}

export function titleOf({ row, dtype }: Pick<Result, 'row' | 'dtype'>): string {
  return `${row.what} (${dtype})`;
}

/** Undefined where nothing is asked for, or where there is no figure to hold against it. */
function isMet({ row, dtype, figure, reason, failed }: Result): boolean | undefined {
  const target = row.targets[dtype];
  if (target === undefined) return undefined;
  if (failed) return false;
  return figure === undefined || reason !== undefined ? undefined : figure.value >= target.atLeast;
}

function verdictOf(result: Result): string {
  const { figure, reason, failed, row, dtype } = result;
  const target = row.targets[dtype];
  if (failed) return `FAILED: ${reason}`;
  if (figure === undefined) return `not applicable: ${reason}`;
  if (target === undefined) return '';
  if (reason !== undefined) return `target not applicable: ${reason}`;
  if (figure.value < target.atLeast) return 'missed';
  return target.aim !== undefined && figure.value >= target.aim ? 'aim reached' : 'met';
}

function valueText(value: number, unit: Row['unit']): string {
  return unit === 'share' ? `${(100 * value).toFixed(1)}%` : `${value.toFixed(2)}x`;
}

function figureText({ value, low, high }: Figure, unit: Row['unit']): string {
  return `${valueText(value, unit)} [${valueText(low, unit)}, ${valueText(high, unit)}]`;
}

function targetTexts({ row, dtype }: Result): { readonly atLeast: string; readonly aim: string } {
  const target = row.targets[dtype];
  const text = (value: number | undefined) => (value === undefined ? '' : valueText(value, row.unit));
  return { atLeast: text(target?.atLeast), aim: text(target?.aim) };
}

export function toLines(result: Result): string {
  const { figure, parts, row } = result;
  const { atLeast, aim } = targetTexts(result);
  const asked = atLeast === '' ? '' : `  asked ${atLeast}${aim === '' ? '' : `, aim ${aim}`}`;
  const measured =
    figure === undefined ? '' : `  ${figureText(figure, row.unit)}  error ${errorText(figure)}`;
  const lines = [`${titleOf(result)}:${measured}${asked}  ${verdictOf(result)}`.trimEnd()];
  for (const part of parts) {
    lines.push(`    ${part.name}: ${figureText(part.figure, row.unit)}  error ${errorText(part.figure)}`);
  }
  return lines.join('\n');
}

export function toJson(result: Result) {
  const { row, dtype, figure, parts, reason } = result;
  const target = row.targets[dtype];
  return {
    what: titleOf(result),
    value: figure?.value ?? null,
    low: figure?.low ?? null,
    high: figure?.high ?? null,
    atLeast: target?.atLeast ?? null,
    aim: target?.aim ?? null,
    met: isMet(result) ?? null,
    unit: row.unit,
    error: figure?.error ?? null,
    reason: reason ?? null,
    parts: parts.map(({ name, figure: { value, low, high, error } }) => ({ name, value, low, high, error })),
  };
}

const begin = '<!-- measured: written by `npm run bench:native` -->';
const end = '<!-- /measured -->';

/** The document with its measured part made new; undefined where it has none. */
export function withMeasurements(
  document: string,
  machine: Machine,
  results: readonly Result[],
  date: string,
) {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) return undefined;
  const measured = [machineText(machine, date), tableOf(results), partsOf(results)].join('\n\n');
  return `${document.slice(0, from)}${begin}\n\n${measured}\n\n${document.slice(to)}`;
}

/** What the processor calls the hypervisors that do not call themselves by their names. */
const hypervisorNames: Readonly<Record<string, string>> = {
  KVMKVMKVM: 'KVM',
  'Microsoft Hv': 'Hyper-V',
  TCGTCGTCGTCG: 'QEMU',
  VMwareVMware: 'VMware',
  XenVMMXenVMM: 'Xen',
};

function machineText({ native, onednn, ceilings }: Machine, date: string): string {
  const device = native.devices[0];
  if (device === undefined) return '';
  const caches = device.caches.map(
    ({ level, bytes, sharedBy }) =>
      `${level} ${bytes / 1024} KiB for ${sharedBy} ${sharedBy === 1 ? 'thread' : 'threads'}`,
  );
  const { hypervisor } = device;
  const guest = hypervisor === undefined ? '' : `, a guest of ${hypervisorNames[hypervisor] ?? hypervisor}`;
  const libraries = { ...native.libraries, ...onednn?.libraries };
  const peak = ceilings.map(
    ({ dtype, instructionSet, threads, operationsPerSecond, theoreticalOperationsPerSecond: theory }) =>
      `- ${dtype} by ${instructionSet}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ` +
      `${(operationsPerSecond / 1e9).toFixed(1)} Gop/s` +
      (theory === undefined
        ? ''
        : `, ${((100 * operationsPerSecond) / theory).toFixed(1)}% of the theoretical`),
  );
  return [
    `Measured on ${date} on ${device.name}${guest}: ${device.physicalCores ?? device.threads} cores, ` +
      `${device.instructionSets.join(', ')}; ${caches.join(', ')}; ` +
      `${Object.entries(libraries)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}.`,
    '',
    ...peak,
  ].join('\n');
}

function tableOf(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { figure, row } = result;
    const { atLeast, aim } = targetTexts(result);
    const measured = figure === undefined ? '' : figureText(figure, row.unit);
    const error = figure === undefined ? '' : errorText(figure);
    return `| ${[titleOf(result), measured, atLeast, aim, verdictOf(result), error].join(' | ')} |`;
  });
  return [
    '| what | measured [95%] | at least | aim | verdict | error |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function partsOf(results: readonly Result[]): string {
  const sections = results
    .filter(({ parts }) => parts.length > 1)
    .map((result) =>
      [
        `### ${titleOf(result)}`,
        '',
        ...result.parts.map(({ name, figure }) => `- ${name}: ${figureText(figure, result.row.unit)}`),
      ].join('\n'),
    );
  return sections.join('\n\n');
}

function errorText({ error }: Figure): string {
  return error.toExponential(1);
}
