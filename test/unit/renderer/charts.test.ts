import { describe, expect, it } from 'vitest';
import { layersOf } from '../../../core/analysis/diagnosis.ts';
import { ceilingsOf } from '../../../core/analysis/find-ceilings.ts';
import { measurementDetail, summarizeRun } from '../../../core/analysis/report.ts';
import { waterlineView } from '../../../core/analysis/waterline-view.ts';
import { tickFormat, ticksBetween, ticksFromZero } from '../../../core/charts/axis.ts';
import { chartSurface, familyStyles } from '../../../core/charts/family-style.ts';
import { conditionKey, conditionsOf, gapPlotData } from '../../../core/charts/gap-plot-data.ts';
import { markerOutline } from '../../../core/charts/marker-outline.ts';
import { placeLabels } from '../../../core/charts/place-labels.ts';
import { seriesStyles } from '../../../core/charts/series-style.ts';
import { spreadLabels } from '../../../core/charts/spread-labels.ts';
import { models } from '../../../core/models/zoo.ts';
import { longest, roofLine, rooflineData } from '../../../renderer/charts/roofline-data.ts';
import {
  formatRange,
  hull,
  isWithin,
  parseRange,
  placeInTime,
  sumLayers,
} from '../../../renderer/charts/time-bar-data.ts';
import { placeBars, waterlineScale, waterlineTable } from '../../../renderer/charts/waterline-chart-data.ts';
import { filterLayers } from '../../../renderer/pages/layers/filter-layers.ts';
import { layerTable } from '../../../renderer/pages/layers/layer-columns.tsx';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

describe('axes', () => {
  it.each([
    [4.4, [0, 1, 2, 3, 4, 5]],
    [46, [0, 10, 20, 30, 40, 50]],
    [0.11, [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12]],
  ])('from zero to %d in round steps', (largest, ticks) => expect(ticksFromZero(largest)).toEqual(ticks));

  it('encloses both values', () => {
    const ticks = ticksBetween(72.5, 80.3);
    expect(ticks[0]).toBeLessThanOrEqual(72.5);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(80.3);
  });

  it('shows the digits that tell ticks apart', () => {
    expect([0, 2.5, 5].map(tickFormat([0, 2.5, 5]))).toEqual(['0.0', '2.5', '5.0']);
    expect([72, 74].map(tickFormat([72, 74]))).toEqual(['72', '74']);
  });
});

describe('the plot of a run in a report', () => {
  // At the size that an accuracy is published for.
  const report = summarizeRun({
    ...sampleRun,
    measurements: sampleRun.measurements.map((measurement) =>
      measurement.model === 'convfirst_pico' ? { ...measurement, imageSize: 256 } : measurement,
    ),
  });
  const [condition] = conditionsOf(report);
  if (condition === undefined) throw new Error('the sample run measured something');
  const data = gapPlotData(report, condition);

  it('draws a model once over operations, and once a plan over latency', () => {
    expect(data?.byOperations.flatMap(({ points }) => points.map(({ model }) => model))).toEqual([
      'resnet50',
      'convfirst_pico',
    ]);
    expect(data?.byLatency.map(({ family, plan }) => `${family} ${plan}`)).toEqual([
      'resnet layerwise',
      'convfirst fused',
      'convfirst layerwise',
    ]);
  });

  it('has a twin axis that agrees with every point', () => {
    for (const { gigaMacs, idealMs } of data?.byOperations.flatMap(({ points }) => points) ?? []) {
      expect(gigaMacs * (data?.idealMsPerGigaMac ?? 0)).toBeCloseTo(idealMs, 9);
    }
  });

  it('names what has no published accuracy instead of drawing it', () => {
    const unknown = {
      ...report,
      measurements: report.measurements.map((row) =>
        row.model === 'resnet50' ? { ...row, top1: null } : row,
      ),
    };
    const plot = gapPlotData(unknown, condition);
    expect(plot?.notPlotted).toEqual(['resnet50']);
    expect(plot?.byOperations.map(({ family }) => family)).toEqual(['convfirst']);
  });

  it('keeps conditions apart', () => {
    const [first, ...rest] = report.measurements;
    if (first === undefined) throw new Error('there are three');
    const two = { ...report, measurements: [{ ...first, batch: 8 }, ...rest] };
    expect(conditionsOf(two).map(conditionKey)).toEqual(['native.cpu.fp32.b8.t2', 'native.cpu.fp32.b1.t2']);
    expect(gapPlotData(two, condition)?.byOperations.map(({ family }) => family)).toEqual(['convfirst']);
  });
});

describe('labels along an edge', () => {
  it('stay where they are when there is room', () => {
    expect(
      spreadLabels(
        [
          { at: 50, length: 10 },
          { at: 20, length: 10 },
        ],
        0,
        100,
      ),
    ).toEqual([50, 20]);
  });

  it('make room for one another, and stay within the edge', () => {
    const crowd = [90, 91, 92, 95].map((at) => ({ at, length: 20 }));
    expect(spreadLabels(crowd, 0, 100)).toEqual([30, 50, 70, 90]);
  });
});

describe('labels', () => {
  const area = { left: 0, top: 0, right: 400, bottom: 300 };

  it('stand right of a point that is alone', () => {
    expect(placeLabels([{ x: 100, y: 100, text: 'resnet50' }], area)[0]).toMatchObject({
      anchor: 'start',
      y: 100,
    });
  });

  it('stay inside', () => {
    expect(placeLabels([{ x: 390, y: 100, text: 'resnet50' }], area)[0]?.anchor).not.toBe('start');
  });

  it('do not cover one another', () => {
    const placed = placeLabels(
      [
        { x: 100, y: 100, text: 'convfirst_pico' },
        { x: 103, y: 101, text: 'convfirst_pico' },
      ],
      area,
    );
    expect(new Set(placed.map((label) => `${label?.anchor} ${label?.y}`)).size).toBe(2);
  });

  it('keep clear of lines where they can', () => {
    const line = [
      { x: 100, y: 100 },
      { x: 300, y: 100 },
    ];
    expect(placeLabels([{ x: 100, y: 100, text: 'tiny' }], area, [line])[0]?.y).not.toBe(100);
  });
});

describe('colours', () => {
  it('are there for every family of the zoo', () => {
    const families = new Set(models.map(({ family }) => family));
    expect([...families].filter((family) => !(family in familyStyles))).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('stand out from the surface, and differ, in the %s theme', (theme) => {
    const styles = Object.values(familyStyles);
    for (const { title, colour } of styles) {
      expect(contrast(colour[theme], chartSurface[theme]), title).toBeGreaterThanOrEqual(3);
    }
    expect(new Set(styles.map(({ colour }) => colour[theme])).size).toBe(styles.length);
    // Where colours tell series apart, the shape alone tells the family.
    expect(new Set(styles.map(({ shape }) => markerOutline(shape))).size).toBe(styles.length);
    for (const { colour } of seriesStyles) {
      expect(contrast(colour[theme], chartSurface[theme]), colour[theme]).toBeGreaterThanOrEqual(3);
    }
    expect(new Set(seriesStyles.map(({ colour }) => colour[theme])).size).toBe(seriesStyles.length);
  });
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('the waterline plot', () => {
  const report = summarizeRun(sampleRun);
  const views = ['m1', 'm3'].flatMap((id) => {
    const detail = measurementDetail(sampleRun, id);
    const ceilings = detail && ceilingsOf(report, detail.summary);
    return (detail && ceilings && waterlineView(detail, ceilings, 'dram')) ?? [];
  });
  const size = { width: 300, height: 200 };

  it('draws bars of an area in proportion to their operations, unless they are cut', () => {
    const scale = waterlineScale(views, 'area', 'linear');
    // The stem: 1e9 operations on 1e6 bytes; the ridge: 10, of which five are shown.
    const highest = scale.up.ticks.at(-1) ?? 0;
    expect(highest).toBe(60);
    const [stem, head] = views[0] === undefined ? [] : placeBars(views[0], scale, size);
    expect(stem).toMatchObject({ x: 0, height: 200, cut: true });
    expect(stem?.water).toBeCloseTo(200 / 6, 9);
    expect(head?.cut).toBe(false);
    const pixels = (head?.width ?? 0) * (head?.height ?? 0);
    expect(pixels).toBeCloseTo((1e8 * size.width * size.height) / (scale.width * highest), 6);
    expect((head?.x ?? 0) + (head?.width ?? 0)).toBeCloseTo(300, 6);
  });

  it('cuts no bar on a logarithmic axis', () => {
    const bars = views.flatMap((view) => placeBars(view, waterlineScale(views, 'area', 'log'), size));
    expect(bars.filter(({ cut }) => cut)).toEqual([]);
    for (const { height } of bars) expect(height).toBeGreaterThan(0);
  });

  it('draws layers of one width where that is asked for', () => {
    const bars = views.flatMap((view) => placeBars(view, waterlineScale(views, 'layers', 'log'), size));
    expect(bars.map(({ width }) => width)).toEqual([150, 150, 150, 150]);
  });

  it('has a row a kernel in its table, with the figures that are drawn', () => {
    const table = views[0] && waterlineTable(views[0]);
    expect(table?.rows.map(([order, name]) => [order, name])).toEqual([
      [1, 'stem'],
      [2, 'head'],
    ]);
    for (const row of table?.rows ?? []) expect(row).toHaveLength(table?.columns.length ?? 0);
    // 1e9 operations at 2e11 a second, and 10 ms measured.
    expect(table?.rows[0]?.slice(-3)).toEqual([5000, 10000, 5000]);
    expect(table?.rows[1]?.slice(-2)).toEqual([null, null]);
  });
});

describe('the roofline plot', () => {
  const detail = measurementDetail(sampleRun, 'm1');
  const ceilings = detail && ceilingsOf(summarizeRun(sampleRun), detail.summary);
  if (detail === undefined || ceilings === undefined)
    throw new Error('the sample run has m1 and its ceilings');
  const data = rooflineData(detail.kernels, { ...ceilings, theoreticalOperationsPerSecond: 4e11 });

  it('draws each timed kernel at its intensity and throughput, and counts the others', () => {
    // 1e9 operations on 1e6 bytes in 10 ms.
    expect(data.dots).toMatchObject([{ name: 'stem', intensity: 1000, operationsPerSecond: 1e11, share: 1 }]);
    expect(data.notTimed).toBe(1);
    const idle = detail.kernels.map((kernel) => ({ ...kernel, operations: 0 }));
    expect(rooflineData(idle, ceilings).withoutOperations).toEqual({ kernels: 1, share: 1 });
  });

  it('has axes that hold the kernels of 99% of the time, the DRAM ridge and every peak', () => {
    const within = (scale: { place: (value: number) => number }, value: number) =>
      scale.place(value) >= 0 && scale.place(value) <= 1;
    expect(within(data.x, 1000)).toBe(true);
    // The ridge: 2e11 operations at 2e10 bytes a second.
    expect(within(data.x, 10)).toBe(true);
    for (const value of [1e11, 2e11, 4e11]) expect(within(data.y, value)).toBe(true);
    const [dot] = data.dots;
    if (dot === undefined) throw new Error('the stem was timed');
    const tiny = { ...dot, name: 'tiny', latencyNs: dot.latencyNs / 1000 };
    expect(longest([tiny, dot], 0.99)).toEqual([dot]);
    expect(longest([tiny, dot], 1)).toEqual([dot, tiny]);
  });

  it('names the kernels that can win the most', () => {
    expect(data.worst.map(({ name }) => name)).toEqual(['stem']);
    expect(data.worst[0]?.canWinNs).toBeGreaterThan(0);
  });

  it('has roofs that begin where they enter the plot and end at the ridge', () => {
    const dram = data.roofs.find(({ name }) => name === 'DRAM');
    // 2e10 bytes a second, 2e11 operations a second.
    expect(dram && roofLine(dram, [0.1, 1000], 1e9)).toEqual({ from: [0.1, 2e9], to: [10, 2e11] });
    expect(dram && roofLine(dram, [0.1, 1000], 1e10)).toEqual({ from: [0.5, 1e10], to: [10, 2e11] });
    expect(data.roofs.filter(({ theoretical }) => theoretical)).toMatchObject([
      { operationsPerSecond: 4e11 },
    ]);
  });
});

describe('layers', () => {
  const layers = layersOf(measurementDetail(sampleRun, 'm1')?.kernels ?? [], 'kernel');

  it('fill the whole bar with what was timed', () => {
    expect(placeInTime(layers, 400)).toEqual([{ layer: layers[0], x: 0, width: 400 }]);
  });

  it('are selected by ranges, which the address holds', () => {
    expect(parseRange('3-5')).toEqual({ from: 3, to: 5 });
    for (const wrong of [undefined, '', '5-3', '0-2', 'a-b']) expect(parseRange(wrong)).toBeUndefined();
    expect(formatRange(hull({ from: 4, to: 6 }, { from: 1, to: 1 }))).toBe('1-6');
    expect(isWithin({ order: 2, kernels: 3 }, { from: 2, to: 4 })).toBe(true);
    expect(isWithin({ order: 2, kernels: 3 }, { from: 2, to: 3 })).toBe(false);
  });

  it('add up what they take and what they could win', () => {
    const sums = sumLayers(layers);
    expect(sums.layers).toBe(2);
    expect(sums.latencyNs).toBe(layers[0]?.latencyNs);
    expect(sums.share).toBe(1);
    expect(sums.kernelNs).toBe(layers[0]?.canWin?.kernelNs);
  });

  it('are filtered by words in any of their names', () => {
    expect(filterLayers(layers, 'STEM unexpl')).toEqual([]);
    expect(filterLayers(layers, 'arith ste').map(({ name }) => name)).toEqual(['stem']);
    expect(filterLayers(layers, ' ')).toHaveLength(2);
  });

  it('have a cell for every column of their table', () => {
    const { columns, rows } = layerTable(layers);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  });
});
