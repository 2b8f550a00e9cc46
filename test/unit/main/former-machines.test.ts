/** A machine that an earlier version called otherwise, and GPUs that are no longer there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../core/protocol/run.ts';
import { openStore } from '../../../main/store/sqlite/open-store.ts';
import type { Store } from '../../../main/store/store.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-machines-'));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const gpu = (model: string) => ({
  vendor: 'NVIDIA',
  model,
  driver: null,
  driverVersion: null,
  memoryBytes: null,
  pciAddress: null,
  software: false,
});

function environment(machine: Partial<Environment['machine']>, gpus: readonly string[] = []): Environment {
  const { environment: sample } = sampleRun;
  return { ...sample, machine: { ...sample.machine, ...machine }, gpus: gpus.map(gpu) };
}

let runs = 0;
function run(of: Environment): void {
  const id = `run${++runs}`;
  store.runs.create({
    id,
    suite: 'quick',
    startedAt: new Date(2026, 1, runs).toISOString(),
    environment: of,
  });
  store.runs.finish(id, 'finished', new Date(2026, 1, runs).toISOString(), null);
}

describe('a machine that an earlier version called otherwise', () => {
  it.each([
    ['marked', { id: 'bbbb', modelId: 'cccc', formerIds: ['aaaa'] }, 1],
    ['without a mark, under its name', { id: 'bbbb', modelId: 'bbbb', formerIds: ['aaaa'] }, 1],
    [
      'without a mark, under another name',
      { id: 'bbbb', modelId: 'bbbb', name: 'x', formerIds: ['aaaa'] },
      2,
    ],
    ['of which nothing is known', { id: 'bbbb', modelId: 'cccc', formerIds: ['dddd'] }, 2],
  ])('%s: %o make %d', (_what, machine, count) => {
    run(environment({ id: 'aaaa', modelId: 'eeee' }));
    store.machines.update({ machineId: 'aaaa', label: 'The blue one' });
    run(environment(machine));
    const shown = store.machines.list(false, 'bbbb');
    expect(shown).toHaveLength(count);
    // What its owner called it stays.
    expect(shown.find(({ thisMachine }) => thisMachine)?.label).toBe(count === 1 ? 'The blue one' : null);
  });

  it('stays apart where its owner split it off', () => {
    run(environment({ id: 'aaaa', modelId: 'eeee' }));
    const now = environment({ id: 'bbbb', modelId: 'cccc', formerIds: ['aaaa'] });
    run(now);
    store.machines.split('bbbb');
    run(now);
    expect(store.machines.list(false, null)).toHaveLength(2);
  });
});

describe('GPUs of the last run', () => {
  it('are missing where they are not there now', () => {
    const machine = { id: 'aaaa', modelId: 'eeee' };
    expect(store.machines.missingGpus(environment(machine, ['RTX 4060']))).toEqual([]);
    run(environment(machine, ['Iris Xe', 'RTX 4060']));
    expect(store.machines.missingGpus(environment(machine, ['Iris Xe', 'RTX 4060']))).toEqual([]);
    expect(store.machines.missingGpus(environment(machine, ['Iris Xe']))).toEqual(['RTX 4060']);
    expect(store.machines.missingGpus(environment(machine, ['Iris Xe', 'RTX 4060', 'RTX 4090']))).toEqual([]);
    expect(store.machines.missingGpus(environment({ id: 'ffff', modelId: 'eeee' }))).toEqual([]);
  });
});
