/** What the real native program says of times: ceilings, passes and kernels that agree with each other. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Conversation, model } from '../fixtures/providers/native-conversation.ts';

describe('native-bench', () => {
  let native: Conversation;
  beforeAll(() => {
    native = new Conversation();
  });
  afterAll(async () => {
    expect(await native.end()).toBe(0);
  });

  it('measures ceilings that agree with each other', async () => {
    const calibration = await native.call('calibrate', { secondsPerCeiling: 0.03 });
    for (const ceiling of calibration.arithmetic) {
      const theoretical = ceiling.theoreticalOperationsPerSecond;
      // Measured in the same moment; the clock may still move in between.
      if (theoretical !== undefined) expect(ceiling.operationsPerSecond / theoretical).toBeLessThan(1.1);
    }
    const read = (level: string) =>
      calibration.bandwidth.find(
        (ceiling) => ceiling.level === level && ceiling.access === 'read' && ceiling.threads === 1,
      )?.bytesPerSecond ?? 0;
    expect(read('DRAM')).toBeGreaterThan(0);
    expect(read('L1')).toBeGreaterThan(2 * read('DRAM'));
    expect(new Set(calibration.bandwidth.map(({ access }) => access))).toEqual(
      new Set(['read', 'write', 'copy', 'triad']),
    );
    expect(native.events.length).toBeGreaterThan(0);
    // Each can be traced to its trials, whose best it is.
    for (const { operationsPerSecond, samples = [] } of calibration.arithmetic) {
      const best = Math.max(...samples.map((sample) => sample.operationsPerSecond));
      expect(best / operationsPerSecond).toBeCloseTo(1, 6);
    }
    for (const { level, bytesPerSecond, samples = [] } of calibration.bandwidth) {
      const best = Math.max(...samples.map((sample) => sample.bytesPerSecond));
      expect(best / bytesPerSecond).toBeCloseTo(1, 6);
      if (level === 'DRAM') expect(samples.length).toBeGreaterThanOrEqual(5);
    }
    const trips = calibration.bandwidth.flatMap(({ threads, samples = [] }) =>
      threads > 1 ? samples.map(({ roundTripNs }) => roundTripNs) : [],
    );
    // None where two threads were not on two processors in that moment.
    if (trips.length > 0) expect(trips.some((trip) => trip !== undefined)).toBe(true);
  });

  it('times whole passes and single kernels', async () => {
    const graph = model('mobilenetv2_100', 96);
    const prepared = await native.prepare(graph, 'layerwise');
    const handle = prepared.handle;
    const measured = await native.call('measure', {
      handle,
      warmupSeconds: 0.02,
      minSeconds: 0.1,
      minSamples: 20,
      maxSeconds: 5,
    });
    expect(measured.latencyNs.length).toBeGreaterThanOrEqual(20);
    // Whatever else the machine does falls on one or the other: in a quiet moment they agree.
    const kernelsOverWhole = async () => {
      const profile = await native.call('profile', { handle, repetitions: 5 });
      expect(profile.kernels.map(({ name }) => name)).toEqual(prepared.kernels.map(({ name }) => name));
      const sum = profile.kernels.reduce((total, { latencyNs }) => total + latencyNs, 0);
      return Math.abs(Math.log(sum / profile.totalLatencyNs));
    };
    await expect.poll(kernelsOverWhole, { timeout: 60_000, interval: 1 }).toBeLessThan(Math.log(1.3));
  });

  it.each(['in-network', 'hot', 'all-cold'] as const)(
    'times a network %s, and says what it was timed by',
    async (cacheState) => {
      const prepared = await native.prepare(model('mobilenetv2_100', 64), 'layerwise');
      const { handle, instructionSet } = prepared;
      const measured = await native.call('measure', {
        handle,
        warmupSeconds: 0.02,
        warmupMaxSeconds: 20,
        minSeconds: 0.05,
        minSamples: 10,
        maxSeconds: 20,
        noiseTarget: 100,
        cacheState,
        arithmetic: { dtype: 'fp32', instructionSet },
      });
      expect(measured.latencyNs.length).toBeGreaterThanOrEqual(10);
      expect(measured.warmupPasses).toBeGreaterThanOrEqual(3);
      expect(measured).toMatchObject({ warm: true, stopped: 'quiet', passesPerSample: 1 });
      expect(measured.clockHz?.before).toBeGreaterThan(1e8);
      expect(measured.clockHz?.after).toBeGreaterThan(1e8);
      expect(measured.timerOverheadNs).toBeGreaterThan(0);
      expect(measured.arithmetic?.operationsPerSecond[0]).toBeGreaterThan(1e8);
      // What is touched was touched in the warm-up.
      expect(measured.pageFaults?.major).toBe(0);
      expect(measured.pageFaults?.minor).toBeLessThanOrEqual(measured.latencyNs.length);
      expect(measured.memory?.anonymousBytes).toBeGreaterThan(prepared.weightBytes);
      const profile = await native.call('profile', { handle, repetitions: 2, cacheState });
      expect(profile.kernels).toHaveLength(prepared.kernels.length);
    },
  );
});
