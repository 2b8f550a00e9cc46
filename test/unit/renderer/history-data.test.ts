import { expect, it } from 'vitest';
import type { HistoryHead, HistoryMark, HistorySeries } from '../../../core/protocol/compare.ts';
import {
  changeOfLevel,
  chooseSeries,
  historyTable,
  kindsOf,
  metricOf,
  ofOneMachine,
  placeMarks,
  seriesKey,
  seriesName,
} from '../../../renderer/charts/history-data.ts';

const day = (number: number) => `2026-01-0${number}T12:00:00.000Z`;

function seriesOf(change: Partial<HistorySeries> = {}, days: readonly number[] = [2, 3, 5]): HistorySeries {
  return {
    model: 'resnet50',
    imageSize: 224,
    provider: 'native',
    device: 'cpu',
    plan: 'layerwise',
    dtype: 'fp32',
    batch: 1,
    threads: 2,
    machineId: 'm',
    machineName: 'one',
    points: days.map((number) => ({
      runId: `r${number}`,
      measurementId: `r${number}-m`,
      startedAt: day(number),
      latencyNs: { median: number * 1.2e6, low: number * 1.1e6, high: number * 1.3e6 },
      undisturbedNs: { estimate: number * 1e6, low: number * 0.9e6, high: number * 1.1e6 },
      efficiency: number === 3 ? null : 0.5,
    })),
    threshold: 0.03,
    changePoints: [{ index: 2, runId: 'r5', startedAt: day(5), ratio: 1.031, p: 0.01, candidates: [] }],
    ...change,
  };
}

function markOf(runId: string, number: number, machineId = 'm'): HistoryMark {
  return {
    machineId,
    runId,
    startedAt: day(number),
    changes: [{ what: 'governor', before: null, after: 'performance' }],
  };
}

it('a mark is placed at its run, or at the next one that has a point', () => {
  const placed = placeMarks(seriesOf(), [markOf('r3', 3), markOf('r4', 4)]);
  expect(placed.map(({ index }) => index)).toEqual([1, 2]);
});

it('a mark of another machine, or from before or after the series, is not drawn', () => {
  const marks = [markOf('r3', 3, 'other'), markOf('r1', 1), markOf('r2', 2), markOf('r6', 6)];
  expect(placeMarks(seriesOf(), marks)).toEqual([]);
});

it('the table has the changes of level and of the surroundings in the rows of their runs', () => {
  const { columns, rows } = historyTable(seriesOf(), [markOf('r3', 3)]);
  for (const row of rows) expect(row).toHaveLength(columns.length);
  expect(rows.map((row) => row.slice(-3))).toEqual([
    [50, null, null],
    [null, null, 'governor'],
    [50, '3.1% slower', null],
  ]);
  expect(changeOfLevel(0.9)).toBe('10.0% faster');
});

function headOf(change: Partial<HistorySeries>, runs: number): HistoryHead {
  const { points: _, changePoints: __, threshold: ___, ...head } = seriesOf(change);
  return { ...head, runs };
}

it('the series is the one of the address, else the longest', () => {
  const layerwise = headOf({}, 3);
  const fused = headOf({ plan: 'fused' }, 4);
  const other = headOf({ model: 'convfirst_pico', plan: 'fused' }, 1);
  const all = [layerwise, fused, other];
  expect(chooseSeries(all, {})).toBe(fused);
  expect(chooseSeries(all, { model: 'resnet50', series: seriesKey(seriesOf()) })).toBe(layerwise);
  expect(chooseSeries(all, { model: 'convfirst_pico', series: seriesKey(fused) })).toBe(other);
  expect(chooseSeries(all, { model: 'convfirst_pico', series: seriesKey(seriesOf()) })).toBe(other);
  expect(chooseSeries(all, { model: 'none' })).toBe(fused);
  expect(chooseSeries([], {})).toBeUndefined();
});

it('a series is named by what is not the same in all', () => {
  const one = seriesOf({ batch: 8, provider: 'onednn' });
  expect(seriesName(one, [one])).toBe('layerwise');
  expect(seriesName(one, [one, seriesOf()])).toBe('layerwise · onednn · batch 8');
});

it('one machine is shown at a time: that of the address, else the one with the most figures', () => {
  const other = headOf({ machineId: 'other', machineName: 'two' }, 4);
  const all = [headOf({}, 3), other];
  expect(ofOneMachine(all, undefined)).toEqual([other]);
  expect(ofOneMachine(all, 'm')).toEqual([all[0]]);
  expect(ofOneMachine(all, 'nosuch')).toEqual([other]);
  expect(ofOneMachine([], 'm')).toEqual([]);
});

it('efficiencies have the interval of their latencies, turned over; one that is not known is not drawn', () => {
  const [first, second] = metricOf(seriesOf(), 'efficiency');
  expect(first?.value).toBe(50);
  expect(first?.low).toBeCloseTo(50 / 1.1, 9);
  expect(first?.high).toBeCloseTo(50 / 0.9, 9);
  expect(second).toBeNull();
  expect(metricOf(seriesOf(), 'latency')[1]).toEqual({ value: 3, low: 2.7, high: expect.closeTo(3.3, 9) });
});

it.each([
  [['driver of RTX 4090'], 'driver'],
  [['library dnnl', 'provider onednn'], 'library'],
  [['kernel', 'BIOS', 'Plimsoll'], 'system, program'],
  [['governor'], 'power'],
  [['memory clock'], 'machine'],
])('changes of %j are marked as those of %s', (whats, kinds) => {
  expect(kindsOf(whats.map((what) => ({ what, before: null, after: 'x' })))).toBe(kinds);
});
