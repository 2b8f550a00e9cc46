import { describe, expect, it, vi } from 'vitest';
import { GpuSchema } from '../../../../core/protocol/run.ts';
import { type PciDisplay, readGpus, readPciDisplays, toGpus } from '../../../../main/machine/gpus.ts';
import type { LibraryAnswers } from '../../../../main/machine/library.ts';
import { gpusOfLibrary } from '../../../../main/machine/library-environment.ts';
import { parseNvidiaSmi, parseNvidiaVersion } from '../../../../main/machine/nvidia.ts';
import type { RunProgram } from '../../../../main/machine/run-program.ts';
import { noPrograms, type PciDevice, pciFiles, smi } from '../../../fixtures/machines/described-machines.ts';
import { filesOf, machineFiles } from '../../../fixtures/machines/machine-files.ts';

type Controller = NonNullable<LibraryAnswers['graphics']>['controllers'][number];

/** As the library answers where it knows next to nothing. */
const blank: Controller = { vendor: '', model: '', bus: '', vram: null, vramDynamic: false };

const display: PciDisplay = {
  address: '01:00.0',
  vendorId: '10de',
  deviceId: '28e0',
  driver: null,
  driverVersion: null,
  memoryBytes: null,
  asleep: false,
  external: false,
  isAccelerator: false,
};

const gibi = 2 ** 30;
const answering =
  (programs: Readonly<Record<string, string>>): RunProgram =>
  async (command) =>
    programs[command] ?? null;

async function gpusOf(devices: Readonly<Record<string, PciDevice>>, run: RunProgram = noPrograms, more = {}) {
  return (await readGpus(filesOf({ ...pciFiles(devices), ...more }), run)).gpus;
}

describe('the PCI bus', () => {
  it('tells the displays of a laptop, and not its sound card', async () => {
    expect(await readPciDisplays(machineFiles('hybrid-laptop'))).toMatchObject([
      { address: '00:02.0', vendorId: '8086', deviceId: 'a7a0', driver: 'i915', driverVersion: null },
      {
        address: '01:00.0',
        vendorId: '10de',
        deviceId: '28e0',
        driver: 'nvidia',
        driverVersion: '550.54.14',
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

  it.each([
    ['MI300X', { vendor: '0x1002', device: '0x74a1', driver: 'amdgpu' }, 'Aqua Vanjaram [Instinct MI300X]'],
    ['a card of NVIDIA without a driver', { vendor: '0x10de', device: '0x2330' }, 'GH100 [H100 SXM5 80GB]'],
    ['Gaudi', { vendor: '0x1da3', device: '0x1000', driver: 'habanalabs' }, /Habana Labs|HL-2000|Gaudi|AI/],
  ])('tells an accelerator of class 12: %s', async (_what, device, model) => {
    const [gpu] = await gpusOf({ '0000:1b:00.0': { class: '0x120000', ...device } });
    expect(gpu?.model).toMatch(model);
    expect(gpu?.software).toBe(false);
  });

  it.each(['intel_vpu', 'xocl', 'amdxdna'])('does not take for a GPU what %s drives', async (driver) => {
    const other = { class: '0x120000', vendor: '0x8086', device: '0x7d1d', driver };
    expect(await gpusOf({ '0000:00:0b.0': other })).toEqual([]);
  });

  it.each(['nowhere', 'arm-board'])('tells nothing on the machine %s', async (machine) => {
    expect(await readPciDisplays(machineFiles(machine))).toEqual([]);
  });
});

describe('NVIDIA’s driver', () => {
  it.each([
    [
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024',
      '535.183.01',
    ],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build', '550.54.14'],
    ['NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  565.77  Release Build', '565.77'],
    ['GCC version:  gcc version 13.2.0', null],
    ['', null],
  ])('in %j is of the version %j', (text, version) => {
    expect(parseNvidiaVersion(text)).toBe(version);
  });

  it.each([
    ['', 0],
    ['No devices were found', 0],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 0],
    [`${smi('NVIDIA H100', 81_559)}${smi('NVIDIA H100', 81_559, '00000000:02:00.0')}`, 2],
    [smi('NVIDIA Thor', Number.NaN), 1],
  ])('answers %j with cards: %d', (text, count) => {
    expect(parseNvidiaSmi(text)).toHaveLength(count);
  });

  const rtx: PciDevice = { class: '0x030000', vendor: '0x10de', device: '0x2684', driver: 'nvidia' };
  const radeon: PciDevice = { class: '0x030000', vendor: '0x1002', device: '0x744c', driver: 'amdgpu' };

  it('is not asked where there is no card of NVIDIA’s, nor where one sleeps', async () => {
    const run = vi.fn(noPrograms);
    await gpusOf({ '0000:03:00.0': radeon }, run);
    await gpusOf({ '0000:01:00.0': { ...rtx, more: { 'power/runtime_status': 'suspended' } } }, run);
    expect(run).not.toHaveBeenCalled();
    await gpusOf({ '0000:01:00.0': { ...rtx, more: { 'power/runtime_status': 'active' } } }, run);
    expect(run).toHaveBeenCalledOnce();
  });

  it('tells the name of a card that sleeps in a file', async () => {
    const asleep = { ...rtx, more: { 'power/runtime_status': 'suspended' } };
    const gpus = await gpusOf({ '0000:01:00.0': asleep }, noPrograms, {
      '/proc/driver/nvidia/gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA GeForce RTX 4090\nIRQ: 1\n',
    });
    expect(gpus).toMatchObject([{ model: 'NVIDIA GeForce RTX 4090', memoryBytes: null }]);
  });

  it('tells name and memory where no other program is installed', async () => {
    const run = answering({
      'nvidia-smi': smi('NVIDIA GeForce RTX 4090', 24_564, '00000000:01:00.0', '550.54.14'),
    });
    expect(await gpusOf({ '0000:01:00.0': rtx }, run)).toMatchObject([
      {
        model: 'NVIDIA GeForce RTX 4090',
        memoryBytes: 24_564 * 2 ** 20,
        driverVersion: '550.54.14',
        driver: 'nvidia',
      },
    ]);
  });

  it('names a card from the database where it does not answer', async () => {
    expect(await gpusOf({ '0000:01:00.0': rtx })).toMatchObject([{ model: 'AD102 [GeForce RTX 4090]' }]);
  });
});

describe('WSL 2', () => {
  const adapter: PciDevice = { class: '0x030200', vendor: '0x1414', device: '0x008e', driver: 'dxgkrnl' };

  it.each(['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'])(
    'shows the card of Windows that %s names',
    async (program) => {
      const run = answering({
        [program]: smi('NVIDIA GeForce RTX 5080', 16_303, '00000000:01:00.0', '591.86'),
      });
      expect(await gpusOf({ 'fe50:00:00.0': adapter }, run)).toMatchObject([
        { model: 'NVIDIA GeForce RTX 5080', vendor: 'NVIDIA', software: false, driverVersion: '591.86' },
      ]);
    },
  );

  it('shows Microsoft’s adapter as what it is where nothing names a card', async () => {
    expect(await gpusOf({ 'fe50:00:00.0': adapter })).toMatchObject([
      { model: 'Basic Render Driver', software: true },
    ]);
  });

  it('is known by its kernel where the bus is hidden', async () => {
    const run = answering({ 'nvidia-smi': smi('NVIDIA RTX A2000', 6138) });
    const kernel = { '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2' };
    expect(await gpusOf({}, run, kernel)).toMatchObject([{ model: 'NVIDIA RTX A2000' }]);
  });
});

describe('the GPU of an Arm board', () => {
  it.each([
    [
      'Mali-G610 MP4',
      { '/proc/device-tree/gpu@fb000000/compatible': 'rockchip,rk3588-mali\0arm,mali-valhall-csf\0' },
    ],
    [
      'Mali-G610 MP4',
      {
        '/sys/bus/platform/devices/fb000000.gpu/uevent':
          'DRIVER=panthor\nOF_COMPATIBLE_0=rockchip,rk3588-mali',
      },
    ],
    ['Mali-T760', { '/proc/device-tree/gpu@ffa30000/compatible': 'rockchip,rk3288-mali\0arm,mali-t760\0' }],
    [
      'Mali (Bifrost)',
      { '/proc/device-tree/soc/gpu@ffe40000/compatible': 'vendor,unknown-mali\0arm,mali-bifrost\0' },
    ],
    [
      'VideoCore VII',
      { '/sys/bus/platform/devices/1002000000.v3d/uevent': 'DRIVER=v3d\nOF_COMPATIBLE_0=brcm,2712-v3d' },
    ],
    ['Adreno 690', { '/proc/device-tree/soc/gpu@3d00000/compatible': 'qcom,adreno-690.0\0qcom,adreno\0' }],
  ])('is %s where its device tree says so', async (model, files) => {
    const { gpus } = await readGpus(filesOf(files), noPrograms);
    expect(gpus).toMatchObject([{ model, software: false }]);
    expect(GpuSchema.array().safeParse(gpus).success).toBe(true);
  });

  it('is none where it is disabled, and of other nodes', async () => {
    const files = {
      '/proc/device-tree/gpu@fb000000/compatible': 'arm,mali-bifrost\0',
      '/proc/device-tree/gpu@fb000000/status': 'disabled\0',
      '/proc/device-tree/gpu-thermal/compatible': 'x',
      '/sys/bus/platform/devices/gpu-thermal/uevent': 'OF_COMPATIBLE_0=thermal',
    };
    expect((await readGpus(filesOf(files), noPrograms)).gpus).toEqual([]);
  });
});

describe('GPUs on the bus', () => {
  it('have the name of the database, and their numbers where that has none', () => {
    expect(toGpus([display])).toMatchObject([{ model: 'AD107M [GeForce RTX 4060 Max-Q / Mobile]' }]);
    expect(toGpus([{ ...display, deviceId: 'fffe' }])).toMatchObject([{ model: 'NVIDIA device 10de:fffe' }]);
  });

  it('of a maker that is not listed are unknown devices', () => {
    expect(toGpus([{ ...display, vendorId: '9999' }])).toMatchObject([
      { vendor: null, model: 'unknown device 9999:28e0' },
    ]);
  });

  it('keep their memory as the driver tells it', () => {
    const card = { address: '01:00.0', name: null, driverVersion: '565.77', memoryBytes: gibi };
    expect(toGpus([{ ...display, memoryBytes: 3 * gibi }], [card])).toMatchObject([
      { memoryBytes: 3 * gibi, driverVersion: '565.77' },
    ]);
  });

  it('compute nothing where they are displays of a guest or of a management board', async () => {
    const guest = toGpus(await readPciDisplays(machineFiles('cloud-guest')));
    expect(guest).toMatchObject([{ vendor: 'Virtio', model: 'Virtio 1.0 GPU', software: true }]);
    const workstation = toGpus(await readPciDisplays(machineFiles('workstation')));
    expect(workstation.map(({ vendor, software }) => [vendor, software])).toEqual([
      ['AMD', false],
      ['ASPEED', true],
      ['NVIDIA', false],
    ]);
  });

  it('are unknown devices where the files hold garbage', async () => {
    const gpus = toGpus(await readPciDisplays(machineFiles('garbage')));
    expect(gpus).toMatchObject([
      { vendor: null, model: 'unknown device', pciAddress: '01:00.0', software: false },
    ]);
    expect(GpuSchema.array().safeParse(gpus).success).toBe(true);
  });
});

describe('GPUs that the library lists', () => {
  it('are taken as they are', () => {
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
    expect(gpusOfLibrary(windows)).toEqual([
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

  it('are unknown where it lists a blank, and have no memory that is no number', () => {
    expect(gpusOfLibrary([{ ...blank, driverVersion: '', busAddress: '', vram: Number.NaN }])).toMatchObject([
      { vendor: null, model: 'unknown', driverVersion: null, memoryBytes: null, pciAddress: null },
    ]);
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
    expect(gpusOfLibrary([{ ...blank, vendor, model }])).toMatchObject([{ model, software: true }]);
  });
});
