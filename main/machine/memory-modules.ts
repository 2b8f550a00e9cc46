/**
 * The kind, clock and channels of the memory, from the firmware's tables, which root alone may read. Source: DMTF, System Management BIOS
 * Reference Specification 3.7 (DSP0134), section 7.18 (Memory Device).
 */
import type { Environment } from '../../core/protocol/run.ts';
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

export interface MemoryModules {
  /** Of the first slot that is filled. */
  readonly type: string | null;
  /** Transfers, as the data sheets of modules count them: DDR5-4800 is 4.8e9. */
  readonly clockHz: number | null;
  readonly modules: NonNullable<Environment['memory']['modules']>;
}

/** Null if the tables cannot be read. */
export async function readMemoryModules(files: SystemFiles): Promise<MemoryModules | null> {
  const tables = await files.readBytes('/sys/firmware/dmi/tables/DMI');
  return tables === null ? null : findMemoryModules(tables);
}

interface Slot {
  readonly isFilled: boolean;
  readonly type: string | null;
  readonly transfersPerSecond: number | null;
  /** Without the bits of error correction. */
  readonly widthBits: number | null;
  readonly locator: string;
  readonly bank: string;
}

export function findMemoryModules(tables: Uint8Array): MemoryModules | null {
  const slots = slotsOf(tables);
  const filled = slots.filter(({ isFilled }) => isFilled);
  const [first] = filled;
  if (first === undefined) return null;
  const channels = channelsOf(filled);
  return {
    type: first.type,
    clockHz: first.transfersPerSecond,
    modules: {
      slots: slots.length,
      filled: filled.length,
      channels,
      bytesPerSecond: bandwidthOf(filled, channels),
    },
  };
}

/** The slowest module sets the pace of all. A chip that is soldered in (LPDDR) is a channel, or part of one, of its own. */
function bandwidthOf(filled: readonly Slot[], channels: number | null): number | null {
  const rates = filled.flatMap(({ transfersPerSecond }) => transfersPerSecond ?? []);
  const widths = filled.flatMap(({ widthBits }) => widthBits ?? []);
  if (rates.length < filled.length || widths.length < filled.length) return null;
  const isSoldered = filled.every(({ type }) => type?.startsWith('LPDDR') === true);
  const bits = isSoldered
    ? widths.reduce((sum, width) => sum + width, 0)
    : (channels ?? Number.NaN) * Math.min(...widths);
  return Number.isNaN(bits) ? null : (bits / 8) * Math.min(...rates);
}

/**
 * How makers name a channel: `ChannelA-DIMM0`, `P0 CHANNEL B`, `DIMM_A1`, `CPU1_DIMM_C2`, `Controller1-ChannelA`, `P0_Node0_Channel3_Dimm0`.
 * The processor or controller before it is part of the name.
 */
const channelNames = [
  /^((?:.*?\b|.*_)?)channel[ _]?([a-z]|\d+)(?![a-z\d])/i,
  /^((?:.*\b|.*_)?)dimm[ _-]?([a-z])[ _-]?\d*$/i,
];

function channelsOf(filled: readonly Slot[]): number | null {
  const names = filled.map(({ locator, bank }) => channelName(bank, locator) ?? channelName(locator, ''));
  return names.every((name) => name !== null) ? new Set(names).size : null;
}

function channelName(text: string, beside: string): string | null {
  for (const pattern of channelNames) {
    const found = pattern.exec(text);
    if (found !== null) {
      // A bank names the channel, and the slot beside it the processor.
      const processor = /(?:cpu|p|proc|node|controller)[ _]?\d+/i.exec(`${beside} ${text}`)?.[0] ?? '';
      return `${processor} ${found[1]} ${found[2]}`.toLowerCase();
    }
  }
  return null;
}

function slotsOf(tables: Uint8Array): Slot[] {
  const view = new DataView(tables.buffer, tables.byteOffset, tables.byteLength);
  const slots: Slot[] = [];
  let offset = 0;
  while (offset + 4 <= tables.length) {
    const [type, length] = [view.getUint8(offset), view.getUint8(offset + 1)];
    if (length < 4 || offset + length > tables.length) break;
    // Behind the structure its strings, ended by two zeros.
    let end = offset + length;
    while (end + 1 < tables.length && (tables[end] !== 0 || tables[end + 1] !== 0)) end++;
    if (type === memoryDevice && length >= 0x17) {
      const strings = new TextDecoder('latin1').decode(tables.subarray(offset + length, end)).split('\0');
      slots.push(slotAt(view, offset, length, strings));
    }
    offset = end + 2;
  }
  return slots;
}

function slotAt(view: DataView, offset: number, length: number, strings: readonly string[]): Slot {
  const rated = view.getUint16(offset + 0x15, true);
  const configured = length >= 0x22 ? view.getUint16(offset + 0x20, true) : 0;
  const megatransfers = configured || rated;
  const width = view.getUint16(offset + 0x0a, true);
  const string = (at: number) => strings[view.getUint8(offset + at) - 1]?.trim() ?? '';
  return {
    // 0 in the size: the slot is empty.
    isFilled: view.getUint16(offset + 0x0c, true) !== 0,
    type: types[view.getUint8(offset + 0x12)] ?? null,
    transfersPerSecond: megatransfers === 0 || megatransfers === 0xffff ? null : megatransfers * 1e6,
    widthBits: width === 0 || width === 0xffff ? null : width,
    locator: string(0x10),
    bank: string(0x11),
  };
}
