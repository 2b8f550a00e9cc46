import { describe, expect, it } from 'vitest';
import { type MachineFacts, machineAnswer } from '../../../../core/analysis/answers/machine.ts';
import { ceilingHistory } from '../../../../core/analysis/ceiling-history.ts';
import { summarizeRun } from '../../../../core/analysis/report.ts';
import type { Environment, Run } from '../../../../core/protocol/run.ts';
import { realRun } from '../../../fixtures/statistics/real-runs.ts';

const first = realRun('equal-1');
const second = realRun('equal-2');
const noise = [
  {
    machineId: 'ccbba9e862ba',
    machineName: 'vm',
    thisMachine: true,
    provider: 'native',
    threshold: 0.03,
    from: 'test' as const,
    pairs: 20,
    testedAt: null,
  },
];

type Changes = { readonly [Part in keyof Environment]?: Partial<Environment[Part]> };

/** Of the newest of these runs, with the hardware that is given. */
function answerOf(runs: readonly Run[], changes: Changes = {}, more: Partial<MachineFacts> = {}) {
  const changed = runs.map((run) => ({ ...run, environment: withChanges(run.environment, changes) }));
  const reports = changed.map(summarizeRun);
  const report = reports.at(-1) ?? null;
  return machineAnswer({
    now: withChanges(second.environment, changes),
    report,
    ceilings: ceilingHistory(
      reports.map(({ run, ceilings }) => ({
        id: run.id,
        startedAt: run.startedAt,
        machine: { id: run.machineId, name: run.machineName },
        ceilings,
      })),
    ),
    kinds: new Map(),
    noise,
    ...more,
  });
}

function withChanges(environment: Environment, changes: Changes): Environment {
  const parts = Object.entries(changes).map(([part, change]) => [
    part,
    Array.isArray(change) ? change : { ...environment[part as keyof Environment], ...change },
  ]);
  return { ...environment, ...Object.fromEntries(parts) };
}

function atClock(run: Run, share: number, only?: string): Run {
  return {
    ...run,
    providers: run.providers.map((provider) => ({
      ...provider,
      calibration: provider.calibration && {
        ...provider.calibration,
        arithmetic: provider.calibration.arithmetic
          .filter(({ instructionSet }) => only === undefined || instructionSet === only)
          .map((ceiling) => ({
            ...ceiling,
            operationsPerSecond: share * ceiling.operationsPerSecond,
            ...(ceiling.theoreticalOperationsPerSecond !== undefined && {
              theoreticalOperationsPerSecond: share * ceiling.theoreticalOperationsPerSecond,
            }),
            ...(ceiling.clockHz !== undefined && { clockHz: share * ceiling.clockHz }),
          })),
      },
    })),
  };
}

const line = ({ lines }: ReturnType<typeof machineAnswer>, subject: string) =>
  lines.find((one) => one.subject === subject);

const epyc = { cpu: { model: 'AMD EPYC 9654 96-Core Processor' }, virtualization: { hypervisor: null } };
const modules = { slots: 12, filled: 12, channels: 12, bytesPerSecond: 60e9 };

describe('is this machine as it should be?', () => {
  it('has four lines, and they are fine on a healthy machine', () => {
    const answer = answerOf([second], {
      ...epyc,
      memory: { type: 'DDR5', clockHz: 4.8e9, modules: { ...modules, bytesPerSecond: 120e9 } },
    });
    expect(answer.lines.map(({ subject }) => subject)).toEqual(['compute', 'memory', 'validity', 'noise']);
    expect(answer.lines.map(({ state }) => state)).toEqual(['fine', 'fine', 'fine', 'fine']);
    expect(answer.faults).toEqual([]);
    expect(line(answer, 'compute')?.sentence).toBe(
      'Compute as expected: 235 GFLOP/s (99% of what this clock allows at 3.69 GHz).',
    );
    expect(line(answer, 'compute')?.reason).toContain('base clock 2.40 GHz, boost clock 3.70 GHz (AMD');
  });

  it('does not call a guest as expected if nothing is known of its processor', () => {
    const answer = answerOf([second]);
    expect(line(answer, 'compute')).toMatchObject({ state: 'unknown' });
    expect(line(answer, 'compute')?.reason).toContain('No reference clock is known for “AMD EPYC”');
    expect(line(answer, 'memory')).toMatchObject({ state: 'unknown' });
  });

  it('names a throttled processor, though it does all that its clock allows', () => {
    const answer = answerOf([atClock(second, 0.4)], epyc);
    expect(answer.faults).toEqual(['throttled']);
    expect(line(answer, 'compute')).toMatchObject({ state: 'check' });
    expect(line(answer, 'compute')?.sentence).toContain(
      'The processor is throttled: it ran at 1.48 GHz, and its base clock is 2.40 GHz.',
    );
  });

  it('names a boost that is off, but on a host, where others decide, it does not', () => {
    expect(answerOf([atClock(second, 0.7)], epyc).faults).toEqual(['throttled']);
    expect(
      answerOf([atClock(second, 0.7)], { ...epyc, virtualization: { hypervisor: 'KVM' } }).faults,
    ).toEqual([]);
  });

  it('leaves Intel’s wide vectors a lower clock', () => {
    const xeon = { cpu: { vendor: 'GenuineIntel', model: 'Intel(R) Xeon(R) Gold 6354 CPU @ 3.00GHz' } };
    expect(answerOf([atClock(second, 0.75, 'avx512')], xeon).faults).toEqual([]);
    expect(answerOf([atClock(second, 0.5, 'avx512')], xeon).faults).toEqual(['throttled']);
  });

  it('names a missing memory channel', () => {
    const memory = {
      type: 'DDR5',
      clockHz: 4.8e9,
      modules: { ...modules, filled: 11, channels: 11, bytesPerSecond: 110e9 },
    };
    const answer = answerOf([second], { ...epyc, memory });
    expect(answer.faults).toEqual(['missing memory channel']);
    expect(line(answer, 'memory')?.sentence).toContain('11 of 12 memory channels are filled');
  });

  it('counts modules if the slots name no channels', () => {
    const one = {
      type: 'DDR4',
      clockHz: 3.2e9,
      modules: { slots: 4, filled: 1, channels: null, bytesPerSecond: null },
    };
    const desktop = {
      cpu: { model: 'AMD Ryzen 9 5950X 16-Core Processor' },
      memory: one,
      virtualization: { hypervisor: null },
    };
    expect(answerOf([atClock(second, 1.2)], desktop).faults).toEqual(['missing memory channel']);
    expect(
      answerOf([atClock(second, 1.2)], {
        ...desktop,
        memory: { ...one, modules: { ...one.modules, filled: 2 } },
      }).faults,
    ).toEqual([]);
  });

  it('names memory that is slower than its modules allow', () => {
    const memory = { type: 'DDR5', clockHz: 4.8e9, modules: { ...modules, bytesPerSecond: 460.8e9 } };
    const answer = answerOf([second], { ...epyc, memory });
    expect(answer.faults).toEqual(['slow memory']);
    expect(line(answer, 'memory')?.sentence).toContain('of 461 GB/s that 12 channels of DDR5-4800 give.');
  });

  it('names a memory ceiling that is not what it was', () => {
    const answer = answerOf([first, second]);
    expect(answer.faults).toEqual(['changed ceiling']);
    expect(line(answer, 'memory')?.sentence).toBe(
      'Memory: 98.5 GB/s. DRAM bandwidth is 98.5 GB/s; it was 52.0 GB/s in the run before. Measure again.',
    );
  });

  it.each<[string, Partial<Environment['power']>, boolean]>([
    ['a profile that saves power', { profile: 'low-power' }, true],
    ['a governor that holds the clock down', { governor: 'powersave', scalingDriver: 'acpi-cpufreq' }, true],
    ['an energy preference', { energyPreference: 'power' }, true],
    ['a battery', { source: 'battery' }, true],
    [
      'not the usual governor of drivers that set the clock themselves',
      { governor: 'powersave', scalingDriver: 'intel_pstate' },
      false,
    ],
    ['not a governor whose driver is not known', { governor: 'powersave' }, false],
    ['not a balanced profile', { profile: 'balanced', energyPreference: 'balance_performance' }, false],
  ])('names a wrong power profile: %s', (_what, power, isFault) => {
    expect(answerOf([second], { ...epyc, power }).faults).toEqual(isFault ? ['power profile'] : []);
  });

  const gpu = {
    vendor: 'NVIDIA',
    model: 'NVIDIA RTX A2000',
    driver: 'nvidia',
    driverVersion: '550',
    memoryBytes: null,
    pciAddress: '01:00.0',
    software: false,
  };

  it('names a GPU on a narrow link', () => {
    const link = { width: 4, maximumWidth: 16, generation: 4, maximumGeneration: 4 };
    const now = { ...withChanges(second.environment, epyc), gpus: [{ ...gpu, link }] };
    const answer = answerOf([second], epyc, { now });
    expect(answer.faults).toEqual(['narrow GPU link']);
    expect(line(answer, 'compute')?.sentence).toContain(
      'NVIDIA RTX A2000 is on a narrow link: 4 of 16 PCI Express lanes.',
    );
  });

  it('does not take an idle link for a slow one, and says why', () => {
    const link = { width: 16, maximumWidth: 16, generation: 1, maximumGeneration: 4 };
    const gpus = [{ ...gpu, link }];
    const answer = answerOf([{ ...second, environment: { ...second.environment, gpus } }], epyc);
    expect(answer.faults).toEqual([]);
    expect(line(answer, 'compute')?.reason).toContain('generation 1 of 4, which is usual for an idle link');
  });

  it('has lines before the first run', () => {
    expect(answerOf([], {}, { noise: [] }).lines.map(({ state }) => state)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  it('compares with imported machines of its kind', () => {
    const [report] = [summarizeRun(second)];
    const other = ceilingHistory([
      {
        id: 'other',
        startedAt: second.startedAt,
        machine: { id: 'other', name: 'other' },
        ceilings: report.ceilings,
      },
      {
        id: second.id,
        startedAt: second.startedAt,
        machine: { id: report.run.machineId, name: 'vm' },
        ceilings: report.ceilings,
      },
    ]);
    const kinds = new Map([
      ['other', 'AMD EPYC'],
      [report.run.machineId, 'AMD EPYC'],
    ]);
    const answer = answerOf([second], {}, { ceilings: other, kinds });
    expect(line(answer, 'memory')?.reason).toContain('1 machine of its kind: 98.5 GB/s.');
  });
});
