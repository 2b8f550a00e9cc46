import { describe, expect, it } from 'vitest';
import {
  type HardwareIdentity,
  modelId as idOf,
  machineId,
  readMark,
} from '../../../../main/machine/identity.ts';
import { filesOf } from '../../../fixtures/machines/machine-files.ts';

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

describe('the identity of a kind of machine', () => {
  it('is twelve hexadecimal digits', () => {
    expect(idOf(hardware)).toMatch(/^[0-9a-f]{12}$/);
  });

  it('is the same for the same hardware, now and later', () => {
    expect(idOf({ ...hardware })).toBe(idOf(hardware));
    expect(idOf(hardware)).toBe('056bc48cd5e4');
  });

  it('does not depend on the order of the GPUs', () => {
    expect(idOf({ ...hardware, gpus: hardware.gpus.toReversed() })).toBe(idOf(hardware));
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
    expect(idOf({ ...hardware, ...change })).not.toBe(idOf(hardware));
  });

  it('does not take a board for a product', () => {
    const board = idOf({ ...hardware, board: 'X670E', product: null });
    expect(idOf({ ...hardware, board: null, product: 'X670E' })).not.toBe(board);
  });
});

describe('the identity of one machine', () => {
  const mark = '0123456789abcdef0123456789abcdef';

  it('is not that of another one that is built alike', () => {
    const id = machineId(hardware, mark);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(id).toBe(machineId({ ...hardware }, mark));
    expect(id).not.toBe(machineId(hardware, mark.replace('0', '1')));
    expect(id).not.toBe(machineId({ ...hardware, gpus: [] }, mark));
    expect(id).not.toContain(mark.slice(0, 6));
  });

  it('is that of its kind where nothing tells it from others', () => {
    expect(machineId(hardware, null)).toBe(idOf(hardware));
  });
});

describe('what only one machine has', () => {
  const installation = 'fedcba9876543210fedcba9876543210';
  const device = (name: string, address: string, bus = 'pci', assigned = '0') => ({
    [`/sys/class/net/${name}/address`]: address,
    [`/sys/class/net/${name}/addr_assign_type`]: assigned,
    [`/sys/class/net/${name}/device/subsystem`]: `-> ../../../bus/${bus}`,
  });

  it('is its installation, whatever network it has', async () => {
    const files = filesOf({ '/etc/machine-id': installation, ...device('eth0', '52:54:00:00:00:01') });
    expect(await readMark(files, false)).toBe(installation);
  });

  it('is else the lowest permanent address of a built-in network device', async () => {
    const files = filesOf({
      ...device('eth1', '52:54:00:00:00:02'),
      ...device('eth0', '52:54:00:00:00:03'),
      ...device('dock', '00:00:00:00:00:01', 'usb'),
      ...device('wlan0', '00:00:00:00:00:02', 'pci', '3'),
      ...device('blank', '00:00:00:00:00:00'),
      '/sys/class/net/lo/address': '00:00:00:00:00:00',
    });
    expect(await readMark(files, false)).toBe('52:54:00:00:00:02');
  });

  it.each(['uninitialized', '', '0'.repeat(32)])(
    'is not an installation that calls itself %j',
    async (id) => {
      expect(await readMark(filesOf({ '/etc/machine-id': id }), false)).toBeNull();
    },
  );

  it('is in a container only the host’s installation, mounted over its own', async () => {
    const own = { '/etc/machine-id': installation, ...device('eth0', '02:42:ac:11:00:02') };
    const line = (path: string) => `812 790 254:1 /etc/machine-id ${path} ro,relatime - ext4 /dev/vda1 rw`;
    expect(await readMark(filesOf(own), true)).toBeNull();
    const hosts = { ...own, '/proc/self/mountinfo': `${line('/etc/hosts')}\n${line('/etc/machine-id')}` };
    expect(await readMark(filesOf(hosts), true)).toBe(installation);
    const others = { ...own, '/proc/self/mountinfo': line('/etc/machine-id.old') };
    expect(await readMark(filesOf(others), true)).toBeNull();
  });
});
