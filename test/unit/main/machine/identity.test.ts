import { describe, expect, it } from 'vitest';
import { type HardwareIdentity, machineId } from '../../../../main/machine/identity.ts';

const hardware: HardwareIdentity = {
  cpuVendor: 'GenuineIntel',
  cpuModel: '13th Gen Intel(R) Core(TM) i7-13700H',
  cpuFamily: '6',
  cpuModelNumber: '186',
  cpuStepping: '2',
  physicalCores: 14,
  board: '21FVS0X300',
  product: '21FVS0X300',
  gpus: ['8086:a7a0', '10de:28e0'],
};

describe('the identity of a machine', () => {
  it('is twelve hexadecimal digits', () => {
    expect(machineId(hardware)).toMatch(/^[0-9a-f]{12}$/);
  });

  it('is the same for the same hardware, now and later', () => {
    expect(machineId({ ...hardware })).toBe(machineId(hardware));
    expect(machineId(hardware)).toBe('056bc48cd5e4');
  });

  it('does not depend on the order of the GPUs', () => {
    expect(machineId({ ...hardware, gpus: hardware.gpus.toReversed() })).toBe(machineId(hardware));
  });

  it.each<[string, Partial<HardwareIdentity>]>([
    ['maker of the processor', { cpuVendor: 'AuthenticAMD' }],
    ['processor', { cpuModel: '13th Gen Intel(R) Core(TM) i9-13900H' }],
    ['family', { cpuFamily: '7' }],
    ['model number', { cpuModelNumber: '183' }],
    ['stepping', { cpuStepping: '3' }],
    ['number of cores', { physicalCores: 10 }],
    ['board', { board: '21FWS0X300' }],
    ['product', { product: '21FWS0X300' }],
    ['GPU', { gpus: ['8086:a7a0', '10de:28a0'] }],
    ['GPU more', { gpus: [...hardware.gpus, '10de:28e0'] }],
    ['GPU fewer', { gpus: ['8086:a7a0'] }],
    ['board that is not told', { board: null }],
  ])('is another one for another %s', (_what, change) => {
    expect(machineId({ ...hardware, ...change })).not.toBe(machineId(hardware));
  });

  it('does not take a board for a product', () => {
    const board = machineId({ ...hardware, board: 'X670E', product: null });
    expect(machineId({ ...hardware, board: null, product: 'X670E' })).not.toBe(board);
  });
});
