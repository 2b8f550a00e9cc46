/** Machines of several kinds, told by their files and by what the library would answer on them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { machineFacts } from '../../../../core/format/machine.ts';
import { type Environment, EnvironmentSchema } from '../../../../core/protocol/run.ts';
import { detectMachine } from '../../../../main/machine/detect.ts';
import type { LibraryAnswers } from '../../../../main/machine/library.ts';
import { environmentOfLibrary } from '../../../../main/machine/library-environment.ts';
import type { RunProgram } from '../../../../main/machine/run-program.ts';
import type { SystemFiles } from '../../../../main/machine/system-files.ts';
import {
  describedMachines,
  noPrograms,
  pciFiles,
  range,
} from '../../../fixtures/machines/described-machines.ts';
import { filesOf, machineFiles } from '../../../fixtures/machines/machine-files.ts';

const world = vi.hoisted(() => ({ cpus: [] as { model: string }[], parallelism: 4 }));

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  cpus: () => world.cpus,
  availableParallelism: () => world.parallelism,
  totalmem: () => 16e9,
  freemem: () => 9e9,
  hostname: () => 'bench',
}));

beforeEach(() => {
  world.cpus = Array.from({ length: 4 }, () => ({ model: 'unknown' }));
  world.parallelism = 1000;
});

const software = { plimsoll: '0', node: '0' };
const described = (name: string) => filesOf(describedMachines[name]?.files ?? {});

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

async function detect(files: SystemFiles | string, run: RunProgram = noPrograms): Promise<Environment> {
  const environment = await detectMachine(
    typeof files === 'string' ? machineFiles(files) : files,
    run,
    'linux',
  );
  // Whatever is detected has to be fit for the store.
  expect(EnvironmentSchema.parse(environment)).toEqual(environment);
  return environment;
}

describe('a guest', () => {
  it('knows its hypervisor, and neither a clock nor a governor', async () => {
    const { cpu, virtualization, power } = await detect('cloud-guest');
    expect(virtualization).toEqual({ hypervisor: 'KVM', container: null });
    expect(power).toEqual({ source: null, governor: null, profile: null });
    expect(cpu).toMatchObject({ maximumClockHz: null, microcode: null });
  });

  it('may use no more threads than its quota allows', async () => {
    world.parallelism = 3;
    expect((await detect(described('a pod with half a processor'))).cpu).toMatchObject({
      logicalCores: 8,
      usableCores: 3,
    });
  });
});

describe('a workstation', () => {
  it("does not repeat what its firmware's maker left unfilled", async () => {
    const { machine, firmware } = await detect('workstation');
    expect(machine).toMatchObject({ manufacturer: null, product: null });
    expect(firmware).toEqual({ vendor: 'American Megatrends Inc.', version: '1904', date: '01/29/2024' });
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
    system: { distribution: 'unknown', release: 'unknown' },
    firmware: { vendor: null, version: null, date: null },
    virtualization: { hypervisor: null, container: null },
    power: { source: null, governor: null, profile: null },
    machine: { name: 'bench', manufacturer: null, product: null },
  };

  it('is unknown where there are no files and no program', async () => {
    expect(await detect('nowhere')).toMatchObject(unknown);
  });

  it.each(['linux', 'win32', 'darwin'] as const)(
    'is unknown on %s where every file fails',
    async (platform) => {
      const failing = async () => {
        throw new Error('a sick disk');
      };
      const files = {
        read: failing,
        readBytes: failing,
        readPositive: failing,
        list: failing,
        linkName: failing,
      };
      if (platform === 'linux') expect(await detect(files)).toMatchObject(unknown);
      else expect(environmentOfLibrary({}, software)).toMatchObject(unknown);
    },
  );

  it('is unknown where the files hold garbage', async () => {
    const { cpu, gpus, ...rest } = await detect('garbage');
    expect(rest).toMatchObject({
      firmware: unknown.firmware,
      virtualization: unknown.virtualization,
      power: unknown.power,
      machine: unknown.machine,
    });
    expect(cpu).toMatchObject({
      instructionSets: [],
      caches: [{ level: 'L3', bytes: 2 ** 25, sharedBy: 1 }],
    });
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
});

describe('what the library knows, on Windows and macOS', () => {
  it('is taken from it', () => {
    world.parallelism = 4;
    const { cpu, firmware, power, gpus } = environmentOfLibrary(
      {
        cpu: {
          vendor: 'GenuineIntel',
          manufacturer: 'Intel',
          brand: 'Core™ i7-9750H',
          family: '6',
          stepping: '10',
          cores: 12,
          physicalCores: 6,
          speedMax: 4.5,
          flags: 'fpu SSE4_2 avx2 fma',
        },
        bios: { vendor: 'Dell Inc.', version: '1.27.0', releaseDate: '2023-09-01' },
        battery: { hasBattery: true, acConnected: false },
        system: { manufacturer: '', model: '', virtual: true, virtualHost: 'Hyper-V' },
        graphics: {
          controllers: [{ vendor: 'Mesa', model: 'llvmpipe', bus: '', vram: null, vramDynamic: true }],
          displays: [],
        },
      } as unknown as LibraryAnswers,
      software,
    );
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

  it('makes no machine another one where a screen on USB is plugged in', () => {
    const screens = readFileSync(join(import.meta.dirname, 'virtual-adapters.txt'), 'utf8')
      .trim()
      .split('\n');
    const card = { vendor: 'AMD', model: 'AMD Radeon RX 6800', bus: 'PCI', vram: 16_368, vramDynamic: false };
    const withScreens = screens.map((model) => ({ ...card, vendor: '', model }));
    const environments = [[card], [card, ...withScreens]].map((controllers) =>
      environmentOfLibrary(
        { graphics: { controllers, displays: [] } } as unknown as LibraryAnswers,
        software,
      ),
    );
    expect(environments[1]?.machine).toEqual(environments[0]?.machine);
    expect(environments[1]?.gpus.map(({ model }) => model)).toEqual(['AMD Radeon RX 6800']);
  });
});

describe('the identity', () => {
  const idOf = async (files: SystemFiles | string) => (await detect(files)).machine.id;
  const cpuinfo = (machine: string) => machineFiles(machine).read('/proc/cpuinfo') as Promise<string>;

  it('stays when kernel, drivers, microcode, firmware, governor and power change', async () => {
    const before = await detect('hybrid-laptop');
    const text = (await cpuinfo('hybrid-laptop'))
      .replaceAll('0x4121', '0x4128')
      .replaceAll('2900.000', '800.000')
      .replaceAll(' avx_vnni', ' avx_vnni user_shstk');
    const after = await detect(
      changed('hybrid-laptop', {
        '/proc/cpuinfo': text,
        '/etc/os-release': 'NAME=Fedora\nVERSION=42',
        '/proc/sys/kernel/osrelease': '6.14.1',
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

  it('stays when a driver is removed', async () => {
    const files = { ...machineFiles('workstation'), linkName: async () => null };
    const { machine, gpus } = await detect(files);
    expect(gpus[2]).toMatchObject({ driver: null });
    expect(machine.id).toBe(await idOf('workstation'));
  });

  const laptop = describedMachines['a hybrid laptop whose card sleeps']?.files ?? {};
  const without = (address: string, files = laptop) =>
    filesOf(Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes(address))));
  const external = pciFiles({
    '0000:2e:00.0': {
      class: '0x030000',
      vendor: '0x10de',
      device: '0x2684',
      more: { removable: 'removable' },
    },
  });

  it.each([
    ['its discrete GPU is switched off', without('0000:01:00.0')],
    ['its integrated GPU is switched off', without('0000:00:02.0')],
    ['an external GPU is plugged in', filesOf({ ...laptop, ...external })],
    [
      'its mark is not known, and its discrete GPU is off',
      without('0000:01:00.0', { ...laptop, '/etc/machine-id': '' }),
    ],
  ])('of a laptop stays when %s', async (what, files) => {
    const before = what.startsWith('its mark') ? { ...laptop, '/etc/machine-id': '' } : laptop;
    expect(await idOf(files)).toBe(await idOf(filesOf(before)));
  });

  it('of a desktop stays when an external GPU is plugged in', async () => {
    const desktop = describedMachines['a desktop with a graphics card']?.files ?? {};
    expect(await idOf(filesOf({ ...desktop, ...external }))).toBe(await idOf(filesOf(desktop)));
  });

  it('of a laptop is told with that of earlier versions, and only where it was another', async () => {
    const { formerIds = [], id } = (await detect(filesOf(laptop))).machine;
    expect(formerIds).toHaveLength(1);
    expect(formerIds).not.toContain(id);
    expect((await detect('workstation')).machine.formerIds).toBeUndefined();
  });

  it.each(['All Series', 'INVALID', 'Type1ProductConfigId', '\ufffd\ufffd'])(
    'does not depend on a field that holds %j',
    async (filler) => {
      const fields = ['product_name', 'board_name'].map((name) => `/sys/class/dmi/id/${name}`);
      const unfilled = (text: string | null) =>
        changed('workstation', Object.fromEntries(fields.map((path) => [path, text])));
      const { machine } = await detect(unfilled(filler));
      expect(machine.id).toBe(await idOf(unfilled(null)));
      expect(machine.product).toBeNull();
      expect(machine.formerIds).toHaveLength(1);
    },
  );

  it('stays when a processor is switched off', async () => {
    const desktop = describedMachines['a desktop with a graphics card']?.files ?? {};
    const siblingsOff = Object.fromEntries(
      range(0, 11).map((core) => [
        `/sys/devices/system/cpu/cpu${2 * core}/topology/thread_siblings_list`,
        `${2 * core}`,
      ]),
    );
    const off = {
      ...desktop,
      ...siblingsOff,
      '/sys/devices/system/cpu/online': range(0, 11)
        .map((core) => 2 * core)
        .join(','),
    };
    expect((await detect(filesOf(off))).cpu).toMatchObject({
      physicalCores: 12,
      logicalCores: 12,
      offlineThreads: 12,
    });
    expect(await idOf(filesOf({ ...off, '/sys/devices/system/cpu/smt/control': 'off' }))).toBe(
      await idOf(filesOf(desktop)),
    );
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
    const other = changed('workstation', { '/sys/bus/pci/devices/0000:0d:00.0/device': '0x28a0' });
    expect(await idOf(other)).not.toBe(await idOf('workstation'));
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
