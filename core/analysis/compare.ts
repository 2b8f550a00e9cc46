/** Two runs, or two parts of one (providers, plans, data types), held against each other: like with like, and never a forced verdict. */
import {
  type ComparedFigure,
  type ComparedPart,
  type ComparedParts,
  type ComparedRow,
  type CompareSide,
  type Comparison,
  type NoiseFloor,
  partFields,
  type Unmatched,
} from '../protocol/compare.ts';
import type { Case, Ceilings, MeasuredKernel, RunSummary } from '../protocol/run.ts';
import { bootstrapRatio } from '../statistics/bootstrap.ts';
import { type Estimate, shift } from '../statistics/hodges-lehmann.ts';
import { ceilingValues, noteworthyMove } from './ceiling-history.ts';
import { environmentDifferences } from './environment-differences.ts';
import {
  cacheStateOf,
  caseKey,
  caseOf,
  caseValue,
  type Figure,
  type LostFigure,
  type RunFigures,
} from './figures.ts';
import {
  learnNoise,
  noiseFloor,
  type RunLatencies,
  type RunNoise,
  type TestedProvider,
} from './noise-floor.ts';
import { type Growing, type Judged, type Judging, judge, type Pair } from './verdict.ts';

/** A run with all of its cases, and the samples of those that need them. */
export interface ComparableRun extends RunFigures {
  readonly summary: RunSummary;
  readonly lost: readonly LostFigure[];
  /** That its figures are held against. */
  readonly ceilings: readonly Ceilings[];
  /** By rounds. */
  samplesOf(measurementId: string): number[][];
}

export interface ComparedSide extends Omit<CompareSide, 'runId'> {
  readonly run: ComparableRun;
}

interface Couple {
  readonly before: Figure;
  readonly after: Figure;
}

/**
 * `history`: runs of the machines concerned, oldest first, from which their noise is learned; those compared may be among them. `tested`: what
 * A/A tests found in the surroundings of either side.
 */
export function compareRuns(
  before: ComparedSide,
  after: ComparedSide,
  history: readonly RunLatencies[],
  tested: readonly TestedProvider[] = [],
  judging?: Partial<Judging>,
): Comparison {
  const { couples, unmatched } = match(before, after);
  const noiseOf = learnNoise(history, [before.run.id, after.run.id], tested);
  const pairs = couples.map((couple) => {
    const runs = noisier(
      noiseOf(before.run.machine.id, couple.before),
      noiseOf(after.run.machine.id, couple.after),
    );
    const sameMachine = before.run.machine.id === after.run.machine.id;
    return {
      before: couple.before.roundLowerEndsNs.map(Math.log),
      after: couple.after.roundLowerEndsNs.map(Math.log),
      floor: noiseFloor(runs),
      // That another machine's clock is another is a part of what is compared.
      clockRatio: sameMachine ? clockRatio(couple) : null,
      arithmetic: sameMachine ? arithmeticOf(couple) : null,
      looks: Math.max(couple.before.looks, couple.after.looks),
    };
  });
  const judged = judge(pairs, judging);
  const rows = couples.flatMap((couple, index): ComparedRow[] => {
    const pair = pairs[index];
    const verdict = judged[index];
    if (pair === undefined || verdict === undefined) return [];
    return [rowOf(couple, unlessInDoubt(verdict, couple), pair.floor, before.run, after.run, judging?.grows)];
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
    ceilings: before.run.machine.id === after.run.machine.id ? movedCeilings(before.run, after.run) : [],
    unmatched,
    differences: environmentDifferences(before.run.surroundings, after.run.surroundings),
  };
}

/** Nothing is concluded from what may not be the network's result at all, nor from what something else had a part in. */
function unlessInDoubt(judged: Judged, { before, after }: Couple): Judged {
  const doubt = before.doubt ?? after.doubt;
  if (doubt === null) return judged;
  const side = before.doubt === null ? 'after' : 'before';
  return {
    ...judged,
    verdict: 'UNCLEAR',
    detectableChange: null,
    reason: `The figure ${side} ${doubt}`,
    settling: {
      rounds: null,
      action: `Close other programs, then profile ${side === 'before' ? 'the earlier' : 'the later'} side again.`,
    },
  };
}

/** After over before; null where either is unknown. */
function clockRatio({ before, after }: Couple): number | null {
  return before.clockHz === null || after.clockHz === null ? null : after.clockHz / before.clockHz;
}

/** Null where another provider, data type or number of threads is what is compared: its arithmetic is another. */
function arithmeticOf({ before, after }: Couple): NonNullable<Pair['arithmetic']> | null {
  const isAlike = (['provider', 'dtype', 'threads', 'instructionSet'] as const).every(
    (field) => before[field] === after[field],
  );
  if (!isAlike) return null;
  return { before: before.roundArithmeticPerSecond, after: after.roundArithmeticPerSecond };
}

function movedCeilings(before: ComparableRun, after: ComparableRun): Comparison['ceilings'] {
  const later = ceilingValues(after.ceilings);
  return [...ceilingValues(before.ceilings)].flatMap(
    ([key, { what, level, provider, device, threads, perSecond: was }]) => {
      const is = later.get(key)?.perSecond;
      if (is === undefined || Math.abs(Math.log(is / was)) < Math.log1p(noteworthyMove)) return [];
      return [
        {
          what: `${what} (${provider} ${device}, ${threads} threads)`,
          level,
          before: was,
          after: is,
          ratio: is / was,
        },
      ];
    },
  );
}

function sideOf({ run, ...part }: ComparedSide): Comparison['before'] {
  return { run: run.summary, runId: run.id, ...part };
}

// ------------------------------------------------------------------------------------------------------------- matching

function match(before: ComparedSide, after: ComparedSide): { couples: Couple[]; unmatched: Unmatched[] } {
  const first = chosen(before);
  const second = chosen(after);
  const compared = comparedFields(before, after, first, second);
  const keyOf = (figure: Case) => caseKey(figure, compared);
  const partners = new Map(second.map((figure) => [keyOf(figure), figure]));
  const couples: Couple[] = [];
  const unmatched: Unmatched[] = [];
  const lonely = (side: Unmatched['side'], figure: Case, reason: string) =>
    unmatched.push({ side, ...caseOf(figure), reason });
  for (const figure of first) {
    const key = keyOf(figure);
    const partner = partners.get(key);
    partners.delete(key);
    if (partner === undefined) {
      lonely('before', figure, whyAlone(figure, second, compared, 'after'));
    } else if ('reason' in figure) {
      const also = 'reason' in partner ? ', nor has it a figure after' : '';
      lonely('before', figure, `It has no figure before${also}: ${figure.reason}`);
    } else if ('reason' in partner) {
      lonely('before', figure, `It has no figure after: ${partner.reason}`);
    } else if (figure.operations !== partner.operations) {
      lonely(
        'before',
        figure,
        `The network itself changed: it had ${figure.operations} operations and now has ${partner.operations}.`,
      );
    } else couples.push({ before: figure, after: partner });
  }
  for (const figure of partners.values()) {
    lonely('after', figure, whyAlone(figure, first, compared, 'before'));
  }
  return { couples, unmatched };
}

function chosen({ run, ...part }: ComparedSide): (Figure | LostFigure)[] {
  return [...run.figures, ...run.lost].filter((figure) =>
    partFields.every((field) => part[field] === undefined || figure[field] === part[field]),
  );
}

/** What need not be equal: what both sides name, and what comes with another provider's device. */
function comparedFields(
  before: ComparedSide,
  after: ComparedSide,
  first: readonly Case[],
  second: readonly Case[],
): (keyof Case)[] {
  const named = partFields.filter((field) => before[field] !== undefined && after[field] !== undefined);
  // A processor and a GPU have no device and no threads in common; which is meant is clear where each side has one.
  const placesOf = (side: readonly Case[]) =>
    new Set(side.map(({ device, threads }) => JSON.stringify([device, threads])));
  const devices = new Set(first.map(({ device }) => device));
  const isOtherDevice =
    named.includes('provider') &&
    second.every(({ device }) => !devices.has(device)) &&
    placesOf(first).size === 1 &&
    placesOf(second).size === 1;
  return isOtherDevice ? [...new Set([...named, 'device', 'threads'] as const)] : named;
}

/** Names what keeps the most similar case of the other side from being its partner. */
function whyAlone(
  wanted: Case,
  others: readonly Case[],
  compared: readonly (keyof Case)[],
  where: 'before' | 'after',
): string {
  const fields = (
    ['imageSize', 'provider', 'device', 'plan', 'dtype', 'batch', 'threads', 'cacheState'] as const
  ).filter((field) => !compared.includes(field));
  const differing = others
    .filter(({ model }) => model === wanted.model)
    .map((other) => ({
      other,
      unlike: fields.filter((field) => caseValue(other, field) !== caseValue(wanted, field)),
    }))
    .sort((a, b) => a.unlike.length - b.unlike.length)[0];
  if (differing === undefined) return `This model was not measured ${where}.`;
  const unlike = differing.unlike.map(
    (field) => `${field} ${caseValue(differing.other, field)}, not ${caseValue(wanted, field)}`,
  );
  return `Not the same thing: ${where}, it was measured with ${unlike.join(' and ')}.`;
}

// ----------------------------------------------------------------------------------------------------------------- rows

function noisier(a: RunNoise | null, b: RunNoise | null): RunNoise | null {
  if (a === null || b === null) return a ?? b;
  return a.deviation >= b.deviation ? a : b;
}

function rowOf(
  { before, after }: Couple,
  judged: Judged,
  floor: NoiseFloor,
  first: ComparableRun,
  second: ComparableRun,
  grows: Growing = { before: true, after: true },
): ComparedRow {
  const { model, imageSize, batch } = before;
  const latencyEffect = effectOf(
    shift(before.roundMediansNs.map(Math.log), after.roundMediansNs.map(Math.log)),
    () => [first.samplesOf(before.id), second.samplesOf(after.id)],
  );
  const severalRounds = before.roundLowerEndsNs.length > 1 && after.roundLowerEndsNs.length > 1;
  const disturbance = changeOfDisturbance(judged, latencyEffect, floor);
  return {
    ...{ model, imageSize, batch, ...cacheStateOf(before) },
    before: comparedFigure(before),
    after: comparedFigure(after),
    ...judged,
    effect: severalRounds ? judged.effect : widened(judged.effect, latencyEffect),
    latencyEffect,
    disturbance,
    floor,
    reason: `${judged.reason}${ofMedianAlone(judged, disturbance, latencyEffect)}`,
    settling: judged.settling && {
      ...judged.settling,
      seconds:
        judged.settling.rounds === null
          ? null
          : secondsFor(judged.settling.rounds, [
              ...(grows.before ? [before] : []),
              ...(grows.after ? [after] : []),
            ]),
    },
  };
}

/** A round warms up before it times: for about so long. */
const warmUpSeconds = 0.4;

/** What so many rounds a side take, beyond those that there are. */
function secondsFor(rounds: number, figures: readonly Figure[]): number {
  return figures.reduce((sum, { samples, latencyNs, roundMediansNs }) => {
    const known = roundMediansNs.length;
    const each = (samples * latencyNs.median) / 1e9 / known + warmUpSeconds;
    return sum + Math.max(0, rounds - known) * each;
  }, 0);
}

/** Whether what a user waits for changed by more than what the machine can do did. */
function changeOfDisturbance(
  { effect }: Judged,
  { ratio, low, high }: ComparedRow['latencyEffect'],
  { threshold }: NoiseFloor,
): ComparedRow['disturbance'] {
  if (low > 1 && ratio / effect.ratio > 1 + threshold) return 'more';
  return high < 1 && effect.ratio / ratio > 1 + threshold ? 'less' : null;
}

function ofMedianAlone(
  { verdict }: Judged,
  disturbance: ComparedRow['disturbance'],
  { ratio }: ComparedRow['latencyEffect'],
): string {
  if (disturbance === null || verdict === 'BETTER' || verdict === 'WORSE') return '';
  const change = `${disturbance} disturbed: the median latency ${disturbance === 'more' ? 'rose' : 'fell'} by ${(100 * Math.abs(ratio - 1)).toFixed(1)}%.`;
  if (verdict === 'UNCLEAR') return ` It was ${change}`;
  return ` No ${disturbance === 'more' ? 'slower' : 'faster'} when left alone, but ${change}`;
}

/** Of one round the samples alone say how far off it may be. */
function widened(
  { ratio }: Judged['effect'],
  { low, high }: ComparedRow['latencyEffect'],
): ComparedRow['effect'] {
  return { ratio, low: Math.min(ratio, low), high: Math.max(ratio, high) };
}

/** Rounds too few for an interval of their own are drawn again, and their samples with them. */
function effectOf(
  { value, low, high, confidence }: Estimate,
  samples: () => readonly [number[][], number[][]],
): ComparedRow['latencyEffect'] {
  if (confidence > 0) return { ratio: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
  const drawn = bootstrapRatio(...samples(), { resamples: 500 });
  return { ratio: drawn.median, low: drawn.low, high: drawn.high };
}

function comparedFigure(figure: Figure): ComparedFigure {
  const { id, provider, device, plan, dtype, threads } = figure;
  const { instructionSet, latencyNs, undisturbedNs, p90Ns, samples, roundMediansNs, outliers } = figure;
  return {
    measurementId: id,
    ...{ provider, device, plan, dtype, threads },
    instructionSet,
    latencyNs,
    undisturbedNs,
    p90Ns,
    samples,
    rounds: roundMediansNs.length,
    outliers,
  };
}

/** Two measurements, part by part: what moved the total the most comes first. */
export function compareParts(
  before: readonly MeasuredKernel[],
  after: readonly MeasuredKernel[],
): ComparedParts {
  return {
    kernels: kernelParts(before, after),
    blocks: parts(blockTimes(before), blockTimes(after)),
  };
}

/** Only kernels that cover the same operators on both sides: of two plans, few do. */
function kernelParts(
  before: readonly MeasuredKernel[],
  after: readonly MeasuredKernel[],
): ComparedParts['kernels'] {
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
