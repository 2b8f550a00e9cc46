/** A data folder that can only be read. Root may write everywhere, so the system's answer is played. */
import { constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../../main/store/sqlite/open-store.ts';
import type { Store } from '../../../main/store/store.ts';
import { apiErrorOf } from '../../fixtures/api/api-error.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

const rights = vi.hoisted(() => ({ readOnly: '' }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    accessSync: (path: string, mode: number) => {
      if (rights.readOnly !== '' && path.startsWith(rights.readOnly) && mode === constants.W_OK) {
        throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
      }
      real.accessSync(path, mode);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-read-only-'));
});
afterEach(() => {
  rights.readOnly = '';
  rmSync(folder, { recursive: true });
});

const contents = () =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]);

function use<T>(work: (store: Store) => T): T {
  const store = openStore(folder);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

describe('a data folder that can only be read', () => {
  it('lists and shows its runs, is left as it is, and says why nothing more is stored', () => {
    use((store) => store.runs.import(sampleRun));
    const before = contents();
    rights.readOnly = folder;
    use((store) => {
      expect(store.runs.list().map(({ id }) => id)).toEqual([sampleRun.id]);
      expect(store.runs.get(sampleRun.id)).toEqual(sampleRun);
      expect(store.runs.report(sampleRun.id)?.measurements.length).toBeGreaterThan(0);
      const refused = apiErrorOf(() => store.runs.delete(sampleRun.id));
      expect(refused).toMatchObject({ code: 'store', hint: expect.stringContaining('PLIMSOLL_DATA_DIR') });
      expect(refused?.message).toContain(folder);
    });
    expect(contents()).toEqual(before);
  });

  it('shows also what a program that died left in its log', () => {
    // Not closed: what it stored is still in the write-ahead log.
    const dying = openStore(folder);
    dying.runs.import(sampleRun);
    expect(existsSync(join(folder, 'plimsoll.db-wal'))).toBe(true);
    rights.readOnly = folder;
    use((store) => expect(store.runs.list()).toHaveLength(1));
    dying.close();
  });

  it('without a run lists none', () => {
    rights.readOnly = folder;
    use((store) => expect(store.runs.list()).toEqual([]));
    expect(readdirSync(folder)).toEqual([]);
  });
});
