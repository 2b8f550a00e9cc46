import { expect, it } from 'vitest';
import { planAgain } from '../../../../main/bench/verify-figure.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';

it('measures a figure again on its own device only, and not on another of the same provider', () => {
  const [measurement] = sampleRun.measurements;
  const description = sampleRun.providers[0]?.description;
  const [device] = description?.devices ?? [];
  if (measurement === undefined || description === undefined || device === undefined)
    throw new Error('no run');
  const { outcome: _, ...wanted } = measurement;
  const other = { ...device, id: 'gpu-1', name: 'Another card' };
  const withFirst = { ...description, devices: [device, other] };
  expect(planAgain(wanted, withFirst, 64).case).toEqual(wanted);
  const withOther = { ...description, devices: [other, device] };
  expect(() => planAgain(wanted, withOther, 64)).toThrow(
    `native now executes on Another card, not on ${device.name}`,
  );
});
