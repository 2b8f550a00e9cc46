/** Which machine this is, by its hardware alone. */
import { createHash } from 'node:crypto';

/** Nothing in here changes with a driver, a kernel, a clock, or with what is plugged in for an hour. */
export interface HardwareIdentity {
  readonly cpuVendor: string;
  readonly cpuModel: string;
  readonly cpuFamily: string | null;
  readonly cpuModelNumber: string | null;
  readonly cpuStepping: string | null;
  readonly physicalCores: number;
  readonly board: string | null;
  readonly product: string | null;
  /** PCI numbers (`10de:2231`) of what computes; the order does not matter. */
  readonly gpus: readonly string[];
}

/** Twelve hexadecimal digits: enough that no two kinds of machine of one owner meet. */
export function machineId(hardware: HardwareIdentity): string {
  const { cpuVendor, cpuModel, cpuFamily, cpuModelNumber, cpuStepping, physicalCores, board, product, gpus } =
    hardware;
  const parts = [
    cpuVendor,
    cpuModel,
    cpuFamily,
    cpuModelNumber,
    cpuStepping,
    physicalCores,
    board,
    product,
    ...gpus.toSorted(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
