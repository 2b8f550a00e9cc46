import { describe, expect, it } from 'vitest';
import { summarizeRun } from '../../../core/analysis/report.ts';
import { logTicks } from '../../../core/charts/axis.ts';
import { conditionKey, conditionsOf } from '../../../core/charts/gap-plot-data.ts';
import {
  chooseSets,
  maximumSets,
  publishedSets,
  setNames,
  setsOfRun,
} from '../../../core/charts/gap-sets.ts';
import { gapParts, gapView } from '../../../core/charts/gap-view.ts';
import { paretoFront } from '../../../core/charts/pareto-front.ts';
import { scaleOf, twinOf } from '../../../core/charts/scale.ts';
import { seriesStyles } from '../../../core/charts/series-style.ts';
import { formatTime } from '../../../core/format/units.ts';
import { countGraph } from '../../../core/graph/count.ts';
import { paperMachine, paperResults } from '../../../core/models/paper-results.ts';
import { publishedGpus } from '../../../core/models/published-gpus.ts';
import { findModel } from '../../../core/models/zoo.ts';
import type { RunReport } from '../../../core/protocol/run.ts';
import { gapTable } from '../../../renderer/charts/gap-table.ts';
import { changedRun } from '../../fixtures/statistics/changed-run.ts';

/** At the sizes that accuracies are published for. */
function report(id: string, change: Parameters<typeof changedRun>[1] = {}): RunReport {
  const run = changedRun(id, change);
  return summarizeRun({
    ...run,
    measurements: run.measurements.map((measurement) =>
      measurement.model === 'convfirst_pico' ? { ...measurement, imageSize: 256 } : measurement,
    ),
  });
}

const first = report('first');
const second = report('second', { startedAt: '2026-04-01T12:00:00.000Z' });
const sets = setsOfRun(first);

function batched(original: RunReport, batch: number): RunReport {
  return { ...original, measurements: original.measurements.map((row) => ({ ...row, batch })) };
}

describe('axes that are logarithmic', () => {
  it.each([
    [0.9, 8, [0.5, 1, 2, 5, 10]],
    [1, 10, [1, 2, 5, 10]],
    [0.02, 900, [0.01, 0.1, 1, 10, 100, 1000]],
    [3, 3, [2, 5]],
  ])('from %d to %d in round steps', (low, high, ticks) => expect(logTicks(low, high)).toEqual(ticks));

  it('place equal factors equally far apart', () => {
    const { place, ticks } = scaleOf('log', [1, 200]);
    expect(place(ticks[0] ?? 0)).toBe(0);
    expect(place(ticks.at(-1) ?? 0)).toBe(1);
    expect(place(20) - place(10)).toBeCloseTo(place(8) - place(4), 12);
  });

  it.each(['log', 'linear'] as const)('hold their values and have a twin that agrees: %s', (kind) => {
    const scale = scaleOf(kind, [1.5, 40]);
    for (const value of [1.5, 40]) {
      expect(scale.place(value)).toBeGreaterThan(0);
      expect(scale.place(value)).toBeLessThan(1);
    }
    const twin = twinOf(scale, 3.3385);
    expect(twin.place(3.3385 * 7)).toBeCloseTo(scale.place(7), 12);
    expect(twin.ticks.length).toBeGreaterThan(1);
    for (const tick of twin.ticks) {
      expect(twin.place(tick)).toBeGreaterThanOrEqual(0);
      expect(twin.place(tick)).toBeLessThanOrEqual(1);
    }
  });
});

describe('the Pareto front', () => {
  const front = (points: [number, number][]) =>
    paretoFront(
      points,
      ([cost]) => cost,
      ([, worth]) => worth,
    );

  it('leaves out whatever another beats, or equals at less cost', () => {
    expect(
      front([
        [3, 80],
        [1, 70],
        [2, 69],
        [2, 75],
        [4, 80],
        [1, 60],
      ]),
    ).toEqual([
      [1, 70],
      [2, 75],
      [3, 80],
    ]);
  });

  it('names one of two that are alike', () =>
    expect(
      front([
        [1, 70],
        [1, 70],
      ]),
    ).toHaveLength(1));
});

describe('the sets of a run', () => {
  it('are one a condition and plan, layerwise first', () => {
    expect(sets.map(({ plan, points }) => [plan, points.map(({ model }) => model)])).toEqual([
      ['layerwise', ['resnet50', 'convfirst_pico']],
      ['fused', ['convfirst_pico']],
    ]);
  });

  it('say which device is a program, and which models have no accuracy', () => {
    const software = structuredClone(first);
    for (const { description } of software.providers) {
      for (const device of description.devices) Object.assign(device, { software: true });
    }
    for (const row of software.measurements) if (row.model === 'resnet50') row.top1 = null;
    const [set] = setsOfRun(software);
    expect(set).toMatchObject({ software: true, notPlotted: ['resnet50'] });
    expect(setNames(set === undefined ? [] : [set], formatTime)[0]).toContain('software adapter');
  });

  it('are chosen by their keys, or by their run, as many as can be told apart', () => {
    const runs = [sets, setsOfRun(second)];
    expect(chooseSets(runs, undefined).map(({ key }) => key)).toEqual(runs.flat().map(({ key }) => key));
    expect(chooseSets(runs, 'paper|second')).toEqual([publishedSets[0], ...(runs[1] ?? [])]);
    expect(chooseSets(runs, 'paper|paper|nothing')).toEqual([publishedSets[0]]);
    const many = Array.from({ length: 9 }, (_, index) => setsOfRun(report(`run${index}`)));
    expect(chooseSets(many, undefined)).toHaveLength(maximumSets);
    expect(seriesStyles).toHaveLength(maximumSets);
  });

  it('of another run are those that were measured like the first run’s', () => {
    const both = setsOfRun({
      ...second,
      measurements: [...batched(second, 8).measurements, ...second.measurements],
    });
    expect(both).toHaveLength(4);
    expect(chooseSets([sets, both], 'second').map((set) => set.origin === 'measured' && set.batch)).toEqual([
      1, 1,
    ]);
  });

  it('keep states of the caches apart', () => {
    const hot = first.measurements.map((row) => ({
      ...row,
      id: `${row.id}-hot`,
      cacheState: 'hot' as const,
    }));
    const both = setsOfRun({ ...first, measurements: [...first.measurements, ...hot] });
    expect(both.map(({ cacheState }) => cacheState)).toEqual([undefined, undefined, 'hot', 'hot']);
    expect(chooseSets([both], undefined)).toEqual(both.slice(0, 2));
    expect(setNames(both, formatTime)[3]).toBe('hot · fused');
    expect(
      conditionsOf({ ...first, measurements: [...first.measurements, ...hot] }).map(conditionKey),
    ).toEqual(['native.cpu.fp32.b1.t2', 'native.cpu.fp32.b1.t2.hot']);
  });

  it('are named by what tells them apart', () => {
    expect(setNames(sets, formatTime)).toEqual(['layerwise', 'fused']);
    const names = setNames([...sets, ...setsOfRun(batched(second, 8))], formatTime);
    expect(new Set(names).size).toBe(4);
    expect(names[2]).toContain('batch 8');
  });
});

describe('the plot of several sets', () => {
  const view = gapView(sets);

  it('draws a model once over operations, once over ideal latency, and once a plan over latency', () => {
    const models = (lines: (typeof view)['actual']) =>
      lines.flatMap(({ points }) => points.map(({ model }) => model)).toSorted();
    expect(models(view.byOperations)).toEqual(['convfirst_pico', 'resnet50']);
    expect(models(view.ideal)).toEqual(['convfirst_pico', 'resnet50']);
    expect(models(view.actual)).toEqual(['convfirst_pico', 'convfirst_pico', 'resnet50']);
  });

  it('tells families apart by colour where all is of one condition, else sets', () => {
    expect(view.bySet).toBe(false);
    expect(gapView([...sets, ...setsOfRun(second)]).bySet).toBe(true);
  });

  it('draws latencies of the batch where all have the same, else of one image', () => {
    expect(gapView(setsOfRun(batched(first, 8))).images).toBe(8);
    const mixed = gapView([...sets, ...setsOfRun(batched(second, 8))]);
    expect(mixed.images).toBe(1);
    const [one, eighth] = mixed.points.filter(
      ({ model, plan }) => model === 'resnet50' && plan === 'layerwise',
    );
    expect(eighth?.latencyMs).toBeCloseTo((one?.latencyMs ?? 0) / 8, 1);
  });

  it('leaves out families', () => {
    const without = gapView(sets, new Set(['resnet']));
    expect(without.points.map(({ family }) => family)).toEqual(['convfirst', 'convfirst']);
  });

  it('splits the gap at the waterline, and draws no part of a latency below its bound', () => {
    for (const point of view.points) {
      const parts = gapParts(point);
      for (const { fromMs, toMs } of parts) expect(toMs).toBeGreaterThan(fromMs);
      if (point.latencyMs < point.idealMs) expect(parts).toEqual([]);
      else expect(parts.at(-1)?.toMs).toBe(point.latencyMs);
    }
    const [some] = view.points;
    if (some === undefined) throw new Error('the sample run has points');
    const bounds = { ...some, idealMs: 1, waterlineMs: 3, latencyMs: 12 };
    expect(gapParts(bounds)).toEqual([
      { kind: 'memory', fromMs: 1, toMs: 3 },
      { kind: 'kernels', fromMs: 3, toMs: 12 },
    ]);
    expect(gapParts({ ...bounds, waterlineMs: null })).toEqual([{ kind: 'both', fromMs: 1, toMs: 12 }]);
  });

  it('ranks neither software adapters nor published figures, nor what is mistrusted', () => {
    const pretended = sets.map((set) => ({ ...set, software: true }));
    expect(gapView([...pretended, ...publishedSets]).front).toEqual([]);
    expect(view.front.map(({ model }) => model)).toEqual(['convfirst_pico']);
    const measurements = first.measurements.map((row) => ({
      ...row,
      trust: row.model === 'convfirst_pico' ? ('mistrusted' as const) : row.trust,
    }));
    const doubted = gapView(setsOfRun({ ...first, measurements }));
    expect(doubted.front.map(({ model }) => model)).toEqual(['resnet50']);
    expect(doubted.points.find(({ model }) => model === 'convfirst_pico')?.isMistrusted).toBe(true);
  });

  it('has a row a point in its table, with its interval', () => {
    const { columns, rows } = gapTable(gapView([...sets, ...publishedSets.slice(0, 1)]));
    expect(rows).toHaveLength(3 + paperResults.length);
    for (const row of rows) expect(row).toHaveLength(columns.length);
    const cells = (row: (typeof rows)[number] | undefined) =>
      Object.fromEntries(columns.map((name, index) => [name, row?.[index]]));
    const measured = cells(rows[0]);
    expect(Number(measured['Low [ms]'])).toBeLessThanOrEqual(Number(measured['Latency [ms]']));
    expect(Number(measured['High [ms]'])).toBeGreaterThanOrEqual(Number(measured['Latency [ms]']));
    expect(cells(rows.at(-1))).toMatchObject({ 'Low [ms]': null, 'Waterline [ms]': null, Images: 1 });
  });
});

describe('published figures', () => {
  it('have the paper’s lines and its twin axis: 3.34 ms of ideal latency for a giga of multiply-accumulates', () => {
    const view = gapView(publishedSets.slice(0, 1));
    const labels = Object.fromEntries(
      view.byOperations.map(({ family, points }) => [family, points.map(({ label }) => label)]),
    );
    expect(labels).toMatchObject({
      convnext: ['Femto', 'Pico', 'Nano', 'Tiny', 'Small'],
      efficientnet: ['B1', 'B2', 'B3', 'B4', 'B5'],
      convfirst: ['Pico', 'Nano', 'Tiny', 'Small'],
    });
    expect(view.images).toBe(paperMachine.batch);
    for (const { gigaMacs, idealMs } of view.points) expect(idealMs / gigaMacs).toBeCloseTo(3.3385, 3);
  });

  it('have a source each, and operations as they are counted here', () => {
    const counted = new Map<string, number>();
    for (const { source, results } of publishedGpus) {
      expect(source).toContain('.csv');
      expect(results.length).toBeGreaterThan(40);
      for (const { model, imageSize, macs } of results) counted.set(`${model} ${imageSize}`, macs);
    }
    for (const [name, macs] of counted) {
      const [model = '', imageSize] = name.split(' ');
      const graph = findModel(model)?.build(Number(imageSize));
      expect(graph && countGraph(graph).macs, name).toBe(macs);
    }
  }, 30_000);

  it('use less than the peak that they are held against', () => {
    for (const { name, points } of publishedSets) {
      for (const { model, efficiency } of points) {
        expect(efficiency, `${name} ${model}`).toBeGreaterThan(0.01);
        expect(efficiency, `${name} ${model}`).toBeLessThan(1);
      }
    }
  });

  it('confirm the paper: EfficientNet uses a far smaller share of the peak than ConvNeXt', () => {
    for (const { name, points } of publishedSets) {
      const share = (family: string) => {
        const shares = points.filter((point) => point.family === family).map(({ efficiency }) => efficiency);
        return shares.reduce((sum, one) => sum + one, 0) / shares.length;
      };
      expect(share('convnext') / share('efficientnet'), name).toBeGreaterThan(2);
    }
  });
});
