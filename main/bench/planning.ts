/** What can be measured here and how long it takes, from the providers, the store and the machine. */
import type { Model } from '../../core/models/zoo.ts';
import { ApiError, type ProviderName, type ProviderRow, type RunPlan } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Environment } from '../../core/protocol/run.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRun } from './active-run.ts';
import type { BenchPages } from './bench-pages.ts';
import type { ParsedRunRequest } from './cases.ts';
import { KnownProviders } from './known-providers.ts';
import { untestedOf, wantsNoiseTest } from './noise-due.ts';
import { planRun } from './plan-run.ts';
import type { SchedulerSettings } from './run-work.ts';

/** Enough to know how long the usual networks take. */
const mostPastRuns = 3;

export class Planning {
  private readonly store: () => Store;
  private readonly activeRun: ActiveRun;
  private readonly settings: Partial<SchedulerSettings> | undefined;
  private readonly providers: KnownProviders;
  private readonly environment: () => Promise<Environment>;
  private readonly imported: () => readonly Model[];

  constructor(
    store: () => Store,
    activeRun: ActiveRun,
    pages: BenchPages,
    environment: () => Promise<Environment>,
    imported: () => readonly Model[],
    settings: Partial<SchedulerSettings> | undefined,
  ) {
    this.store = store;
    this.activeRun = activeRun;
    this.environment = environment;
    this.imported = imported;
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
    const environment = await this.environment();
    const known = providers.flatMap(({ description }) => description ?? []);
    return planRun(request, {
      providers,
      usableCores: environment.cpu.usableCores,
      untested: wantsNoiseTest(request)
        ? untestedOf(known, environment, this.store()).map(({ provider }) => provider)
        : [],
      pastRuns: (await this.pastRunIds())
        .slice(0, mostPastRuns)
        .flatMap((id) => this.store().runs.get(id) ?? []),
      settings: this.settings,
      imported: this.imported(),
    });
  }

  private async lastOfPage(): Promise<ProviderDescription | null> {
    for (const id of await this.pastRunIds()) {
      const used = this.store()
        .runs.report(id)
        ?.providers.find(({ description }) => description.provider === 'webgpu-page');
      if (used !== undefined) return used.description;
    }
    return null;
  }

  /** Of this machine, the newest first; those that cannot be read say nothing. */
  private async pastRunIds(): Promise<string[]> {
    const here = this.store().machines.shownId((await this.environment()).machine.id);
    return this.store()
      .runs.list()
      .filter(
        ({ machineId, status, measured, unreadable }) =>
          machineId === here && status !== 'running' && measured > 0 && unreadable === undefined,
      )
      .map(({ id }) => id);
  }
}
