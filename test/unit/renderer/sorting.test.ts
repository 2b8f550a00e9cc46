import { describe, expect, it } from 'vitest';
import { formatSort, parseSort, sortRows, toggleSort } from '../../../renderer/components/sorting.ts';

const columns = [
  { key: 'name', value: ({ name }: { name: string }) => name },
  { key: 'time', value: ({ time }: { time: number }) => time },
];
const rows = [
  { name: 'b10', time: 3 },
  { name: 'b2', time: 11 },
  { name: 'a', time: 3 },
];
const names = (sort: string | undefined) => sortRows(rows, columns, parseSort(sort)).map(({ name }) => name);

describe('sorting', () => {
  it('orders numbers as numbers, and names as people do', () => {
    expect(names('time')).toEqual(['b10', 'a', 'b2']);
    expect(names('-time')).toEqual(['b2', 'b10', 'a']);
    expect(names('name')).toEqual(['a', 'b2', 'b10']);
  });

  it('leaves the rows as they came for no column, or for one that there is not', () => {
    expect(names(undefined)).toEqual(['b10', 'b2', 'a']);
    expect(names('nothing')).toEqual(['b10', 'b2', 'a']);
  });

  it('goes up, down and back', () => {
    const up = toggleSort(undefined, 'time');
    const down = toggleSort(up, 'time');
    expect([up, down, toggleSort(down, 'time')].map(formatSort)).toEqual(['time', '-time', undefined]);
    expect(formatSort(toggleSort(down, 'name'))).toBe('name');
  });
});
