/** A run of the real native program from its start to its figures: what they say of each other, and what is told meanwhile. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiError,
  apiEvents,
  apiMethods,
  type RunProgress,
  type RunRequest,
} from '../../core/protocol/api.ts';
import {
  BundleSchema,
  type MeasurementDetail,
  type MeasurementSummary,
  type RunReport,
} from '../../core/protocol/run.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { nativeBenchPath } from '../../main/app/paths.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { type Heard, listen, nextOf, quickSettings } from '../fixtures/api/listening.ts';

/** Latencies are held against ceilings, which take what their provider finds right. */
const settings = { ...quickSettings, secondsPerCeiling: undefined };

/** One network that has both plans, on as many threads as every machine has. */
const request: RunRequest = { models: ['regnety_004', 'convfirst_pico'], threads: 1 };

function progressOf(heard: readonly Heard[]): RunProgress[] {
  return heard.flatMap((said) => (said.event === 'run.progress' ? [said.payload] : []));
}

it('has its program: npm run setup builds it', () => {
  expect(existsSync(nativeBenchPath())).toBe(true);
});

describe('a run on this machine', () => {
  let dataFolder: string;
  let api: LocalApi;
  let heard: Heard[];
  let runId: string;
  let report: RunReport;
  let refusal: ApiError;
  let activeDuring: RunProgress | null;

  beforeAll(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'plimsoll-run-'));
    api = createApi({ dataFolder, settings });
    heard = listen(api);
    const ended = nextOf(api, 'run.ended');
    ({ runId } = await api.call('runs.start', request));
    refusal = await apiRejectionOf(api.call('runs.start', request));
    activeDuring = await api.call('runs.active', {});
    await ended;
    report = await api.call('runs.get', { runId });
  });
  afterAll(async () => {
    await api.close();
    rmSync(dataFolder, { recursive: true });
  });

  it('is finished, whole and the latest', async () => {
    expect(report.run).toMatchObject({ id: runId, status: 'finished', reason: null, measured: 4, lost: 0 });
    expect(report.measurements.map(({ model, plan }) => [model, plan])).toEqual([
      ['regnety_004', 'layerwise'],
      ['regnety_004', 'fused'],
      ['convfirst_pico', 'layerwise'],
      ['convfirst_pico', 'fused'],
    ]);
    expect(await api.call('runs.get', { runId: 'latest' })).toEqual(report);
    expect(await api.call('runs.list', {})).toEqual([report.run]);
    expect(apiMethods['runs.get'].output.parse(report)).toEqual(report);
  });

  it('has samples of every round, and a right result', () => {
    for (const { samples, verified } of report.measurements) {
      expect(samples).toBeGreaterThanOrEqual(settings.rounds * settings.timing.minSamples);
      expect(verified).toBe(true);
    }
  });

  it('has figures that agree with each other', () => {
    for (const figures of report.measurements) {
      const { idealLatencyNs, waterlineLatencyNs, latencyNs, efficiency, gap, memoryGap, kernelGap } =
        figures;
      const { undisturbedNs, disturbance } = figures;
      const ceilings = ceilingsOf(figures);
      expect(idealLatencyNs).toBeCloseTo((figures.operations / ceilings.peakOperationsPerSecond) * 1e9, 3);
      expect(idealLatencyNs).toBeLessThanOrEqual(waterlineLatencyNs * (1 + 1e-9));
      expect(waterlineLatencyNs).toBeLessThanOrEqual(figures.dramWaterlineLatencyNs * (1 + 1e-9));
      // Measured against measured: the clock may have moved in between.
      expect(waterlineLatencyNs / undisturbedNs.estimate).toBeLessThan(1.1);
      expect(latencyNs.low).toBeLessThanOrEqual(latencyNs.median);
      expect(latencyNs.high).toBeGreaterThanOrEqual(latencyNs.median);
      expect(efficiency * gap).toBeCloseTo(disturbance, 9);
      expect((memoryGap * kernelGap * disturbance) / gap).toBeCloseTo(1, 9);
      expect(efficiency).toBeGreaterThan(0.01);
    }
  });

  it('counts the same operations in both plans, and fewer bytes in the fused one', async () => {
    const details = await Promise.all(
      report.measurements.map(({ id }) => api.call('runs.measurement', { measurementId: id })),
    );
    const bytes = (detail: MeasurementDetail | undefined) =>
      detail?.kernels.flatMap(({ traffic }) => traffic).reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
    for (const model of ['regnety_004', 'convfirst_pico']) {
      const [layerwise, fused] = details.filter(({ summary }) => summary.model === model);
      expect(fused?.summary.operations).toBe(layerwise?.summary.operations);
      expect(fused?.kernels.some((kernel) => kernel.fused)).toBe(true);
      expect(bytes(fused)).toBeLessThan(bytes(layerwise));
    }
  });

  it('is told kernel by kernel, and the kernels add up', async () => {
    for (const summary of report.measurements) {
      const detail = await api.call('runs.measurement', { measurementId: summary.id });
      expect(detail.summary).toEqual(summary);
      expect(detail.samplesNs).toHaveLength(summary.samples);
      expect(detail.verification.kernels.map(({ name }) => name)).toEqual(
        detail.kernels.map(({ name }) => name),
      );
      const sum = (of: (kernel: (typeof detail.kernels)[number]) => number) =>
        detail.kernels.reduce((total, kernel) => total + of(kernel), 0);
      expect(sum(({ operations }) => operations)).toBe(summary.operations);
      expect(sum(({ idealNs }) => idealNs) / summary.idealLatencyNs).toBeCloseTo(1, 9);
      expect(sum(({ waterlineNs }) => waterlineNs) / summary.waterlineLatencyNs).toBeCloseTo(1, 9);
      // Two measurements of the same thing, seconds apart; what the kernels take in one moment is held against each other elsewhere.
      const timed = sum(({ latencyNs }) => latencyNs ?? 0) / summary.latencyNs.median;
      expect(timed).toBeGreaterThan(0.2);
      expect(timed).toBeLessThan(5);
    }
    expect((await apiRejectionOf(api.call('runs.measurement', { measurementId: 'none' }))).code).toBe(
      'notFound',
    );
  });

  it('tells its events in order', async () => {
    expect(heard[0]).toMatchObject({ event: 'run.progress', payload: { phase: 'detecting', fraction: 0 } });
    expect(heard.at(-1)).toEqual({
      event: 'run.ended',
      payload: { runId, status: 'finished', reason: null },
    });
    expect(heard.filter(({ event }) => event === 'run.ended')).toHaveLength(1);
    const ids = report.measurements.map(({ id }) => id);
    const stored = heard.flatMap((said) =>
      said.event === 'run.measured' ? [said.payload.measurementId] : [],
    );
    // A round after the other, the second one in another order.
    expect(stored.slice(0, ids.length)).toEqual(ids);
    expect(stored.slice(ids.length).toSorted()).toEqual(ids);
    expect(new Set(heard.map(({ payload }) => payload.runId))).toEqual(new Set([runId]));
  });

  it('tells how far it is, and never goes back', () => {
    const progress = progressOf(heard);
    const phases = progress.map(({ phase }) => phase);
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
      'detecting',
      'calibrating',
      'measuring',
      'finishing',
    ]);
    const ascending = (values: readonly number[]) =>
      values.every((value, i) => value >= (values[i - 1] ?? 0));
    expect(ascending(progress.map(({ fraction }) => fraction))).toBe(true);
    expect(ascending(progress.map(({ elapsedSeconds }) => elapsedSeconds))).toBe(true);
    expect(ascending(progress.map(({ casesDone }) => casesDone))).toBe(true);
    // Somewhere in between, too: a bar that jumps from nothing to the end shows nothing.
    expect(progress.some(({ fraction }) => fraction > 0.2 && fraction < 0.8)).toBe(true);
    expect(progress.at(-1)).toMatchObject({ fraction: 1, casesDone: 4, casesTotal: 4, remainingSeconds: 0 });
    for (const said of heard) expect(apiEvents[said.event].parse(said.payload)).toEqual(said.payload);
  });

  it('stands in the way of a second one', async () => {
    expect(refusal).toMatchObject({ code: 'busy', message: expect.stringContaining(runId) });
    expect(activeDuring).toMatchObject({ runId, suite: 'quick' });
    expect(await api.call('runs.active', {})).toBeNull();
    expect((await apiRejectionOf(api.call('runs.cancel', { runId }))).code).toBe('notFound');
  });

  it('is exported whole', async () => {
    const bundle = await api.call('runs.export', { runId });
    // As a file holds it.
    const read = BundleSchema.parse(JSON.parse(JSON.stringify(bundle)));
    expect(read).toEqual(bundle);
    expect(read.run.id).toBe(runId);
    const samples = read.run.measurements.map(({ outcome }) =>
      outcome.status === 'measured' ? outcome.samplesNs.length : 0,
    );
    expect(samples).toEqual(report.measurements.map((measurement) => measurement.samples));
  });

  function ceilingsOf({ threads }: MeasurementSummary) {
    const ceilings = report.ceilings.find((candidate) => candidate.threads === threads);
    if (ceilings === undefined) throw new Error('no ceilings');
    return ceilings;
  }
});
