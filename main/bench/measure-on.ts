/** Measures on what runs have measured before, row by row of a comparison, until each row has its verdict or the time is over. */
import type { DeviceCalibration, MeasuredMeasurement } from '../../core/protocol/run.ts';
import { shuffle } from '../../core/statistics/seeded-random.ts';
import type { PlannedCase } from './cases.ts';
import { visitAgain, visitOf, withRound } from './measure-case.ts';
import type { DescribedProvider, RunEnd, RunStep, SchedulerSettings } from './run-work.ts';
import { settle } from './settle.ts';

/** A stored figure that can grow here. */
export interface GrowingFigure {
  readonly runId: string;
  readonly measurement: MeasuredMeasurement;
  readonly planned: PlannedCase;
  readonly provider: DescribedProvider;
  /** Of its run: a network is planned by the same ceilings again. */
  readonly calibrations: readonly DeviceCalibration[];
}

/** A row of a comparison without a verdict: the sides of it that grow, by so many rounds until somebody looks again. */
export interface OpenRow {
  readonly figures: readonly GrowingFigure[];
  readonly rounds: number;
  /** Of one round of all its figures. */
  readonly secondsPerRound: number;
  /** The forecast, until it has its verdict. */
  readonly seconds: number;
}

export interface MeasureOnWork {
  readonly providers: readonly DescribedProvider[];
  /** Looks at what is stored: the rows without a verdict that more rounds may give one. */
  readonly look: () => readonly OpenRow[];
  readonly keep: (runId: string, measurement: MeasuredMeasurement) => void;
  readonly budgetSeconds: number;
  readonly settings: SchedulerSettings;
  readonly random: () => number;
  readonly tell: (step: Partial<RunStep>) => void;
  readonly signal: AbortSignal;
}

export async function measureOn(work: MeasureOnWork): Promise<RunEnd> {
  const { settings, budgetSeconds, providers, signal, tell } = work;
  const remarks: string[] = [];
  const lost = new Set<string>();
  try {
    tell({ current: 'waiting for the machine to be quiet' });
    await settle(settings.telemetry, {
      longestSeconds: settings.settleSeconds ?? Math.min(30, budgetSeconds / 8),
      providerId: providers[0]?.process.processId,
      signal,
    });
    const beganMs = performance.now();
    const elapsed = () => (performance.now() - beganMs) / 1000;
    const first = work.look().length;
    for (;;) {
      const open = work
        .look()
        .filter(({ figures }) => figures.every(({ measurement }) => !lost.has(measurement.id)));
      if (open.length === 0) break;
      const grown = new Map<string, MeasuredMeasurement>();
      const most = Math.max(...open.map(({ rounds }) => rounds));
      for (let round = 0; round < most; round++) {
        const due = open.filter(({ rounds }) => round < rounds);
        shuffle(due, work.random);
        for (const row of due) {
          if (elapsed() + row.secondsPerRound > budgetSeconds) {
            remarks.push(
              `The time of ${Math.round(budgetSeconds / 60)} min was over before all rows had a verdict.`,
            );
            return { status: 'finished', reason: remarks.join(' ') };
          }
          const remaining = Math.min(budgetSeconds - elapsed(), sum(open.map(({ seconds }) => seconds)));
          tell({
            phase: 'measuring',
            casesDone: first - open.length,
            casesTotal: first,
            fraction: elapsed() / Math.max(1, elapsed() + remaining),
            elapsedSeconds: elapsed(),
            remainingSeconds: remaining,
          });
          // A B B A: what drifts favours neither.
          const order = round % 2 === 0 ? row.figures : row.figures.toReversed();
          for (const figure of order) {
            const id = figure.measurement.id;
            if (lost.has(id)) continue;
            const reason = await addRound(work, figure, grown);
            if (reason === null) continue;
            lost.add(id);
            remarks.push(`${figure.planned.case.model} could not be measured on: ${reason}`);
          }
        }
      }
      // What a start brings along, where memory comes to lie above all, is another one for the rounds of the next look.
      await Promise.all(providers.map(({ process }) => process.close()));
    }
    return { status: 'finished', reason: remarks.length === 0 ? null : remarks.join(' ') };
  } catch (error) {
    if (signal.aborted) return { status: 'cancelled', reason: 'It was ended by its user.' };
    throw error;
  } finally {
    await Promise.all(providers.map(({ process }) => process.close()));
  }
}

/** Why there is none, or null. The first round of a look counts the look: whoever stops between two has looked as well. */
async function addRound(
  { settings, signal, tell, keep }: MeasureOnWork,
  { runId, measurement, planned, provider, calibrations }: GrowingFigure,
  grown: Map<string, MeasuredMeasurement>,
): Promise<string | null> {
  const { timing, silenceMs, telemetry } = settings;
  const known = grown.get(measurement.id);
  const { model, plan } = planned.case;
  try {
    const round = await visitAgain(
      visitOf({
        provider: provider.process,
        planned,
        calibrations,
        timing,
        request: { silenceMs, signal },
        telemetry,
        note: (what) =>
          tell({ current: `${model} ${plan}: ${what}, round ${roundsOf(known ?? measurement) + 1}` }),
      }),
    );
    const next = known ?? withLook(measurement);
    const more = { ...next, outcome: withRound(next.outcome, round) };
    grown.set(measurement.id, more);
    keep(runId, more);
    return null;
  } catch (error) {
    if (signal.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function withLook(measurement: MeasuredMeasurement): MeasuredMeasurement {
  const { outcome } = measurement;
  return { ...measurement, outcome: { ...outcome, looks: (outcome.looks ?? 0) + 1 } };
}

function roundsOf({ outcome }: MeasuredMeasurement): number {
  return outcome.rounds?.length ?? 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
