/** All numbers of a run on a terminal, in tables as wide as they need: machine, ceilings, factors of the efficiency gap, every note. */
import { formatArithmetic } from '../../../core/format/arithmetic.ts';
import { machineHeadFacts } from '../../../core/format/machine.ts';
import { formatVerified } from '../../../core/format/trust.ts';
import {
  formatBytesPerSecond,
  formatInterval,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
  formatRatio,
  formatTime,
} from '../../../core/format/units.ts';
import { markKinds } from '../../../core/protocol/conditions.ts';
import type { Ceilings, MeasurementSummary, RunReport } from '../../../core/protocol/run.ts';
import { type Column, formatPairs, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export function formatDetails(terminal: Terminal, report: RunReport): string {
  return [
    formatHead(report),
    formatPairs(terminal, machineHeadFacts(report.machine)),
    ...(report.ceilings.length > 0 ? [formatCeilings(terminal, report.ceilings)] : []),
    ...formatLaunches(report),
    ...(report.measurements.length > 0 ? [formatGapTable(terminal, report.measurements)] : []),
    ...formatNotes(report),
  ].join('\n\n');
}

function formatHead({ run }: RunReport): string {
  const reason = run.reason === null ? '' : `: ${run.reason}`;
  return `Run ${run.id} of suite ${run.suite}, ${formatTime(run.startedAt)}, ${run.status}${reason}`;
}

function formatCeilings(terminal: Terminal, ceilings: readonly Ceilings[]): string {
  return formatTable(
    terminal,
    [
      { title: 'ceiling', cell: ({ provider, device }) => `${provider} ${device}` },
      { title: 'type', cell: ({ dtype }) => dtype },
      { title: 'threads', align: 'right', cell: ({ threads }) => String(threads) },
      {
        title: 'peak',
        align: 'right',
        cell: ({ peakOperationsPerSecond }) => formatOperationsPerSecond(peakOperationsPerSecond),
      },
      { title: 'with', cell: (ceiling) => formatArithmetic(ceiling) },
      {
        title: 'theoretical',
        align: 'right',
        cell: ({ theoreticalOperationsPerSecond: theoretical }) =>
          theoretical === null ? 'unknown' : formatOperationsPerSecond(theoretical),
      },
      {
        title: 'bandwidth',
        cell: ({ levels }) =>
          levels
            .map(({ level, bytesPerSecond }) => `${level} ${formatBytesPerSecond(bytesPerSecond)}`)
            .join(', '),
      },
    ],
    ceilings,
  );
}

/** Where the provider has found out. */
function formatLaunches({ providers }: RunReport): string[] {
  const found = providers.flatMap(({ description, calibration }) =>
    calibration?.dispatchOverheadNs === undefined
      ? []
      : [`${description.provider}: from one launch to the next ${formatNs(calibration.dispatchOverheadNs)}`],
  );
  return found.length === 0 ? [] : [found.join('\n')];
}

function formatGapTable(terminal: Terminal, measurements: readonly MeasurementSummary[]): string {
  const varies = <Key extends keyof MeasurementSummary>(key: Key) =>
    measurements.some((measurement) => measurement[key] !== measurements[0]?.[key]);
  // What is the same in every row says nothing in a row.
  const optional = (['provider', 'dtype', 'batch', 'threads'] as const)
    .filter((key) => varies(key))
    .map((key): Column<MeasurementSummary> => ({ title: key, cell: (row) => String(row[key]) }));
  if (measurements.some(({ cacheState }) => cacheState !== undefined)) {
    optional.push({ title: 'caches', cell: ({ cacheState }) => cacheState ?? 'in-network' });
  }
  const columns: Column<MeasurementSummary>[] = [
    { title: 'model', cell: (row) => row.model + (row.reconstruction === null ? '' : '*') },
    { title: 'plan', cell: ({ plan }) => plan },
    ...optional,
    {
      title: 'latency [95% interval]',
      align: 'right',
      cell: ({ latencyNs }) => formatInterval(latencyNs),
    },
    {
      title: 'undisturbed',
      align: 'right',
      cell: ({ undisturbedNs }) => formatNs(undisturbedNs.estimate),
    },
    { title: 'ideal', align: 'right', cell: ({ idealLatencyNs }) => formatNs(idealLatencyNs) },
    { title: 'waterline', align: 'right', cell: ({ waterlineLatencyNs }) => formatNs(waterlineLatencyNs) },
    { title: 'efficiency', align: 'right', cell: ({ efficiency }) => formatPercent(efficiency) },
    { title: 'gap', align: 'right', cell: ({ gap }) => formatRatio(gap) },
    { title: '= memory gap', align: 'right', cell: ({ memoryGap }) => formatRatio(memoryGap) },
    { title: '× kernel gap', align: 'right', cell: ({ kernelGap }) => formatRatio(kernelGap) },
    { title: '× other work', align: 'right', cell: ({ disturbance }) => formatRatio(disturbance) },
    { title: 'verified', cell: formatVerified },
    { title: 'figure', cell: ({ id }) => id },
  ];
  return formatTable(terminal, columns, measurements);
}

export function formatNotes({ ceilings, measurements, lost }: RunReport): string[] {
  const several = new Set([...measurements, ...lost].map(({ provider }) => provider)).size > 1;
  const by = (provider: string) => (several ? ` by ${provider}` : '');
  const alarms = measurements.flatMap(({ model, plan, provider, alarms }) =>
    alarms.map((alarm) => `! ${model} ${plan}${by(provider)}: ${alarm}`),
  );
  const notes = markKinds.flatMap((kind) => {
    const noted = measurements.flatMap(({ model, plan, provider, marks }) =>
      marks
        .filter((mark) => mark.kind === kind && mark.severity === 'note')
        .map(({ sentence }) => `${model} ${plan}${by(provider)}: ${sentence}`),
    );
    const others = noted.length > 1 ? ` (and the like of ${noted.length - 1} more)` : '';
    return noted.length === 0 ? [] : [`· ${noted[0]}${others}`];
  });
  const losses = lost.map(({ model, plan, dtype, batch, provider, reason }) => {
    return `- ${model} ${plan} ${dtype} batch ${batch}${by(provider)}: ${reason}`;
  });
  const reconstructions = new Set(
    measurements.flatMap(({ reconstruction }) => (reconstruction === null ? [] : [reconstruction])),
  );
  const widened = new Set(
    ceilings
      .filter(({ dtype, multipliedIn }) => dtype !== multipliedIn)
      .map(
        ({ dtype, multipliedIn, provider }) =>
          `${dtype} is multiplied in ${multipliedIn}${by(provider)}, for want of faster instructions: efficiency is held against the peak of ${multipliedIn}.`,
      ),
  );
  return [
    ...widened,
    ...(alarms.length > 0 ? [alarms.join('\n')] : []),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...(losses.length > 0 ? [['Without a figure:', ...losses].join('\n')] : []),
    ...[...reconstructions].map((text) => `* Reconstruction: ${text}`),
  ];
}
