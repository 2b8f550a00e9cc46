/** Which earlier run says something about a run: the default of Compare. */
import { caseKey } from '../../core/analysis/figures.ts';
import { isProfile } from '../../core/analysis/noise-test.ts';
import type { Store } from './store.ts';

/** Older ones were in other surroundings anyway. */
const mostLookedAt = 30;

/**
 * The newest earlier run of the same machine with the same cases; else the one that shares most of them, newest first; else any run. Null if there is
 * no other run.
 */
export function comparablePair(
  store: Store,
  afterId?: string,
): { readonly before: string; readonly after: string } | null {
  const profiles = store.runs
    .list()
    .filter(({ suite, unreadable }) => isProfile(suite) && unreadable === undefined);
  const after = profiles.find(({ id }) => afterId === undefined || id === afterId);
  if (after === undefined) return null;
  const wanted = casesOf(store, after.id);
  const at = profiles.indexOf(after);
  const earlier = profiles.slice(at + 1, at + 1 + mostLookedAt);
  let best: { readonly id: string; readonly score: number } | undefined;
  for (const { id, machineId } of earlier) {
    const cases = casesOf(store, id);
    const shared = [...wanted].filter((key) => cases.has(key)).length;
    if (machineId === after.machineId && shared > 0 && shared === wanted.size && shared === cases.size) {
      return { before: id, after: after.id };
    }
    const score = shared * (machineId === after.machineId ? 2 : 1);
    if (score > (best?.score ?? 0)) best = { id, score };
  }
  // The oldest run has none before it; then the next newer one is held against it.
  const before = best?.id ?? earlier[0]?.id ?? profiles[at - 1]?.id;
  return before === undefined ? null : { before, after: after.id };
}

function casesOf(store: Store, runId: string): ReadonlySet<string> {
  const run = store.runs.comparable(runId);
  return new Set(run?.figures.map((figure) => caseKey(figure)));
}
