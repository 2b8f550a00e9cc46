/** How one figure came about, from what is stored of it. */
import type { Account } from '../protocol/account.ts';
import type { Case, Measurement, Run } from '../protocol/run.ts';
import { classifyOutliers } from '../statistics/outliers.ts';
import { roundsForInterval, splitRounds } from '../statistics/rounds.ts';
import { medianOf } from '../statistics/summary.ts';
import { believedSamples } from './believed-samples.ts';
import { arithmeticShares } from './disturbance.ts';
import { measurementDetail } from './report.ts';

type Measured = Extract<Measurement['outcome'], { status: 'measured' }>;

/** Undefined where the run has no such measurement with a figure. */
export function accountOf(run: Run, measurementId: string): Account | undefined {
  const measurement = run.measurements.find(({ id }) => id === measurementId);
  const detail = measurementDetail(run, measurementId);
  if (measurement?.outcome.status !== 'measured' || detail === undefined) return undefined;
  const { outcome } = measurement;
  return {
    runId: run.id,
    suite: run.suite,
    startedAt: measurement.startedAt,
    machine: { id: run.environment.machine.id, name: run.environment.machine.name },
    figure: detail.summary,
    rounds: roundsOf(outcome),
    interval: intervalOf(outcome),
    warmupPasses: outcome.warmupPasses,
    timer: timerOf(outcome),
    verification: verificationOf(outcome),
    versions: versionsOf(run, measurement),
    workload: workloadHash(measurement, outcome),
    command: commandFor(measurement),
  };
}

function roundsOf(outcome: Measured): Account['rounds'] {
  const { samplesNs, setAside } = believedSamples(outcome);
  const reasons = new Map(setAside.map((round) => [round.round, round.reasons]));
  const classes = classifyOutliers(samplesNs);
  const shares = arithmeticShares(outcome.conditions ?? []);
  let counted = 0;
  return splitRounds(outcome.samplesNs, outcome.rounds).map((round, index) => {
    const why = reasons.get(index + 1) ?? [];
    const start = counted;
    if (why.length === 0) counted += round.length;
    const conditions = outcome.conditions?.[index];
    const arithmeticShare = shares[index];
    return {
      samplesNs: round,
      outliers: classes.slice(start, counted),
      medianNs: medianOf(round),
      setAside: [...why],
      ...(conditions !== undefined && { conditions }),
      ...(arithmeticShare !== undefined && { arithmeticShare }),
    };
  });
}

function intervalOf(outcome: Measured): Account['interval'] {
  const { samplesNs, rounds } = believedSamples(outcome);
  const count = splitRounds(samplesNs, rounds).length;
  if (count === 1) return { from: 'samples', rounds: 1 };
  return { from: count < roundsForInterval ? 'bootstrap' : 'rounds', rounds: count };
}

function timerOf({ samplesNs, conditions = [], timerResolutionNs }: Measured): Account['timer'] {
  const overheads = conditions.flatMap(({ timerOverheadNs }) => timerOverheadNs ?? []);
  // The fewest: where a sample spans least, its clock matters most.
  const passesPerSample = Math.min(...conditions.map((round) => round.passesPerSample ?? 1));
  const passes = Number.isFinite(passesPerSample) ? passesPerSample : 1;
  return {
    resolutionNs: timerResolutionNs,
    overheadNs: overheads.length === 0 ? null : Math.max(...overheads),
    passesPerSample: passes,
    spanNs: medianOf(samplesNs) * passes,
  };
}

function verificationOf({ verification: { kernels, output } }: Measured): Account['verification'] {
  const [worst] = kernels.toSorted(
    (a, b) => b.relativeL2Error / b.tolerance - a.relativeL2Error / a.tolerance,
  );
  const { mean, standardDeviation, zeroFraction } = output;
  return {
    kernels: kernels.length,
    passed: kernels.filter(({ passed }) => passed).length,
    worst:
      worst === undefined
        ? null
        : {
            name: worst.name,
            relativeL2Error: worst.relativeL2Error,
            maxError: worst.maxError,
            tolerance: worst.tolerance,
          },
    output: { mean, standardDeviation, zeroFraction },
  };
}

function versionsOf({ environment, providers }: Run, { provider }: Case): Account['versions'] {
  const { cpu, gpus, system, software } = environment;
  const description = providers.find((one) => one.description.provider === provider)?.description;
  const all: [string, string | null | undefined][] = [
    [`provider ${provider}`, description?.version],
    ...Object.entries(description?.libraries ?? {}).map(([name, of]): [string, string] => [
      `library ${name}`,
      of,
    ]),
    ['Plimsoll', software.plimsoll],
    ['Node', software.node],
    ...gpus
      .filter((gpu) => !gpu.software)
      .map((gpu): [string, string | null] => [
        `driver of ${gpu.model}`,
        [gpu.driver, gpu.driverVersion].filter((part) => part !== null).join(' ') || null,
      ]),
    ['kernel', system.kernel],
    ['microcode', cpu.microcode],
  ];
  return all.map(([what, version]) => ({ what, version: version ?? 'unknown' }));
}

/** FNV-1a in 64 bits, of the case without who executed it, and of its kernels with all that they compute and move. */
function workloadHash(measured: Case, { kernels, verification }: Measured): string {
  const { model, imageSize, plan, dtype, batch, threads, cacheState } = measured;
  const tolerances = new Map(verification.kernels.map(({ name, tolerance }) => [name, tolerance]));
  const text = JSON.stringify([
    { model, imageSize, plan, dtype, batch, threads, cacheState: cacheState ?? 'in-network' },
    kernels.map(({ name, operators, operations, traffic }) => [
      name,
      operators,
      operations,
      traffic.map(({ kind, bytes }) => [kind, bytes]),
      tolerances.get(name) ?? null,
    ]),
  ]);
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/** What measures the same case from nothing, on any machine. */
function commandFor(measured: Case): string | null {
  const { model, provider, plan, dtype, batch, threads, cacheState } = measured;
  if (![model, provider].every((name) => /^[\w.-]+$/.test(name))) return null;
  return [
    `plimsoll profile --models ${model} --plans ${plan} --dtypes ${dtype} --providers ${provider}`,
    `--batch ${batch} --threads ${threads}`,
    ...(cacheState === undefined ? [] : [`--cache-state ${cacheState}`]),
  ].join(' ');
}
