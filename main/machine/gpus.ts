/**
 * Graphics devices: what the PCI bus lists (Linux), joined with what systeminformation knows. The bus is asked first
 * because it needs no program to be installed; names need one (lspci), so without it a device has only its numbers.
 */
import type { Systeminformation } from 'systeminformation';
import type { Gpu } from '../../core/protocol/run.ts';
import { known } from './known.ts';
import type { SystemFiles } from './system-files.ts';

export interface PciDisplay {
  /** `01:00.0`, without the domain 0000. */
  readonly address: string;
  /** Four hexadecimal digits each; empty where the bus does not tell. */
  readonly vendorId: string;
  readonly deviceId: string;
  readonly driver: string | null;
  readonly driverVersion: string | null;
  readonly memoryBytes: number | null;
}

type Controller = Systeminformation.GraphicsControllerData;

const vendors: Readonly<Record<string, string>> = {
  '1002': 'AMD',
  '10de': 'NVIDIA',
  '8086': 'Intel',
  '1a03': 'ASPEED',
  '102b': 'Matrox',
  '15ad': 'VMware',
  '1234': 'QEMU',
  '1af4': 'Virtio',
  '1b36': 'QXL',
  '1414': 'Microsoft',
  '80ee': 'VirtualBox',
};

/** Displays of virtual machines, and the ones of a server's management board: they compute nothing. */
const displayOnly = new Set(['1a03', '102b', '15ad', '1234', '1af4', '1b36', '1414', '80ee']);
/** The same by name, where there is no bus to read. */
const softwareAdapter =
  /llvmpipe|swiftshader|softpipe|lavapipe|(?:basic|remote) (?:render|display)|virtual|vmware|hyper-v|parallels|qxl/i;

const devices = '/sys/bus/pci/devices';

export async function readPciDisplays(files: SystemFiles): Promise<PciDisplay[]> {
  const addresses = await files.list(devices);
  const displays = await Promise.all(
    addresses.map(async (address): Promise<PciDisplay | null> => {
      const folder = `${devices}/${address}`;
      // Class 03: VGA, 3D and other display controllers.
      if ((await files.read(`${folder}/class`))?.startsWith('0x03') !== true) return null;
      const [vendor, device, driver, memory] = await Promise.all([
        files.read(`${folder}/vendor`),
        files.read(`${folder}/device`),
        files.linkName(`${folder}/driver`),
        files.readPositive(`${folder}/mem_info_vram_total`),
      ]);
      return {
        address: shortAddress(address),
        vendorId: (vendor ?? '').replace('0x', ''),
        deviceId: (device ?? '').replace('0x', ''),
        driver,
        driverVersion: driver === null ? null : await readDriverVersion(files, driver),
        memoryBytes: memory,
      };
    }),
  );
  return displays.filter((display) => display !== null);
}

async function readDriverVersion(files: SystemFiles, driver: string): Promise<string | null> {
  const own = await files.read(`/sys/module/${driver}/version`);
  if (own !== null || driver !== 'nvidia') return own;
  return parseNvidiaVersion((await files.read('/proc/driver/nvidia/version')) ?? '');
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu …` → `550.54.14` */
export function parseNvidiaVersion(text: string): string | null {
  return /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(text)?.[1] ?? null;
}

export function toGpus(displays: readonly PciDisplay[], controllers: readonly Controller[]): Gpu[] {
  // A bus that can be read lists every adapter; what else systeminformation names is a second entry of one of them.
  if (displays.length === 0) return controllers.map(toGpu);
  return displays.map((display) => {
    const controller = controllers.find(
      ({ busAddress }) => shortAddress(busAddress ?? '') === display.address,
    );
    const vendor = vendors[display.vendorId] ?? known(controller?.vendor) ?? null;
    const numbers = display.deviceId === '' ? '' : ` ${display.vendorId}:${display.deviceId}`;
    const model = nameOf(controller) ?? `${vendor ?? 'unknown'} device${numbers}`;
    return {
      vendor,
      model,
      driver: display.driver,
      driverVersion: display.driverVersion ?? known(controller?.driverVersion),
      // Not `vram`: on Linux that is the window through which the processor sees the memory, often less than it.
      memoryBytes: display.memoryBytes ?? toBytes(controller?.memoryTotal),
      pciAddress: display.address,
      software: displayOnly.has(display.vendorId) || softwareAdapter.test(model),
    };
  });
}

function toGpu(controller: Controller): Gpu {
  return {
    vendor: known(controller.vendor),
    model: nameOf(controller) ?? 'unknown',
    driver: null,
    driverVersion: known(controller.driverVersion),
    memoryBytes: toBytes(controller.memoryTotal ?? (controller.vramDynamic ? null : controller.vram)),
    pciAddress: known(controller.busAddress),
    software: softwareAdapter.test(`${controller.vendor} ${controller.model}`),
  };
}

function nameOf(controller: Controller | undefined): string | null {
  return known(controller?.name) ?? known(controller?.model);
}

/** systeminformation tells MiB. Memory that is shared with the processor has no size of its own. */
function toBytes(mebibytes: number | null | undefined): number | null {
  return mebibytes != null && mebibytes > 0 ? Math.round(mebibytes * 2 ** 20) : null;
}

function shortAddress(address: string): string {
  return address.toLowerCase().replace(/^0{4,8}:/, '');
}
