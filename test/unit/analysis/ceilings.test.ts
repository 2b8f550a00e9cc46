import { expect, it } from 'vitest';
import { ceilingsFor } from '../../../core/analysis/ceilings.ts';
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
