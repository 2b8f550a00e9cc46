/** The one run of this process: begins it, follows it, ends it, and stores what it gives. */
import {
  ApiError,
  type ApiEvent,
  type ApiEventPayload,
  type ConditionsSample,
  type RunProgress,
} from '../../core/protocol/api.ts';
import { detectMachine } from '../machine/detect.ts';
import { newRunId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { BenchPages } from './bench-pages.ts';
import { type ParsedRunRequest, planCases, type Selection, selectModels } from './cases.ts';
import { ConditionsTrace } from './conditions-trace.ts';
import { ProviderAbsent, type ProviderConnection } from './provider-connection.ts';
import { openProvider } from './providers.ts';
import {
  type DescribedProvider,
  executeRun,
  type RunEnd,
  type RunWork,
  type SchedulerSettings,
  startProvider,
} from './scheduler.ts';

export type Emit = <E extends ApiEvent>(event: E, payload: ApiEventPayload<E>) => void;

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
  private current: Current | undefined;

  constructor(store: () => Store, emit: Emit, pages: BenchPages, settings?: Partial<SchedulerSettings>) {
    this.store = store;
    this.emit = emit;
    this.pages = pages;
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
    if (this.current !== undefined) {
      throw new ApiError(
        'busy',
        `The run ${this.current.runId} is going on; two at once would disturb each other.`,
        'Wait until it ends, or stop it.',
      );
    }
    const selection = selectModels(request);
    const current = this.begin(request.suite);
    const prepared = this.prepare(selection, request, current);
    current.done = prepared.then(
      () => {},
      () => {},
    );
    try {
      const work = await prepared;
      current.done = this.execute(work, current);
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
  private async prepare(
    selection: Selection,
    request: ParsedRunRequest,
    { runId, progress }: Current,
  ): Promise<RunWork> {
    const names = [...new Set(request.providers ?? (['native'] as const))];
    const connections = names.map((name) => openProvider(name, this.pages));
    const store = this.store();
    const environment = await detectMachine();
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
      const cases = planCases(selection, request, descriptions, environment.cpu.usableCores);
      store.createRun({ id: runId, suite: request.suite, startedAt: progress.startedAt, environment });
      const { budgetSeconds } = selection.suite;
      const { settleSeconds } = request;
      const settings = { ...this.settings, ...(settleSeconds !== undefined && { settleSeconds }) };
      return { runId, providers, cases, budgetSeconds, remarks, settings };
    } catch (error) {
      await Promise.all(providers.map(({ process }) => process.close()));
      throw error;
    }
  }

  private async execute(work: RunWork, current: Current): Promise<void> {
    const { runId } = work;
    const store = this.store();
    let end: RunEnd;
    try {
      end = await executeRun(
        work,
        {
          calibrated: (providers) => store.setProviders(runId, providers),
          measured: (measurement) => {
            store.putMeasurement(runId, measurement);
            this.emit('run.measured', { runId, measurementId: measurement.id });
          },
          step: (step) => {
            current.progress = { ...current.progress, ...step };
            this.emit('run.progress', current.progress);
          },
        },
        current.stop.signal,
      );
      store.finishRun(runId, end.status, new Date().toISOString(), end.reason);
    } catch (error) {
      // The store gave out, or something that should not be. What was stored before stays; the run is closed if it can be.
      end = { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
      try {
        store.finishRun(runId, end.status, new Date().toISOString(), end.reason);
      } catch {
        // Then it is found as interrupted when the store is opened again.
      }
    }
    this.end(current, end);
  }

  /** Whoever heard of a beginning hears of the end, be it that nothing was stored. */
  private end({ runId, conditions }: Current, { status, reason }: RunEnd): void {
    conditions.stop();
    this.current = undefined;
    this.emit('run.ended', { runId, status, reason });
  }
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
