/** The benchmark of the native kernels: what is raced, and how its figures are put together. No clock is read here. */
import { describe, expect, it } from 'vitest';
import { planGraph } from '../../core/graph/plan.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import type { ProviderConnection } from '../../main/bench/provider-connection.ts';
import { type Opponent, type Outcome, race } from '../../scripts/bench-native/arena.ts';
import { geometricMean, shareOf, smallest, speedup } from '../../scripts/bench-native/figure.ts';
import { type Result, toJson, toLines, withMeasurements } from '../../scripts/bench-native/present.ts';
import { allRows, type Measure, type Row } from '../../scripts/bench-native/rows.ts';
import {
  blocksOf,
  network,
  plainLayer,
  resnetLayers,
  withActivation,
} from '../../scripts/bench-native/workloads.ts';

const timed = (...latencyNs: number[]) => ({ latencyNs, error: 1e-7 });

describe('what is raced', () => {
  it('has each of the 23 distinct convolutions of ResNet-50 once', () => {
    const names = resnetLayers().map(({ name }) => name);
    expect(new Set(names).size).toBe(23);
    expect(names).toContain('7x7/2 3→64 @224');
    expect(names).toContain('3x3 512→512 @7');
  });

  it('cuts blocks out of a network that stand by themselves', () => {
    const blocks = blocksOf('efficientnet_b0', 'mbconv');
    // Sixteen blocks but the first, of which some are equal.
    expect(blocks.length).toBeGreaterThan(8);
    expect(blocks.length).toBeLessThan(16);
    for (const graph of blocks) {
      expect(planGraph(graph, 'fused', new Set(['mbconv'])).kernels).toHaveLength(1);
      for (const { id, inputs } of graph.operators) expect(inputs.every((input) => input < id)).toBe(true);
      expect(toWireGraph(graph).operators).toHaveLength(graph.operators.length);
    }
  });

  it('changes an activation and nothing else', () => {
    const graph = network('convfirst_pico');
    const changed = withActivation(graph, 'gelu');
    const functions = changed.operators.flatMap((one) => (one.kind === 'activation' ? [one.function] : []));
    expect(new Set(functions)).toEqual(new Set(['gelu']));
    expect(changed.operators).toHaveLength(graph.operators.length);
  });
});

describe('figures', () => {
  it('are ratios of medians, and times as fast, not times as long', () => {
    const figure = speedup(timed(10, 11, 12), timed(20, 22, 24));
    expect(figure.value).toBe(2);
    expect(figure.low).toBeLessThanOrEqual(2);
    expect(figure.high).toBeGreaterThanOrEqual(2);
  });

  it('are shares of the ceiling', () => {
    // 1000 operations in 10 ns are 10^11 a second.
    expect(shareOf(timed(10), 1000, 2e11).value).toBeCloseTo(0.5);
  });

  it('are averaged as ratios are, and none hides the worst error', () => {
    const figures = [
      { value: 2, low: 1.9, high: 2.1, error: 1e-6 },
      { value: 0.5, low: 0.4, high: 0.6, error: 1e-7 },
    ];
    expect(geometricMean(figures).value).toBeCloseTo(1);
    expect(geometricMean(figures).error).toBe(1e-6);
    expect(smallest(figures)).toEqual({ value: 0.5, low: 0.4, high: 0.6, error: 1e-6 });
  });
});

describe('a race', () => {
  const description: Opponent['description'] = {
    protocol: 1,
    provider: 'native',
    version: '1',
    libraries: {},
    devices: [
      {
        id: 'cpu',
        kind: 'cpu',
        name: 'A CPU',
        software: false,
        threads: 2,
        instructionSets: ['avx2'],
        caches: [{ level: 'L1', bytes: 32768, sharedBy: 1 }],
      },
    ],
    dataTypes: ['fp32'],
    operators: [],
    plans: ['layerwise'],
    fusableBlocks: [],
  };
  const arithmetic = [
    { dtype: 'fp32' as const, instructionSet: 'avx2', threads: 1, operationsPerSecond: 1e11 },
  ];
  const bandwidth = (['L1', 'DRAM'] as const).map((level, index) => ({
    level,
    access: 'read' as const,
    threads: 1,
    workingSetBytes: 1024,
    bytesPerSecond: 3e11 / (index + 1),
  }));

  /** Answers everything at once, and keeps what `prepare` was told. */
  function opponent(prepared: object[]): Opponent {
    const answers: Record<string, unknown> = {
      verify: { passed: true, kernels: [{ relativeL2Error: 1e-7 }] },
      calibrate: { device: 'cpu', arithmetic, bandwidth: [] },
      measure: { latencyNs: [1000] },
      release: {},
    };
    const request = async (method: string, body: object) => {
      if (method !== 'prepare') return answers[method];
      prepared.push(body);
      return { handle: prepared.length };
    };
    return {
      connection: { name: 'fake', request, close: async () => {} } as ProviderConnection,
      description,
    };
  }

  it('lets the native planner know the ceilings, as a run of the app does, and tells them to nobody else', async () => {
    const own: object[] = [];
    const others: object[] = [];
    const native = { ...opponent(own), calibration: { device: 'cpu', arithmetic, bandwidth } };
    const contest = {
      graph: plainLayer(8, 4),
      batch: 1,
      dtype: 'fp32' as const,
      threads: [1],
      sides: ['layerwise', 'onednn'] as const,
    };
    const pace = { rounds: 1, seconds: 0.01, secondsPerCeiling: 0.01 };
    await race(contest, { native, onednn: opponent(others) }, pace);
    const levels = [
      { level: 'L1', bytesPerSecond: 3e11 },
      { level: 'DRAM', bytesPerSecond: 1.5e11 },
    ];
    expect(own).toEqual([expect.objectContaining({ ceilings: { operationsPerSecond: 1e11, levels } })]);
    expect(others).toEqual([expect.not.objectContaining({ ceilings: expect.anything() })]);
  });
});

/** Fused takes 1, layerwise 2 and oneDNN 4, whatever the graph, divided by the threads. */
const measure: Measure = async () =>
  ({
    operations: 800,
    of: (side, threads) => timed({ fused: 1, layerwise: 2, onednn: 4 }[side] / threads),
    ceiling: (threads) => 1e12 * threads,
  }) satisfies Outcome;

function rowNamed(start: string): Row {
  const row = allRows({ quick: false, cores: 2 }).find(({ what }) => what.startsWith(start));
  if (row === undefined) throw new Error(start);
  return row;
}

async function resultOf(row: Row): Promise<Result> {
  const { figure, parts = [] } = await row.answer(measure, 'fp32');
  return { row, dtype: 'fp32', figure, parts, reason: undefined, failed: false };
}

describe('rows', () => {
  it('split a gain over the library into kernels and fusion', async () => {
    const { figure, parts } = await resultOf(rowNamed('ConvFirst block, group width 8, fused ÷ oneDNN'));
    expect(figure?.value).toBeCloseTo(4);
    expect(parts.slice(0, 2).map(({ name, figure: { value } }) => [name, value])).toEqual([
      ['by better kernels', expect.closeTo(2)],
      ['by fusion', expect.closeTo(2)],
    ]);
  });

  it('interpolate at equal accuracy between neighbours', async () => {
    const { figure, parts } = await resultOf(rowNamed('whole ConvFirst, fused ÷ whole ConvNeXt'));
    expect(parts.map(({ name }) => name)).toEqual([
      'convfirst_pico',
      'convfirst_nano',
      'convfirst_tiny',
      'convfirst_small',
    ]);
    expect(figure?.value).toBeCloseTo(4);
  });

  it('are met or missed, and say neither where they do not apply', async () => {
    const row = rowNamed('ConvFirst block, C 96 to 384, group width 8');
    const met = toJson(await resultOf(row));
    expect(met).toMatchObject({ value: expect.closeTo(0.8), atLeast: 0.8, aim: null });
    const none: Result = {
      row,
      dtype: 'bf16',
      figure: undefined,
      parts: [],
      reason: 'no AMX',
      failed: false,
    };
    expect(toJson(none)).toMatchObject({
      value: null,
      atLeast: 0.48,
      aim: 0.58,
      met: null,
      reason: 'no AMX',
    });
    expect(toLines(none)).toContain('not applicable: no AMX');
    expect(toJson({ ...none, reason: 'wrong', failed: true }).met).toBe(false);
    // By dot products there is a figure, and the target of tile registers is not held against it.
    const { figure } = await resultOf(row);
    const untargeted = { ...none, figure: figure && { ...figure, value: 0.1 } };
    expect(toJson(untargeted)).toMatchObject({ value: 0.1, met: null, reason: 'no AMX' });
    expect(toLines(untargeted)).toContain('target not applicable: no AMX');
    expect(toLines({ ...untargeted, reason: undefined })).toContain('missed');
  });
});

it('writes what was measured into its place of the document, again and again', async () => {
  const document = [
    '# Title',
    '<!-- measured: written by `npm run bench:native` -->',
    'old',
    '<!-- /measured -->',
    'tail',
  ].join('\n');
  const machine = {
    native: {
      protocol: 1 as const,
      provider: 'native',
      version: '1',
      libraries: { compiler: 'gcc 12' },
      devices: [
        {
          id: 'cpu',
          kind: 'cpu' as const,
          name: 'A CPU',
          software: false,
          threads: 2,
          instructionSets: ['avx2'],
          caches: [],
        },
      ],
      dataTypes: [],
      operators: [],
      plans: [],
      fusableBlocks: [],
    },
    onednn: undefined,
    ceilings: [],
  };
  const results = [await resultOf(rowNamed('3x3 256→256'))];
  const once = withMeasurements(document, machine, results, '2030-01-01') ?? '';
  expect(once).toContain('A CPU');
  expect(once).toContain('3x3 256→256 @14 and 128→128 @28');
  expect(once).not.toContain('old');
  expect(withMeasurements(once, machine, results, '2030-01-01')).toBe(once);
  expect(withMeasurements('no place', machine, results, '2030-01-01')).toBeUndefined();
});
