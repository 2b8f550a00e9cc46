/** Which machine this is: what kind of hardware, and which one of that kind. */
import { createHash } from 'node:crypto';
import { hasOwnBattery } from './power.ts';
import type { SystemFiles } from './system-files.ts';

/**
 * Nothing in here changes with a driver, a kernel, a clock, with what is plugged in for an hour, or with a laptop's second GPU, which its
 * owner switches off and on.
 */
export interface HardwareIdentity {
  readonly cpuVendor: string;
  readonly cpuModel: string;
  readonly cpuFamily: string | null;
  readonly cpuModelNumber: string | null;
  readonly cpuStepping: string | null;
  readonly physicalCores: number;
  readonly board: string | null;
  readonly product: string | null;
  /** PCI numbers (`10de:2231`) of what computes and stays; the order does not matter. None of a laptop. */
  readonly gpus: readonly string[];
}

/** Of the kind: two machines that are built alike have the same. Twelve hexadecimal digits. */
export function modelId(hardware: HardwareIdentity): string {
  const { cpuVendor, cpuModel, cpuFamily, cpuModelNumber, cpuStepping, physicalCores, board, product, gpus } =
    hardware;
  return digest([
    cpuVendor,
    cpuModel,
    cpuFamily,
    cpuModelNumber,
    cpuStepping,
    physicalCores,
    board,
    product,
    ...gpus.toSorted(),
  ]);
}

/** Of this one; of its kind where nothing tells it from others. The mark goes in as a hash and cannot be had back. */
export function machineId(hardware: HardwareIdentity, mark: string | null): string {
  const kind = modelId(hardware);
  return mark === null ? kind : digest(['plimsoll', kind, mark]);
}

/** A laptop, a tablet and the like, by the kinds of chassis (SMBIOS 3.7, section 7.4.1), or by the battery that it runs on. */
export async function isPortable(files: SystemFiles): Promise<boolean> {
  const type = await files.readPositive('/sys/class/dmi/id/chassis_type');
  if (type !== null && portableChassis.has(type)) return true;
  // What says that it is a desktop may have a battery, of an uninterruptible supply.
  if (type !== null && desktopChassis.has(type)) return false;
  return hasOwnBattery(files);
}

const portableChassis = new Set([8, 9, 10, 11, 14, 30, 31, 32]);
const desktopChassis = new Set([3, 4, 5, 6, 7, 13, 15, 16, 17, 23, 24, 25, 28, 29, 35]);

/** Enough digits that no two machines of one owner meet. */
function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/**
 * What only this machine has, on Linux. It must be readable without special rights, or a run as root would be one of another machine; that
 * leaves out the serial numbers. The id of the installation stays with drivers, kernels and clocks; where there is none, the address of a
 * built-in network device. A container has an installation of its own and may share it with every other container of its image, so it
 * only counts there where the host's was mounted over it.
 */
export async function readMark(files: SystemFiles, inContainer: boolean): Promise<string | null> {
  const installation = await files.read('/etc/machine-id');
  const isKnown = installation !== null && /^[0-9a-f]{32}$/.test(installation) && !/^0+$/.test(installation);
  if (inContainer) return isKnown && (await isMounted(files, '/etc/machine-id')) ? installation : null;
  return isKnown ? installation : await readNetworkAddress(files);
}

/** The fifth field of a line is where it is mounted. */
async function isMounted(files: SystemFiles, path: string): Promise<boolean> {
  const mounts = (await files.read('/proc/self/mountinfo')) ?? '';
  return mounts.split('\n').some((line) => line.split(' ')[4] === path);
}

/** The lowest address that the maker gave to a device on the PCI bus: what hangs on USB is somewhere else tomorrow. */
async function readNetworkAddress(files: SystemFiles): Promise<string | null> {
  const names = await files.list('/sys/class/net');
  const addresses = await Promise.all(
    names.map(async (name) => {
      const folder = `/sys/class/net/${name}`;
      const isBuiltIn = (await files.linkName(`${folder}/device/subsystem`)) === 'pci';
      // 0: permanent, neither random nor set by somebody.
      const isPermanent = (await files.read(`${folder}/addr_assign_type`)) === '0';
      const address = await files.read(`${folder}/address`);
      return isBuiltIn && isPermanent && address !== null && /[1-9a-f]/.test(address) ? [address] : [];
    }),
  );
  return addresses.flat().sort()[0] ?? null;
}
