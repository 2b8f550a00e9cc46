import { describe, expect, it } from 'vitest';
import type { ProviderRow, Settings } from '../../../core/protocol/api.ts';
import { findRuns } from '../../../renderer/components/run-chooser.tsx';
import {
  firstChoice,
  isSoftwareAdapter,
  offeredTypes,
  parseBatches,
  type RunChoice,
  requestOf,
  toggled,
  whatIsMissing,
} from '../../../renderer/pages/profile/run-request.ts';
import { tracePath } from '../../../renderer/pages/profile/trace.ts';
import { reportRequestOf } from '../../../renderer/pages/reports/report-request.ts';

const settings: Settings = { theme: 'system', suite: 'paper', providers: ['native'], softwareAdapters: true };
const choose = (part: Partial<RunChoice> = {}): RunChoice => ({ ...firstChoice(settings), ...part });

describe('what is chosen', () => {
  it('begins as the settings say, with both plans in fp32, one image and every core', () => {
    expect(requestOf(choose())).toEqual({
      suite: 'paper',
      providers: ['native'],
      dtypes: ['fp32'],
      batches: [1],
    });
  });

  it('asks for no more than what was chosen', () => {
    const choice = choose({ models: ['resnet50'], plans: ['fused'], batches: '8, 1 8', threads: ' 2' });
    expect(requestOf(choice)).toEqual({
      suite: 'paper',
      models: ['resnet50'],
      providers: ['native'],
      plans: ['fused'],
      dtypes: ['fp32'],
      batches: [8, 1],
      threads: 2,
    });
  });

  it.each([
    ['models', { models: [] }],
    ['providers', { providers: [] }],
    ['plans', { plans: [] }],
    ['dtypes', { dtypes: [] }],
    ['batches', { batches: '' }],
    ['batches', { batches: '1, many' }],
    ['batches', { batches: '2000' }],
    ['threads', { threads: '0' }],
    ['threads', { threads: '1.5' }],
  ] as const)('is no request without %s (%o)', (missing, part) => {
    expect(whatIsMissing(choose(part))).toBe(missing);
    expect(requestOf(choose(part))).toBeUndefined();
  });

  it('reads batch sizes with commas or spaces between, each once', () => {
    expect(parseBatches('1,2 ,4  8,,8')).toEqual([1, 2, 4, 8]);
    expect(parseBatches('1-4')).toBeUndefined();
  });

  it('is taken back by choosing it again', () => {
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
    expect(toggled(['b'], 'a')).toEqual(['b', 'a']);
  });
});

const row = (name: ProviderRow['name'], dataTypes: string[], device: { kind: string; software: boolean }) =>
  ({
    name,
    available: true,
    reason: null,
    description: { dataTypes, devices: [device] },
  }) as unknown as ProviderRow;
const native = row('native', ['fp32', 'bf16'], { kind: 'cpu', software: false });
const softGpu = row('webgpu', ['fp32', 'fp16'], { kind: 'gpu', software: true });

describe('what is offered', () => {
  it('are the data types of the chosen providers, in one order', () => {
    expect(offeredTypes([native, softGpu], ['webgpu', 'native'])).toEqual(['fp32', 'bf16', 'fp16']);
    expect(offeredTypes([native, softGpu], ['native'])).toEqual(['fp32', 'bf16']);
    expect(offeredTypes([], ['native'])).toContain('fp32');
  });

  it('knows a software adapter from a GPU and from a processor', () => {
    expect(isSoftwareAdapter(softGpu)).toBe(true);
    expect(isSoftwareAdapter(native)).toBe(false);
    expect(isSoftwareAdapter(row('webgpu', ['fp32'], { kind: 'gpu', software: false }))).toBe(false);
  });
});

describe('a trace', () => {
  const box = { width: 100, height: 40 };

  it('goes from edge to edge, up where the figure is higher', () => {
    const points = [
      { x: 10, y: 1 },
      { x: 20, y: 3 },
      { x: 30, y: 2 },
    ];
    expect(tracePath(points, undefined, box)).toBe('M0.0 38.0L50.0 2.0L100.0 20.0');
    expect(tracePath(points, { low: 0, high: 4 }, box)).toBe('M0.0 29.0L50.0 11.0L100.0 20.0');
  });

  it('is level where nothing changed, and nothing where nothing is known', () => {
    expect(
      tracePath(
        [
          { x: 0, y: 5 },
          { x: 1, y: 5 },
        ],
        undefined,
        box,
      ),
    ).toBe('M0.0 20.0L100.0 20.0');
    expect(tracePath([], undefined, box)).toBe('');
  });
});

describe('runs', () => {
  const runs = [
    { id: 'a1', name: '2026-01-01 12:00 · quick · desk · a1' },
    { id: 'b2', name: '2026-02-01 12:00 · paper · rack · b2' },
  ];
  it('are found by words in any order and case', () => {
    expect(findRuns(runs, 'RACK 2026-02').map(({ id }) => id)).toEqual(['b2']);
    expect(findRuns(runs, '12:00').map(({ id }) => id)).toEqual(['a1', 'b2']);
    expect(findRuns(runs, 'desk paper')).toEqual([]);
    expect(findRuns(runs, '  ')).toEqual(runs);
  });
});

describe('a report', () => {
  const choice = {
    runId: 'a',
    otherRunId: '',
    format: 'html',
    price: '',
    otherPrice: '9',
    currency: 'eur',
  } as const;

  it('has prices only for the runs in it, and a currency only with them', () => {
    expect(reportRequestOf(choice)).toEqual({ runId: 'a', format: 'html' });
    expect(reportRequestOf({ ...choice, price: '1200.5', otherRunId: 'b' })).toEqual({
      runId: 'a',
      otherRunId: 'b',
      format: 'html',
      price: { currency: 'EUR', amount: 1200.5, otherAmount: 9 },
    });
  });

  it('is not asked for while what is typed is no price or no currency', () => {
    expect(reportRequestOf({ ...choice, price: '-1' })).toBeUndefined();
    expect(reportRequestOf({ ...choice, price: '1', currency: 'EU' })).toBeUndefined();
  });
});
