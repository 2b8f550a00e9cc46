/** The one run of this process: begins it, follows it, ends it, and stores what it gives. */
import { noiseSuite, verifySuite } from '../../core/analysis/noise-test.ts';
import type { Model } from '../../core/models/zoo.ts';
import {
  ApiError,
  type ApiEvent,
  type ApiEventPayload,
  type ConditionsSample,
  type ProviderName,
  providerNames,
  type RunProgress,
} from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Case, Environment, NoiseTest } from '../../core/protocol/run.ts';
import { usableMemoryBytes } from '../machine/cgroup.ts';
import { detectMachine } from '../machine/detect.ts';
import { newRunId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { BenchPages } from './bench-pages.ts';
import { budgetOf, type ParsedRunRequest, type PlannedCase, planCases, selectModels } from './cases.ts';
import { chosenCpus, cpusOfDevice } from './chosen-cores.ts';
import { ConditionsTrace } from './conditions-trace.ts';
import { untestedOf, wantsNoiseTest } from './noise-due.ts';
import { defaultNoiseTiming, noiseCases, testNoise } from './noise-test.ts';
import { ProviderAbsent, type ProviderConnection } from './provider-connection.ts';
import { findProvider, openProvider } from './providers.ts';
import {
  type DescribedProvider,
  defaultSettings,
  type RunEnd,
  type RunStep,
  type RunWork,
  type SchedulerSettings,
} from './run-work.ts';
import { executeRun } from './scheduler.ts';
import { settle } from './settle.ts';
import { startProvider } from './start-provider.ts';
import { TunedProvider } from './tuned-provider.ts';
import { planAgain } from './verify-figure.ts';

export type Emit = <E extends ApiEvent>(event: E, payload: ApiEventPayload<E>) => void;

/** What a job of its own kind is given. */
export interface Undertaking {
  readonly runId: string;
  readonly providers: readonly DescribedProvider[];
  readonly settings: SchedulerSettings;
  readonly signal: AbortSignal;
  readonly tell: (step: Partial<RunStep>) => void;
}

/** What a run is to do. */
export interface Job {
  readonly suite: string;
  readonly providers: readonly ProviderName[];
  readonly budgetSeconds: number;
  readonly precision?: number | undefined;
  readonly settleSeconds?: number | undefined;
  /** The kind of core, or processors; all when absent. */
  readonly cores?: string | undefined;
  /** None: nothing but an A/A test. Throws ApiError where nothing can be measured. */
  readonly plan: (
    descriptions: readonly ProviderDescription[],
    usableCores: number,
    environment: Environment,
  ) => PlannedCase[];
  /** Instead of a run of the planned cases; it closes its providers. */
  readonly undertake?: (undertaking: Undertaking) => Promise<RunEnd>;
  /** Of each provider, an A/A test; when needed: where the store has none in these surroundings. */
  readonly noiseTest: 'always' | 'when needed' | 'never';
}

interface Prepared {
  readonly job: Job;
  readonly environment: Environment;
  readonly work: RunWork;
}

/** Long enough for seven rounds of a large network. */
const verifyBudgetSeconds = 120;

interface Current {
  readonly runId: string;
  readonly stop: AbortController;
  readonly conditions: ConditionsTrace;
  progress: RunProgress;
  /** Settles when it is prepared, and from then on when all of it is stored; never rejects. */
  done: Promise<void>;
}

export class ActiveRun {
  private readonly store: () => Store;
  private readonly emit: Emit;
  private readonly pages: BenchPages;
  private readonly settings: Partial<SchedulerSettings> | undefined;
  private readonly imported: () => readonly Model[];
  private current: Current | undefined;

  constructor(
    store: () => Store,
    emit: Emit,
    pages: BenchPages,
    imported: () => readonly Model[],
    settings?: Partial<SchedulerSettings>,
  ) {
    this.store = store;
    this.emit = emit;
    this.pages = pages;
    this.imported = imported;
    this.settings = settings;
  }

  progress(): RunProgress | null {
    return this.current?.progress ?? null;
  }

  /** Oldest first. */
  conditions(): ConditionsSample[] {
    return [...(this.current?.conditions.samples ?? [])];
  }

  /** Resolves when the run is recorded. Throws ApiError for whatever stands in its way; then nothing is stored. */
  async start(request: ParsedRunRequest): Promise<string> {
    const selection = selectModels(request, this.imported());
    return this.launch({
      suite: request.suite,
      providers: request.providers ?? ['native'],
      budgetSeconds: budgetOf(request, selection),
      precision: request.precision,
      settleSeconds: request.settleSeconds,
      cores: request.cores,
      plan: (descriptions, usableCores) => planCases(selection, request, descriptions, usableCores),
      noiseTest: wantsNoiseTest(request) ? 'when needed' : 'never',
    });
  }

  /** Measures one case again, in a run of its own. As `start`. */
  async verify(wanted: Case, settleSeconds?: number): Promise<string> {
    return this.launch({
      suite: verifySuite,
      providers: [providerNamed(wanted.provider)],
      budgetSeconds: verifyBudgetSeconds,
      settleSeconds,
      cores: cpusOfDevice(wanted),
      plan: (descriptions, usableCores) =>
        descriptions.map((description) => planAgain(wanted, description, usableCores, this.imported())),
      noiseTest: 'never',
    });
  }

  /** An A/A test and nothing else, in a run of its own. As `start`. */
  async testNoise(provider: ProviderName, settleSeconds?: number): Promise<string> {
    return this.launch({
      suite: noiseSuite,
      providers: [provider],
      budgetSeconds: 2 * (this.settings?.noise ?? defaultNoiseTiming).longestSeconds,
      settleSeconds,
      plan: () => [],
      noiseTest: 'always',
    });
  }

  /** As `start`. */
  async launch(job: Job): Promise<string> {
    if (this.current !== undefined) {
      throw new ApiError(
        'busy',
        `The run ${this.current.runId} is going on; two at once would disturb each other.`,
        'Wait until it ends, or stop it.',
      );
    }
    const current = this.begin(job.suite);
    const prepared = this.prepare(job, current);
    current.done = prepared.then(
      () => {},
      () => {},
    );
    try {
      current.done = this.execute(await prepared, current);
      return current.runId;
    } catch (error) {
      this.end(current, { status: 'failed', reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  /** Asks the run to end; `run.ended` says when it has. Throws ApiError('notFound') where it is not going on here. */
  cancel(runId: string): void {
    if (this.current?.runId !== runId) {
      throw new ApiError('notFound', `The run ${runId} is not going on in this program.`);
    }
    this.current.stop.abort();
  }

  /** Ends the run, if there is one, and waits until it is stored. */
  async close(): Promise<void> {
    this.current?.stop.abort();
    // Twice where it was being prepared: what comes after that is to be waited for as well.
    while (this.current !== undefined) await this.current.done;
  }

  private tell(current: Current, step: Partial<RunProgress>): void {
    current.progress = { ...current.progress, ...step };
    this.emit('run.progress', current.progress);
  }

  private begin(suite: string): Current {
    const runId = newRunId();
    const progress: RunProgress = {
      runId,
      suite,
      startedAt: new Date().toISOString(),
      phase: 'detecting',
      casesDone: 0,
      casesTotal: 0,
      fraction: 0,
      current: 'looking at the machine',
      elapsedSeconds: 0,
      remainingSeconds: null,
    };
    const conditions = new ConditionsTrace((sample) => this.emit('run.conditions', { runId, sample }));
    this.current = { runId, stop: new AbortController(), conditions, progress, done: Promise.resolve() };
    this.emit('run.progress', progress);
    return this.current;
  }

  /** All that can fail before anything is stored, the cheap checks first. */
  private async prepare(job: Job, { runId, progress }: Current): Promise<Prepared> {
    const names = [...new Set(job.providers)];
    const store = this.store();
    // A program that is missing is said before anything is looked at.
    for (const name of names) if (name !== 'webgpu-page') findProvider(name);
    const environment = withMissing(await detectMachine(), store);
    const cpus = chosenCpus(job.cores, environment);
    const connections = names.map(
      (name) => new TunedProvider(openProvider(name, this.pages, cpus), store.tuning),
    );
    const providers: DescribedProvider[] = [];
    const remarks: string[] = [];
    try {
      for (const process of connections) {
        const description = await describeOrSay(process);
        if (description.devices.length > 0) providers.push({ process, description });
        else {
          await process.close();
          remarks.push(
            `The provider ${process.name} has no device here: ${description.reason ?? 'it does not say why.'}`,
          );
        }
      }
      // That there is no GPU is an answer; only where nothing else was asked for is there nothing to do.
      if (providers.length === 0) throw new ApiError('provider', remarks.join(' '));
      const descriptions = providers.map(({ description }) => description);
      const cases = job.plan(descriptions, environment.cpu.usableCores, environment);
      store.runs.create({ id: runId, suite: job.suite, startedAt: progress.startedAt, environment });
      const { budgetSeconds, precision, settleSeconds } = job;
      const memoryBytes = usableMemoryBytes(environment);
      const settings = { ...this.settings, ...(settleSeconds !== undefined && { settleSeconds }) };
      return {
        job,
        environment,
        work: { runId, providers, cases, budgetSeconds, precision, memoryBytes, remarks, settings },
      };
    } catch (error) {
      await Promise.all(providers.map(({ process }) => process.close()));
      throw error;
    }
  }

  private async execute({ job, environment, work }: Prepared, current: Current): Promise<void> {
    const { runId } = work;
    const store = this.store();
    let end: RunEnd;
    try {
      end = await this.work(work, job, current);
      if (end.status === 'finished' && job.noiseTest !== 'never') {
        const tested = await this.testNoiseOf(work, job, environment, current);
        const reasons = [end.reason, tested.reason].filter((reason) => reason !== null);
        end = { status: tested.status, reason: reasons.length === 0 ? null : reasons.join(' ') };
      }
      store.runs.finish(runId, end.status, new Date().toISOString(), end.reason);
    } catch (error) {
      // The store gave out, or something that should not be. What was stored before stays; the run is closed if it can be.
      end = { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
      try {
        store.runs.finish(runId, end.status, new Date().toISOString(), end.reason);
      } catch {
        // Then it is found as interrupted when the store is opened again.
      }
    }
    this.end(current, end);
  }

  private async work(work: RunWork, { undertake }: Job, current: Current): Promise<RunEnd> {
    if (undertake === undefined) {
      return work.cases.length === 0 ? { status: 'finished', reason: null } : this.measure(work, current);
    }
    return undertake({
      runId: work.runId,
      providers: work.providers,
      settings: { ...defaultSettings, ...work.settings },
      signal: current.stop.signal,
      tell: (step) => this.tell(current, step),
    });
  }

  private measure(work: RunWork, current: Current): Promise<RunEnd> {
    const { runId } = work;
    const store = this.store();
    return executeRun(
      work,
      {
        calibrated: (providers) => store.runs.setProviders(runId, providers),
        measured: (measurement) => {
          store.measurements.put(runId, measurement);
          this.emit('run.measured', { runId, measurementId: measurement.id });
        },
        step: (step) => this.tell(current, step),
      },
      current.stop.signal,
    );
  }

  /** After what was asked for: where it fails, or is ended, what was measured stands. */
  private async testNoiseOf(
    { runId, providers, settings }: RunWork,
    { noiseTest }: Job,
    environment: Environment,
    current: Current,
  ): Promise<RunEnd> {
    const store = this.store();
    const { signal } = current.stop;
    const { noise: timing = defaultNoiseTiming, silenceMs, telemetry } = { ...defaultSettings, ...settings };
    const tests: NoiseTest[] = [];
    const remarks: string[] = [];
    try {
      if (noiseTest === 'always') {
        this.tell(current, { current: 'waiting for the machine to be quiet' });
        const settling = await settle(telemetry, {
          longestSeconds: settings?.settleSeconds ?? timing.longestSeconds / 2,
          providerId: providers[0]?.process.processId,
          signal,
        });
        const reason = 'Only its noise was measured.';
        store.runs.setProviders(
          runId,
          providers.map(({ description }) => ({ description, calibration: null, reason, settling })),
        );
      }
      const all = providers.map(({ description }) => description);
      const due = noiseTest === 'always' ? all : untestedOf(all, environment, store);
      for (const { process, description } of providers) {
        if (!due.includes(description)) continue;
        const found = await testNoise({
          provider: process,
          cases: noiseCases(description, environment.cpu.usableCores),
          timing,
          silenceMs,
          telemetry,
          signal,
          note: (what, fraction) =>
            this.tell(current, {
              phase: 'measuring',
              current: what,
              fraction: noiseTest === 'always' ? fraction : 1,
              remainingSeconds: (1 - fraction) * timing.longestSeconds,
            }),
        });
        if (typeof found === 'string') {
          remarks.push(
            `How far equal measurements of ${description.provider} lie apart was not found out: ${found}`,
          );
        } else tests.push(found);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await Promise.all(providers.map(({ process }) => process.close()));
    }
    if (tests.length > 0) store.noise.set(runId, tests);
    const reason = remarks.length === 0 ? null : remarks.join(' ');
    if (noiseTest === 'when needed') return { status: 'finished', reason };
    if (signal.aborted) return { status: 'cancelled', reason: 'It was ended by its user.' };
    return tests.length === 0 ? { status: 'failed', reason } : { status: 'finished', reason };
  }

  /** Whoever heard of a beginning hears of the end, be it that nothing was stored. */
  private end({ runId, conditions }: Current, { status, reason }: RunEnd): void {
    conditions.stop();
    this.current = undefined;
    this.emit('run.ended', { runId, status, reason });
  }
}

function withMissing(environment: Environment, store: Store): Environment {
  const missingGpus = store.machines.missingGpus(environment);
  return missingGpus.length === 0
    ? environment
    : { ...environment, machine: { ...environment.machine, missingGpus } };
}

/** Throws ApiError('badInput') where this program has no such provider. */
export function providerNamed(name: string): ProviderName {
  const known = providerNames.find((one) => one === name);
  if (known !== undefined) return known;
  throw new ApiError(
    'badInput',
    `It was measured by a provider ${name}, which this program does not have.`,
    `It has ${providerNames.join(', ')}.`,
  );
}

async function describeOrSay(provider: ProviderConnection) {
  try {
    return await startProvider(provider);
  } catch (error) {
    await provider.close();
    throw new ApiError(
      'provider',
      error instanceof Error ? error.message : String(error),
      error instanceof ProviderAbsent
        ? error.hint
        : 'Build it anew: npm run setup. plimsoll doctor tells more.',
    );
  }
}
