import { describe, expect, it } from 'vitest';
import { formatCpuList, parseCpuList } from '../../../../main/machine/cpu-lists.ts';

describe('a list of processors', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-1,8', [0, 1, 8]],
    ['0-1, 8-9', [0, 1, 8, 9]],
    ['', []],
    ['all of them', []],
    ['3-1', []],
  ])('%j names %j', (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });

  it.each([
    [[], ''],
    [[4], '4'],
    [[9, 8, 1, 0, 2], '0-2,8-9'],
  ])('of %j is written %j', (cpus, text) => {
    expect(formatCpuList(cpus)).toBe(text);
  });
});
