import { describe, expect, it } from 'vitest';
import { findMemoryModule } from '../../../../main/machine/memory-modules.ts';

/** A structure of the firmware's tables, with its strings. */
function structure(
  type: number,
  length: number,
  fields: Readonly<Record<number, number>>,
  strings = ['DIMM A1'],
) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint8(1, length);
  for (const [offset, value] of Object.entries(fields)) {
    if (value > 255) view.setUint16(Number(offset), value, true);
    else view.setUint8(Number(offset), value);
  }
  return [...bytes, ...Buffer.from(`${strings.join('\0')}\0\0`)];
}

const board = structure(2, 15, {});
const empty = structure(17, 0x28, { 12: 0 });
const ddr5 = structure(17, 0x28, { 12: 0x4000, 18: 34, 21: 5600, 32: 4800 });
const old = structure(17, 0x17, { 12: 0x2000, 18: 24, 21: 1600 });

describe('the memory modules', () => {
  it.each([
    [
      'the clock that is set, of the slot that is filled',
      [...board, ...empty, ...ddr5],
      { type: 'DDR5', clockHz: 4.8e9 },
    ],
    ['the rated clock of old tables', [...old, ...board], { type: 'DDR3', clockHz: 1.6e9 }],
    ['none of empty slots', [...board, ...empty], null],
    ['none of nothing', [], null],
    ['none of tables that end too soon', ddr5.slice(0, 10), null],
    ['none of garbage', [17, 0, 1, 2, 3, 4, 5, 6], null],
  ])('are told: %s', (_what, bytes, module) => {
    expect(findMemoryModule(Uint8Array.from(bytes))).toEqual(module);
  });
});
