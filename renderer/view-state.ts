/** What is looked at, kept in the address behind `#`, so that a view can be linked, reloaded and gone back from. */
import { useSyncExternalStore } from 'react';
import { z } from 'zod';
import { dataTypes } from '../core/graph/plan.ts';

/** What an address edited by hand says else is no error. */
const choice = <const V extends string>(...values: V[]) => z.enum(values).optional().catch(undefined);
const positiveInteger = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .optional()
  .catch(undefined);

const ViewStateSchema = z.object({
  /** Of the registry; the first page when absent or unknown. */
  page: z.string().optional(),
  /** A run's id; the newest when absent. */
  run: z.string().optional(),
  measurement: z.string().optional(),
  /** What is compared, as `sideOf` reads it; the newest run and the one before it when absent. */
  before: z.string().optional(),
  after: z.string().optional(),
  /** Of a report, the run beside the first; none when absent. */
  beside: z.string().optional(),
  /** The row that is open. Of the comparison, its later measurement's id, and the block that is open in it; of the layers, its order. */
  row: z.string().optional(),
  part: z.string().optional(),
  /** Of the comparison, the result whose reason is open, by its later measurement's id. */
  why: z.string().optional(),
  /** Of the history, as `seriesKey` names it. */
  series: z.string().optional(),
  machine: z.string().optional(),
  metric: choice('efficiency'),
  /** Of the efficiency gap's plot: runs beside the first, by their ids, with `|` between them. */
  with: z.string().optional(),
  /** What it draws of them, as `chooseSets` reads it. */
  sets: z.string().optional(),
  /** Points whose figures are kept side by side, by their ids, with `|` between them. */
  pins: z.string().optional(),
  /** Ideal latencies, waterlines and what lies between them and the latencies. */
  gaps: choice('hidden'),
  /** Families that are left out, with `|` between them. */
  without: z.string().optional(),
  front: choice('shown'),
  /** Column of the table, with `-` before it for descending. */
  sort: z.string().optional(),
  /** Words that a row must have in it. */
  filter: z.string().optional(),
  /** Rows of blocks instead of kernels. */
  by: choice('block'),
  /** Of the layers: the kernels that are added up, and those that fill the width, as `parseRange` reads them. */
  range: z.string().optional(),
  zoom: z.string().optional(),
  /** The simpler form of the waterline: intensity a layer. */
  form: choice('layers'),
  /** The paper's water, from DRAM alone. */
  water: choice('dram'),
  model: z.string().optional(),
  /** What the curves of operational intensity are drawn for. */
  group: positiveInteger,
  size: positiveInteger,
  batch: positiveInteger,
  dtype: z.enum(dataTypes).optional().catch(undefined),
  weights: choice('counted'),
  scale: choice('linear'),
});
export type ViewState = z.infer<typeof ViewStateSchema>;
export type ViewChange = { readonly [K in keyof ViewState]?: ViewState[K] | undefined };

export function parseViewState(hash: string): ViewState {
  return ViewStateSchema.parse(Object.fromEntries(new URLSearchParams(hash.replace(/^#/, ''))));
}

export function formatViewState(state: ViewChange): string {
  const entries = Object.entries(state).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? '' : `#${new URLSearchParams(entries)}`;
}

/** Another page of what is looked at now: the run and the measurement stay, what only the old page knows goes. */
export function addressOfPage(state: ViewState, page: string): string {
  return formatViewState({ page, run: state.run, measurement: state.measurement });
}

/** The state, and a function that changes some of it; a field set to undefined leaves the address. */
export function useViewState(): [ViewState, (change: ViewChange) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return [parseViewState(hash), changeViewState];
}

function changeViewState(change: ViewChange): void {
  goTo(formatViewState({ ...parseViewState(location.hash), ...change }));
}

export function goToPage(page: string): void {
  goTo(addressOfPage(parseViewState(location.hash), page));
}

function goTo(next: string): void {
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
