/**
 * The kind and clock of the memory, from the firmware's tables, which root alone may read. Source: DMTF, System Management BIOS
 * Reference Specification 3.7 (DSP0134), section 7.18 (Memory Device).
 */
import type { SystemFiles } from './system-files.ts';

const types: Readonly<Record<number, string>> = {
  18: 'DDR',
  19: 'DDR2',
  24: 'DDR3',
  26: 'DDR4',
  27: 'LPDDR',
  28: 'LPDDR2',
  29: 'LPDDR3',
  30: 'LPDDR4',
  32: 'HBM',
  33: 'HBM2',
  34: 'DDR5',
  35: 'LPDDR5',
  36: 'HBM3',
};

const memoryDevice = 17;

export interface MemoryModule {
  readonly type: string | null;
  /** Transfers, as the data sheets of modules count them: DDR5-4800 is 4.8e9. */
  readonly clockHz: number | null;
}

/** Of the first slot that is filled; null where the tables cannot be read. */
export async function readMemoryModule(files: SystemFiles): Promise<MemoryModule | null> {
  const tables = await files.readBytes('/sys/firmware/dmi/tables/DMI');
  return tables === null ? null : findMemoryModule(tables);
}

export function findMemoryModule(tables: Uint8Array): MemoryModule | null {
  const view = new DataView(tables.buffer, tables.byteOffset, tables.byteLength);
  let offset = 0;
  while (offset + 4 <= tables.length) {
    const [type, length] = [view.getUint8(offset), view.getUint8(offset + 1)];
    if (length < 4 || offset + length > tables.length) return null;
    // 0 in the size: the slot is empty.
    if (type === memoryDevice && length >= 0x17 && view.getUint16(offset + 0x0c, true) !== 0) {
      const rated = view.getUint16(offset + 0x15, true);
      const configured = length >= 0x22 ? view.getUint16(offset + 0x20, true) : 0;
      const megatransfers = configured || rated;
      return {
        type: types[view.getUint8(offset + 0x12)] ?? null,
        clockHz: megatransfers === 0 || megatransfers === 0xffff ? null : megatransfers * 1e6,
      };
    }
    // Behind the structure its strings, ended by two zeros.
    let end = offset + length;
    while (end + 1 < tables.length && (tables[end] !== 0 || tables[end + 1] !== 0)) end++;
    offset = end + 2;
  }
  return null;
}
