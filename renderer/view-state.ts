/** What is looked at, kept in the address behind `#`, so that a view can be linked, reloaded and gone back from. */
import { useSyncExternalStore } from 'react';
import { z } from 'zod';

const ViewStateSchema = z.object({
  /** A run's id; the newest when absent. */
  run: z.string().optional(),
  measurement: z.string().optional(),
  /** Which of the run's conditions the plot draws, as `conditionKey` names it. */
  condition: z.string().optional(),
  /** The paper's own figures beneath; what an address edited by hand says else is no error. */
  reference: z.literal('shown').optional().catch(undefined),
  /** Column of the table, with `-` before it for descending. */
  sort: z.string().optional(),
});
export type ViewState = z.infer<typeof ViewStateSchema>;
type Change = { readonly [K in keyof ViewState]?: ViewState[K] | undefined };

export function parseViewState(hash: string): ViewState {
  return ViewStateSchema.parse(Object.fromEntries(new URLSearchParams(hash.replace(/^#/, ''))));
}

export function formatViewState(state: ViewState): string {
  const entries = Object.entries(state).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? '' : `#${new URLSearchParams(entries)}`;
}

/** The state, and a function that changes some of it; a field set to undefined leaves the address. */
export function useViewState(): [ViewState, (change: Change) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return [parseViewState(hash), changeViewState];
}

function changeViewState(change: Change): void {
  const next = formatViewState({ ...parseViewState(location.hash), ...change } as ViewState);
  if (next === location.hash) return;
  history.pushState(null, '', next === '' ? location.pathname + location.search : next);
  for (const listener of listeners) listener();
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Going back and forth, and addresses typed in.
  addEventListener('popstate', listener);
  addEventListener('hashchange', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
    removeEventListener('hashchange', listener);
  };
}
