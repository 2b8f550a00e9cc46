/**
 * Executes a run: ceilings first and once more at the end, between them every case in several rounds, each in another order,
 * so that a slow minute does not fall on one model alone. Whatever a provider does wrong loses its own case:
 * the program is started again and the run goes on.
 */

import { disturbedRounds } from '../../core/analysis/disturbance.ts';
import { isKnownWithin } from '../../core/analysis/precision.ts';
import { mostRounds } from '../../core/analysis/verdict.ts';
import type { Settling } from '../../core/protocol/conditions.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { DeviceCalibration, MeasuredMeasurement, Measurement } from '../../core/protocol/run.ts';
import { roundsForInterval } from '../../core/statistics/rounds.ts';
import { seededRandom, shuffle } from '../../core/statistics/seeded-random.ts';
import type { PlannedCase } from './cases.ts';
import { Forecast } from './forecast.ts';
import { type Visit, visitAgain, visitFirst, visitOf, WrongAnswer, withRound } from './measure-case.ts';
import { endedForMemory, whyTooLarge } from './memory-need.ts';
import { mergeCalibrations } from './merge-calibrations.ts';
import {
  ProviderAbsent,
  type ProviderConnection,
  ProviderCrash,
  ProviderRequestError,
} from './provider-connection.ts';
import {
  type DescribedProvider,
  defaultSettings,
  type RunEnd,
  type RunSink,
  type RunStep,
  type RunWork,
  type SchedulerSettings,
} from './run-work.ts';
import { settle } from './settle.ts';
import { startAttempts, startProvider } from './start-provider.ts';

const longestSettleSeconds = 30;
const settleShare = 1 / 8;

const progressIntervalMs = 500;
const mostExtraRounds = 3;
/** First guesses, replaced by experience. */
export const guessedCalibrationSeconds = 6;
export const guessedFirstVisitSeconds = 5;

export async function executeRun(work: RunWork, sink: RunSink, signal: AbortSignal): Promise<RunEnd> {
  // What the sink throws at a timer has nobody to catch it: it ends the run in order, and is thrown from here.
  const broken = new AbortController();
  const scheduler = new Scheduler(work, sink, AbortSignal.any([signal, broken.signal]));
  const timer = setInterval(() => {
    try {
      scheduler.tell();
    } catch (error) {
      broken.abort(error);
    }
  }, progressIntervalMs);
  try {
    const end = await scheduler.run();
    broken.signal.throwIfAborted();
    return end;
  } finally {
    clearInterval(timer);
    await Promise.all(work.providers.map(({ process }) => process.close()));
  }
}

interface Entry {
  readonly id: string;
  readonly planned: PlannedCase;
  readonly provider: DescribedProvider;
  /** What the rounds so far gave; absent where the first failed, or is still to come. */
  measured?: MeasuredMeasurement;
}

class RunFailed extends Error {}

class Scheduler {
  /** As they were before the first case: every visit to a case is planned by the same. */
  private calibrations: readonly DeviceCalibration[] = [];
  private readonly work: RunWork;
  private readonly sink: RunSink;
  private readonly signal: AbortSignal;
  private readonly settings: SchedulerSettings;
  private readonly forecast = new Forecast();
  private readonly entries: readonly Entry[];
  private readonly remarks: string[] = [];
  /** Why nothing more is asked of a provider: only its user could have brought it back, and did not. */
  private readonly givenUp = new Map<DescribedProvider, string>();
  private phase: RunStep['phase'] = 'calibrating';
  private current = '';
  /** What rounds beyond the usual ones are for. */
  private further = 'in place of a disturbed one';
  private casesDone = 0;
  /** Of programs, for want of memory, so far; null where the system does not tell. */
  private memoryKills: number | null = null;

  constructor(work: RunWork, sink: RunSink, signal: AbortSignal) {
    this.work = work;
    this.sink = sink;
    this.signal = signal;
    this.remarks.push(...(work.remarks ?? []));
    this.settings = { ...defaultSettings, ...work.settings };
    this.entries = work.cases.map((planned, index) => {
      const provider = work.providers.find(
        ({ description }) => description.provider === planned.case.provider,
      );
      if (provider === undefined) throw new Error(`no provider ${planned.case.provider}`);
      return { id: `${work.runId}-${index + 1}`, planned, provider };
    });
  }

  async run(): Promise<RunEnd> {
    for (const { description } of this.work.providers) {
      this.forecast.expect(description.provider, guessedCalibrationSeconds);
      this.forecast.expect(`${description.provider} again`, guessedCalibrationSeconds);
    }
    const { rounds, timing } = this.settings;
    for (const { id } of this.entries) {
      this.forecast.expect(stepOf(id, 1), guessedFirstVisitSeconds);
      for (let round = 2; round <= rounds; round++) {
        this.forecast.expect(stepOf(id, round), timing.minSeconds + 2 * timing.warmupSeconds);
      }
    }
    await this.countMemoryKills();
    try {
      const settling = await this.settle();
      const calibrated = await this.calibrate(settling);
      this.phase = 'measuring';
      let order = await this.firstRound();
      // From the run's id, so that the order can be told again.
      const random = seededRandom(hashOf(this.work.runId));
      for (let round = 2; round <= rounds; round++) {
        order = nextOrder(order, random);
        if (!(await this.furtherRound(order, round))) break;
      }
      await this.roundsInPlaceOfDisturbed(order, random);
      await this.roundsUntilPrecise(order, random);
      this.casesDone = this.entries.length;
      this.phase = 'finishing';
      await this.calibrateAgain(calibrated);
      this.current = 'finishing';
      this.tell();
      return { status: 'finished', reason: this.remarks.length === 0 ? null : this.remarks.join(' ') };
    } catch (error) {
      if (this.signal.aborted) return { status: 'cancelled', reason: 'It was ended by its user.' };
      if (error instanceof RunFailed) return { status: 'failed', reason: error.message };
      throw error;
    }
  }

  tell(): void {
    this.sink.step({
      phase: this.phase,
      casesDone: this.casesDone,
      casesTotal: this.entries.length,
      fraction: this.forecast.fraction(),
      current: this.current,
      elapsedSeconds: this.forecast.elapsedSeconds(),
      remainingSeconds: this.forecast.remainingSeconds(),
    });
  }

  private say(current: string): void {
    this.current = current;
  }

  private async settle(): Promise<Settling> {
    this.say('waiting for the machine to be quiet');
    this.tell();
    const { budgetSeconds, providers } = this.work;
    const { settleSeconds, telemetry: source } = this.settings;
    return settle(source, {
      longestSeconds: settleSeconds ?? Math.min(longestSettleSeconds, settleShare * budgetSeconds),
      // The others, if there are more, wait for what they will be asked.
      providerId: providers[0]?.process.processId,
      signal: this.signal,
    });
  }

  private async calibrate(settling: Settling): Promise<readonly DeviceCalibration[]> {
    const calibrated: DeviceCalibration[] = [];
    for (const { process, description } of this.work.providers) {
      this.say(`measuring the ceilings of ${deviceOf(description)}`);
      this.tell();
      this.forecast.begin(description.provider);
      calibrated.push({ description, ...(await this.calibrationOf(process)), settling });
      this.forecast.end(description.provider);
      this.sink.calibrated(calibrated);
    }
    const failures = calibrated.filter(({ calibration }) => calibration === null);
    // Without ceilings there is nothing to hold a latency against.
    if (failures.length === calibrated.length) {
      throw new RunFailed(
        `The ceilings could not be measured: ${failures.map(({ reason }) => reason).join(' ')}`,
      );
    }
    this.calibrations = calibrated;
    return calibrated;
  }

  /** A ceiling that was measured while something else was running would be too low, and every efficiency too high. */
  private async calibrateAgain(calibrated: readonly DeviceCalibration[]): Promise<void> {
    let merged = calibrated;
    for (const provider of this.work.providers) {
      if (this.givenUp.has(provider)) continue;
      const { process, description } = provider;
      const step = `${description.provider} again`;
      this.say(`measuring the ceilings of ${deviceOf(description)} once more`);
      this.tell();
      this.forecast.begin(step);
      const { calibration, reason } = await this.calibrationOf(process);
      this.forecast.end(step);
      if (calibration === null) {
        this.remarks.push(`The ceilings could not be measured a second time: ${reason}`);
        continue;
      }
      merged = merged.map((known) =>
        known.description.provider === description.provider
          ? { ...known, calibration: mergeCalibrations(known.calibration, calibration), reason: null }
          : known,
      );
      this.sink.calibrated(merged);
    }
  }

  private async calibrationOf(
    provider: ProviderConnection,
  ): Promise<Pick<DeviceCalibration, 'calibration' | 'reason'>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { secondsPerCeiling, silenceMs } = this.settings;
        const request = { silenceMs, signal: this.signal };
        const asked = secondsPerCeiling === undefined ? {} : { secondsPerCeiling };
        return { calibration: await provider.request('calibrate', asked, request), reason: null };
      } catch (error) {
        if (this.signal.aborted) throw error;
        // A refusal is an answer; only a program that died is asked again.
        const isFinal = error instanceof ProviderRequestError || error instanceof ProviderAbsent;
        if (isFinal || attempt === startAttempts) {
          return { calibration: null, reason: messageOf(error) };
        }
      }
    }
  }

  /** Returns the cases that another round can add to. */
  private async firstRound(): Promise<readonly Entry[]> {
    for (const entry of this.entries) {
      const step = stepOf(entry.id, 1);
      this.forecast.begin(step);
      const measurement = await this.attempt(entry);
      this.forecast.end(step);
      this.sink.measured(measurement);
      if (isMeasured(measurement)) entry.measured = measurement;
      else {
        this.casesDone += 1;
        this.dropRounds([entry], 2);
      }
    }
    return this.entries.filter(({ measured }) => measured !== undefined);
  }

  /** False where there is no time for it; then none of it was done. */
  private async furtherRound(entries: readonly Entry[], round: number): Promise<boolean> {
    const seconds = this.forecast.secondsOf([
      ...entries.map(({ id }) => stepOf(id, round)),
      ...this.work.providers.map(({ description }) => `${description.provider} again`),
    ]);
    if (this.forecast.elapsedSeconds() + seconds > this.work.budgetSeconds) {
      if (round === 2) this.remarks.push('There was no time for a second round.');
      this.dropRounds(entries, round);
      return false;
    }
    for (const entry of entries) {
      const step = stepOf(entry.id, round);
      this.forecast.begin(step);
      await this.visitAgain(entry, round);
      this.forecast.end(step);
      if (round === this.settings.rounds) this.casesDone += 1;
    }
    return true;
  }

  /** Where too few rounds were quiet, some more may be: as many as there is time for, to a limit. */
  private async roundsInPlaceOfDisturbed(entries: readonly Entry[], random: () => number): Promise<void> {
    const { rounds, timing } = this.settings;
    if (rounds < roundsForInterval) return;
    for (let round = rounds + 1; round <= rounds + mostExtraRounds; round++) {
      const disturbed = nextOrder(entries.filter(hasTooFewQuietRounds), random);
      for (const { id } of disturbed) {
        this.forecast.expect(stepOf(id, round), timing.minSeconds + 2 * timing.warmupSeconds);
      }
      if (disturbed.length === 0) return;
      if (await this.furtherRound(disturbed, round)) continue;
      for (const { id } of disturbed) this.forecast.end(stepOf(id, round));
      return;
    }
  }

  /** More of what is not known well enough. */
  private async roundsUntilPrecise(entries: readonly Entry[], random: () => number): Promise<void> {
    const { precision } = this.work;
    if (precision === undefined) return;
    this.further = `for ±${+(100 * precision).toFixed(1)}%`;
    const { timing } = this.settings;
    const measured = entries.flatMap((entry) => entry.measured?.outcome.rounds?.length ?? []);
    for (let round = Math.max(0, ...measured) + 1; ; round++) {
      const open = nextOrder(
        entries.filter(
          ({ measured: known }) => known !== undefined && !isKnownWithin(known.outcome, precision),
        ),
        random,
      );
      if (open.length === 0) return;
      for (const { id } of open) {
        this.forecast.expect(stepOf(id, round), timing.minSeconds + 2 * timing.warmupSeconds);
      }
      if (round <= mostRounds && (await this.furtherRound(open, round))) continue;
      for (const { id } of open) this.forecast.end(stepOf(id, round));
      this.remarks.push(
        `${open.length} of ${entries.length} results are less certain than the ±${+(100 * precision).toFixed(1)}% asked for: there was no time for more rounds.`,
      );
      return;
    }
  }

  /** From this round on there will be none: nothing waits for them any more. */
  private dropRounds(entries: readonly Entry[], from: number): void {
    for (let round = from; round <= this.settings.rounds; round++) {
      for (const { id } of entries) this.forecast.end(stepOf(id, round));
    }
  }

  /** The first visit, and how it ended. Rejects where the user ended the run, or the provider does not come up again. */
  private async attempt(entry: Entry): Promise<Measurement> {
    const { planned, provider, id } = entry;
    const startedAt = new Date().toISOString();
    const head = { ...planned.case, id, startedAt };
    const lost = (reason: string, error: unknown): Measurement => ({
      ...head,
      instructionSet: 'unknown',
      outcome: {
        status: 'failed',
        reason,
        error: error instanceof ProviderRequestError ? error.error : null,
      },
    });
    const absent = this.givenUp.get(provider);
    if (absent !== undefined) return lost(absent, undefined);
    const { memoryBytes = Number.POSITIVE_INFINITY } = this.work;
    // A GPU has memory of its own, of which its provider knows.
    const isCpu = provider.description.devices[0]?.kind === 'cpu';
    const tooLarge = isCpu ? whyTooLarge(planned, memoryBytes) : undefined;
    if (tooLarge !== undefined) return lost(tooLarge, undefined);
    try {
      const visit = await visitFirst(this.visit(entry, 1));
      const { instructionSet, verification } = visit;
      if (!visit.correct) return { ...head, instructionSet, outcome: { status: 'incorrect', verification } };
      const { kernels, round } = visit;
      const { latencyNs: samplesNs, warmupPasses, timerResolutionNs } = round.measured;
      const rounds = [samplesNs.length];
      return {
        ...head,
        instructionSet,
        outcome: {
          status: 'measured',
          samplesNs,
          rounds,
          conditions: [round.conditions],
          warmupPasses,
          timerResolutionNs,
          kernels,
          verification,
        },
      };
    } catch (error) {
      return lost(await this.survive(error, provider), error);
    }
  }

  /** Adds this round's samples. What goes wrong here costs these samples, not those of the rounds before. */
  private async visitAgain(entry: Entry, round: number): Promise<void> {
    const { measured } = entry;
    if (measured === undefined || this.givenUp.has(entry.provider)) return;
    try {
      const again = await visitAgain(this.visit(entry, round));
      entry.measured = { ...measured, outcome: withRound(measured.outcome, again) };
    } catch (error) {
      const reason = await this.survive(error, entry.provider);
      this.remarks.push(`Round ${round} of ${nameOf(entry.planned)} was lost: ${reason}`);
      return;
    }
    this.sink.measured(entry.measured);
  }

  private visit({ planned, provider }: Entry, round: number): Visit {
    return visitOf({
      provider: provider.process,
      planned,
      calibrations: this.calibrations,
      timing: this.settings.timing,
      request: { silenceMs: this.settings.silenceMs, signal: this.signal },
      telemetry: this.settings.telemetry,
      note: (what) => this.say(`${nameOf(planned)}: ${what}, ${this.placeOf(round)}`),
    });
  }

  private placeOf(round: number): string {
    const { rounds } = this.settings;
    return round > rounds ? `round ${round} ${this.further}` : `round ${round} of ${rounds}`;
  }

  private async countMemoryKills(): Promise<number | null> {
    this.memoryKills = (await this.settings.telemetry.memoryKills?.()) ?? null;
    return this.memoryKills;
  }

  /** A program that was ended for want of memory has no last words: the system counts it. */
  private async whyCrashed(error: ProviderCrash): Promise<string> {
    const before = this.memoryKills;
    const now = await this.countMemoryKills();
    const isForMemory = now !== null && before !== null && now > before;
    return isForMemory ? `${error.message} ${endedForMemory(this.work.memoryBytes)}` : error.message;
  }

  /** What to tell of a failure that the run outlives; throws on where it does not. Afterwards the provider is up. */
  private async survive(error: unknown, provider: DescribedProvider): Promise<string> {
    if (this.signal.aborted) throw error;
    if (error instanceof WrongAnswer || error instanceof ProviderRequestError) return error.message;
    if (!(error instanceof ProviderCrash)) throw error;
    const reason = await this.whyCrashed(error);
    try {
      await startProvider(provider.process, this.signal);
    } catch (again) {
      if (this.signal.aborted) throw again;
      if (again instanceof ProviderAbsent) {
        this.givenUp.set(provider, again.message);
        if (this.givenUp.size < this.work.providers.length) {
          this.remarks.push(`The provider ${provider.description.provider} was given up: ${again.message}`);
          return reason;
        }
      }
      throw new RunFailed(
        `The provider ${provider.description.provider} did not start again after a failure: ${messageOf(again)}`,
      );
    }
    return reason;
  }
}

/** Shuffled, and begun with another case than before: heat and drift favour none, and none is measured twice in succession. */
function nextOrder(order: readonly Entry[], random: () => number): readonly Entry[] {
  const next = [...order];
  shuffle(next, random);
  const last = order.at(-1);
  if (next.length > 1 && next[0] === last) next.push(...next.splice(0, 1));
  return next;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}

function deviceOf(description: ProviderDescription): string {
  return description.devices[0]?.name ?? description.provider;
}

function stepOf(entryId: string, round: number): string {
  return `${entryId} round ${round}`;
}

function isMeasured(measurement: Measurement): measurement is MeasuredMeasurement {
  return measurement.outcome.status === 'measured';
}

function hasTooFewQuietRounds({ measured }: Entry): boolean {
  const conditions = measured?.outcome.conditions ?? [];
  const quiet = disturbedRounds(conditions).filter((found) => found.length === 0).length;
  return measured !== undefined && quiet < roundsForInterval;
}

function nameOf({ case: { model, plan, dtype, batch } }: PlannedCase): string {
  return [model, plan, dtype, ...(batch === 1 ? [] : [`batch ${batch}`])].join(' ');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
