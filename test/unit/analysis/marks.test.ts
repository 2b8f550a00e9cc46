/** From stored conditions to marks, and to the rounds that a figure is taken from. */
import { describe, expect, it } from 'vitest';
import { believedSamples } from '../../../core/analysis/believed-samples.ts';
import { latenciesOf } from '../../../core/analysis/noise-floor.ts';
import { measurementDetail, summarizeRun } from '../../../core/analysis/report.ts';
import type { RoundConditions } from '../../../core/protocol/conditions.ts';
import { type Measurement, type Run, RunSchema } from '../../../core/protocol/run.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';
import { compareRuns, figuresOf } from '../../fixtures/statistics/stored-runs.ts';

const quiet: RoundConditions = {
  startedAt: '2026-03-01T12:00:00.000Z',
  spanSeconds: 1,
  processors: 2,
  stolenSeconds: 0,
  othersSeconds: 0.02,
  throttleEvents: 0,
  temperatureCelsius: { before: 50, after: 52 },
  power: { source: 'mains', governor: 'performance', profile: null },
  availableBytes: 4 * 2 ** 30,
  swappedPages: 0,
  memoryStallSeconds: 0,
  warm: true,
  passesPerSample: 1,
  timerOverheadNs: 20,
  clockHz: { before: 3e9, after: 3e9 },
  pageFaults: { minor: 0, major: 0 },
  memory: { anonymousBytes: 2 ** 30, hugePageBytes: 2 ** 30 },
};
const arithmetic = { bursts: 12, ceilingOperationsPerSecond: 200e9, ceilingClockHz: 3e9 };
const slowClock = { clockHz: { before: 3e9, after: 2.4e9 } };

type Measured = Measurement & { outcome: Extract<Measurement['outcome'], { status: 'measured' }> };

/** Rounds of ten samples of about 20 ms; one that is disturbed takes a tenth longer. */
function runWith(rounds: readonly Partial<RoundConditions>[], more: Partial<Measured> = {}): Run {
  const [first] = sampleRun.measurements;
  if (first?.outcome.status !== 'measured') throw new Error('the sample run begins with a measured case');
  const samplesNs = rounds.flatMap((round, index) =>
    Array.from(
      { length: 10 },
      (_, pass) => (Object.keys(round).length > 0 ? 22e6 : 20e6) + 1e4 * index + 1e3 * pass,
    ),
  );
  const outcome = {
    ...first.outcome,
    samplesNs,
    rounds: rounds.map(() => 10),
    conditions: rounds.map((round) => ({ ...quiet, ...round })),
    ...more.outcome,
  };
  // Through the schema: what is judged is what is stored.
  return RunSchema.parse({ ...sampleRun, measurements: [{ ...first, ...more, outcome }] });
}

function summaryOf(run: Run) {
  const summary = summarizeRun(run).measurements[0];
  if (summary === undefined) throw new Error('the run has no figure');
  return summary;
}

function roundsOf(disturbed: Partial<RoundConditions>, count: number, of = 7): Partial<RoundConditions>[] {
  return Array.from({ length: of }, (_, round) => (round < count ? disturbed : {}));
}

describe('a round', () => {
  it.each<[string, Partial<RoundConditions>, RegExp]>([
    ['stolen time', { stolenSeconds: 0.03 }, /the hypervisor gave 1.5% of the processors to others/],
    [
      'a quota of CPU time that stopped it, and seemed to slow its clock',
      { quota: { cpus: 0.5, stoppedSeconds: 0.42 }, ...slowClock },
      /the quota of 0.5 CPU stopped its threads for 0.4 s in 1.0 s/,
    ],
    ['background load', { othersSeconds: 0.3 }, /other programs used 0.3 of 2 processors/],
    ['a clock that fell', slowClock, /the clock was 20% lower than in the others/],
    [
      'a neighbour on the same core',
      { arithmetic: { ...arithmetic, operationsPerSecond: 120e9 } },
      /the arithmetic units gave 60% of their ceiling/,
    ],
    [
      'threads that were moved apart',
      { roundTripNs: { upper: 320, ceiling: 50 } },
      /its threads were 6.4 times as far from each other as they can be \(320 ns there and back\)/,
    ],
    ['throttling', { throttleEvents: 1 }, /slowed down for its heat/],
    ['swapping', { swappedPages: 12 }, /memory was swapped/],
    ['waiting for memory', { memoryStallSeconds: 0.1 }, /programs waited for memory during 10% of the time/],
  ])('with %s is set aside, counted and explained, and its samples stay', (_, disturbed, sentence) => {
    const run = runWith(roundsOf(disturbed, 2));
    const summary = summaryOf(run);
    expect(summary.setAside.map(({ round, samples }) => [round, samples])).toEqual([
      [1, 10],
      [2, 10],
    ]);
    expect(summary.setAside[0]?.reasons.join()).toMatch(sentence);
    expect(summary.samples).toBe(50);
    expect(summary.latencyNs.high).toBeLessThan(21e6);
    expect(summary.alarms).toEqual([]);
    const [mark] = summary.marks;
    expect(mark?.severity).toBe('note');
    expect(mark?.sentence).toMatch(/^In 2 of 7 rounds .*; they were set aside\.$/);
    expect(measurementDetail(run, summary.id)?.samplesNs).toHaveLength(70);
    // What is remembered and compared is the same figure.
    expect(figuresOf(run).figures[0]?.roundMediansNs).toHaveLength(5);
    const side = { run };
    expect(compareRuns(side, side, []).rows[0]?.before).toMatchObject({ samples: 50, rounds: 5 });
  });

  it('counts where too few others would remain, and the figure is marked', () => {
    const summary = summaryOf(runWith(roundsOf({ othersSeconds: 1 }, 3)));
    expect(summary.setAside).toEqual([]);
    expect(summary.samples).toBe(70);
    expect(summary.alarms.join()).toMatch(
      /In 3 of 7 rounds other programs used 1.0 of 2 processors, and without them too few/,
    );
  });

  it('is held against the other rounds where the ceiling was measured in a bad moment', () => {
    const low = { ...arithmetic, ceilingOperationsPerSecond: 120e9 };
    const rounds = roundsOf({}, 7).map((_, index) => ({
      arithmetic: { ...low, operationsPerSecond: index < 2 ? 120e9 : 199e9 },
    }));
    expect(summaryOf(runWith(rounds)).setAside.map(({ round }) => round)).toEqual([1, 2]);
  });

  it('that had to count, with hardly a quiet one left, is none of the noise of others', () => {
    expect(latenciesOf(figuresOf(runWith(roundsOf({}, 7)))).latencies).toHaveLength(1);
    expect(latenciesOf(figuresOf(runWith(roundsOf({ othersSeconds: 1 }, 5)))).latencies).toEqual([]);
  });

  it('that was the worst of its kind is the one that is told of', () => {
    const rounds = [0.2, 1.5, 0.7, 0, 0, 0, 0].map((othersSeconds) => ({ othersSeconds }));
    expect(summaryOf(runWith(rounds)).alarms.join()).toMatch(
      /In 3 of 7 rounds other programs used 1.5 of 2 processors at the most/,
    );
  });

  it.each<[string, Partial<RoundConditions>]>([
    ['a single step of the counter of stolen time', { stolenSeconds: 0.01, spanSeconds: 0.6 }],
    ['what every system does', { othersSeconds: 0.08 }],
    ['a clock that varies a little', { clockHz: { before: 3.05e9, after: 2.95e9 } }],
    ['threads that are as far from each other as always', { roundTripNs: { upper: 320, ceiling: 300 } }],
    ['nearly all of the arithmetic', { arithmetic: { ...arithmetic, operationsPerSecond: 185e9 } }],
    [
      'less arithmetic by as much as the clock is lower',
      {
        clockHz: { before: 2.4e9, after: 2.4e9 },
        arithmetic: { ...arithmetic, operationsPerSecond: 155e9 },
      },
    ],
    [
      'nothing that the system tells',
      {
        processors: null,
        stolenSeconds: null,
        othersSeconds: null,
        throttleEvents: null,
        swappedPages: null,
        memoryStallSeconds: null,
      },
    ],
  ])('with %s is not disturbed', (_, round) => {
    const { setAside, marks } = summaryOf(runWith(roundsOf(round, 7)));
    expect(setAside).toEqual([]);
    expect(marks).toEqual([]);
  });

  it('of a run from before conditions were recorded counts', () => {
    const samplesNs = [1, 2, 3, 4];
    expect(believedSamples({ samplesNs, rounds: [2, 2] })).toEqual({
      samplesNs,
      rounds: [2, 2],
      setAside: [],
      disturbances: [],
    });
    // Nor is it guessed which conditions belong to which round.
    expect(believedSamples({ samplesNs, rounds: [2, 2], conditions: [quiet] }).setAside).toEqual([]);
  });
});

describe('a mark', () => {
  const every = (conditions: Partial<RoundConditions>) => {
    const rounds = roundsOf({}, 0).map(() => ({ ...conditions }));
    return summaryOf(runWith(rounds)).marks.map(({ kind, severity, sentence }) => [kind, severity, sentence]);
  };

  it.each<[string, 'warning' | 'note', Partial<RoundConditions>, RegExp]>([
    ['power', 'warning', { power: { source: 'battery', governor: null, profile: null } }, /ran on battery/],
    [
      'power',
      'note',
      { power: { source: 'mains', governor: 'powersave', profile: null } },
      /may save power \(powersave\)/,
    ],
    ['temperature', 'note', { temperatureCelsius: { before: 80, after: 97 } }, /up to 97 °C/],
    ['memory', 'note', { availableBytes: 100 * 2 ** 20 }, /only 100 MiB were free/],
    [
      'pageFaults',
      'warning',
      { pageFaults: { minor: 0, major: 1 } },
      /In 7 of 7 rounds pages had to be read from a disk/,
    ],
    ['pageFaults', 'note', { pageFaults: { minor: 11, major: 0 } }, /more than one a pass/],
    [
      'hugePages',
      'note',
      { memory: { anonymousBytes: 2 ** 30, hugePageBytes: 2 ** 20 } },
      /less than half of the memory lay in huge pages/,
    ],
    ['notWarm', 'note', { warm: false }, /when the warm-up had to end/],
    ['timer', 'warning', { timerOverheadNs: 1e6 }, /too short for the clock/],
    [
      'timer',
      'warning',
      { gpuClock: { wallOverGpu: 1.9, disagreeing: 1e3 } },
      /saw 1\.90 times what the GPU’s/,
    ],
  ])('of the kind %s is a %s of its own', (kind, severity, conditions, sentence) => {
    expect(every(conditions)).toEqual([[kind, severity, expect.stringMatching(sentence)]]);
  });

  it('is silent where few samples disagree with the wall clock', () => {
    expect(every({ gpuClock: { wallOverGpu: 1.02, disagreeing: 1 } })).toEqual([]);
  });

  it('says where the power changed on the way', () => {
    const battery = { power: { source: 'battery' as const, governor: 'performance', profile: null } };
    const kinds = summaryOf(runWith(roundsOf(battery, 2))).alarms.join();
    expect(kinds).toMatch(/changed while it was measured/);
  });

  it('says that the clock was lower all the time than beside the ceilings', () => {
    const run = runWith(roundsOf({}, 0));
    const [provider] = run.providers;
    const calibration = provider?.calibration ?? undefined;
    if (provider === undefined || calibration === undefined) throw new Error('it has ceilings');
    const at = (clockHz: number): Run => {
      const arithmetic = calibration.arithmetic.map((ceiling) => ({ ...ceiling, clockHz }));
      return { ...run, providers: [{ ...provider, calibration: { ...calibration, arithmetic } }] };
    };
    expect(summaryOf(at(3.05e9)).alarms).toEqual([]);
    expect(summaryOf(at(3.75e9)).alarms.join()).toMatch(
      /clock was 20% lower than when the ceilings were measured/,
    );
  });

  it.each([
    [{ mean: 0.001, standardDeviation: 0, zeroFraction: 0, values: [] }, /checked does not vary/],
    [{ mean: 0.1, standardDeviation: 1, zeroFraction: 0.8, values: [] }, /is zero to 80%/],
  ])('mistrusts a figure whose check proves little', (output, sentence) => {
    const run = runWith(roundsOf({}, 0));
    const [first] = run.measurements as Measured[];
    if (first === undefined) throw new Error('it has a measurement');
    const verification = { ...first.outcome.verification, output };
    const outcome = { ...first.outcome, verification };
    const { marks } = summaryOf({ ...run, measurements: [{ ...first, outcome }] });
    expect(marks).toEqual([
      { kind: 'mistrusted', severity: 'warning', sentence: expect.stringMatching(sentence) },
    ]);
  });

  it('says that the machine never became quiet', () => {
    const run = runWith(roundsOf({}, 0));
    const settling = { settled: false, waitedSeconds: 10, reason: 'memory was swapped', last: null };
    const marked = { ...run, providers: run.providers.map((provider) => ({ ...provider, settling })) };
    expect(summaryOf(marked).marks).toMatchObject([
      {
        kind: 'unsettled',
        severity: 'note',
        sentence: expect.stringMatching(/waited 10 s: memory was swapped\./),
      },
    ]);
  });

  it('says how wide the interval is: a note from one percent on, a warning from five', () => {
    const withLevels = (step: number) => {
      const run = runWith(roundsOf({}, 0));
      const [first] = run.measurements as Measured[];
      if (first === undefined) throw new Error('it has a measurement');
      const samplesNs = first.outcome.samplesNs.map(
        (ns, index) => ns * (1 + step * (Math.floor(index / 10) % 2)),
      );
      return summaryOf({ ...run, measurements: [{ ...first, outcome: { ...first.outcome, samplesNs } }] });
    };
    expect(withLevels(0.005).marks).toEqual([]);
    expect(withLevels(0.04).marks).toMatchObject([{ kind: 'noisy', severity: 'note' }]);
    expect(withLevels(0.3).marks.filter(({ kind }) => kind === 'noisy')).toMatchObject([
      { severity: 'warning' },
    ]);
  });
});

describe('what is possible', () => {
  const kernels = (latencies: readonly number[]) => {
    const [first] = sampleRun.measurements as Measured[];
    if (first === undefined) throw new Error('it has a measurement');
    return first.outcome.kernels.map((kernel, index) => ({ ...kernel, latencyNs: latencies[index] ?? null }));
  };
  const withKernels = (latencies: readonly number[], cacheState?: 'all-cold') => {
    const run = runWith(roundsOf({}, 0));
    const [first] = run.measurements as Measured[];
    if (first === undefined) throw new Error('it has a measurement');
    const outcome = { ...first.outcome, kernels: kernels(latencies) };
    return summaryOf({ ...run, measurements: [{ ...first, ...(cacheState && { cacheState }), outcome }] });
  };

  it('is that kernels add up to the network within a tenth', () => {
    expect(withKernels([11e6, 10e6]).marks).toEqual([]);
    expect(withKernels([11e6, 13e6]).alarms.join()).toMatch(/add up to 20% more than the network takes/);
    expect(withKernels([11e6, 6e6]).alarms.join()).toMatch(/add up to 15% less/);
  });

  it('is no cold kernel that reads faster than memory gives', () => {
    // 100 MB of weights: at 2e10 bytes a second they take 5 ms.
    expect(withKernels([14e6, 6e6], 'all-cold').marks).toEqual([]);
    const beaten = withKernels([18e6, 2e6], 'all-cold');
    expect(beaten.cacheState).toBe('all-cold');
    expect(beaten.alarms.join()).toMatch(
      /Its kernel head is \d\.\d\d times as fast as memory can give what the state all-cold/,
    );
    // In the network a kernel's weights may be in a cache; only the whole is held against memory.
    expect(withKernels([18e6, 2e6]).alarms).toEqual([]);
  });
});

describe('figures in different states of the caches', () => {
  it('are not of the same thing', () => {
    const run = runWith(roundsOf({}, 0));
    const cold = runWith(roundsOf({}, 0), { cacheState: 'all-cold' });
    const { rows, unmatched } = compareRuns({ run }, { run: cold }, []);
    expect(rows).toEqual([]);
    expect(unmatched[0]?.reason).toBe(
      'Not the same thing: after, it was measured with cacheState all-cold, not in-network.',
    );
    const named = runWith(roundsOf({}, 0), { cacheState: 'in-network' });
    expect(compareRuns({ run }, { run: named }, []).rows).toHaveLength(1);
    expect(compareRuns({ run: cold }, { run: cold }, []).rows).toMatchObject([{ cacheState: 'all-cold' }]);
  });
});

describe('names the likeliest cause of a bound that is beaten', () => {
  /** So much faster than its ideal latency, at this clock and in these surroundings. */
  function beaten(change: {
    clockHz?: number;
    ceilingHz?: number;
    settled?: boolean;
    theoretical?: number;
  }): string {
    const run = runWith(roundsOf({}, 0));
    const [first] = run.measurements as Measured[];
    if (first === undefined) throw new Error('it has a measurement');
    const { clockHz = 3e9, ceilingHz, settled, theoretical } = change;
    const conditions = first.outcome.conditions?.map((round) => ({
      ...round,
      clockHz: { before: clockHz, after: clockHz },
    }));
    // Of the 1.1e9 operations of the sample run at 2e11 a second, 5.5 ms.
    const outcome = { ...first.outcome, conditions, samplesNs: first.outcome.samplesNs.map((ns) => ns / 4) };
    const providers = run.providers.map((provider) => ({
      ...provider,
      ...(settled !== undefined && { settling: { settled, waitedSeconds: 5, reason: null, last: null } }),
      calibration: provider.calibration && {
        ...provider.calibration,
        arithmetic: provider.calibration.arithmetic.map((ceiling) => ({
          ...ceiling,
          ...(ceilingHz !== undefined && { clockHz: ceilingHz }),
          ...(theoretical !== undefined && { theoreticalOperationsPerSecond: theoretical }),
        })),
      },
    }));
    const { alarms, marks } = summaryOf({ ...run, providers, measurements: [{ ...first, outcome }] });
    expect(marks.some(({ kind }) => kind === 'bound')).toBe(true);
    return alarms.find((alarm) => alarm.startsWith('Faster than the ideal')) ?? '';
  }

  it.each<[string, Parameters<typeof beaten>[0], RegExp]>([
    ['a clock that rose', { ceilingHz: 2.7e9 }, /the clock was 11% higher than when it was measured/],
    [
      'other work beside the ceilings',
      { settled: false },
      /something else was running while it was measured/,
    ],
    ['other work, for the clock was the same', { ceilingHz: 3e9 }, /for the clock was the same/],
    ['what cannot be told', {}, /most likely because the clock rose/],
    ['wrong counting', { theoretical: 2e11 }, /counted wrong/],
  ])('%s', (_, change, sentence) => {
    expect(beaten(change)).toMatch(sentence);
  });
});

describe('a quota of CPU time', () => {
  const stopped = { quota: { cpus: 0.5, stoppedSeconds: 0.42 }, ...slowClock };
  const noisy = { arithmetic: { ...arithmetic, operationsPerSecond: 60e9 } };

  it('is named as the one cause, with what helps', () => {
    const { marks } = summaryOf(runWith(roundsOf({ ...stopped, ...noisy }, 7)));
    expect(marks.filter(({ kind }) => ['arithmetic', 'clock'].includes(kind) && kind !== 'clock')).toEqual(
      [],
    );
    expect(marks.find(({ kind }) => kind === 'quota')).toMatchObject({
      severity: 'warning',
      sentence: expect.stringMatching(/In 7 of 7 rounds the quota of 0.5 CPU stopped .* Raise the quota/),
    });
    expect(marks.map(({ sentence }) => sentence).join(' ')).not.toMatch(
      /somebody else|something else was running/,
    );
  });

  it.each([
    [{ cpus: 2, stoppedSeconds: 0 }],
    [{ cpus: 2, stoppedSeconds: null }],
    [{ cpus: 2, stoppedSeconds: 0.004 }],
  ])('that did not stop it, %o, is no disturbance', (quota) => {
    expect(summaryOf(runWith(roundsOf({ quota }, 2))).setAside).toEqual([]);
  });

  it('that is less than the threads need is said, also where it was not seen', () => {
    const run = runWith(roundsOf({}, 0));
    const limited = (cpus: number | null) =>
      summaryOf({
        ...run,
        environment: { ...run.environment, limits: { cpus, memoryBytes: null } },
      }).marks.filter(({ kind }) => kind === 'quota');
    expect(limited(0.5)).toMatchObject([
      { severity: 'warning', sentence: expect.stringContaining('0.5 CPU, less than its 2 threads need') },
    ]);
    expect(limited(2)).toEqual([]);
    expect(limited(null)).toEqual([]);
  });
});
