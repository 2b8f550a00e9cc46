import type { Systeminformation } from 'systeminformation';
import { describe, expect, it } from 'vitest';
import { GpuSchema } from '../../../../core/protocol/run.ts';
import {
  type PciDisplay,
  parseNvidiaVersion,
  readPciDisplays,
  toGpus,
} from '../../../../main/machine/gpus.ts';
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

type Controller = Systeminformation.GraphicsControllerData;

/** As systeminformation answers where it knows next to nothing. */
const blank: Controller = { vendor: '', model: '', bus: '', vram: null, vramDynamic: false };

const display: PciDisplay = {
  address: '01:00.0',
  vendorId: '10de',
  deviceId: '28e0',
  driver: null,
  driverVersion: null,
  memoryBytes: null,
};

const gibi = 2 ** 30;

describe('the PCI bus', () => {
  it('tells the displays of a laptop, and not its sound card', async () => {
    expect(await readPciDisplays(machineFiles('hybrid-laptop'))).toEqual([
      {
        address: '00:02.0',
        vendorId: '8086',
        deviceId: 'a7a0',
        driver: 'i915',
        driverVersion: null,
        memoryBytes: null,
      },
      {
        address: '01:00.0',
        vendorId: '10de',
        deviceId: '28e0',
        driver: 'nvidia',
        driverVersion: '550.54.14',
        memoryBytes: null,
      },
    ]);
  });

  it('tells a 3D controller without a display, the memory of a card, and the version of a module', async () => {
    expect(await readPciDisplays(machineFiles('workstation'))).toMatchObject([
      { address: '03:00.0', driver: 'amdgpu', driverVersion: null, memoryBytes: 25_753_026_560 },
      { address: '0c:00.0', driver: 'ast' },
      { address: '0d:00.0', deviceId: '2231', driver: 'nvidia', driverVersion: '550.54.14' },
    ]);
  });

  it.each(['nowhere', 'arm-board'])('tells nothing on the machine %s', async (machine) => {
    expect(await readPciDisplays(machineFiles(machine))).toEqual([]);
  });
});

describe('the version of the NVIDIA driver', () => {
  it.each([
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024',
      '535.183.01',
    ],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build', '550.54.14'],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  565.77  Release Build', '565.77'],
    ['GCC version:  gcc version 13.2.0', null],
    ['', null],
  ])('in %j is %j', (text, version) => {
    expect(parseNvidiaVersion(text)).toBe(version);
  });
});

describe('GPUs on the bus', () => {
  it('are joined with what is known of the same address', async () => {
    const controllers: Controller[] = [
      {
        ...blank,
        vendor: 'NVIDIA Corporation',
        model: 'AD107M [GeForce RTX 4060 Max-Q / Mobile]',
        name: 'NVIDIA GeForce RTX 4060 Laptop GPU',
        busAddress: '0000:01:00.0',
        driverVersion: '550.54.14',
        vram: 8188,
        memoryTotal: 8188,
      },
      {
        ...blank,
        vendor: 'Intel Corporation',
        model: 'Raptor Lake-P [Iris Xe Graphics]',
        busAddress: '00:02.0',
        driverVersion: '',
        vram: 256,
      },
    ];
    const displays = await readPciDisplays(machineFiles('hybrid-laptop'));
    expect(toGpus(displays, controllers)).toEqual([
      {
        vendor: 'Intel',
        model: 'Raptor Lake-P [Iris Xe Graphics]',
        driver: 'i915',
        driverVersion: null,
        // Of the 256 MiB through which the processor sees it, none is its own.
        memoryBytes: null,
        pciAddress: '00:02.0',
        software: false,
      },
      {
        vendor: 'NVIDIA',
        model: 'NVIDIA GeForce RTX 4060 Laptop GPU',
        driver: 'nvidia',
        driverVersion: '550.54.14',
        memoryBytes: 8188 * 2 ** 20,
        pciAddress: '01:00.0',
        software: false,
      },
    ]);
  });

  it('have their numbers for a name where nothing else is known', () => {
    expect(toGpus([display], [])).toEqual([
      {
        vendor: 'NVIDIA',
        model: 'NVIDIA device 10de:28e0',
        driver: null,
        driverVersion: null,
        memoryBytes: null,
        pciAddress: '01:00.0',
        software: false,
      },
    ]);
  });

  it('of a maker that is not listed are unknown devices', () => {
    expect(toGpus([{ ...display, vendorId: '1ed5' }], [])).toMatchObject([
      { vendor: null, model: 'unknown device 1ed5:28e0' },
    ]);
  });

  it('take the maker that is told for one that is not listed', () => {
    const controller = { ...blank, vendor: 'Moore Threads', busAddress: '01:00.0' };
    expect(toGpus([{ ...display, vendorId: '1ed5' }], [controller])).toMatchObject([
      { vendor: 'Moore Threads', model: 'Moore Threads device 1ed5:28e0' },
    ]);
  });

  it('are not joined with a controller that has no address', () => {
    expect(toGpus([display], [{ ...blank, model: 'VideoCore VII' }])).toMatchObject([
      { model: 'NVIDIA device 10de:28e0' },
    ]);
  });

  it('take the driver version that is told where the system has none', () => {
    const controller = { ...blank, busAddress: '01:00.0', driverVersion: '565.77' };
    expect(toGpus([display], [controller])).toMatchObject([{ driverVersion: '565.77' }]);
  });

  it('keep their memory as the driver tells it', () => {
    const controller = { ...blank, busAddress: '01:00.0', memoryTotal: 1024 };
    expect(toGpus([{ ...display, memoryBytes: 3 * gibi }], [controller])).toMatchObject([
      { memoryBytes: 3 * gibi },
    ]);
  });

  it('compute nothing where they are displays of a guest or of a management board', async () => {
    const guest = toGpus(await readPciDisplays(machineFiles('cloud-guest')), []);
    expect(guest).toMatchObject([{ vendor: 'Virtio', model: 'Virtio device 1af4:1050', software: true }]);
    const workstation = toGpus(await readPciDisplays(machineFiles('workstation')), []);
    expect(workstation.map(({ vendor, software }) => [vendor, software])).toEqual([
      ['AMD', false],
      ['ASPEED', true],
      ['NVIDIA', false],
    ]);
  });

  it('compute nothing where their name says so', () => {
    const controller = { ...blank, model: 'Accelerated Virtual Video Adapter', busAddress: '01:00.0' };
    expect(toGpus([{ ...display, vendorId: '1ab8' }], [controller])).toMatchObject([{ software: true }]);
  });

  it('are unknown devices where the files hold garbage', async () => {
    const gpus = toGpus(await readPciDisplays(machineFiles('garbage')), []);
    expect(gpus).toEqual([
      {
        vendor: null,
        model: 'unknown device',
        driver: null,
        driverVersion: null,
        memoryBytes: null,
        pciAddress: '01:00.0',
        software: false,
      },
    ]);
    expect(GpuSchema.array().safeParse(gpus).success).toBe(true);
  });
});

describe('GPUs where no bus can be read', () => {
  it('are what systeminformation lists', () => {
    const windows: Controller[] = [
      {
        ...blank,
        vendor: 'AMD',
        model: 'AMD Radeon RX 6800',
        bus: 'PCI',
        vram: 16_368,
        driverVersion: '31.0',
      },
      { ...blank, vendor: 'Intel', model: 'Intel(R) UHD Graphics', vram: 1024, vramDynamic: true },
    ];
    expect(toGpus([], windows)).toEqual([
      {
        vendor: 'AMD',
        model: 'AMD Radeon RX 6800',
        driver: null,
        driverVersion: '31.0',
        memoryBytes: 16_368 * 2 ** 20,
        pciAddress: null,
        software: false,
      },
      {
        vendor: 'Intel',
        model: 'Intel(R) UHD Graphics',
        driver: null,
        driverVersion: null,
        memoryBytes: null,
        pciAddress: null,
        software: false,
      },
    ]);
  });

  it('are unknown where it lists a blank', () => {
    expect(toGpus([], [{ ...blank, driverVersion: '', busAddress: '', vram: 0 }])).toEqual([
      {
        vendor: null,
        model: 'unknown',
        driver: null,
        driverVersion: null,
        memoryBytes: null,
        pciAddress: null,
        software: false,
      },
    ]);
  });

  it('have no memory that is no number', () => {
    expect(toGpus([], [{ ...blank, vram: Number.NaN }])).toMatchObject([{ memoryBytes: null }]);
  });

  it.each([
    ['Mesa', 'llvmpipe (LLVM 17.0.6, 256 bits)'],
    ['Google', 'SwiftShader Device (Subzero)'],
    ['(Standard display types)', 'Microsoft Basic Display Adapter'],
    ['Microsoft', 'Microsoft Basic Render Driver'],
    ['Microsoft', 'Microsoft Remote Display Adapter'],
    ['Microsoft', 'Microsoft Hyper-V Video'],
    ['VMware, Inc.', 'VMware SVGA 3D'],
    ['Oracle Corporation', 'VirtualBox Graphics Adapter (WDDM)'],
    ['Red Hat, Inc.', 'Red Hat QXL controller'],
    ['Parallels', 'Parallels Display Adapter (WDDM)'],
  ])('compute nothing as %s: %s', (vendor, model) => {
    expect(toGpus([], [{ ...blank, vendor, model }])).toMatchObject([{ model, software: true }]);
  });
});
