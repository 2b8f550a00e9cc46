import { describe, expect, it } from 'vitest';
import { ceilingsFor } from '../../../core/analysis/ceilings.ts';
import type { BandwidthCeiling } from '../../../core/protocol/provider.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

it('lets threads that share a core add nothing to a ceiling', () => {
  const [provider] = sampleRun.providers;
  const device = provider?.description.devices[0];
  if (provider?.calibration == null || device === undefined) throw new Error('the sample run has ceilings');
  const calibration = {
    ...provider.calibration,
    arithmetic: [
      { dtype: 'fp32' as const, instructionSet: 'avx512', threads: 1, operationsPerSecond: 1e11 },
      { dtype: 'fp32' as const, instructionSet: 'avx512', threads: 4, operationsPerSecond: 3.8e11 },
    ],
    bandwidth: [
      {
        level: 'DRAM' as const,
        access: 'read' as const,
        threads: 1,
        workingSetBytes: 1e9,
        bytesPerSecond: 2e10,
      },
    ],
  };
  const description = { ...provider.description, devices: [{ ...device, physicalCores: 4, threads: 8 }] };
  const at = (threads: number) =>
    ceilingsFor([{ ...provider, description, calibration }], {
      provider: description.provider,
      device: device.id,
      dtype: 'fp32',
      threads,
    });
  expect(at(2)?.peakOperationsPerSecond).toBe(2e11);
  expect(at(4)?.peakOperationsPerSecond).toBe(3.8e11);
  expect(at(8)?.peakOperationsPerSecond).toBe(4e11);
  expect(at(8)?.levels[0]?.bytesPerSecond).toBe(8e10);
});

describe('a type of 16 bits', () => {
  const [provider] = sampleRun.providers;
  const device = provider?.description.devices[0];
  if (provider?.calibration == null || device === undefined) throw new Error('the sample run has ceilings');
  const { calibration, description } = provider;
  // As the bandwidths of the sample run were measured with.
  const threads = calibration.bandwidth[0]?.threads ?? 0;
  const one = { threads, instructionSet: 'test' };
  const held = (dtype: 'bf16' | 'fp16', operationsPerSecond: number, multipliedIn?: { bf16: 'fp32' }) =>
    ceilingsFor(
      [
        {
          ...provider,
          description: { ...description, multipliedIn },
          calibration: {
            ...calibration,
            arithmetic: [
              { ...one, dtype: 'fp32' as const, operationsPerSecond: 1e11 },
              { ...one, dtype, operationsPerSecond },
            ],
          },
        },
      ],
      { provider: description.provider, device: device.id, dtype, threads },
    );

  it('is held against the peak of fp32 where that is what the kernels multiply in', () => {
    expect(held('bf16', 3e12)).toMatchObject({ multipliedIn: 'bf16', peakOperationsPerSecond: 3e12 });
    expect(held('bf16', 3e12, { bf16: 'fp32' })).toMatchObject({
      dtype: 'bf16',
      multipliedIn: 'fp32',
      peakOperationsPerSecond: 1e11,
    });
  });

  it('is held against the peak of fp32 where its own units are slower: any kernel may widen it', () => {
    expect(held('fp16', 2e11)).toMatchObject({ multipliedIn: 'fp16', peakOperationsPerSecond: 2e11 });
    expect(held('fp16', 1e9)).toMatchObject({
      dtype: 'fp16',
      multipliedIn: 'fp32',
      peakOperationsPerSecond: 1e11,
    });
  });
});

describe('a cache that was inferred from a sweep', () => {
  const [provider] = sampleRun.providers;
  const device = provider?.description.devices[0];
  if (provider?.calibration == null || device === undefined) throw new Error('the sample run has ceilings');
  const read = { access: 'read' as const, threads: 1 };
  const inferred = { ...read, level: 'L2' as const, workingSetBytes: 1e6, bytesPerSecond: 2e12 };
  const dram = { ...read, level: 'DRAM' as const, workingSetBytes: 5e8, bytesPerSecond: 1e12 };
  const levelsOf = (bandwidth: BandwidthCeiling[], caches: typeof device.caches) =>
    ceilingsFor(
      [
        {
          ...provider,
          description: { ...provider.description, devices: [{ ...device, threads: 1, caches }] },
          calibration: {
            device: device.id,
            arithmetic: [
              { dtype: 'fp32' as const, instructionSet: 'wgsl-f32', threads: 1, operationsPerSecond: 1e13 },
            ],
            bandwidth,
          },
        },
      ],
      { provider: provider.description.provider, device: device.id, dtype: 'fp32', threads: 1 },
    )?.levels;

  it('is a level of its inferred capacity where the device describes none', () => {
    expect(levelsOf([{ ...inferred, capacityBytes: 48e6 }, dram], [])).toEqual([
      { level: 'L2', bytesPerSecond: 2e12, capacityBytes: 48e6 },
      { level: 'DRAM', bytesPerSecond: 1e12, capacityBytes: null },
    ]);
  });

  it('has the larger capacity of two sweeps that differ, so that the waterline stays a bound', () => {
    const two = [
      { ...inferred, capacityBytes: 32e6 },
      { ...inferred, access: 'write' as const, bytesPerSecond: 1e12, capacityBytes: 64e6 },
    ];
    expect(levelsOf([...two, dram], [])?.[0]).toEqual({
      level: 'L2',
      bytesPerSecond: 2e12,
      capacityBytes: 64e6,
    });
  });

  it('gives way to what the device describes, and is no level without a capacity', () => {
    const described = [{ level: 'L2' as const, bytes: 40e6, sharedBy: 1 }];
    const levels = levelsOf([{ ...inferred, capacityBytes: 48e6 }, dram], described);
    expect(levels?.[0]?.capacityBytes).toBe(40e6);
    expect(levelsOf([inferred, dram], [])?.map(({ level }) => level)).toEqual(['DRAM']);
  });
});
