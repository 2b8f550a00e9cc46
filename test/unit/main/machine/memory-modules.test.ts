import { describe, expect, it } from 'vitest';
import { findMemoryModules } from '../../../../main/machine/memory-modules.ts';

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
      {
        type: 'DDR5',
        clockHz: 4.8e9,
        modules: { slots: 2, filled: 1, channels: null, bytesPerSecond: null },
      },
    ],
    [
      'the rated clock of old tables',
      [...old, ...board],
      {
        type: 'DDR3',
        clockHz: 1.6e9,
        modules: { slots: 1, filled: 1, channels: null, bytesPerSecond: null },
      },
    ],
    ['none of empty slots', [...board, ...empty], null],
    ['none of nothing', [], null],
    ['none of tables that end too soon', ddr5.slice(0, 10), null],
    ['none of garbage', [17, 0, 1, 2, 3, 4, 5, 6], null],
  ])('are told: %s', (_what, bytes, module) => {
    expect(findMemoryModules(Uint8Array.from(bytes))).toEqual(module);
  });

  const slot = (locator: string, bank: string, filled = true) =>
    structure(17, 0x28, { 10: 64, 12: filled ? 0x4000 : 0, 16: 1, 17: 2, 18: 34, 21: 4800, 32: 4800 }, [
      locator,
      bank,
    ]);

  it.each([
    ['of two channels', [slot('ChannelA-DIMM0', 'BANK 0'), slot('ChannelB-DIMM0', 'BANK 2')], 2],
    [
      'of one channel that has two modules',
      [slot('ChannelA-DIMM0', 'BANK 0'), slot('ChannelA-DIMM1', 'BANK 1')],
      1,
    ],
    [
      'of an AMD board, which numbers its slots alike in both channels',
      [slot('DIMM 1', 'P0 CHANNEL A'), slot('DIMM 1', 'P0 CHANNEL B')],
      2,
    ],
    ['of a server', ['A1', 'B1', 'C1', 'D1'].map((name) => slot(`DIMM_${name}`, 'BANK 0')), 4],
    [
      'of two processors with a channel each',
      [slot('CPU1_DIMM_A1', 'NODE 0'), slot('CPU2_DIMM_A1', 'NODE 1')],
      2,
    ],
    [
      'of two controllers',
      [slot('Controller0-ChannelA-DIMM0', 'BANK 0'), slot('Controller1-ChannelA-DIMM0', 'BANK 0')],
      2,
    ],
    ['not of slots that name no channel', [slot('Slot 1', 'Bank'), slot('Slot 2', 'Bank')], null],
  ])('are counted by channel: %s', (_what, slots, channels) => {
    const found = findMemoryModules(Uint8Array.from([...slots.flat(), ...slot('DIMM_Z9', 'BANK 0', false)]));
    expect(found?.modules).toMatchObject({ slots: slots.length + 1, filled: slots.length, channels });
  });

  it('have a bandwidth: channels × transfer rate × width', () => {
    const two = Uint8Array.from([...slot('ChannelA-DIMM0', 'BANK 0'), ...slot('ChannelB-DIMM0', 'BANK 0')]);
    expect(findMemoryModules(two)?.modules.bytesPerSecond).toBe(2 * 4.8e9 * 8);
  });

  it('add up the widths of chips that are soldered in', () => {
    const chip = structure(17, 0x28, { 10: 32, 12: 0x1000, 18: 35, 21: 6400, 32: 6400 });
    expect(findMemoryModules(Uint8Array.from([...chip, ...chip, ...chip, ...chip]))?.modules).toMatchObject({
      bytesPerSecond: 4 * 4 * 6.4e9,
    });
  });
});
