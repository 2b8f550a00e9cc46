/** What is said of one figure: its account, and whether its check proves something. */
import { describe, expect, it } from 'vitest';
import { accountOf } from '../../../core/analysis/account.ts';
import { whyMistrusted } from '../../../core/analysis/trust.ts';
import { accountFacts } from '../../../core/format/account.ts';
import { AccountSchema } from '../../../core/protocol/account.ts';
import type { RoundConditions } from '../../../core/protocol/conditions.ts';
import type { Verification } from '../../../core/protocol/provider.ts';
import { type Measurement, type Run, RunSchema } from '../../../core/protocol/run.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

type Measured = Measurement & { outcome: Extract<Measurement['outcome'], { status: 'measured' }> };

const first = sampleRun.measurements[0] as Measured;

const conditions: RoundConditions = {
  startedAt: '2026-03-01T12:00:00.000Z',
  spanSeconds: 1,
  processors: 2,
  stolenSeconds: 0,
  othersSeconds: 0.04,
  throttleEvents: 0,
  temperatureCelsius: { before: 50, after: 52 },
  power: { source: 'mains', governor: 'performance', profile: null },
  availableBytes: 4 * 2 ** 30,
  swappedPages: 0,
  memoryStallSeconds: 0,
  passesPerSample: 2,
  timerOverheadNs: 20,
  clockHz: { before: 3e9, after: 3.02e9 },
};

/** Seven rounds of ten samples, the third disturbed, and one sample far out. */
function measured(): Run {
  const samplesNs = Array.from({ length: 70 }, (_, index) => 20e6 + 1e4 * (index % 10));
  samplesNs[45] = 30e6;
  const rounds = Array.from({ length: 7 }, (_, round) => ({
    ...conditions,
    ...(round === 2 && { othersSeconds: 0.5 }),
  }));
  const outcome = { ...first.outcome, samplesNs, rounds: rounds.map(() => 10), conditions: rounds };
  return RunSchema.parse({ ...sampleRun, measurements: [{ ...first, outcome }] });
}

function accountFor(run: Run) {
  const account = accountOf(run, 'm1');
  if (account === undefined) throw new Error('m1 has a figure');
  return account;
}

describe('the account of a figure', () => {
  it('has every sample in order, with what does not count and what lies far out', () => {
    const account = accountFor(measured());
    expect(AccountSchema.parse(account)).toEqual(account);
    expect(account.rounds.map(({ samplesNs }) => samplesNs.length)).toEqual(Array(7).fill(10));
    expect(account.rounds[2]).toMatchObject({
      outliers: [],
      setAside: [expect.stringContaining('other programs')],
    });
    // In the fifth round; the classes are those of the samples that count.
    expect(account.rounds[4]?.outliers.indexOf('severe')).toBe(5);
    expect(account.rounds.flatMap(({ outliers }) => outliers)).toHaveLength(60);
    expect(account.interval).toEqual({ from: 'rounds', rounds: 6 });
    expect(account.timer).toEqual({
      resolutionNs: 30,
      overheadNs: 20,
      passesPerSample: 2,
      spanNs: expect.closeTo(2 * 20.045e6, -5),
    });
  });

  it('says in words what is known, and that the rest is unknown', () => {
    const facts = new Map(accountFacts(accountFor(measured())));
    expect(facts.get('samples')).toBe(
      '60 that count, in 6 rounds; 1 round set aside, after 3 passes to warm up',
    );
    expect(facts.get('clock')).toBe('3.01 GHz (3.00 to 3.02)');
    expect(facts.get('temperature')).toBe('50 °C when it began, at most 52 °C');
    expect(facts.get('others')).toContain('at most 25.0% of the processors');
    expect(facts.get('checked')).toContain('1 of 1 kernels agree');
    expect(facts.get('versions')).toContain('provider native 0.1.0');
    const old = new Map(accountFacts(accountFor(sampleRun)));
    expect(old.get('interval')).toContain('too narrow');
    expect([old.get('clock'), old.get('temperature'), old.get('power')]).toEqual(Array(3).fill('unknown'));
  });

  it('names its kernel that came nearest to the tolerance', () => {
    const kernel = { passed: true, maxError: 1e-6 };
    const kernels = [
      { ...kernel, name: 'far', relativeL2Error: 1e-6, tolerance: 1e-3 },
      { ...kernel, name: 'near', relativeL2Error: 1e-7, tolerance: 2e-7 },
    ];
    const verification = { ...first.outcome.verification, kernels };
    const run = { ...sampleRun, measurements: [{ ...first, outcome: { ...first.outcome, verification } }] };
    expect(accountFor(run).verification).toMatchObject({ kernels: 2, passed: 2, worst: { name: 'near' } });
  });

  it('has one workload for the same thing, whoever executes it, and another for anything else', () => {
    const of = (change: Partial<Measured>) =>
      accountFor({ ...sampleRun, measurements: [{ ...first, ...change }] }).workload;
    const workload = of({});
    expect(workload).toMatch(/^[\da-f]{16}$/);
    expect(of({ instructionSet: 'avx2' })).toBe(workload);
    expect(of({ cacheState: 'in-network' })).toBe(workload);
    expect(of({ cacheState: 'hot' })).not.toBe(workload);
    expect(of({ imageSize: 225 })).not.toBe(workload);
    const [kernel, ...others] = first.outcome.kernels;
    if (kernel === undefined) throw new Error('it has kernels');
    const kernels = [{ ...kernel, operations: kernel.operations + 2 }, ...others];
    expect(of({ outcome: { ...first.outcome, kernels } })).not.toBe(workload);
  });

  it('gives no command where a name of it could do something else in a shell', () => {
    const account = (model: string) =>
      accountFor({ ...sampleRun, measurements: [{ ...first, model }] }).command;
    expect(account('resnet50')).toBe(
      'plimsoll profile --models resnet50 --plans layerwise --dtypes fp32 --providers native --batch 1 --threads 2',
    );
    expect(account('x; rm -rf ~')).toBeNull();
  });

  it('is of no figure where there is none', () => {
    expect(accountOf(sampleRun, 'm4')).toBeUndefined();
    expect(accountOf(sampleRun, 'm99')).toBeUndefined();
  });
});

describe('a check', () => {
  const values = Array.from({ length: 16 }, (_, index) => Math.sin(index));
  const sound: Verification = {
    passed: true,
    kernels: [{ name: 'stem', passed: true, relativeL2Error: 1e-7, maxError: 1e-6, tolerance: 1e-4 }],
    output: { mean: 0.1, standardDeviation: 1, zeroFraction: 0.2, values },
  };

  it('of a result that varies is trusted', () => {
    expect(whyMistrusted(sound, 'fp32')).toBeUndefined();
    // What a clipping activation leaves at its limit is not yet most of it.
    const some = values.map((value, index) => (index < 6 ? 6 : value));
    expect(whyMistrusted({ ...sound, output: { ...sound.output, values: some } }, 'fp32')).toBeUndefined();
  });

  it.each<[string, Partial<Verification['output']>, RegExp]>([
    ['constant', { standardDeviation: 1e-9 }, /does not vary/],
    ['zeros', { zeroFraction: 0.6 }, /is zero to 60%/],
    ['no numbers', { mean: Number.NaN }, /no numbers/],
    [
      'clipped',
      { values: values.map((value, index) => (index < 9 ? 6 : value)) },
      /saturated, 9 of its first 16/,
    ],
    ['huge', { standardDeviation: 1e38 }, /saturated, near the largest/],
    ['denormal', { mean: 0, standardDeviation: 1e-38 }, /as good as nothing/],
  ])('of a result that is %s proves little', (_, output, sentence) => {
    expect(whyMistrusted({ ...sound, output: { ...sound.output, ...output } }, 'fp32')).toMatch(sentence);
  });

  it('knows the range of the type', () => {
    const output = { ...sound.output, standardDeviation: 1e4 };
    expect(whyMistrusted({ ...sound, output }, 'fp32')).toBeUndefined();
    expect(whyMistrusted({ ...sound, output }, 'fp16')).toMatch(/saturated/);
  });

  it('of nothing, or with a tolerance that lets anything pass, proves little', () => {
    expect(whyMistrusted({ ...sound, kernels: [] }, 'fp32')).toMatch(/No kernel of it was checked/);
    const kernels = sound.kernels.map((kernel) => ({ ...kernel, tolerance: 0.6 }));
    expect(whyMistrusted({ ...sound, kernels }, 'fp32')).toMatch(/may differ from the reference by 60%/);
  });
});
