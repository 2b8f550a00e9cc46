import { describe, expect, it } from 'vitest';
import { parseCacheSize, readCaches, toCache } from '../../../../main/machine/caches.ts';
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

const kibi = 1024;

describe('the caches', () => {
  it('are those for data, nearest first, with how many threads share them', async () => {
    expect(await readCaches(machineFiles('hybrid-laptop'))).toEqual([
      { level: 'L1', bytes: 48 * kibi, sharedBy: 2 },
      { level: 'L2', bytes: 1280 * kibi, sharedBy: 2 },
      { level: 'L3', bytes: 24_576 * kibi, sharedBy: 20 },
    ]);
  });

  it('may be shared by processors that are not numbered in a row', async () => {
    const shared = (await readCaches(machineFiles('workstation'))).map(({ sharedBy }) => sharedBy);
    expect(shared).toEqual([2, 2, 16]);
  });

  it('are none where the system lists none', async () => {
    expect(await readCaches(machineFiles('nowhere'))).toEqual([]);
  });

  it('leave out what cannot be read', async () => {
    expect(await readCaches(machineFiles('garbage'))).toEqual([
      { level: 'L3', bytes: 32_768 * kibi, sharedBy: 1 },
    ]);
  });
});

describe('a cache', () => {
  it('is named by its level', () => {
    expect(toCache('2', 'Unified', '1M', '0,4')).toEqual({ level: 'L2', bytes: kibi * kibi, sharedBy: 2 });
  });

  it('is used by one thread at least', () => {
    expect(toCache('1', 'Data', '32K', null)?.sharedBy).toBe(1);
  });

  it.each([
    ['for instructions', '1', 'Instruction', '32K'],
    ['of a type that is not told', '1', null, '32K'],
    ['of a level that is not told', null, 'Data', '32K'],
    ['of a fourth level', '4', 'Unified', '128M'],
    ['of a level zero', '0', 'Data', '32K'],
    ['of a size that is not told', '1', 'Data', null],
    ['of no size', '1', 'Data', '0K'],
  ])('%s does not count', (_what, level, type, size) => {
    expect(toCache(level, type, size, '0')).toBeNull();
  });
});

describe('a size', () => {
  it.each([
    ['512', 512],
    ['32K', 32 * kibi],
    ['1M', kibi ** 2],
    ['1G', kibi ** 3],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseCacheSize(text)).toBe(bytes);
  });

  it.each(['', '0', '0K', '-1K', '1.5M', '32 KB', '32k', 'a lot'])('%j is unknown', (text) => {
    expect(parseCacheSize(text)).toBeNull();
  });
});
