import { describe, expect, it } from 'vitest';
import {
  compareTable,
  differenceTable,
  filterCompared,
  pairsWithin,
  sideOf,
  sidesOf,
  sideText,
} from '../../../renderer/charts/compare-data.ts';
import { changedRun } from '../../fixtures/statistics/changed-run.ts';
import { compareRuns } from '../../fixtures/statistics/stored-runs.ts';

const { rows } = compareRuns(
  { run: changedRun('before') },
  { run: changedRun('after', { latency: { resnet50: 1.1 } }) },
  [],
);

describe('the sides of a comparison', () => {
  const pair = { before: 'middle', after: 'new' };
  const runs = (before: string, after: string) => ({ before: { runId: before }, after: { runId: after } });

  it('are of the comparable pair if nothing is chosen', () => {
    expect(sidesOf(pair, {})).toEqual(runs('middle', 'new'));
    expect(sidesOf(pair, { before: 'old' })).toEqual(runs('old', 'new'));
    expect(sidesOf(pair, { after: 'old' })).toEqual(runs('middle', 'old'));
  });

  it('are none without a second run', () => {
    expect(sidesOf(null, {})).toBeUndefined();
    expect(sidesOf(undefined, { after: 'only' })).toBeUndefined();
  });

  it('are runs, or parts of them, as the address names them', () => {
    for (const side of [
      { runId: 'old' },
      { runId: 'old', provider: 'onednn' },
      { runId: 'old', plan: 'fused' as const },
      { runId: 'old', provider: 'webgpu', plan: 'layerwise' as const },
      { runId: 'old', dtype: 'bf16' as const },
      { runId: 'old', plan: 'fused' as const, threads: 4 },
    ]) {
      expect(sideOf(sideText(side))).toEqual(side);
    }
    expect(sidesOf(null, { before: 'only~~layerwise', after: 'only~~fused' })).toEqual({
      before: { runId: 'only', plan: 'layerwise' },
      after: { runId: 'only', plan: 'fused' },
    });
    expect(sideOf('old~~nonsense~fp31~0')).toEqual({ runId: 'old' });
  });

  it('can be parts of one run, where it has them', () => {
    const measured = (provider: string, plan: 'layerwise' | 'fused', dtype: 'fp32' | 'bf16' = 'fp32') => ({
      ...{ provider, plan, dtype },
    });
    expect(pairsWithin('run', [measured('native', 'layerwise')])).toEqual([]);
    const pairs = pairsWithin('run', [
      measured('native', 'layerwise'),
      measured('native', 'fused'),
      measured('onednn', 'layerwise'),
      measured('native', 'fused', 'bf16'),
    ]);
    expect(pairs.map(({ before, after }) => [sideText(before), sideText(after)])).toEqual([
      ['run~~layerwise', 'run~~fused'],
      ['run~native', 'run~onednn'],
      ['run~~~fp32', 'run~~~bf16'],
    ]);
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

  it('hold the rows that have all words of the filter', () => {
    expect(filterCompared(rows, 'WORSE resnet').map(({ model }) => model)).toEqual(['resnet50']);
    expect(filterCompared(rows, 'worse convfirst')).toEqual([]);
    expect(filterCompared(rows, '')).toHaveLength(rows.length);
  });

  it('say of what is not known that it is not', () => {
    expect(differenceTable([{ what: 'governor', before: null, after: 'performance' }]).rows).toEqual([
      ['governor', 'unknown', 'performance'],
    ]);
  });
});
