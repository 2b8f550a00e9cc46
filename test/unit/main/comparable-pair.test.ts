import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../core/protocol/run.ts';
import { storedCeilings } from '../../../main/store/ceilings.ts';
import { comparablePair } from '../../../main/store/comparable-pair.ts';
import { openStore } from '../../../main/store/sqlite/open-store.ts';
import type { Store } from '../../../main/store/store.ts';
import { realRun } from '../../fixtures/statistics/real-runs.ts';

let folder = '';
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-pair-'));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** The same run again, begun so many minutes later. */
function again(run: Run, id: string, minutes: number, change: Partial<Run> = {}): Run {
  const at = new Date(Date.parse(run.startedAt) + 60_000 * minutes).toISOString();
  const { noise: _, ...rest } = run;
  return {
    ...rest,
    id,
    startedAt: at,
    finishedAt: at,
    measurements: run.measurements.map((measurement) => ({ ...measurement, id: `${id}-${measurement.id}` })),
    ...change,
  };
}

describe('the default pair of a comparison', () => {
  const run = realRun('equal-1');
  const withProvider = (provider: string) =>
    again(run, provider, 2).measurements.map((measurement) => ({ ...measurement, provider }));

  it('is the newest run and the newest earlier one with the same cases', () => {
    store.runs.import(again(run, 'older', 0));
    store.runs.import(again(run, 'same', 1));
    store.runs.import(again(run, 'other', 2, { measurements: withProvider('onednn') }));
    store.runs.import(again(run, 'newest', 3));
    expect(comparablePair(store)).toEqual({ before: 'same', after: 'newest' });
    expect(comparablePair(store, 'same')).toEqual({ before: 'older', after: 'same' });
  });

  it('is the run that shares most cases if none has all of them', () => {
    const some = again(run, 'some', 1);
    store.runs.import({ ...some, measurements: some.measurements.slice(0, 4) });
    const few = again(run, 'few', 2);
    store.runs.import({ ...few, measurements: few.measurements.slice(0, 2) });
    store.runs.import(again(run, 'newest', 3));
    expect(comparablePair(store)).toEqual({ before: 'some', after: 'newest' });
  });

  it('is none of one run, and the next newer one of the oldest', () => {
    expect(comparablePair(store)).toBeNull();
    store.runs.import(again(run, 'only', 0));
    expect(comparablePair(store)).toBeNull();
    store.runs.import(again(run, 'second', 1));
    expect(comparablePair(store, 'only')).toEqual({ before: 'second', after: 'only' });
  });
});

describe('the ceilings that are stored', () => {
  it('have a history, oldest first', () => {
    store.runs.import(realRun('equal-2'));
    store.runs.import(realRun('equal-1'));
    const dram = storedCeilings(store, { limit: 10 }).find(({ level }) => level === 'DRAM');
    expect(dram?.points.map(({ perSecond }) => (perSecond / 1e9).toFixed(1))).toEqual(['52.0', '98.5']);
    expect(storedCeilings(store, { limit: 1 }).find(({ level }) => level === 'DRAM')?.points).toHaveLength(1);
    expect(storedCeilings(store, { limit: 10, machineId: 'another' })).toEqual([]);
  });
});
