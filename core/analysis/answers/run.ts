/** The answer of a run: whether it is valid, how much of the machine its networks reach, and what to do next. */
import { formatOperationsPerSecond } from '../../format/units.ts';
import type { MeasurementSummary, RunReport } from '../../protocol/run.ts';
import { caseKey } from '../figures.ts';
import { leastChange } from '../noise-floor.ts';
import { type Cause, doubtful, groupWarnings, type WarningGroup } from './warnings.ts';
import { counted } from './wording.ts';

type Report = Pick<RunReport, 'run' | 'measurements' | 'lost' | 'ceilings'>;

export type Validity = 'reliable' | 'partly' | 'unreliable' | 'nothing';

export interface RunAnswer {
  readonly validity: Validity;
  /** `NOT RELIABLE`. */
  readonly headline: string;
  /** Follows the headline: `9 of 10 results were disturbed by other programs.` */
  readonly why: string;
  /** How much of the peak is reached, and which plan is faster. */
  readonly sentences: readonly string[];
  readonly next: NextStep;
  readonly warnings: readonly WarningGroup[];
}

export interface NextStep {
  readonly kind: 'repeat' | 'look';
  readonly sentence: string;
  /** To look at; null to repeat the run. */
  readonly measurementId: string | null;
}

export function runAnswer(report: Report): RunAnswer {
  const { measurements, lost } = report;
  const warnings = groupWarnings(measurements);
  const reached = reachedSentences(report);
  if (measurements.length === 0) {
    return {
      validity: 'nothing',
      headline: 'NOTHING MEASURED',
      why: lost[0] === undefined ? 'The run ended before its first result.' : lost[0].reason,
      sentences: [],
      next: { kind: 'repeat', sentence: 'Profile again.', measurementId: null },
      warnings,
    };
  }
  const inDoubt = doubtful(measurements);
  return {
    ...validityOf(measurements, inDoubt, lost.length),
    sentences: [...reached, ...planSentences(measurements)],
    next: nextStep(report, inDoubt),
    warnings,
  };
}

function validityOf(
  measurements: readonly MeasurementSummary[],
  inDoubt: readonly MeasurementSummary[],
  lost: number,
): Pick<RunAnswer, 'validity' | 'headline' | 'why'> {
  const all = measurements.length;
  const without = lost === 0 ? '' : ` ${counted(lost, 'case')} gave no result.`;
  if (inDoubt.length === 0) {
    const results = all === 1 ? 'The result is' : `All ${all} results are`;
    return {
      validity: 'reliable',
      headline: 'RELIABLE',
      why: `${results} undisturbed and verified.${without}`,
    };
  }
  const isMost = inDoubt.length > all / 2;
  return {
    validity: isMost ? 'unreliable' : 'partly',
    headline: isMost ? 'NOT RELIABLE' : 'PARTLY RELIABLE',
    why:
      all === 1
        ? `The result ${disturbedBy(inDoubt, false)}.${without}`
        : `${inDoubt.length} of ${all} results ${disturbedBy(inDoubt, inDoubt.length > 1)}.${without}`,
  };
}

/** Others' work explains what is unsteady, so it is named before it. */
const order: readonly Cause[] = ['programs', 'host', 'quota', 'memory', 'clock', 'unsteady', 'numbers'];

const causes: Readonly<Record<Cause, (isMany: boolean) => string>> = {
  programs: (many) => `${were(many)} disturbed by other programs`,
  host: (many) => `${were(many)} disturbed by other guests of the host`,
  quota: (many) => `${were(many)} stopped by the quota of CPU time`,
  memory: (many) => `${were(many)} slowed down by a lack of memory`,
  clock: (many) => `${were(many)} slowed down by a lower clock`,
  unsteady: (many) => `${many ? 'are' : 'is'} unsteady, by other work or a changing clock`,
  numbers: (many) => `${many ? 'do' : 'does'} not fit the checks`,
};

function were(isMany: boolean): string {
  return isMany ? 'were' : 'was';
}

function mainCause(inDoubt: readonly MeasurementSummary[]): Cause {
  const groups = groupWarnings(inDoubt).filter(({ doubtsLatency }) => doubtsLatency);
  const results = (cause: Cause) =>
    new Set(groups.filter((group) => group.cause === cause).flatMap(({ measurementIds }) => measurementIds))
      .size;
  // What was seen in a third of them explains the rest better than that they are unsteady.
  const isSeen = (cause: Cause) => cause !== 'unsteady' && 3 * results(cause) >= inDoubt.length;
  const [first] = order.filter(isSeen).sort((a, b) => results(b) - results(a));
  return first ?? 'unsteady';
}

function disturbedBy(inDoubt: readonly MeasurementSummary[], isMany: boolean): string {
  return causes[mainCause(inDoubt)](isMany);
}

const remedies: Readonly<Record<Cause, string>> = {
  programs: 'Close other programs and repeat.',
  host: 'Repeat when the host is less busy.',
  quota: 'Raise the quota of CPU time, or use fewer threads, and repeat.',
  memory: 'Close programs that use much memory and repeat.',
  clock: 'Check power profile and cooling, and repeat.',
  unsteady: 'Close other programs and repeat.',
  numbers: 'Repeat on a quiet machine.',
};

function nextStep({ measurements }: Report, inDoubt: readonly MeasurementSummary[]): NextStep {
  if (inDoubt.length > measurements.length / 2) {
    return { kind: 'repeat', sentence: remedies[mainCause(inDoubt)], measurementId: null };
  }
  const furthest = furthestFromLimit(measurements.filter((one) => !inDoubt.includes(one)));
  return {
    kind: 'look',
    sentence: furthest === undefined ? '' : `See which layers of ${furthest.model} lose most.`,
    measurementId: furthest?.id ?? null,
  };
}

/** The least efficient one. */
export function furthestFromLimit(
  measurements: readonly MeasurementSummary[],
): MeasurementSummary | undefined {
  return measurements.toSorted((a, b) => a.efficiency - b.efficiency)[0];
}

function reachedSentences({ measurements, ceilings }: Report): string[] {
  const furthest = furthestFromLimit(measurements);
  if (furthest === undefined) return [];
  const efficiencies = measurements.map(({ efficiency }) => 100 * efficiency);
  const [low, high] = [Math.min(...efficiencies).toFixed(0), Math.max(...efficiencies).toFixed(0)];
  const [peak, ...others] = new Set(ceilings.map(({ peakOperationsPerSecond }) => peakOperationsPerSecond));
  const whose =
    peak !== undefined && others.length === 0
      ? `this machine’s ${formatOperationsPerSecond(peak)}`
      : 'the peaks that they are held against';
  if (measurements.length === 1) return [`${furthest.model} reaches ${high}% of ${whose}.`];
  return [
    `Networks reach ${low === high ? low : `${low}–${high}`}% of ${whose}; ${furthest.model} (${furthest.plan}) is furthest from its limit.`,
  ];
}

/** Fused or layerwise: shown only by undisturbed latencies whose intervals do not overlap, and which differ by the least change that counts. */
function planSentences(measurements: readonly MeasurementSummary[]): string[] {
  const pairs = [...Map.groupBy(measurements, (one) => caseKey(one, ['plan'])).values()].flatMap((same) => {
    const layerwise = same.find(({ plan }) => plan === 'layerwise');
    const fused = same.find(({ plan }) => plan === 'fused');
    return layerwise === undefined || fused === undefined ? [] : [fasterPlan(layerwise, fused)];
  });
  if (pairs.length === 0) return [];
  const count = (which: (typeof pairs)[number]) => pairs.filter((pair) => pair === which).length;
  const [fused, layerwise, open] = [count('fused'), count('layerwise'), count('open')];
  const all = counted(pairs.length, 'network');
  if (open === pairs.length) {
    return [
      `Fused or layerwise: neither is shown to be faster for ${pairs.length === 1 ? 'the network' : `any of the ${all}`}.`,
    ];
  }
  const faster = [
    ...(fused > 0 ? [`fused is faster for ${fused}`] : []),
    ...(layerwise > 0 ? [`layerwise is faster for ${layerwise}`] : []),
    ...(open > 0 ? [`${open} ${open === 1 ? 'is' : 'are'} not decided`] : []),
  ];
  return [`Of ${all}: ${faster.join(', ')}.`];
}

function fasterPlan(
  layerwise: MeasurementSummary,
  fused: MeasurementSummary,
): 'fused' | 'layerwise' | 'open' {
  const [l, f] = [layerwise.undisturbedNs, fused.undisturbedNs];
  if (f.high < l.low && l.estimate / f.estimate >= 1 + leastChange) return 'fused';
  if (l.high < f.low && f.estimate / l.estimate >= 1 + leastChange) return 'layerwise';
  return 'open';
}
