/** Two runs, or two providers or plans of one, held against each other: like with like, and never a forced verdict. */
import type {
  ComparedFigure,
  ComparedPart,
  ComparedRow,
  CompareSide,
  Comparison,
  NoiseFloor,
  Unmatched,
} from '../protocol/compare.ts';
import type { Case, MeasuredKernel, Measurement, Run } from '../protocol/run.ts';
import { bootstrapRatio } from '../statistics/bootstrap.ts';
import { countOutliers } from '../statistics/outliers.ts';
import { lawfulQuantile } from '../statistics/quantile.ts';
import { roundedInterval, splitRounds } from '../statistics/rounds.ts';
import { believedSamples } from './believed-samples.ts';
import { environmentDifferences } from './environment-differences.ts';
import { cacheStateOf, caseKey, figuresOf, type RunFigures } from './figures.ts';
import { learnNoise, logRoundMedians, noiseFloor, type RunNoise } from './noise-floor.ts';
import { lostMeasurement, summarizeRunHead } from './report.ts';
import { type Judged, judge } from './verdict.ts';

type Measured = Measurement & { outcome: Extract<Measurement['outcome'], { status: 'measured' }> };

export interface ComparedSide extends Omit<CompareSide, 'runId'> {
  readonly run: Run;
}

interface Couple {
  readonly before: Measured;
  readonly after: Measured;
}

/** `history`: runs of the machines concerned, oldest first, from which their noise is learned; those compared may be among them. */
export function compareRuns(
  before: ComparedSide,
  after: ComparedSide,
  history: readonly RunFigures[],
): Comparison {
  const { couples, unmatched } = match(before, after);
  const noiseOf = learnNoise(history, [before.run.id, after.run.id]);
  const pairs = couples.map((couple) => {
    const logsOf = ({ outcome }: Measured) => logRoundMedians(believedSamples(outcome));
    const logs = { before: logsOf(couple.before), after: logsOf(couple.after) };
    const runs = noisier(
      noiseOf(before.run.environment.machine.id, couple.before),
      noiseOf(after.run.environment.machine.id, couple.after),
    );
    return { ...logs, floor: noiseFloor(logs.before, logs.after, runs) };
  });
  const judged = judge(pairs);
  const rows = couples.flatMap((couple, index): ComparedRow[] => {
    const pair = pairs[index];
    const verdict = judged[index];
    return pair === undefined || verdict === undefined ? [] : [rowOf(couple, verdict, pair.floor)];
  });
  const count = (wanted: ComparedRow['verdict']) => rows.filter(({ verdict }) => verdict === wanted).length;
  return {
    before: sideOf(before),
    after: sideOf(after),
    counts: {
      better: count('BETTER'),
      worse: count('WORSE'),
      same: count('SAME'),
      unclear: count('UNCLEAR'),
    },
    rows,
    unmatched,
    differences: environmentDifferences(figuresOf(before.run), figuresOf(after.run)),
  };
}

function sideOf({ run, provider, plan }: ComparedSide): Comparison['before'] {
  return { run: summarizeRunHead(run), runId: run.id, provider, plan };
}

// ------------------------------------------------------------------------------------------------------------- matching

function match(before: ComparedSide, after: ComparedSide): { couples: Couple[]; unmatched: Unmatched[] } {
  // What both sides name is what they are compared in.
  const compared: (keyof Case)[] = [
    ...(before.provider !== undefined && after.provider !== undefined ? (['provider'] as const) : []),
    ...(before.plan !== undefined && after.plan !== undefined ? (['plan'] as const) : []),
  ];
  const keyOf = (measurement: Measurement) => caseKey(measurement, compared);
  const first = chosen(before);
  const second = chosen(after);
  const partners = new Map(second.map((measurement) => [keyOf(measurement), measurement]));
  const couples: Couple[] = [];
  const unmatched: Unmatched[] = [];
  const lonely = (side: Unmatched['side'], measurement: Measurement, reason: string) => {
    const { model, imageSize, provider, device, plan, dtype, batch, threads } = measurement;
    unmatched.push({
      ...{ side, model, imageSize, provider, device, plan, dtype, batch, threads, reason },
      ...cacheStateOf(measurement),
    });
  };
  for (const measurement of first) {
    const partner = partners.get(keyOf(measurement));
    partners.delete(keyOf(measurement));
    if (partner === undefined) {
      lonely('before', measurement, whyAlone(measurement, second, compared, 'after'));
    } else if (!isMeasured(measurement)) {
      const also = isMeasured(partner) ? '' : `, nor has it a figure after`;
      lonely('before', measurement, `It has no figure before${also}: ${lostMeasurement(measurement).reason}`);
    } else if (!isMeasured(partner)) {
      lonely('before', measurement, `It has no figure after: ${lostMeasurement(partner).reason}`);
    } else if (operationsOf(measurement) !== operationsOf(partner)) {
      lonely(
        'before',
        measurement,
        `The network itself changed: it had ${operationsOf(measurement)} operations and now has ${operationsOf(partner)}.`,
      );
    } else couples.push({ before: measurement, after: partner });
  }
  for (const measurement of partners.values()) {
    lonely('after', measurement, whyAlone(measurement, first, compared, 'before'));
  }
  return { couples, unmatched };
}

function chosen({ run, provider, plan }: ComparedSide): Measurement[] {
  return run.measurements.filter(
    (measurement) =>
      (provider === undefined || measurement.provider === provider) &&
      (plan === undefined || measurement.plan === plan),
  );
}

/** Names what keeps the most similar case of the other side from being its partner. */
function whyAlone(
  wanted: Measurement,
  others: readonly Measurement[],
  compared: readonly (keyof Case)[],
  where: 'before' | 'after',
): string {
  const fields = (
    ['imageSize', 'provider', 'device', 'plan', 'dtype', 'batch', 'threads', 'cacheState'] as const
  ).filter((field) => !compared.includes(field));
  const fieldOf = (measurement: Measurement, field: (typeof fields)[number]) =>
    field === 'cacheState' ? (measurement.cacheState ?? 'in-network') : measurement[field];
  const differing = others
    .filter(({ model }) => model === wanted.model)
    .map((other) => ({
      other,
      unlike: fields.filter((field) => fieldOf(other, field) !== fieldOf(wanted, field)),
    }))
    .sort((a, b) => a.unlike.length - b.unlike.length)[0];
  if (differing === undefined) return `This model was not measured ${where}.`;
  const unlike = differing.unlike.map(
    (field) => `${field} ${fieldOf(differing.other, field)}, not ${fieldOf(wanted, field)}`,
  );
  return `Not the same thing: ${where}, it was measured with ${unlike.join(' and ')}.`;
}

function isMeasured(measurement: Measurement): measurement is Measured {
  return measurement.outcome.status === 'measured';
}

function operationsOf({ outcome }: Measured): number {
  return outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
}

// ----------------------------------------------------------------------------------------------------------------- rows

function noisier(a: RunNoise | null, b: RunNoise | null): RunNoise | null {
  if (a === null || b === null) return a ?? b;
  return a.deviation >= b.deviation ? a : b;
}

function rowOf(
  { before, after }: Couple,
  { verdict, effect, p, reason }: Judged,
  floor: NoiseFloor,
): ComparedRow {
  const { model, imageSize, device, dtype, batch, threads } = before;
  const { outcome: first } = before;
  const { outcome: second } = after;
  return {
    model,
    imageSize,
    device,
    dtype,
    batch,
    threads,
    ...cacheStateOf(before),
    before: figureOf(before),
    after: figureOf(after),
    verdict,
    effect: effectOf(effect, first, second),
    p,
    floor,
    reason,
    kernels: kernelParts(first.kernels, second.kernels),
    blocks: parts(blockTimes(first.kernels), blockTimes(second.kernels)),
  };
}

/** Rounds too few for an interval of their own are drawn again, and their samples with them. */
function effectOf(
  { value, low, high, confidence }: Judged['effect'],
  before: Measured['outcome'],
  after: Measured['outcome'],
): ComparedRow['effect'] {
  if (confidence > 0) return { ratio: value, low, high };
  const roundsOf = (outcome: Measured['outcome']) => {
    const { samplesNs, rounds } = believedSamples(outcome);
    return splitRounds(samplesNs, rounds);
  };
  const drawn = bootstrapRatio(roundsOf(before), roundsOf(after), { resamples: 500 });
  return { ratio: drawn.median, low: drawn.low, high: drawn.high };
}

function figureOf({ id, provider, plan, instructionSet, outcome }: Measured): ComparedFigure {
  const { samplesNs, rounds: lengths } = believedSamples(outcome);
  const rounds = splitRounds(samplesNs, lengths);
  return {
    measurementId: id,
    provider,
    plan,
    instructionSet,
    latencyNs: roundedInterval(rounds),
    p90Ns: lawfulQuantile(samplesNs, 0.9),
    samples: samplesNs.length,
    rounds: rounds.length,
    outliers: countOutliers(samplesNs),
  };
}

/** Only kernels that cover the same operators on both sides: of two plans, few do. */
function kernelParts(
  before: readonly MeasuredKernel[],
  after: readonly MeasuredKernel[],
): ComparedRow['kernels'] {
  const timesOf = (kernels: readonly MeasuredKernel[]) =>
    new Map(kernels.map((kernel) => [kernel.operators.join('\n'), kernel.latencyNs]));
  const later = timesOf(after);
  return before
    .flatMap(({ name, block, operators, latencyNs }) => {
      const part = partOf(name, latencyNs, later.get(operators.join('\n')));
      return part === undefined ? [] : [{ ...part, block }];
    })
    .sort(bySize);
}

/** The time of each block; null where one of its kernels has none. */
function blockTimes(kernels: readonly MeasuredKernel[]): Map<string, number | null> {
  const times = new Map<string, number | null>();
  for (const { block, latencyNs } of kernels) {
    const sum = times.get(block) ?? (times.has(block) ? null : 0);
    times.set(block, sum === null || latencyNs === null ? null : sum + latencyNs);
  }
  return times;
}

function parts(
  before: ReadonlyMap<string, number | null>,
  after: ReadonlyMap<string, number | null>,
): ComparedPart[] {
  return [...before].flatMap(([name, time]) => partOf(name, time, after.get(name)) ?? []).sort(bySize);
}

function partOf(
  name: string,
  beforeNs: number | null,
  afterNs: number | null | undefined,
): ComparedPart | undefined {
  if (beforeNs === null || afterNs === null || afterNs === undefined) return undefined;
  return { name, beforeNs, afterNs, ratio: afterNs / beforeNs };
}

/** What moved the total the most comes first. */
function bySize(a: ComparedPart, b: ComparedPart): number {
  return Math.abs(b.afterNs - b.beforeNs) - Math.abs(a.afterNs - a.beforeNs);
}
