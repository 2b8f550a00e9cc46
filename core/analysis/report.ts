/** From a run as it was stored to what is shown of it. Nothing here is stored: every figure can be computed again. */
import { publishedAccuracy } from '../models/accuracy.ts';
import { importedFamily } from '../models/model.ts';
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
import { countOutliers } from '../statistics/outliers.ts';
import { roundedInterval, splitRounds } from '../statistics/rounds.ts';
import { lowerEndsOfRounds, undisturbedInterval } from '../statistics/undisturbed.ts';
import { believedSamples } from './believed-samples.ts';
import { ceilingsFor, ceilingsOfCases } from './ceilings.ts';
import { computationalEfficiency, efficiencyGap, idealLatencyNs } from './efficiency.ts';
import { caseOf } from './figures.ts';
import { marksOf } from './marks.ts';
import { boundKernel, dramBoundSeconds } from './memory-levels.ts';

const nanoseconds = 1e9;

type Measured = Extract<Measurement['outcome'], { status: 'measured' }>;

export function summarizeRun(run: Run): RunReport {
  const shown = run.measurements.map((measurement) => showMeasurement(measurement, run));
  return assembleReport(summarizeRunHead(run), run.environment, run.providers, shown);
}

/** A row of the table, or why there is none. */
export type ShownMeasurement = MeasurementSummary | RunReport['lost'][number];

/** Where a measurement was taken, as far as its figures are held against it. */
export type MeasuredIn = Pick<Run, 'environment' | 'providers'>;

export function showMeasurement(measurement: Measurement, run: MeasuredIn): ShownMeasurement {
  const machine = ceilingsFor(run.providers, measurement);
  return measurement.outcome.status === 'measured' && machine !== undefined
    ? summarize(run, measurement, measurement.outcome, machine)
    : lostMeasurement(measurement);
}

export function assembleReport(
  run: RunSummary,
  machine: Environment,
  providers: readonly DeviceCalibration[],
  shown: readonly ShownMeasurement[],
): RunReport {
  return {
    run,
    machine,
    providers: [...providers],
    ceilings: ceilingsOfCases(providers, shown),
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
  run: MeasuredIn & Pick<Run, 'measurements'>,
  measurementId: string,
): MeasurementDetail | undefined {
  const measurement = run.measurements.find(({ id }) => id === measurementId);
  const machine = measurement && ceilingsFor(run.providers, measurement);
  if (measurement?.outcome.status !== 'measured' || machine === undefined) return undefined;
  const { outcome } = measurement;
  return {
    summary: summarize(run, measurement, outcome, machine),
    samplesNs: outcome.samplesNs,
    ...(outcome.rounds !== undefined && { rounds: outcome.rounds }),
    ...(outcome.conditions !== undefined && { conditions: outcome.conditions }),
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

function summarize(
  { environment, providers }: MeasuredIn,
  measurement: Measurement,
  outcome: Measured,
  machine: Ceilings,
): MeasurementSummary {
  const { id, model, imageSize, provider, instructionSet } = measurement;
  const believed = believedSamples(outcome);
  const rounds = splitRounds(believed.samplesNs, believed.rounds);
  const latencyNs = roundedInterval(rounds);
  const undisturbedNs = undisturbedInterval(lowerEndsOfRounds(rounds));
  const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
  const idealNs = idealLatencyNs(operations, machine.peakOperationsPerSecond);
  let waterlineNs = 0;
  let dramWaterlineNs = 0;
  for (const kernel of outcome.kernels) {
    waterlineNs += boundKernel(machine, kernel.operations, kernel.traffic).seconds * nanoseconds;
    dramWaterlineNs += (dramBoundSeconds(machine, kernel.operations, kernel.traffic) ?? 0) * nanoseconds;
  }
  const accuracy = publishedAccuracy(model, imageSize);
  const calibrated = providers.find(({ description }) => description.provider === provider);
  const marks = marksOf({
    measurement,
    outcome,
    believed,
    environment,
    calibrated,
    machine,
    latencyNs,
    undisturbedNs,
    idealNs,
    waterlineNs,
  });
  return {
    ...caseOf(measurement),
    id,
    family: findModel(model)?.family ?? importedFamily,
    instructionSet,
    latencyNs,
    undisturbedNs,
    samples: believed.samplesNs.length,
    outliers: countOutliers(believed.samplesNs),
    setAside: [...believed.setAside],
    operations,
    idealLatencyNs: idealNs,
    waterlineLatencyNs: waterlineNs,
    dramWaterlineLatencyNs: dramWaterlineNs,
    efficiency: computationalEfficiency(idealNs, undisturbedNs.estimate),
    ...efficiencyGap(idealNs, waterlineNs, undisturbedNs.estimate, latencyNs.median),
    verified: outcome.verification.passed,
    trust: marks.some(({ kind }) => kind === 'mistrusted') ? 'mistrusted' : 'trusted',
    top1: accuracy?.top1 ?? null,
    top1Source: accuracy?.source ?? null,
    reconstruction: findModel(model)?.reconstruction ?? null,
    marks,
    alarms: marks.filter(({ severity }) => severity === 'warning').map(({ sentence }) => sentence),
  };
}

function lostMeasurement(measurement: Measurement): RunReport['lost'][number] {
  const { id, outcome } = measurement;
  const common = { id, ...caseOf(measurement) };
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
