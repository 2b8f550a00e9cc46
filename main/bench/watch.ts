/** What was updated since this machine's last run, and the request that measures the cases of then again. */
import type { ComparableRun } from '../../core/analysis/compare.ts';
import {
  environmentDifferences,
  type Surroundings,
  sameEnvironment,
  surroundingsOf,
} from '../../core/analysis/environment-differences.ts';
import type { Figure } from '../../core/analysis/figures.ts';
import { isProfile } from '../../core/analysis/noise-test.ts';
import { updatesOf } from '../../core/analysis/watching.ts';
import { providerNames, type RunRequest, type WatchFinding } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Environment } from '../../core/protocol/run.ts';
import type { Store } from '../store/store.ts';
import { cpusOfDevice } from './chosen-cores.ts';

/** Of so many runs in the state of then, the one with the most cases is measured again. */
const mostLookedAt = 10;

/** `descriptions`: of the providers that could be asked now; what is not known of the others is no update. */
export function findUpdates(
  store: Store,
  environment: Environment,
  descriptions: readonly ProviderDescription[],
): WatchFinding {
  const runs = lastRuns(store, environment);
  const [last] = runs;
  if (last === undefined) return { since: null, updates: [], cases: 0, request: null };
  const present = surroundingsOf(
    environment,
    descriptions.map((description) => ({ description, calibration: null, reason: null })),
  );
  const facts = factsOf(last);
  const updates = updatesOf(environmentDifferences(facts, present));
  const [largest = last] = runs
    .filter((run) => sameEnvironment(factsOf(run), facts))
    .toSorted((a, b) => b.figures.length - a.figures.length);
  const since = { runId: largest.id, startedAt: largest.startedAt };
  return { since, updates, cases: largest.figures.length, request: requestOf(largest.figures) };
}

/** Which providers gave the figures of the last run. */
export function providersOfLastRun(store: Store, environment: Environment) {
  const [last] = lastRuns(store, environment);
  const used = new Set(last?.figures.map(({ provider }) => provider));
  return providerNames.filter((name) => used.has(name));
}

/** With figures, the newest first. */
function lastRuns(store: Store, { machine }: Environment): ComparableRun[] {
  const here = store.machines.shownId(machine.id);
  return store.runs
    .list()
    .filter(
      ({ suite, machineId, status, measured }) =>
        isProfile(suite) && machineId === here && status !== 'running' && measured > 0,
    )
    .slice(0, mostLookedAt)
    .flatMap(({ id }) => store.runs.comparable(id) ?? []);
}

function factsOf({ surroundings }: ComparableRun): Surroundings {
  return surroundings.filter(([what]) => what !== 'machine');
}

/** A run measures every combination of what it was asked for, so the combinations of what it has are its cases. */
function requestOf(figures: readonly Figure[]): RunRequest | null {
  const [first] = figures;
  if (first === undefined) return null;
  const all = <Value>(of: (figure: Figure) => Value) => [...new Set(figures.map(of))];
  const threads = all((figure) => figure.threads);
  const cores = cpusOfDevice(first);
  return {
    models: all(({ model }) => model),
    plans: all(({ plan }) => plan),
    dtypes: all(({ dtype }) => dtype),
    batches: all(({ batch }) => batch),
    providers: providerNames.filter((name) => figures.some(({ provider }) => provider === name)),
    ...(threads.length === 1 && { threads: first.threads }),
    ...(cores !== undefined && { cores }),
    ...(first.cacheState !== undefined && { cacheState: first.cacheState }),
    noiseTest: false,
  };
}
