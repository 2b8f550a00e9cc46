/** From a run as it was stored to what is shown of it. Nothing here is stored: every figure can be computed again. */
import { publishedAccuracy } from '../models/accuracy.ts';
import { findModel } from '../models/zoo.ts';
import type {
  Ceilings,
  DeviceCalibration,
  Environment,
  KernelSummary,
  Measurement,
  MeasurementDetail,
  MeasurementSummary,
  Run,
  RunReport,
  RunSummary,
} from '../protocol/run.ts';
import { roundedInterval, splitRounds } from '../statistics/rounds.ts';
import { medianInterval } from '../statistics/summary.ts';
import { ceilingsFor } from './ceilings.ts';
import { computationalEfficiency, efficiencyGap, idealLatencyNs } from './efficiency.ts';
import { boundKernel, dramBoundSeconds } from './memory-levels.ts';

const nanoseconds = 1e9;

type Measured = Extract<Measurement['outcome'], { status: 'measured' }>;

export function summarizeRun(run: Run): RunReport {
  const shown = run.measurements.map((measurement) => showMeasurement(measurement, run.providers));
  return assembleReport(summarizeRunHead(run), run.environment, run.providers, shown);
}

/** A row of the table, or why there is none. */
export type ShownMeasurement = MeasurementSummary | RunReport['lost'][number];

export function showMeasurement(
  measurement: Measurement,
  providers: readonly DeviceCalibration[],
): ShownMeasurement {
  const machine = ceilingsFor(providers, measurement);
  return measurement.outcome.status === 'measured' && machine !== undefined
    ? summarize(measurement, measurement.outcome, machine)
    : lostMeasurement(measurement);
}

export function assembleReport(
  run: RunSummary,
  machine: Environment,
  providers: readonly DeviceCalibration[],
  shown: readonly ShownMeasurement[],
): RunReport {
  const keys = new Map(
    shown.map((one) => [[one.provider, one.device, one.dtype, one.threads].join(), one] as const),
  );
  return {
    run,
    machine,
    providers: [...providers],
    ceilings: [...keys.values()].flatMap((key) => ceilingsFor(providers, key) ?? []),
    measurements: shown.flatMap((one) => ('reason' in one ? [] : [one])),
    lost: shown.flatMap((one) => ('reason' in one ? [one] : [])),
  };
}

function summarizeRunHead(run: Run): RunSummary {
  const measured = run.measurements.filter(({ outcome }) => outcome.status === 'measured').length;
  return {
    id: run.id,
    suite: run.suite,
    status: run.status,
    reason: run.reason,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    machineId: run.environment.machine.id,
    machineName: run.environment.machine.name,
    cpu: run.environment.cpu.model,
    measured,
    lost: run.measurements.length - measured,
  };
}

/** One measurement, kernel by kernel; undefined where there is no such measurement with a figure. */
export function measurementDetail(
  run: Pick<Run, 'providers' | 'measurements'>,
  measurementId: string,
): MeasurementDetail | undefined {
  const measurement = run.measurements.find(({ id }) => id === measurementId);
  const machine = measurement && ceilingsFor(run.providers, measurement);
  if (measurement?.outcome.status !== 'measured' || machine === undefined) return undefined;
  const { outcome } = measurement;
  return {
    summary: summarize(measurement, outcome, machine),
    samplesNs: outcome.samplesNs,
    kernels: outcome.kernels.map((kernel): KernelSummary => {
      const bound = boundKernel(machine, kernel.operations, kernel.traffic);
      return {
        ...kernel,
        idealNs: idealLatencyNs(kernel.operations, machine.peakOperationsPerSecond),
        waterlineNs: bound.seconds * nanoseconds,
        limit: bound.limit,
      };
    }),
    verification: outcome.verification,
  };
}

function summarize(measurement: Measurement, outcome: Measured, machine: Ceilings): MeasurementSummary {
  const { id, model, imageSize, provider, device, plan, dtype, batch, threads, instructionSet } = measurement;
  const latencyNs = roundedInterval(splitRounds(outcome.samplesNs, outcome.rounds));
  const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
  const idealNs = idealLatencyNs(operations, machine.peakOperationsPerSecond);
  let waterlineNs = 0;
  let dramWaterlineNs = 0;
  for (const kernel of outcome.kernels) {
    waterlineNs += boundKernel(machine, kernel.operations, kernel.traffic).seconds * nanoseconds;
    dramWaterlineNs += (dramBoundSeconds(machine, kernel.operations, kernel.traffic) ?? 0) * nanoseconds;
  }
  const accuracy = publishedAccuracy(model, imageSize);
  return {
    id,
    model,
    family: findModel(model)?.family ?? 'unknown',
    imageSize,
    provider,
    device,
    plan,
    dtype,
    batch,
    threads,
    instructionSet,
    latencyNs,
    samples: outcome.samplesNs.length,
    operations,
    idealLatencyNs: idealNs,
    waterlineLatencyNs: waterlineNs,
    dramWaterlineLatencyNs: dramWaterlineNs,
    efficiency: computationalEfficiency(idealNs, latencyNs.median),
    ...efficiencyGap(idealNs, waterlineNs, latencyNs.median),
    verified: outcome.verification.passed,
    top1: accuracy?.top1 ?? null,
    top1Source: accuracy?.source ?? null,
    reconstruction: findModel(model)?.reconstruction ?? null,
    alarms: [
      ...boundAlarms(latencyNs.median, idealNs, waterlineNs),
      ...unsteadinessAlarms(outcome.samplesNs),
    ],
  };
}

/** A measured latency below its bound is no good news: a ceiling or the counting is wrong. It is never clipped. */
function boundAlarms(latencyNs: number, idealNs: number, waterlineNs: number): string[] {
  const percent = (bound: number) => `${(100 * (bound / latencyNs)).toFixed(1)}%`;
  if (latencyNs < idealNs) {
    return [
      `Faster than the ideal latency (${percent(idealNs)} of the peak): the measured peak is too low, most likely because ` +
        'the clock rose after it was measured. Profile again on a quiet machine.',
    ];
  }
  if (latencyNs < waterlineNs) {
    return [
      `Faster than its waterline (${percent(waterlineNs)} of it): a measured bandwidth is too low, or a cache held more ` +
        'than its size says. Profile again on a quiet machine.',
    ];
  }
  return [];
}

/**
 * Rounds lie far apart: where the last samples are not like the first, or half of all lie far from each other, the interval
 * of their median says too little.
 */
const noteworthyDrift = 0.1;
const noteworthySpread = 0.1;

function unsteadinessAlarms(samplesNs: readonly number[]): string[] {
  const quarter = Math.floor(samplesNs.length / 4);
  if (quarter < 3) return [];
  const first = medianInterval(samplesNs.slice(0, quarter)).median;
  const last = medianInterval(samplesNs.slice(-quarter)).median;
  const drift = last / first - 1;
  const because = 'something else was running, or the clock changed. Profile again on a quiet machine.';
  if (Math.abs(drift) >= noteworthyDrift) {
    const change = `${(100 * Math.abs(drift)).toFixed(0)}% ${drift > 0 ? 'slower' : 'faster'}`;
    return [`The last quarter of its samples is ${change} than the first: ${because}`];
  }
  const sorted = samplesNs.toSorted((a, b) => a - b);
  const spread = ((sorted.at(-quarter) ?? 0) - (sorted[quarter - 1] ?? 0)) / (sorted[2 * quarter] ?? 1);
  if (spread < noteworthySpread) return [];
  return [
    `The middle half of its samples is spread over ${(100 * spread).toFixed(0)}% of the median: ${because}`,
  ];
}

function lostMeasurement(measurement: Measurement): RunReport['lost'][number] {
  const { id, model, imageSize, provider, device, plan, dtype, batch, threads, outcome } = measurement;
  const common = { id, model, imageSize, provider, device, plan, dtype, batch, threads };
  switch (outcome.status) {
    case 'failed':
      return { ...common, status: 'failed', reason: outcome.reason };
    case 'incorrect': {
      const wrong = outcome.verification.kernels.filter(({ passed }) => !passed);
      const worst = wrong[0];
      const where =
        worst === undefined
          ? ''
          : `: ${wrong.length} of ${outcome.verification.kernels.length} kernels differ from the reference, first ${worst.name} (relative error ${worst.relativeL2Error.toExponential(1)}, tolerance ${worst.tolerance.toExponential(1)})`;
      return { ...common, status: 'incorrect', reason: `Its result is wrong${where}; it was not timed.` };
    }
    case 'measured':
      return {
        ...common,
        status: 'failed',
        reason:
          'It was timed, but the ceilings of its device were not measured, so there is nothing to hold it against.',
      };
  }
}
