/**
 * Graphics devices and accelerators of Linux: what the PCI bus lists, joined with what NVIDIA's driver tells and with the names of the
 * PCI database, which ships with the program. Nothing here wakes a card that sleeps.
 */
import type { Gpu } from '../../core/protocol/run.ts';
import { readDeviceTreeGpus } from './device-tree-gpus.ts';
import { askNvidiaSmi, type NvidiaCard, readNvidiaFiles, readNvidiaVersion, shortAddress } from './nvidia.ts';
import pciNames from './pci-gpu-names.json' with { type: 'json' };
import { readPcieLink } from './pcie-link.ts';
import type { RunProgram } from './run-program.ts';
import type { SystemFiles } from './system-files.ts';
import { isSoftwareAdapter } from './virtual-adapters.ts';

export interface PciDisplay {
  /** `01:00.0`, without the domain 0000. */
  readonly address: string;
  /** Four hexadecimal digits each; empty where the bus does not tell. */
  readonly vendorId: string;
  readonly deviceId: string;
  readonly driver: string | null;
  readonly driverVersion: string | null;
  readonly memoryBytes: number | null;
  readonly link?: Gpu['link'] | undefined;
  /** Switched off to save power. */
  readonly asleep: boolean;
  /** In a box of its own, that may be unplugged. */
  readonly external: boolean;
  /** Without a display: earlier versions did not count it. */
  readonly isAccelerator: boolean;
}

const vendors: Readonly<Record<string, string>> = {
  '1002': 'AMD',
  '10de': 'NVIDIA',
  '8086': 'Intel',
  '1da3': 'Habana Labs',
  '1ed5': 'Moore Threads',
  '1a03': 'ASPEED',
  '102b': 'Matrox',
  '15ad': 'VMware',
  '1234': 'QEMU',
  '1af4': 'Virtio',
  '1b36': 'QXL',
  '1414': 'Microsoft',
  '80ee': 'VirtualBox',
};
const nvidia = '10de';
const microsoft = '1414';

/** Displays of virtual machines, and the ones of a server's management board: they compute nothing. */
const displayOnly = new Set(['1a03', '102b', '15ad', '1234', '1af4', '1b36', '1414', '80ee']);

/** Of the class of accelerators, what computes no networks that we could run: neural units of processors, and programmable logic. */
const otherAccelerators = /^(?:intel_vpu|ivpu|amdxdna|xocl|xclmgmt|xdma|qdma\w*|dfl-pci|idxd|qat\w*|efct)$/;

const devices = '/sys/bus/pci/devices';

export interface FoundGpus {
  readonly gpus: readonly Gpu[];
  readonly displays: readonly PciDisplay[];
}

export async function readGpus(files: SystemFiles, run: RunProgram): Promise<FoundGpus> {
  const [displays, cards, onBoard, isWsl] = await Promise.all([
    readPciDisplays(files),
    readNvidiaFiles(files),
    readDeviceTreeGpus(files),
    hasWindowsBehind(files),
  ]);
  const own = displays.filter(({ vendorId }) => vendorId === nvidia);
  // It would wake them all.
  const maySay = isWsl || (own.length + cards.length > 0 && !own.some(({ asleep }) => asleep));
  const asked = maySay ? await askNvidiaSmi(run, isWsl) : [];
  return { gpus: [...toGpus(displays, joinCards(cards, asked), isWsl), ...onBoard], displays };
}

/** WSL 2 shows the cards of Windows through an adapter of Microsoft's, whatever they are. */
async function hasWindowsBehind(files: SystemFiles): Promise<boolean> {
  const [kernel, drivers] = await Promise.all([
    files.read('/proc/sys/kernel/osrelease'),
    files.list('/sys/bus/pci/drivers'),
  ]);
  return /microsoft/i.test(kernel ?? '') || drivers.includes('dxgkrnl');
}

export async function readPciDisplays(files: SystemFiles): Promise<PciDisplay[]> {
  const addresses = await files.list(devices);
  const displays = await Promise.all(
    addresses.map(async (address): Promise<PciDisplay | null> => {
      const folder = `${devices}/${address}`;
      const type = await files.read(`${folder}/class`);
      // Class 03: VGA, 3D and other display controllers; class 12: accelerators without a display.
      const isAccelerator = type?.startsWith('0x12') === true;
      if (!isAccelerator && type?.startsWith('0x03') !== true) return null;
      const [vendor, device, driver, memory, status, removable, link] = await Promise.all([
        files.read(`${folder}/vendor`),
        files.read(`${folder}/device`),
        files.linkName(`${folder}/driver`),
        files.readPositive(`${folder}/mem_info_vram_total`),
        files.read(`${folder}/power/runtime_status`),
        files.read(`${folder}/removable`),
        readPcieLink(files, address),
      ]);
      if (isAccelerator && driver !== null && otherAccelerators.test(driver)) return null;
      return {
        address: shortAddress(address),
        vendorId: (vendor ?? '').replace('0x', ''),
        deviceId: (device ?? '').replace('0x', ''),
        driver,
        driverVersion: driver === null ? null : await readDriverVersion(files, driver),
        memoryBytes: memory,
        link,
        asleep: status === 'suspended',
        external: removable === 'removable',
        isAccelerator,
      };
    }),
  );
  return displays.filter((display) => display !== null);
}

async function readDriverVersion(files: SystemFiles, driver: string): Promise<string | null> {
  const own = await files.read(`/sys/module/${driver}/version`);
  return own !== null || driver !== 'nvidia' ? own : readNvidiaVersion(files);
}

/** What was asked knows more than the files, which know every card. */
function joinCards(cards: readonly NvidiaCard[], asked: readonly NvidiaCard[]): NvidiaCard[] {
  const byAddress = new Map([...cards, ...asked].map((card) => [card.address, card]));
  return [...byAddress.values()].map((card) => {
    const file = cards.find(({ address }) => address === card.address);
    return {
      ...card,
      name: card.name ?? file?.name ?? null,
      driverVersion: card.driverVersion ?? file?.driverVersion ?? null,
    };
  });
}

export function toGpus(
  displays: readonly PciDisplay[],
  cards: readonly NvidiaCard[] = [],
  isWsl = false,
): Gpu[] {
  const onBus = new Set(displays.map(({ address }) => address));
  const elsewhere = cards.filter(({ address }) => !onBus.has(address));
  // Behind Microsoft's adapter are the cards that nvidia-smi names.
  const shown = displays.filter(({ vendorId }) => !isWsl || vendorId !== microsoft || elsewhere.length === 0);
  return [
    ...shown.map((display) =>
      toGpu(
        display,
        cards.find(({ address }) => address === display.address),
      ),
    ),
    ...elsewhere.map(
      ({ address, name, driverVersion, memoryBytes, link }): Gpu => ({
        vendor: 'NVIDIA',
        model: name ?? 'NVIDIA device',
        driver: 'nvidia',
        driverVersion,
        memoryBytes,
        pciAddress: address,
        software: false,
        ...(link !== undefined && { link }),
      }),
    ),
  ];
}

function toGpu(display: PciDisplay, card: NvidiaCard | undefined): Gpu {
  const { vendorId, deviceId } = display;
  const link = display.link ?? card?.link;
  const vendor = vendors[vendorId] ?? null;
  const numbers = `${vendorId}:${deviceId}`;
  const listed = (pciNames.names as Readonly<Record<string, string>>)[numbers];
  const model =
    card?.name ?? listed ?? `${vendor ?? 'unknown'} device${deviceId === '' ? '' : ` ${numbers}`}`;
  return {
    vendor,
    model,
    driver: display.driver,
    driverVersion: display.driverVersion ?? card?.driverVersion ?? null,
    memoryBytes: display.memoryBytes ?? card?.memoryBytes ?? null,
    pciAddress: display.address,
    software: displayOnly.has(vendorId) || isSoftwareAdapter(model),
    ...(link !== undefined && { link }),
  };
}
