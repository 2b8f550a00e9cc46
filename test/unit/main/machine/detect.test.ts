/** Machines of several kinds, told by their files and by what systeminformation would answer on them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { machineFacts } from '../../../../core/format/machine.ts';
import { type Environment, EnvironmentSchema } from '../../../../core/protocol/run.ts';
import { detectMachine } from '../../../../main/machine/detect.ts';
import type { SystemFiles } from '../../../../main/machine/system-files.ts';
import packageJson from '../../../../package.json' with { type: 'json' };
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

/** A probe of systeminformation that has no answer here fails. */
const world = vi.hoisted(() => ({
  answers: {} as Record<string, () => Promise<unknown>>,
  cpus: [] as { model: string }[],
  parallelism: 4,
}));

vi.mock('systeminformation', () => {
  const probe = (name: string) => () => world.answers[name]?.() ?? Promise.reject(new Error('not found'));
  const names = ['cpu', 'mem', 'memLayout', 'graphics', 'osInfo', 'bios', 'system', 'baseboard', 'battery'];
  return { default: Object.fromEntries(names.map((name) => [name, probe(name)])) };
});

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  cpus: () => world.cpus,
  availableParallelism: () => world.parallelism,
  totalmem: () => 16e9,
  freemem: () => 9e9,
  hostname: () => 'bench',
}));

const answer = (name: string, value: unknown) => {
  world.answers[name] = async () => value;
};

beforeEach(() => {
  world.answers = {};
  world.cpus = Array.from({ length: 4 }, () => ({ model: 'unknown' }));
  world.parallelism = 4;
});
afterEach(() => vi.useRealTimers());

/** The machine, with some of its files changed; null takes one away. */
function changed(machine: string, changes: Record<string, string | null>): SystemFiles {
  const files = machineFiles(machine);
  return {
    ...files,
    read: async (path) => (path in changes ? (changes[path] ?? null) : files.read(path)),
    readPositive: async (path) =>
      path in changes ? Number(changes[path]) || null : files.readPositive(path),
  };
}

async function detect(files: SystemFiles | string): Promise<Environment> {
  const environment = await detectMachine(typeof files === 'string' ? machineFiles(files) : files);
  // Whatever is detected has to be fit for the store.
  expect(EnvironmentSchema.parse(environment)).toEqual(environment);
  return environment;
}

describe('a laptop on its battery', () => {
  it('is told in full', async () => {
    answer('cpu', { cores: 20, physicalCores: 14, speedMax: 4.8, flags: '' });
    answer('mem', { total: 33_340_000_000, available: 21_000_000_000 });
    answer('memLayout', [{ size: 16 * 2 ** 30, type: 'DDR5', clockSpeed: 5200 }]);
    answer('osInfo', { distro: 'Debian GNU/Linux', release: '13', kernel: '6.12.9-amd64' });
    answer('battery', { hasBattery: true, acConnected: true });
    world.parallelism = 20;
    const { machine, ...told } = await detect('hybrid-laptop');
    expect(machine).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      modelId: machine.id,
      name: 'bench',
      manufacturer: 'LENOVO',
      product: '21FVS0X300',
    });
    expect(told).toEqual({
      cpu: {
        vendor: 'GenuineIntel',
        model: '13th Gen Intel(R) Core(TM) i7-13700H',
        family: '6',
        stepping: '2',
        microcode: '0x4121',
        physicalCores: 14,
        logicalCores: 20,
        usableCores: 20,
        maximumClockHz: 5e9,
        instructionSets: ['sse4.2', 'avx', 'f16c', 'fma', 'avx2', 'avx-vnni'],
        caches: [
          { level: 'L1', bytes: 49_152, sharedBy: 2 },
          { level: 'L2', bytes: 1_310_720, sharedBy: 2 },
          { level: 'L3', bytes: 25_165_824, sharedBy: 20 },
        ],
      },
      memory: {
        totalBytes: 33_340_000_000,
        availableBytes: 21_000_000_000,
        type: 'DDR5',
        clockHz: 5.2e9,
      },
      gpus: [
        expect.objectContaining({ vendor: 'Intel', driver: 'i915', driverVersion: null }),
        expect.objectContaining({ vendor: 'NVIDIA', driver: 'nvidia', driverVersion: '550.54.14' }),
      ],
      system: {
        platform: process.platform,
        distribution: 'Debian GNU/Linux',
        release: '13',
        kernel: '6.12.9-amd64',
        architecture: process.arch,
      },
      firmware: { vendor: 'LENOVO', version: 'N3XET51W (1.26 )', date: '03/12/2024' },
      virtualization: { hypervisor: null, container: null },
      // The system's word counts before systeminformation's.
      power: { source: 'battery', governor: 'powersave', profile: 'low-power' },
      software: { plimsoll: packageJson.version, node: process.versions.node },
    });
  });
});

describe('a guest', () => {
  it('knows its hypervisor, and neither a clock nor a governor', async () => {
    answer('cpu', { cores: 4, physicalCores: 2, speedMax: 0 });
    const { cpu, virtualization, power } = await detect('cloud-guest');
    expect(virtualization).toEqual({ hypervisor: 'KVM', container: null });
    expect(power).toEqual({ source: null, governor: null, profile: null });
    expect(cpu).toMatchObject({ maximumClockHz: null, microcode: null, physicalCores: 2, logicalCores: 4 });
  });

  it('may use no more threads than its quota allows', async () => {
    answer('cpu', { cores: 4, physicalCores: 2 });
    world.parallelism = 3;
    expect((await detect('cloud-guest')).cpu).toMatchObject({ logicalCores: 4, usableCores: 3 });
  });

  it('may use no more threads than it has', async () => {
    answer('cpu', { cores: 4, physicalCores: 8 });
    world.parallelism = 8;
    expect((await detect('cloud-guest')).cpu).toMatchObject({ physicalCores: 4, usableCores: 4 });
  });

  it('of Windows has no flag that would deny its hypervisor', async () => {
    answer('cpu', { cores: 4, physicalCores: 4, flags: 'fpu vme de pse sse sse2' });
    answer('system', { manufacturer: '', model: '', virtual: true, virtualHost: 'Hyper-V' });
    expect((await detect('nowhere')).virtualization.hypervisor).toBe('Hyper-V');
  });
});

describe('an Arm board', () => {
  it('has the name that systeminformation gives its processor, and instruction sets of its own', async () => {
    answer('cpu', { cores: 4, physicalCores: 4, manufacturer: 'ARM', brand: 'Cortex-A76' });
    const { cpu, gpus, firmware } = await detect('arm-board');
    expect(cpu).toMatchObject({
      vendor: '0x41',
      model: 'ARM Cortex-A76',
      maximumClockHz: 2.4e9,
      instructionSets: ['neon', 'dotprod'],
    });
    expect(gpus).toEqual([]);
    expect(firmware).toEqual({ vendor: null, version: null, date: null });
  });

  it("has Node's name for it where that is missing", async () => {
    world.cpus = [{ model: 'Cortex-A76' }];
    expect((await detect('arm-board')).cpu.model).toBe('Cortex-A76');
  });
});

describe('a workstation', () => {
  it("does not repeat what its firmware's maker left unfilled", async () => {
    answer('system', { manufacturer: 'Docker', model: 'Docker Container', virtual: false });
    answer('bios', { vendor: 'someone else', version: '', releaseDate: '' });
    const { machine, firmware } = await detect('workstation');
    if (process.platform === 'linux') expect(machine).toMatchObject({ manufacturer: null, product: null });
    expect(firmware).toEqual({ vendor: 'American Megatrends Inc.', version: '1904', date: '01/29/2024' });
  });

  it('has the memory of the slots that are filled', async () => {
    answer('memLayout', [
      { size: 0, type: 'Empty', clockSpeed: 0 },
      { size: 32 * 2 ** 30, type: 'DDR5', clockSpeed: 4800 },
    ]);
    expect((await detect('workstation')).memory).toMatchObject({ type: 'DDR5', clockHz: 4.8e9 });
  });
});

describe('what cannot be found out', () => {
  const unknown = {
    cpu: {
      vendor: 'unknown',
      model: 'unknown',
      family: null,
      stepping: null,
      microcode: null,
      physicalCores: 4,
      logicalCores: 4,
      usableCores: 4,
      maximumClockHz: null,
      instructionSets: [],
      caches: [],
    },
    // Node tells these everywhere.
    memory: { totalBytes: 16e9, availableBytes: 9e9, type: null, clockHz: null },
    gpus: [],
    system: { distribution: 'unknown', release: 'unknown', kernel: 'unknown' },
    firmware: { vendor: null, version: null, date: null },
    virtualization: { hypervisor: null, container: null },
    power: { source: null, governor: null, profile: null },
    machine: { name: 'bench', manufacturer: null, product: null },
  };

  it('is unknown where there are no files and every probe fails', async () => {
    expect(await detect('nowhere')).toMatchObject(unknown);
  });

  it('is unknown where every probe answers blanks', async () => {
    answer('cpu', {
      manufacturer: '',
      brand: '',
      vendor: '',
      family: '',
      model: '',
      stepping: '',
      cores: 0,
      physicalCores: 0,
      speedMax: Number.NaN,
      flags: '',
    });
    answer('mem', { total: 0 });
    answer('memLayout', [{ size: 16e9, type: '', clockSpeed: 0 }]);
    answer('graphics', { controllers: [], displays: [] });
    answer('osInfo', { distro: 'unknown', release: '', kernel: '' });
    answer('bios', { vendor: '', version: '', releaseDate: '' });
    answer('system', { manufacturer: '', model: '', virtual: true, virtualHost: '' });
    answer('baseboard', { model: 'Default string' });
    answer('battery', { hasBattery: false, acConnected: true });
    expect(await detect('nowhere')).toMatchObject(unknown);
  });

  it('is unknown where the files hold garbage', async () => {
    const { cpu, gpus, ...rest } = await detect('garbage');
    expect(rest).toMatchObject({
      firmware: unknown.firmware,
      virtualization: unknown.virtualization,
      power: unknown.power,
      machine: unknown.machine,
    });
    expect(cpu).toEqual({ ...unknown.cpu, caches: [{ level: 'L3', bytes: 2 ** 25, sharedBy: 1 }] });
    expect(gpus).toHaveLength(1);
  });

  it.each(['nowhere', 'garbage', 'arm-board', 'cloud-guest'])(
    'on the machine %s is in words unknown, and never zero, blank or undefined',
    async (machine) => {
      for (const [name, value] of machineFacts(await detect(machine))) {
        expect(value, name).toMatch(/\S/);
        expect(value, name).not.toMatch(
          /undefined|null|NaN|Infinity|(?:^|\s)0(?:\.0+)? (?:B|Hz|MHz|GHz|cores)/,
        );
      }
    },
  );

  it('is the number of threads least of all', async () => {
    world.cpus = [];
    world.parallelism = 2;
    expect((await detect('nowhere')).cpu).toMatchObject({
      physicalCores: 2,
      logicalCores: 2,
      usableCores: 2,
    });
  });

  it('does not keep the rest waiting for longer than four seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    answer('osInfo', { distro: 'Debian GNU/Linux', release: '13', kernel: '6.12.9' });
    world.answers.graphics = () => new Promise(() => {});
    // Files that answer at once: the probe alone is waited for.
    const none = { read: async () => null, readPositive: async () => null, linkName: async () => null };
    let detected = false;
    const detection = detect({ ...none, list: async () => [] }).finally(() => {
      detected = true;
    });
    await vi.advanceTimersByTimeAsync(3999);
    expect(detected).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const { gpus, system } = await detection;
    expect(gpus).toEqual([]);
    expect(system.distribution).toBe('Debian GNU/Linux');
  });
});

describe('what only systeminformation knows', () => {
  it('is taken from it', async () => {
    answer('cpu', {
      vendor: 'GenuineIntel',
      manufacturer: 'Intel',
      brand: 'Core™ i7-9750H',
      family: '6',
      stepping: '10',
      cores: 12,
      physicalCores: 6,
      speedMax: 4.5,
      flags: 'fpu SSE4_2 avx2 fma',
    });
    answer('bios', { vendor: 'Dell Inc.', version: '1.27.0', releaseDate: '2023-09-01' });
    answer('battery', { hasBattery: true, acConnected: false });
    answer('graphics', {
      controllers: [{ vendor: 'Mesa', model: 'llvmpipe', bus: '', vram: null, vramDynamic: true }],
      displays: [],
    });
    const { cpu, firmware, power, gpus } = await detect('nowhere');
    expect(cpu).toMatchObject({
      vendor: 'GenuineIntel',
      model: 'Intel Core™ i7-9750H',
      family: '6',
      stepping: '10',
      physicalCores: 6,
      logicalCores: 12,
      usableCores: 4,
      maximumClockHz: 4.5e9,
      instructionSets: ['sse4.2', 'fma', 'avx2'],
    });
    expect(firmware).toEqual({ vendor: 'Dell Inc.', version: '1.27.0', date: '2023-09-01' });
    expect(power.source).toBe('battery');
    expect(gpus).toMatchObject([{ model: 'llvmpipe', software: true }]);
  });

  it('says mains for a battery at the socket', async () => {
    answer('battery', { hasBattery: true, acConnected: true });
    expect((await detect('nowhere')).power.source).toBe('mains');
  });
});

describe('the identity', () => {
  const idOf = async (files: SystemFiles | string) => (await detect(files)).machine.id;
  const cpuinfo = (machine: string) => machineFiles(machine).read('/proc/cpuinfo') as Promise<string>;

  it('stays when kernel, drivers, microcode, firmware, governor and power change', async () => {
    answer('osInfo', { distro: 'Debian GNU/Linux', release: '12', kernel: '6.1.0' });
    const before = await detect('hybrid-laptop');
    answer('osInfo', { distro: 'Debian GNU/Linux', release: '13', kernel: '6.12.9' });
    answer('mem', { total: 33e9, available: 1e9 });
    const text = (await cpuinfo('hybrid-laptop'))
      .replaceAll('0x4121', '0x4128')
      .replaceAll('2900.000', '800.000')
      .replaceAll(' avx_vnni', ' avx_vnni user_shstk');
    const after = await detect(
      changed('hybrid-laptop', {
        '/proc/cpuinfo': text,
        '/proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  565.77  Wed Nov 27',
        '/sys/class/dmi/id/bios_version': 'N3XET60W (1.35 )',
        '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'performance',
        '/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq': null,
        '/sys/class/power_supply/AC/online': '1',
      }),
    );
    expect(after.machine).toEqual(before.machine);
    // Lest nothing was changed.
    expect(after.gpus[1]?.driverVersion).toBe('565.77');
    expect(after.cpu).toMatchObject({ microcode: '0x4128', maximumClockHz: null });
    expect(after.power).toMatchObject({ source: 'mains', governor: 'performance' });
    expect(after.system).not.toEqual(before.system);
  });

  it('stays when a driver is removed and when GPUs get a name', async () => {
    const before = await idOf('hybrid-laptop');
    const controller = {
      vendor: 'NVIDIA Corporation',
      model: 'AD107M',
      name: 'NVIDIA GeForce RTX 4060 Laptop GPU',
      bus: 'PCIe',
      busAddress: '01:00.0',
      vram: 8188,
      vramDynamic: false,
    };
    answer('graphics', { controllers: [controller], displays: [] });
    const files = { ...machineFiles('hybrid-laptop'), linkName: async () => null };
    const { machine, gpus } = await detect(files);
    expect(gpus[1]).toMatchObject({ model: 'NVIDIA GeForce RTX 4060 Laptop GPU', driver: null });
    expect(machine.id).toBe(before);
  });

  it('stays when the system learns the name of an Arm processor', async () => {
    answer('cpu', { cores: 4, physicalCores: 4, manufacturer: 'ARM', brand: '' });
    const before = await idOf('arm-board');
    answer('cpu', { cores: 4, physicalCores: 4, manufacturer: 'ARM', brand: 'Cortex-A76' });
    expect(await idOf('arm-board')).toBe(before);
  });

  it('stays when a display that computes nothing is added', async () => {
    const files = machineFiles('cloud-guest');
    const headless = {
      ...files,
      list: async (path: string) => (path === '/sys/bus/pci/devices' ? [] : files.list(path)),
    };
    expect(await idOf(headless)).toBe(await idOf('cloud-guest'));
  });

  it('is another one for another machine of its kind, and for a container that does not show which one it is on', async () => {
    const installed = (id: string) => changed('hybrid-laptop', { '/etc/machine-id': id.repeat(32) });
    const [first, second] = [await detect(installed('a')), await detect(installed('b'))];
    expect(first.machine.modelId).toBe(second.machine.modelId);
    expect(first.machine.id).not.toBe(second.machine.id);
    const contained = {
      ...installed('a'),
      list: async (path: string) => (path === '/' ? ['.dockerenv'] : []),
    };
    const { machine, virtualization } = await detect(contained);
    expect(virtualization.container).toBe('Docker');
    expect(machine.id).toBe(machine.modelId);
  });

  it('is another one for another GPU', async () => {
    const other = changed('hybrid-laptop', { '/sys/bus/pci/devices/0000:01:00.0/device': '0x28a0' });
    expect(await idOf(other)).not.toBe(await idOf('hybrid-laptop'));
  });

  it('is another one for another processor', async () => {
    const text = (await cpuinfo('hybrid-laptop')).replaceAll('i7-13700H', 'i5-13500H');
    expect(await idOf(changed('hybrid-laptop', { '/proc/cpuinfo': text }))).not.toBe(
      await idOf('hybrid-laptop'),
    );
  });

  it('is another one for another board', async () => {
    const other = changed('workstation', { '/sys/class/dmi/id/board_name': 'X670E Taichi' });
    expect(await idOf(other)).not.toBe(await idOf('workstation'));
  });

  it('is another one for each of these machines', async () => {
    const machines = ['hybrid-laptop', 'cloud-guest', 'arm-board', 'workstation', 'nowhere'];
    expect(new Set(await Promise.all(machines.map(idOf))).size).toBe(machines.length);
  });
});
