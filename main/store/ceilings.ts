/** Ceilings over the runs that are stored, and the answer that rests on them. */
import { machineAnswer } from '../../core/analysis/answers/machine.ts';
import { ceilingHistory } from '../../core/analysis/ceiling-history.ts';
import { isProfile } from '../../core/analysis/noise-test.ts';
import type { CeilingSeries, MachineAnswer } from '../../core/protocol/answers.ts';
import type { Machine } from '../../core/protocol/machines.ts';
import type { Environment, RunSummary } from '../../core/protocol/run.ts';
import { knownNoise } from './comparison.ts';
import type { Store } from './store.ts';

interface Wanted {
  readonly machineId?: string | undefined;
  /** The newest so many runs of each machine. */
  readonly limit: number;
}

export function storedCeilings(store: Store, { machineId, limit }: Wanted): CeilingSeries[] {
  const runs = profiles(store).filter((run) => machineId === undefined || run.machineId === machineId);
  const newest = [...Map.groupBy(runs, (run) => run.machineId).values()].flatMap((same) =>
    same.slice(0, limit),
  );
  const oldestFirst = newest.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  return ceilingHistory(oldestFirst.flatMap(({ id }) => store.runs.comparable(id) ?? []));
}

/** Newest first. */
function profiles(store: Store): RunSummary[] {
  return store.runs
    .list()
    .filter(
      ({ suite, status, unreadable }) => isProfile(suite) && status !== 'running' && unreadable === undefined,
    );
}

/** Enough to know what is usual. */
const runsForAnswer = 12;

/** `machines`: those that are shown; this one is among them once it has a run. */
export function storedMachineAnswer(
  store: Store,
  now: Environment,
  machines: readonly Machine[],
): MachineAnswer {
  const here = machines.find(({ thisMachine }) => thisMachine);
  const last = profiles(store).find(
    ({ machineId, measured }) => measured > 0 && here !== undefined && machineId === here.id,
  );
  return machineAnswer({
    now,
    report: (last && store.runs.report(last.id)) ?? null,
    ceilings: storedCeilings(store, { limit: runsForAnswer }),
    kinds: new Map(machines.map(({ id, cpu, gpus }) => [id, [cpu, ...gpus].join(', ')])),
    noise: knownNoise(store, machines),
  });
}
