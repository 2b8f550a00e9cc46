/** What can be measured here and how long it takes, from the providers, the store and the machine. */
import {
  ApiError,
  type ApiOutput,
  type ProviderName,
  type ProviderRow,
  type RunPlan,
} from '../core/protocol/api.ts';
import type { Environment, Run } from '../core/protocol/run.ts';
import type { ActiveRun } from './bench/active-run.ts';
import type { BenchPages } from './bench/bench-pages.ts';
import type { ParsedRunRequest } from './bench/cases.ts';
import { KnownProviders } from './bench/known-providers.ts';
import { planRun } from './bench/plan-run.ts';
import type { SchedulerSettings } from './bench/scheduler.ts';
import { detectMachine } from './machine/detect.ts';
import type { Store } from './store/store.ts';

/** Enough to know how long the usual networks take. */
const mostPastRuns = 3;

export class Planning {
  private readonly store: () => Store;
  private readonly activeRun: ActiveRun;
  private readonly settings: Partial<SchedulerSettings> | undefined;
  private readonly providers: KnownProviders;
  private machine: Promise<Environment> | undefined;

  constructor(
    store: () => Store,
    activeRun: ActiveRun,
    pages: BenchPages,
    settings: Partial<SchedulerSettings> | undefined,
  ) {
    this.store = store;
    this.activeRun = activeRun;
    this.settings = settings;
    this.providers = new KnownProviders(pages, () => this.lastOfPage());
  }

  /** Throws ApiError('busy') while a run is going on. */
  async list(names?: readonly ProviderName[]): Promise<ProviderRow[]> {
    if (this.activeRun.progress() !== null) {
      throw new ApiError(
        'busy',
        'A run is going on, and looking at the providers would disturb it.',
        'Wait until it ends, or stop it.',
      );
    }
    return this.providers.list(names);
  }

  async plan(request: ParsedRunRequest): Promise<RunPlan> {
    const providers = await this.list([...new Set(request.providers ?? (['native'] as const))]);
    this.machine ??= detectMachine();
    const { cpu, machine } = await this.machine;
    return planRun(request, {
      providers,
      usableCores: cpu.usableCores,
      pastRuns: this.pastRuns(({ machineId, measured }) => machineId === machine.id && measured > 0),
      settings: this.settings,
    });
  }

  private lastOfPage() {
    for (const run of this.pastRuns(({ measured }) => measured > 0)) {
      const used = run.providers.find(({ description }) => description.provider === 'webgpu-page');
      if (used !== undefined) return used.description;
    }
    return null;
  }

  private pastRuns(isWanted: (summary: ApiOutput<'runs.list'>[number]) => boolean): Run[] {
    const store = this.store();
    return store
      .listRuns()
      .filter((summary) => summary.status !== 'running' && isWanted(summary))
      .slice(0, mostPastRuns)
      .flatMap(({ id }) => store.getRun(id) ?? []);
  }
}
