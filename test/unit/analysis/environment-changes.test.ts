import { expect, it } from 'vitest';
import { environmentChanges } from '../../../core/analysis/environment-changes.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

const { environment } = sampleRun;

it('a machine that stayed as it was has no changes, however much memory is free', () => {
  expect(
    environmentChanges(environment, {
      ...environment,
      memory: { ...environment.memory, availableBytes: 1 },
    }),
  ).toEqual([]);
});

it('a driver that was updated and a GPU that was added are told apart from the rest', () => {
  const [gpu] = environment.gpus;
  if (gpu === undefined) throw new Error('the sample machine has a software adapter');
  const card = { ...gpu, model: 'Card', software: false, driver: 'amdgpu', driverVersion: '2' };
  const changes = environmentChanges(
    { ...environment, gpus: [{ ...card, driverVersion: '1' }] },
    { ...environment, gpus: [card, gpu], cpu: { ...environment.cpu, microcode: '0x2' } },
  );
  expect(changes).toEqual([
    { name: 'microcode', before: 'unknown', now: '0x2' },
    {
      name: 'GPU',
      before: 'Card, driver amdgpu 1',
      now: 'Card, driver amdgpu 2; llvmpipe, driver unknown, software adapter: runs on the CPU',
    },
  ]);
});
