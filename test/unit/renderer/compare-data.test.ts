import { describe, expect, it } from 'vitest';
import { blockTable, compareTable, differenceTable, sidesOf } from '../../../renderer/charts/compare-data.ts';
import { changedRun } from '../../fixtures/statistics/changed-run.ts';
import { compareRuns } from '../../fixtures/statistics/stored-runs.ts';

const { rows } = compareRuns(
  { run: changedRun('before') },
  { run: changedRun('after', { latency: { resnet50: 1.1 } }) },
  [],
);

describe('the sides of a comparison', () => {
  const ids = ['new', 'middle', 'old'];
  const runs = (before: string, after: string) => ({ before: { runId: before }, after: { runId: after } });

  it('are the newest run and the one before it where nothing is chosen', () => {
    expect(sidesOf(ids, {})).toEqual(runs('middle', 'new'));
    expect(sidesOf(ids, { after: 'middle' })).toEqual(runs('old', 'middle'));
    expect(sidesOf(ids, { after: 'old' })).toEqual(runs('middle', 'old'));
    expect(sidesOf(ids, { before: 'old' })).toEqual(runs('old', 'new'));
  });

  it('are none where there is no second run, unless one is compared within', () => {
    expect(sidesOf([], { within: 'plans' })).toBeUndefined();
    expect(sidesOf(['only'], {})).toBeUndefined();
    expect(sidesOf(['only'], { within: 'plans' })).toEqual({
      before: { runId: 'only', plan: 'layerwise' },
      after: { runId: 'only', plan: 'fused' },
    });
    expect(sidesOf(ids, { within: 'onednn', after: 'old' })).toEqual({
      before: { runId: 'old', provider: 'native' },
      after: { runId: 'old', provider: 'onednn' },
    });
  });
});

describe('the tables of a comparison', () => {
  it('have a cell for every column, and the change in percent of the latency', () => {
    const { columns, rows: lines } = compareTable(rows);
    expect(lines).toHaveLength(rows.length);
    for (const line of lines) expect(line).toHaveLength(columns.length);
    const line = lines.find(([model]) => model === 'resnet50');
    expect(Number(line?.[columns.indexOf('Change [%]')])).toBeCloseTo(10, 0);
    expect(line?.[columns.indexOf('Verdict')]).toBe('WORSE');
  });

  it('list the blocks of a row as the comparison does', () => {
    const stem = { name: 'stem', beforeNs: 2000, afterNs: 3000, ratio: 1.5 };
    const { columns, rows: lines } = blockTable([stem]);
    expect(columns).toHaveLength(4);
    expect(lines).toEqual([['stem', 2, 3, 50]]);
  });

  it('say of what is not known that it is not', () => {
    expect(differenceTable([{ what: 'governor', before: null, after: 'performance' }]).rows).toEqual([
      ['governor', 'unknown', 'performance'],
    ]);
  });
});
