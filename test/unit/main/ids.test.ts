import { expect, it } from 'vitest';
import { newRunId } from '../../../main/store/ids.ts';

it.each([0, Date.UTC(1970, 0, 2), Date.UTC(2019, 11, 31), Date.UTC(2020), Date.UTC(2026, 5), Date.UTC(2100)])(
  'a run has an id of eight digits, also where the clock says %d ms',
  (nowMs) => {
    expect(newRunId(nowMs)).toMatch(/^[0-9a-z]{8}$/);
  },
);

it('a later run has a larger id', () => {
  const ids = [2020, 2023, 2026, 2082].map((year) => newRunId(Date.UTC(year)));
  expect(ids.toSorted()).toEqual(ids);
});
