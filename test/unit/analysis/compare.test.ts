import { describe, expect, it } from 'vitest';
import { compareParts } from '../../../core/analysis/compare.ts';
import { ComparisonSchema } from '../../../core/protocol/compare.ts';
import { type Case, type Measurement, type Run, RunSchema } from '../../../core/protocol/run.ts';
import { changedRun } from '../../fixtures/statistics/changed-run.ts';
import { compareRuns } from '../../fixtures/statistics/stored-runs.ts';

const before = changedRun('before');
const compare = (after: Run, history: Run[] = []) => compareRuns({ run: before }, { run: after }, history);
const rowOf = (comparison: ReturnType<typeof compare>, model: string, plan = 'layerwise') =>
  comparison.rows.find((row) => row.model === model && row.before.plan === plan);

/** The run with one measurement replaced. */
function replaced(run: Run, id: string, change: (measurement: Measurement) => unknown): Run {
  return RunSchema.parse({
    ...run,
    measurements: run.measurements.map((one) => (one.id === id ? change(one) : one)),
  });
}

describe('two runs', () => {
  it('are compared case by case, each with a verdict and its reason', () => {
    const comparison = compare(changedRun('after', { latency: { resnet50: 1.1, convfirst_pico: 0.9 } }));
    expect(ComparisonSchema.parse(comparison)).toEqual(comparison);
    expect(comparison.counts).toEqual({ better: 2, worse: 1, same: 0, unclear: 0 });
    expect(rowOf(comparison, 'resnet50')).toMatchObject({
      verdict: 'WORSE',
      reason: expect.stringMatching(/^10\.\d% slower/),
      before: { measurementId: 'before-m1', rounds: 7, samples: 70, provider: 'native' },
      after: { measurementId: 'after-m1' },
    });
    const { ratio = 0, low = 0, high = 0 } = rowOf(comparison, 'convfirst_pico', 'fused')?.effect ?? {};
    expect(low).toBeLessThan(ratio);
    expect(high).toBeGreaterThan(ratio);
    expect(ratio).toBeCloseTo(0.9, 2);
  });

  it('that are alike are the same, with nothing that differs', () => {
    const comparison = compare(changedRun('after', { seed: 2 }));
    expect(comparison.counts).toEqual({ better: 0, worse: 0, same: 3, unclear: 0 });
    expect(comparison.differences).toEqual([]);
  });

  it('of which one has no borders of rounds are unclear, with their effect', () => {
    const old = changedRun('after', { latency: { resnet50: 2 } });
    const measurements = old.measurements.map(({ outcome, ...one }) => {
      const { rounds: _, ...kept } = outcome as typeof outcome & { rounds?: number[] };
      return { ...one, outcome: kept };
    });
    const row = rowOf(compare(RunSchema.parse({ ...old, measurements })), 'resnet50');
    expect(row).toMatchObject({ verdict: 'UNCLEAR', p: null, after: { rounds: 1 } });
    expect(row?.effect.ratio).toBeCloseTo(2, 1);
    expect(row?.effect.low).toBeGreaterThan(1.9);
    expect(row?.effect.high).toBeLessThan(2.1);
    expect(row?.effect.high).toBeGreaterThan(row?.effect.low ?? 9);
    expect(row?.reason).toContain('rounds');
  });

  it('say nothing of a change that equal runs of the machine show as well', () => {
    const after = changedRun('after', { latency: { resnet50: 1.05, convfirst_pico: 1.05 } });
    expect(rowOf(compare(after), 'resnet50')?.verdict).toBe('WORSE');
    // A machine on which the same thing differs by 4% from run to run.
    const history = [1, 1.04, 1, 1.05, 0.99, 1.03, 0.98].map((level, index) =>
      changedRun(`h${index}`, { seed: 10 + index, latency: { resnet50: level, convfirst_pico: level } }),
    );
    const row = rowOf(compare(after, history), 'resnet50');
    expect(row?.verdict).toBe('UNCLEAR');
    expect(row?.floor.runPairs).toBeGreaterThanOrEqual(5);
    expect(row?.floor.betweenRuns ?? 0).toBeGreaterThan(0.04);
    expect(row?.floor.origin).toContain('pairs of equal runs');
  });

  it('do not learn their noise from each other, nor from a machine or surroundings that are others', () => {
    const after = changedRun('after', { latency: { resnet50: 1.3, convfirst_pico: 1.3 } });
    const others = [1, 1.5, 1, 1.5].map((level, index) =>
      changedRun(`h${index}`, {
        latency: { resnet50: level },
        environment: { software: { plimsoll: `0.${index}.0`, node: '24.0.0' } },
      }),
    );
    const comparison = compareRuns({ run: before }, { run: after }, [...others, before, after]);
    expect(rowOf(comparison, 'resnet50')).toMatchObject({ verdict: 'WORSE', floor: { betweenRuns: null } });
  });
});

describe('a mistrusted figure', () => {
  it('has no verdict, but its effect and why', () => {
    const zeros = (measurement: Measurement) => {
      const { outcome } = measurement;
      if (outcome.status !== 'measured') throw new Error('the sample run measured it');
      const output = { ...outcome.verification.output, zeroFraction: 0.9 };
      return { ...measurement, outcome: { ...outcome, verification: { ...outcome.verification, output } } };
    };
    const slower = changedRun('after', { latency: { resnet50: 1.2 } });
    const [first] = slower.measurements;
    const row = rowOf(compare(replaced(slower, first?.id ?? '', zeros)), first?.model ?? '');
    expect(row).toMatchObject({ model: 'resnet50', verdict: 'UNCLEAR' });
    expect(row?.reason).toMatch(/^The figure after is MISTRUSTED\. .* zero to 90%/);
    expect(row?.effect.ratio).toBeCloseTo(1.2, 1);
    expect(rowOf(compare(slower), 'resnet50')?.verdict).toBe('WORSE');
  });
});

describe('a figure that was disturbed', () => {
  const slowed = (when: (sample: number) => boolean) => (measurement: Measurement) => {
    const { outcome } = measurement;
    if (outcome.status !== 'measured') throw new Error('the sample run measured it');
    const samplesNs = outcome.samplesNs.map((ns, index) => (when(index) ? 1.3 * ns : ns));
    return { ...measurement, outcome: { ...outcome, samplesNs } };
  };
  /** Every sample by another amount. */
  const spreadOut = (measurement: Measurement) => {
    const { outcome } = measurement;
    if (outcome.status !== 'measured') throw new Error('the sample run measured it');
    const samplesNs = outcome.samplesNs.map((ns, index) => ns * (1 + (((index * 7) % 10) * 7) / 100));
    return { ...measurement, outcome: { ...outcome, samplesNs } };
  };
  const slower = changedRun('after', { latency: { resnet50: 1.6 } });
  const id = slower.measurements.find(({ model }) => model === 'resnet50')?.id ?? '';

  it('in two of its seven rounds has a verdict from the others', () => {
    const row = rowOf(
      compare(
        replaced(
          slower,
          id,
          slowed((sample) => sample >= 50),
        ),
      ),
      'resnet50',
    );
    expect(row?.verdict).toBe('WORSE');
    expect(row?.effect.ratio).toBeCloseTo(1.6, 1);
  });

  it('all the time has no verdict on either side, and says why and what to do', () => {
    const row = rowOf(compare(replaced(slower, id, spreadOut)), 'resnet50');
    expect(row?.verdict).toBe('UNCLEAR');
    expect(row?.reason).toMatch(
      /^The figure after was disturbed\. Even the fastest quarter of its quietest rounds/,
    );
    expect(row?.settling).toEqual({
      rounds: null,
      seconds: null,
      action: expect.stringContaining('Close other programs'),
    });
  });

  it('in its median alone is no slower when left alone', () => {
    const same = changedRun('after', { seed: 5 });
    const row = rowOf(
      compare(
        replaced(
          same,
          id,
          slowed((sample) => sample % 10 > 6),
        ),
      ),
      'resnet50',
    );
    expect(row?.verdict).toBe('SAME');
    expect(row?.latencyEffect.ratio).toBeLessThan(1.02);
    const more = rowOf(
      compare(
        replaced(
          same,
          id,
          slowed((sample) => sample % 10 > 3),
        ),
      ),
      'resnet50',
    );
    expect(more?.reason).toMatch(
      /No slower when left alone, but more disturbed: the median latency rose by (?:29|30)\.\d%/,
    );
  });
});

describe('only like with like', () => {
  it.each([
    ['threads', { threads: 4 }, 'threads 4, not 2'],
    ['batch', { batch: 8 }, 'batch 8, not 1'],
    ['dtype', { dtype: 'bf16' }, 'dtype bf16, not fp32'],
    ['imageSize', { imageSize: 256 }, 'imageSize 256, not 224'],
    ['provider', { provider: 'onednn' }, 'provider onednn, not native'],
  ])('another %s is no partner', (_what, change, sentence) => {
    const after = replaced(changedRun('after'), 'after-m1', (one) => ({ ...one, ...change }));
    const comparison = compare(after);
    expect(rowOf(comparison, 'resnet50')).toBeUndefined();
    expect(comparison.unmatched).toContainEqual(
      expect.objectContaining({
        side: 'before',
        model: 'resnet50',
        reason: expect.stringContaining(sentence),
      }),
    );
    expect(comparison.unmatched).toContainEqual(
      expect.objectContaining({ side: 'after', model: 'resnet50' }),
    );
  });

  it('a network that was changed is no partner either', () => {
    const after = replaced(changedRun('after'), 'after-m1', (one) => {
      if (one.outcome.status !== 'measured') throw new Error('it is measured');
      const kernels = one.outcome.kernels.map((kernel) => ({ ...kernel, operations: 2 * kernel.operations }));
      return { ...one, outcome: { ...one.outcome, kernels } };
    });
    expect(compare(after).unmatched).toContainEqual(
      expect.objectContaining({
        model: 'resnet50',
        reason: expect.stringContaining('network itself changed'),
      }),
    );
  });

  it('what was lost, or not measured at all, is listed with why', () => {
    const lost = { status: 'failed' as const, reason: 'The provider ended.', error: null };
    const after = replaced(changedRun('after'), 'after-m1', (one) => ({ ...one, outcome: lost }));
    const without = { ...after, measurements: after.measurements.filter(({ plan }) => plan !== 'fused') };
    const reasons = compare(without).unmatched.map(
      ({ model, plan, reason }) => `${model} ${plan}: ${reason}`,
    );
    expect(reasons).toEqual([
      'resnet50 layerwise: It has no figure after: The provider ended.',
      'convfirst_pico fused: Not the same thing: after, it was measured with plan layerwise, not fused.',
      expect.stringMatching(/^mobilenetv2_100 layerwise: It has no figure before, nor has it a figure after/),
    ]);
  });
});

describe('two plans of one run', () => {
  const comparison = compareRuns({ run: before, plan: 'layerwise' }, { run: before, plan: 'fused' }, []);

  it('are compared where both were measured', () => {
    expect(comparison.rows).toHaveLength(1);
    expect(comparison.rows[0]).toMatchObject({
      model: 'convfirst_pico',
      before: { plan: 'layerwise' },
      after: { plan: 'fused' },
      verdict: 'WORSE',
    });
    expect(comparison.unmatched.map(({ model }) => model)).toEqual(['resnet50', 'mobilenetv2_100']);
  });
});

describe('two parts of what was measured', () => {
  const withCases = (id: string, change: Partial<Case>, latency = 1) => {
    const run = changedRun(id, { latency: { resnet50: latency } });
    return {
      ...run,
      measurements: run.measurements
        .filter(({ model }) => model === 'resnet50')
        .map((measurement) => ({ ...measurement, ...change })),
    };
  };

  it('may be numbers of threads, of two runs', () => {
    const [two, one] = [withCases('two', { threads: 2 }), withCases('one', { threads: 1 }, 1.9)];
    expect(compareRuns({ run: two }, { run: one }, []).rows).toEqual([]);
    const { rows } = compareRuns({ run: two, threads: 2 }, { run: one, threads: 1 }, []);
    expect(rows).toMatchObject([{ before: { threads: 2 }, after: { threads: 1 }, verdict: 'WORSE' }]);
  });

  it('may be data types', () => {
    const [wide, narrow] = [withCases('wide', {}), withCases('narrow', { dtype: 'bf16' }, 0.6)];
    const { rows } = compareRuns({ run: wide, dtype: 'fp32' }, { run: narrow, dtype: 'bf16' }, []);
    expect(rows).toMatchObject([{ before: { dtype: 'fp32' }, after: { dtype: 'bf16' }, verdict: 'BETTER' }]);
  });

  it('are on other devices where other providers are, as long as it is clear on which', () => {
    const native = withCases('cpu', {});
    const onGpu = { provider: 'webgpu', device: 'gpu', threads: 1 };
    const webgpu = withCases('gpu', onGpu, 0.2);
    const sides = [
      { run: native, provider: 'native' },
      { run: webgpu, provider: 'webgpu' },
    ] as const;
    expect(compareRuns(...sides, []).rows).toMatchObject([
      { before: { device: 'cpu' }, after: { device: 'gpu' }, verdict: 'BETTER' },
    ]);
    const second = withCases('second', { ...onGpu, device: 'another' }).measurements;
    webgpu.measurements.push(...second.map((measurement) => ({ ...measurement, id: 'another' })));
    const { rows, unmatched } = compareRuns(...sides, []);
    expect(rows).toEqual([]);
    expect(unmatched[0]?.reason).toContain('device gpu, not cpu');
  });
});

describe('the parts of a network', () => {
  it('are held against each other by what they cover, without a verdict', () => {
    const kernelsOf = ({ measurements: [first] }: Run) =>
      first?.outcome.status === 'measured' ? first.outcome.kernels : [];
    const after = changedRun('after', { latency: { resnet50: 1.1 } });
    expect(compareParts(kernelsOf(before), kernelsOf(after))).toEqual({
      kernels: [{ name: 'stem', block: 'stem', beforeNs: 1e7, afterNs: 1.1e7, ratio: 1.1 }],
      // The head was not timed: its block has no time.
      blocks: [{ name: 'stem', beforeNs: 1e7, afterNs: 1.1e7, ratio: 1.1 }],
    });
  });
});

describe('what else differs', () => {
  it('is listed as a candidate cause: driver, microcode, BIOS, kernel, power, libraries, Plimsoll', () => {
    const environment = before.environment;
    const gpu = { ...environment.gpus[0], model: 'GPU', software: false, driver: 'drv', driverVersion: '1' };
    const withGpu = { ...environment, gpus: [gpu] };
    const first = changedRun('before', { environment: withGpu as Run['environment'] });
    const second = changedRun('after', {
      environment: {
        ...withGpu,
        gpus: [{ ...gpu, driverVersion: '2' }],
        cpu: { ...environment.cpu, microcode: '0x2' },
        firmware: { vendor: 'V', version: '2', date: null },
        system: { ...environment.system, kernel: '6.2' },
        power: { ...environment.power, source: 'battery' },
        software: { ...environment.software, plimsoll: '0.2.0' },
      } as Run['environment'],
    });
    const [native] = second.providers;
    if (native === undefined) throw new Error('the sample run has a provider');
    const providers = [{ ...native, description: { ...native.description, libraries: { oneDNN: '3.1' } } }];
    const { differences } = compareRuns({ run: first }, { run: { ...second, providers } }, []);
    expect(differences).toEqual([
      { what: 'driver of GPU', before: 'drv 1', after: 'drv 2' },
      { what: 'microcode', before: null, after: '0x2' },
      { what: 'BIOS', before: null, after: 'V 2' },
      { what: 'kernel', before: '6.1', after: '6.2' },
      { what: 'power source', before: null, after: 'battery' },
      { what: 'library oneDNN', before: null, after: '3.1' },
      { what: 'Plimsoll', before: '0.1.0', after: '0.2.0' },
    ]);
    // A provider that took part once only has changed nothing for the others.
    expect(
      compareRuns({ run: first }, { run: { ...first, id: 'after', providers: [] } }, []).differences,
    ).toEqual([]);
  });
});
