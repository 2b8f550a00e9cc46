/** A run and its provider: what is kept when all goes well, and what a provider's every misdeed costs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { summarizeRun } from '../../core/analysis/report.ts';
import { type CacheState, ProviderRequestSchema } from '../../core/protocol/provider.ts';
import { type DeviceCalibration, type Measurement, RunSchema } from '../../core/protocol/run.ts';
import { planCases, selectModels } from '../../main/bench/cases.ts';
import { ProviderCrash, ProviderRequestError } from '../../main/bench/provider-connection.ts';
import { ProviderProcess } from '../../main/bench/provider-process.ts';
import type { RunEnd, RunSink, RunStep, SchedulerSettings } from '../../main/bench/run-work.ts';
import { executeRun } from '../../main/bench/scheduler.ts';
import { startProvider } from '../../main/bench/start-provider.ts';
import { sampleRun } from '../fixtures/api/sample-run.ts';
import { type Played, playedTelemetry } from '../fixtures/machines/played-telemetry.ts';
import {
  arithmeticAgain,
  arithmeticFirst,
  type Fault,
  fakeInstructions,
  fakeProgram,
  type JournalEntry,
  latencyNsOf,
  readJournal,
} from '../fixtures/providers/fake.ts';

const [first, second, third] = ['mobilenetv3_small_100', 'mobilenetv2_100', 'resnet18'] as const;
const models = [first, second, third];
const samplesPerVisit = 4;
const timing = {
  warmupSeconds: 0.001,
  warmupMaxSeconds: 0.001,
  minSeconds: 0.001,
  minSamples: samplesPerVisit,
  maxSeconds: 1,
  noiseTarget: 0.01,
  profileRepetitions: 1,
};
const settings: SchedulerSettings = {
  timing,
  rounds: 3,
  silenceMs: 10_000,
  settleSeconds: 0,
  telemetry: playedTelemetry(() => ({})),
};
/** Long enough for a program to be started and to answer, on a busy machine. */
const shortSilence: SchedulerSettings = { ...settings, silenceMs: 3000 };

let folder: string;
let compiled: string;
beforeAll(() => {
  // The fake is started some sixty times; it need not be compiled each time.
  compiled = mkdtempSync(join(tmpdir(), 'plimsoll-compiled-'));
  vi.stubEnv('NODE_COMPILE_CACHE', compiled);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(compiled, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-scheduler-'));
});
afterEach(async () => {
  // Whatever a test was about: it leaves no program running.
  for (const pid of pids()) await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false);
  rmSync(folder, { recursive: true });
});

function journal(): JournalEntry[] {
  return readJournal(fakeInstructions(folder, []).journal);
}

/** Every request as it came. */
function transcript(): unknown[] {
  return readFileSync(fakeInstructions(folder, []).transcript, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function pids(): Set<number> {
  return new Set(journal().map(({ pid }) => pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What was asked of the provider, in order. */
function asked(model?: string): string[] {
  return journal()
    .filter((entry) => model === undefined || entry.model === model)
    .map(({ method }) => method);
}

function samplesOf(...visits: readonly number[]): number[] {
  return visits.flatMap((visit) =>
    Array.from({ length: samplesPerVisit }, (_, pass) => latencyNsOf(visit, pass)),
  );
}

interface Options {
  readonly memoryBytes?: number;
  readonly settings?: SchedulerSettings;
  readonly budgetSeconds?: number;
  readonly runId?: string;
  readonly cacheState?: CacheState;
  readonly stop?: AbortController;
  readonly sink?: Partial<RunSink>;
}

interface Executed {
  readonly end: RunEnd;
  /** By model, as the last word on it was. */
  readonly measurements: ReadonlyMap<string, Measurement>;
  /** The models, each time that something of theirs was to be stored. */
  readonly stored: readonly string[];
  readonly steps: readonly RunStep[];
  readonly calibrated: readonly DeviceCalibration[];
}

async function execute(faults: readonly Fault[], options: Options = {}): Promise<Executed> {
  const provider = new ProviderProcess(fakeProgram(folder, faults));
  const description = await startProvider(provider);
  const { cacheState } = options;
  const request = {
    suite: 'quick',
    models,
    plans: ['layerwise' as const],
    threads: 1,
    ...(cacheState && { cacheState }),
  };
  const measurements = new Map<string, Measurement>();
  const stored: string[] = [];
  const steps: RunStep[] = [];
  let calibrated: readonly DeviceCalibration[] = [];
  const end = await executeRun(
    {
      runId: options.runId ?? 'run',
      providers: [{ process: provider, description }],
      cases: planCases(selectModels(request), request, [description], 1),
      budgetSeconds: options.budgetSeconds ?? 1000,
      ...(options.memoryBytes !== undefined && { memoryBytes: options.memoryBytes }),
      settings: options.settings ?? settings,
    },
    {
      calibrated(providers) {
        calibrated = providers;
        options.sink?.calibrated?.(providers);
      },
      measured(measurement) {
        measurements.set(measurement.model, measurement);
        stored.push(measurement.model);
        options.sink?.measured?.(measurement);
      },
      step(step) {
        steps.push(step);
        options.sink?.step?.(step);
      },
    },
    (options.stop ?? new AbortController()).signal,
  );
  return { end, measurements, stored, steps, calibrated };
}

function outcomeOf({ measurements }: Executed, model: string): Measurement['outcome'] {
  const outcome = measurements.get(model)?.outcome;
  if (outcome === undefined) throw new Error(`nothing was stored of ${model}`);
  return outcome;
}

/** Every round of these models is there, and nothing else is. */
function expectWhole(executed: Executed, ...names: readonly string[]): void {
  for (const name of names) {
    expect(outcomeOf(executed, name)).toMatchObject({
      status: 'measured',
      samplesNs: samplesOf(1, 2, 3),
      rounds: [samplesOf(1).length, samplesOf(2).length, samplesOf(3).length],
      warmupPasses: 6,
    });
  }
}

/** Stops the run when the provider is asked for this the how manieth time. */
function stopAt(method: JournalEntry['method'], model: string | null, time = 1): AbortController {
  const stop = new AbortController();
  const timer = setInterval(() => {
    const entries = journal().filter((entry) => entry.method === method && entry.model === model);
    if (entries.length < time) return;
    clearInterval(timer);
    stop.abort();
  }, 5);
  return stop;
}

describe('a run', () => {
  it('keeps the samples of every round, in order', async () => {
    const executed = await execute([]);
    expect(executed.end).toEqual({ status: 'finished', reason: null });
    expectWhole(executed, ...models);
    expect(executed.calibrated).toEqual([
      expect.objectContaining({ calibration: expect.objectContaining({ device: 'cpu' }), reason: null }),
    ]);
    for (const { latencyNs } of models.flatMap((model) => kernelsOf(executed, model))) {
      expect(latencyNs).toBeGreaterThan(0);
    }
  });

  it('measures its ceilings before and after, and keeps the higher of each', async () => {
    const executed = await execute([]);
    const calibration = executed.calibrated[0]?.calibration;
    expect(asked().filter((method) => method === 'calibrate' || method === 'measure')).toEqual([
      'calibrate',
      ...Array(9).fill('measure'),
      'calibrate',
    ]);
    expect(calibration?.arithmetic.map(({ operationsPerSecond }) => operationsPerSecond)).toEqual([
      arithmeticAgain,
      2 * arithmeticAgain,
    ]);
    const firstRead = { level: 'L1', threads: 1, bytesPerSecond: 4e11 };
    expect(calibration?.bandwidth[0]).toMatchObject(firstRead);
    expect(calibration?.bandwidth).toHaveLength(8);
  });

  it.each(['error', 'die'] as const)(
    'keeps its first ceilings where a second time ends in: %s',
    async (does) => {
      const executed = await execute([{ method: 'calibrate', from: 2, does }]);
      expect(executed.end.status).toBe('finished');
      expect(executed.end.reason).toMatch(/^The ceilings could not be measured a second time: /);
      expect(executed.calibrated[0]?.calibration?.arithmetic[0]?.operationsPerSecond).toBe(arithmeticFirst);
      expectWhole(executed, ...models);
    },
  );

  it('measures every case once a round, in an order that the id of the run decides, and none twice in succession', async () => {
    const rounds = 6;
    const { stored } = await execute([], { settings: { ...settings, rounds } });
    const measured = journal().filter(({ method }) => method === 'measure');
    expect(measured.map(({ model }) => model)).toEqual(stored);
    for (let round = 0; round < rounds; round++) {
      expect(stored.slice(3 * round, 3 * round + 3).toSorted()).toEqual(models.toSorted());
    }
    for (const [index, model] of stored.slice(1).entries()) expect(model).not.toBe(stored[index]);
    const orders = new Set(
      stored.flatMap((_, at) => (at % 3 === 0 ? [stored.slice(at, at + 3).join()] : [])),
    );
    expect(orders.size).toBeGreaterThan(2);
    const again = await execute([], { settings: { ...settings, rounds } });
    expect(again.stored).toEqual(stored);
    const other = await execute([], { settings: { ...settings, rounds }, runId: 'another run' });
    expect(other.stored).not.toEqual(stored);
  });

  it('asks as the protocol says: the result is checked before it is timed, and nothing is left prepared', async () => {
    await execute([]);
    for (const request of transcript()) expect(ProviderRequestSchema.parse(request)).toEqual(request);
    const again = ['prepare', 'measure', 'release'];
    expect(asked(first)).toEqual(['prepare', 'verify', 'measure', 'profile', 'release', ...again, ...again]);
    expect(pids().size).toBe(1);
    expect(asked().at(-1)).toBe('shutdown');
  });

  it('has one round where its time is over, says so, and is complete all the same', async () => {
    const executed = await execute([], { budgetSeconds: 0 });
    expect(executed.end).toEqual({ status: 'finished', reason: 'There was no time for a second round.' });
    for (const model of models) expect(outcomeOf(executed, model)).toMatchObject({ samplesNs: samplesOf(1) });
    expect(executed.steps.at(-1)).toMatchObject({
      phase: 'finishing',
      casesDone: 3,
      casesTotal: 3,
      fraction: 1,
      remainingSeconds: 0,
    });
  });

  it('tells how far it is while a provider is at work', async () => {
    const { steps } = await execute([
      { method: 'measure', model: second, from: 2, until: 2, does: 'dawdle' },
    ]);
    expect(steps[0]).toMatchObject({ phase: 'calibrating', casesDone: 0, casesTotal: 3 });
    expect(steps[0]?.fraction).toBeCloseTo(0, 3);
    expect(steps[0]?.current).toBe('waiting for the machine to be quiet');
    expect(steps.map(({ current }) => current)).toContain('measuring the ceilings of Fake CPU');
    const during = steps.filter(({ phase }) => phase === 'measuring');
    expect(during.map(({ current }) => current)).toContain(
      `${second} layerwise fp32: measuring, round 2 of 3`,
    );
    expect(steps.at(-1)).toMatchObject({
      phase: 'finishing',
      casesDone: 3,
      fraction: 1,
      remainingSeconds: 0,
    });
  });

  it.each([
    ['what was measured', { measured: () => fail() }],
    ['the ceilings', { calibrated: () => fail() }],
    ['how far it is', { step: ({ phase }: RunStep) => phase === 'measuring' && fail() }],
  ] as const)('ends where %s cannot be taken', async (_, sink) => {
    // Steps are told of while the provider is at work; only then does what they throw come out of nowhere.
    const faults: Fault[] = 'step' in sink ? [{ method: 'measure', model: first, does: 'lasts' }] : [];
    await expect(execute(faults, { sink })).rejects.toThrow('the disk is full');
    expect(asked(second)).toEqual([]);
  });
});

/** The figure of the first model, of a run whose machine, or provider, is disturbed in these of seven rounds. */
async function disturbedFigure(
  faults: readonly Fault[],
  disturbed: readonly number[] = [],
  played: Played = {},
) {
  const rounds = 7;
  // The first reading is that of the settling; then each visit has one before it and one after.
  const telemetry = playedTelemetry((reading) => {
    const visit = reading / 2 - 1;
    const round = Math.floor(visit / models.length) + 1;
    return Number.isInteger(visit) && disturbed.includes(round) ? played : {};
  });
  const executed = await execute(faults, { settings: { ...settings, rounds, telemetry } });
  const visits = asked(first).filter((method) => method === 'measure').length;
  expect(executed.stored).toHaveLength(visits * models.length);
  const measurement = executed.measurements.get(first);
  if (measurement === undefined) throw new Error('it was not measured');
  const run = RunSchema.parse({
    ...sampleRun,
    providers: executed.calibrated,
    measurements: [measurement],
  });
  const summary = summarizeRun(run).measurements[0];
  if (summary === undefined) throw new Error('it has no figure');
  return { summary, measurement, visits, kinds: summary.marks.map(({ kind }) => kind) };
}

describe('a machine that is disturbed', () => {
  it('while nothing happens sets nothing aside, and marks nothing of it', async () => {
    const { summary, measurement } = await disturbedFigure([]);
    expect(summary.setAside).toEqual([]);
    expect(summary.samples).toBe(7 * samplesPerVisit);
    expect(measurement.outcome).toMatchObject({
      conditions: Array(7).fill(
        expect.objectContaining({
          spanSeconds: 1,
          stolenSeconds: 0,
          othersSeconds: 0,
          warm: true,
          stopped: 'quiet',
        }),
      ),
    });
  });

  it.each<[string, Played, RegExp]>([
    ['by other programs', { othersSeconds: 0.4 }, /other programs used 0.4 of 2/],
    ['by its hypervisor', { stolenSeconds: 0.05 }, /the hypervisor gave 2.5%/],
    ['by its heat', { throttleEvents: 2 }, /slowed down for its heat/],
    ['by swapping', { swappedPages: 9 }, /memory was swapped/],
  ])('%s in two rounds has its figure from the other five', async (_, played, reason) => {
    const { summary, measurement } = await disturbedFigure([], [3, 6], played);
    expect(summary.setAside.map(({ round }) => round)).toEqual([3, 6]);
    expect(summary.setAside[0]?.reasons[0]).toMatch(reason);
    expect(summary.samples).toBe(5 * samplesPerVisit);
    // What was set aside is stored like the rest.
    expect(measurement.outcome).toMatchObject({ samplesNs: samplesOf(1, 2, 3, 4, 5, 6, 7) });
  });

  it('all the time has its figure from all rounds, marked', async () => {
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const { summary, kinds } = await disturbedFigure([], all, { othersSeconds: 1 });
    expect(summary.setAside).toEqual([]);
    expect(kinds).toContain('background');
    expect(summary.alarms.join()).toMatch(/In 10 of 10 rounds other programs used 1.0 of 2 processors/);
  });

  it('in too many rounds is visited again, as often as it takes', async () => {
    const { summary, visits } = await disturbedFigure([], [2, 4, 7], { othersSeconds: 1 });
    expect(visits).toBe(8);
    expect(summary.setAside.map(({ round }) => round)).toEqual([2, 4, 7]);
  });

  it('by a clock that falls in a round has that round set aside', async () => {
    const { summary } = await disturbedFigure([
      { method: 'measure', model: first, from: 4, until: 5, does: 'throttle' },
    ]);
    expect(summary.setAside).toEqual([
      { round: 4, samples: samplesPerVisit, reasons: ['the clock was 20% lower than in the others'] },
      { round: 5, samples: samplesPerVisit, reasons: ['the clock was 20% lower than in the others'] },
    ]);
    expect(summary.latencyNs.high).toBeLessThan(5_100_000);
  });

  it('by a neighbour that no counter tells has the rounds beside it set aside', async () => {
    const { summary, measurement } = await disturbedFigure([
      { method: 'measure', model: first, from: 4, until: 5, does: 'neighbour' },
    ]);
    expect(summary.setAside.map(({ round }) => round)).toEqual([4, 5]);
    expect(summary.setAside[0]?.reasons).toEqual([
      'the arithmetic units gave 59% of their ceiling between the samples: somebody else used the cores',
    ]);
    expect(measurement.outcome).toMatchObject({
      conditions: expect.arrayContaining([
        expect.objectContaining({
          arithmetic: expect.objectContaining({ bursts: 3 }),
          roundTripNs: { upper: 92 },
        }),
      ]),
    });
  });

  it('by pages that are read from a disk is marked', async () => {
    const { summary } = await disturbedFigure([{ method: 'measure', model: first, does: 'pageFaults' }]);
    expect(summary.alarms.join()).toMatch(/In 7 of 7 rounds pages had to be read from a disk/);
  });

  it('by a drift within its rounds says how wide its interval is', async () => {
    const { summary, kinds } = await disturbedFigure([
      { method: 'measure', model: first, from: 3, does: 'drift' },
    ]);
    expect(kinds).toContain('noisy');
    expect(summary.latencyNs.high / summary.latencyNs.low).toBeGreaterThan(1.02);
  });

  it('before the run is waited for, not without end, and the run says so', async () => {
    const telemetry = playedTelemetry(() => ({ othersSeconds: 2 }));
    const executed = await execute([], { settings: { ...settings, telemetry, settleSeconds: 2 } });
    expect(executed.end.status).toBe('finished');
    expect(executed.calibrated[0]?.settling).toMatchObject({
      settled: false,
      reason: 'other programs used 2.0 of 2 processors',
    });
    expectWhole(executed, ...models);
  });
});

describe('a state of the caches', () => {
  it('is asked for, stored with the case, and changes what must come from memory', async () => {
    const executed = await execute([], { cacheState: 'all-cold' });
    const asked = transcript().map((request) => ProviderRequestSchema.parse(request));
    const timed = asked.filter(({ method }) => method === 'measure' || method === 'profile');
    expect(timed.length).toBeGreaterThan(models.length);
    for (const request of timed) expect(request).toMatchObject({ cacheState: 'all-cold' });
    expect(executed.measurements.get(first)?.cacheState).toBe('all-cold');
    const weights = kernelsOf(executed, first).flatMap(({ traffic }) =>
      traffic.filter(({ kind }) => kind === 'weights'),
    );
    expect(weights.length).toBeGreaterThan(10);
    for (const { reuseDistanceBytes } of weights) expect(reuseDistanceBytes).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is not spoken of where it is the usual one', async () => {
    const executed = await execute([], { cacheState: 'in-network' });
    expect(JSON.stringify(transcript())).not.toContain('cacheState');
    expect(executed.measurements.get(first)).not.toHaveProperty('cacheState');
  });

  it('hot lets each kernel find its own tensors', async () => {
    const executed = await execute([], { cacheState: 'hot' });
    for (const { traffic } of kernelsOf(executed, first)) {
      const own = traffic.reduce((sum, { bytes }) => sum + bytes, 0);
      for (const { reuseDistanceBytes } of traffic) expect(reuseDistanceBytes).toBe(own);
    }
  });
});

function fail(): never {
  throw new Error('the disk is full');
}

function kernelsOf(executed: Executed, model: string) {
  const outcome = outcomeOf(executed, model);
  if (outcome.status !== 'measured') throw new Error(`${model} has no figure`);
  return outcome.kernels;
}

describe('a provider that dies', () => {
  it.each(['prepare', 'measure', 'profile', 'release'] as const)(
    'once in %s loses the case that it was at, and no other',
    async (method) => {
      const executed = await execute([{ method, model: second, until: 1, does: 'die' }]);
      expect(executed.end).toEqual({ status: 'finished', reason: null });
      expectWhole(executed, first, third);
      expect(outcomeOf(executed, second)).toEqual({
        status: 'failed',
        reason: 'The program native ended by itself (exit code 3). Its last words: the stack is on fire',
        error: null,
      });
      expect(pids().size).toBe(2);
      // What failed is not tried again.
      expect(asked(second).filter((name) => name === 'prepare')).toHaveLength(1);
    },
  );

  it.each([
    ['was ended for want of memory', [0, 1], /memory limit of 2.00 GiB was reached. Choose a smaller batch/],
    ['ended otherwise', [3, 3], /the stack is on fire$/],
    ['ended where the system does not count', [null, null], /the stack is on fire$/],
  ])('and %s, says so', async (_what, counts, reason) => {
    let asked = 0;
    const executed = await execute([{ method: 'measure', model: second, until: 1, does: 'die' }], {
      memoryBytes: 2 * 2 ** 30,
      settings: {
        ...settings,
        telemetry: {
          ...playedTelemetry(() => ({})),
          memoryKills: async () => counts[Math.min(asked++, 1)] ?? null,
        },
      },
    });
    expect(outcomeOf(executed, second)).toMatchObject({ reason: expect.stringMatching(reason) });
  });

  it('is not asked for what cannot fit into the memory that may be used', async () => {
    const executed = await execute([], { memoryBytes: 20 * 2 ** 20 });
    expect(outcomeOf(executed, third)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/at least 4\d.\d MiB of memory, and 20.0 MiB may be used here/),
    });
    expectWhole(executed, first, second);
    expect(asked(third)).toEqual([]);
  });

  it('in a later round loses the samples of that round, and says which', async () => {
    const executed = await execute([{ method: 'measure', model: second, from: 2, until: 2, does: 'die' }]);
    expect(executed.end.status).toBe('finished');
    expect(executed.end.reason).toMatch(
      /^Round 2 of mobilenetv2_100 layerwise fp32 was lost: .* ended by itself \(exit code 3\)/,
    );
    expect(outcomeOf(executed, second)).toMatchObject({
      status: 'measured',
      samplesNs: samplesOf(1, 3),
      rounds: [samplesOf(1).length, samplesOf(3).length],
    });
    expectWhole(executed, first, third);
  });

  it('every time gives no figure, and the run ends', async () => {
    const executed = await execute([{ method: 'verify', does: 'die' }]);
    expect(executed.end.status).toBe('finished');
    for (const model of models) expect(outcomeOf(executed, model).status).toBe('failed');
    expect(asked()).not.toContain('measure');
    // One for each case, and the one that was started again after the last.
    expect(pids().size).toBe(4);
  });

  it('and does not come up again ends the run, with what was measured', async () => {
    const executed = await execute([
      { method: 'measure', model: second, does: 'die' },
      { method: 'describe', from: 2, does: 'die' },
    ]);
    expect(executed.end.status).toBe('failed');
    expect(executed.end.reason).toMatch(/^The provider native did not start again after a failure: .*fire/);
    expect(executed.stored).toEqual([first]);
    // The first start, and three attempts.
    expect(asked().filter((method) => method === 'describe')).toHaveLength(4);
  });

  it('once on its way up is started again', async () => {
    const executed = await execute([{ method: 'describe', until: 2, does: 'die' }]);
    expect(executed.end.status).toBe('finished');
    expect(pids().size).toBe(3);
  });

  it('once while its ceilings are measured is asked again', async () => {
    const executed = await execute([{ method: 'calibrate', until: 1, does: 'die' }]);
    expect(executed.end).toEqual({ status: 'finished', reason: null });
    expect(executed.calibrated[0]?.calibration).not.toBeNull();
    expectWhole(executed, ...models);
  });

  it('whenever its ceilings are measured ends the run: there is nothing to hold a latency against', async () => {
    const executed = await execute([{ method: 'calibrate', does: 'die' }]);
    expect(executed.end.status).toBe('failed');
    expect(executed.end.reason).toMatch(/^The ceilings could not be measured: .*exit code 3/);
    expect(executed.calibrated).toEqual([
      expect.objectContaining({ calibration: null, reason: expect.stringContaining('exit code 3') }),
    ]);
    expect(asked().filter((method) => method === 'calibrate')).toHaveLength(3);
    expect(executed.stored).toEqual([]);
  });
});

describe('a provider that is a script', () => {
  it.each([
    [
      'leaves a process behind that holds its output',
      'sleep 60 & echo garbage; sleep 60',
      /not of the protocol/,
    ],
    ['prints a line without an end', "exec tr '\\0' x < /dev/zero", /printed a line without an end/],
  ])('and %s is given up, and nothing of it is left', async (_what, script, message) => {
    const provider = new ProviderProcess({ name: 'script', command: '/bin/sh', args: ['-c', script] });
    await expect(provider.request('describe', {}, { silenceMs: 20_000 })).rejects.toThrow(message);
    await provider.close();
  });
});

describe('a provider that', () => {
  it('hangs is killed, loses its own case, and is started again', async () => {
    const executed = await execute([{ method: 'measure', model: first, does: 'hang' }], {
      settings: shortSilence,
    });
    expect(executed.end).toEqual({ status: 'finished', reason: null });
    expect(outcomeOf(executed, first)).toEqual({
      status: 'failed',
      reason: 'The program native gave no answer for 3 s during measure.',
      error: null,
    });
    expectWhole(executed, second, third);
    expect(pids().size).toBe(2);
  });

  it.each([
    ['garbage', 'The program native sent a line that is not of the protocol: "Segmentation fault, or so".'],
    ['wrongShape', 'The program native answered verify with something else than the protocol says.'],
    ['misread', 'The program native could not read a request: That was no JSON.'],
  ] as const)('answers with %s loses its own case, and is started again', async (does, reason) => {
    const executed = await execute([{ method: 'verify', model: second, does }]);
    expect(executed.end).toEqual({ status: 'finished', reason: null });
    expect(outcomeOf(executed, second)).toEqual({ status: 'failed', reason, error: null });
    expectWhole(executed, first, third);
    expect(pids().size).toBe(2);
  });

  it('answers an error loses its own case, frees what it held, and goes on', async () => {
    const executed = await execute([{ method: 'measure', model: second, does: 'error' }]);
    expect(executed.end).toEqual({ status: 'finished', reason: null });
    expect(outcomeOf(executed, second)).toEqual({
      status: 'failed',
      reason: 'The fake will not. (it was told so)',
      error: { code: 'internal', message: 'The fake will not.', detail: 'it was told so' },
    });
    expect(asked(second)).toEqual(['prepare', 'verify', 'measure', 'release']);
    expectWhole(executed, first, third);
    expect(pids().size).toBe(1);
  });

  it('refuses to time kernels one by one still has its latency', async () => {
    const executed = await execute([{ method: 'profile', model: second, does: 'error' }]);
    expectWhole(executed, ...models);
    expect(new Set(kernelsOf(executed, second).map(({ latencyNs }) => latencyNs))).toEqual(new Set([null]));
    expect(kernelsOf(executed, first).every(({ latencyNs }) => latencyNs !== null)).toBe(true);
  });

  it('refuses to measure its ceilings is asked once, and the run ends', async () => {
    const executed = await execute([{ method: 'calibrate', does: 'error' }]);
    expect(executed.end).toEqual({
      status: 'failed',
      reason: 'The ceilings could not be measured: The fake will not. (it was told so)',
    });
    expect(asked()).toEqual(['start', 'describe', 'calibrate', 'shutdown']);
  });

  it('computes wrong results is never timed at it', async () => {
    const executed = await execute([{ method: 'verify', model: second, does: 'incorrect' }]);
    expect(executed.end).toEqual({ status: 'finished', reason: null });
    const outcome = outcomeOf(executed, second);
    expect(outcome).toMatchObject({ status: 'incorrect', verification: { passed: false } });
    expect(asked(second)).toEqual(['prepare', 'verify', 'release']);
    expectWhole(executed, first, third);
  });

  it.each([
    ['miscount', /^The provider counts \d+ operations in conv_stem, and its graph has \d+\.$/],
    ['rename', /^The provider prepared something where conv_stem belongs\.$/],
    ['omit', /^The provider prepared \d+ kernels of \d+\.$/],
  ] as const)('executes something else than the graph (%s) is not timed at it', async (does, reason) => {
    const executed = await execute([{ method: 'prepare', model: second, does }]);
    expect(outcomeOf(executed, second)).toEqual({
      status: 'failed',
      reason: expect.stringMatching(reason),
      error: null,
    });
    expect(asked(second)).toEqual(['prepare', 'release']);
    expectWhole(executed, first, third);
    expect(pids().size).toBe(1);
  });
});

describe('a run that its user ends', () => {
  const ended: RunEnd = { status: 'cancelled', reason: 'It was ended by its user.' };

  it('keeps what was measured before', async () => {
    const executed = await execute([{ method: 'measure', model: second, does: 'lasts' }], {
      stop: stopAt('measure', second),
    });
    expect(executed.end).toEqual(ended);
    expect(executed.stored).toEqual([first]);
    expect(outcomeOf(executed, first)).toMatchObject({ samplesNs: samplesOf(1) });
    // In order: the provider ended the request, freed what it held, and was told to end.
    expect(asked().slice(-3)).toEqual(['cancel', 'release', 'shutdown']);
  });

  it('keeps a latency whose kernels were being timed', async () => {
    const executed = await execute([{ method: 'profile', model: first, does: 'lasts' }], {
      stop: stopAt('profile', first),
    });
    expect(executed.end).toEqual(ended);
    expect(outcomeOf(executed, first)).toMatchObject({ status: 'measured', samplesNs: samplesOf(1) });
    expect(kernelsOf(executed, first)[0]?.latencyNs).toBeNull();
    expect(executed.stored).toEqual([first]);
  });

  it('keeps the first round where it is ended in the second', async () => {
    const executed = await execute([{ method: 'measure', model: second, from: 2, does: 'lasts' }], {
      stop: stopAt('measure', second, 2),
    });
    expect(executed.end).toEqual(ended);
    expect(outcomeOf(executed, second)).toMatchObject({ samplesNs: samplesOf(1) });
    for (const model of models) {
      const outcome = outcomeOf(executed, model);
      if (outcome.status !== 'measured') throw new Error(`${model} has no figure`);
      expect(outcome.samplesNs.slice(0, samplesPerVisit)).toEqual(samplesOf(1));
    }
  });

  it('while the ceilings are measured has none', async () => {
    const executed = await execute([{ method: 'calibrate', does: 'lasts' }], {
      stop: stopAt('calibrate', null),
    });
    expect(executed).toMatchObject({ end: ended, stored: [], calibrated: [] });
  });

  it('before it began asks for nothing', async () => {
    const stop = new AbortController();
    stop.abort();
    expect((await execute([], { stop })).end).toEqual(ended);
    expect(asked()).toEqual(['start', 'describe', 'shutdown']);
  });

  it.each([
    ['says nothing', 'hang'],
    ['goes on speaking', 'deaf'],
  ] as const)('is over even where the provider does not stop and %s', async (_, does) => {
    const executed = await execute([{ method: 'measure', model: second, does }], {
      settings: shortSilence,
      stop: stopAt('measure', second),
    });
    expect(executed.end).toEqual(ended);
    expect(executed.stored).toEqual([first]);
    expect(asked().at(-1)).not.toBe('shutdown');
  });
});

describe('a provider process', () => {
  const options = { silenceMs: 10_000 };

  it('is started by the next request after it died', async () => {
    const provider = new ProviderProcess(
      fakeProgram(folder, [{ method: 'describe', until: 1, does: 'die' }]),
    );
    await expect(provider.request('describe', {}, options)).rejects.toThrow(ProviderCrash);
    expect((await provider.request('describe', {}, options)).provider).toBe('native');
    await provider.close();
    expect(pids().size).toBe(2);
  });

  it('that speaks is not taken for one that hangs', async () => {
    const provider = new ProviderProcess(fakeProgram(folder, [{ method: 'calibrate', does: 'dawdle' }]));
    await provider.request('describe', {}, options);
    const fractions: number[] = [];
    const onProgress = (fraction: number) => void fractions.push(fraction);
    // It takes twice as long.
    await provider.request('calibrate', {}, { silenceMs: 400, onProgress });
    await provider.close();
    expect(fractions.length).toBeGreaterThan(1);
    expect(new Set(fractions)).toEqual(new Set([0.5]));
  });

  it('that refuses a request is still there', async () => {
    const provider = new ProviderProcess(fakeProgram(folder, []));
    const refusal = await provider.request('verify', { handle: 7 }, options).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProviderRequestError);
    expect(refusal).toMatchObject({ message: 'There is no handle 7.', error: { code: 'unknownHandle' } });
    await provider.request('describe', {}, options);
    await provider.close();
    expect(pids().size).toBe(1);
  });

  it('that does not end when it is told to is killed', async () => {
    const provider = new ProviderProcess(fakeProgram(folder, [{ method: 'shutdown', does: 'hang' }]));
    await provider.request('describe', {}, options);
    await provider.close();
    expect([...pids()].map(isRunning)).toEqual([false]);
  });

  it('that cannot be started says why', async () => {
    const provider = new ProviderProcess({ name: 'native', command: join(folder, 'absent'), args: [] });
    await expect(startProvider(provider)).rejects.toThrow(
      /^The program native could not be started: .*ENOENT/,
    );
    await provider.close();
  });
});
