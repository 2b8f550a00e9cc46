import { describe, expect, it } from 'vitest';
import { readTemperature } from '../../../../main/machine/temperature.ts';
import { filesOf } from '../../../fixtures/machines/machine-files.ts';

interface Sensor {
  readonly driver: string;
  /** Millidegrees by label; one without a label is named by its number. */
  readonly shows: Readonly<Record<string, number>>;
}

function monitors(...sensors: readonly Sensor[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [index, { driver, shows }] of sensors.entries()) {
    const folder = `/sys/class/hwmon/hwmon${index}`;
    files[`${folder}/name`] = driver;
    for (const [input, [label, value]] of Object.entries(shows).entries()) {
      files[`${folder}/temp${input + 1}_input`] = String(value);
      if (!/^\d+$/.test(label)) files[`${folder}/temp${input + 1}_label`] = label;
    }
  }
  return files;
}

const board = { driver: 'nct6797', shows: { SYSTIN: 36_000, AUXTIN1: 127_000, CPUTIN: 99_000 } };
const disk = { driver: 'nvme', shows: { Composite: 72_850 } };
const card = { driver: 'amdgpu', shows: { edge: 81_000, junction: 97_000 } };

describe('the temperature', () => {
  it.each<[string, Sensor[], number | null]>([
    ['Tctl of an AMD processor', [{ driver: 'k10temp', shows: { Tctl: 41_250 } }, board, disk], 41.25],
    [
      'Tdie before Tctl, which is 27 degrees more on some',
      [{ driver: 'k10temp', shows: { Tctl: 79_000, Tdie: 52_000, Tccd1: 60_000 } }, board],
      52,
    ],
    ['of zenpower', [board, { driver: 'zenpower', shows: { Tdie: 63_000, Tctl: 63_000 } }], 63],
    [
      'of the package of an Intel processor',
      [disk, { driver: 'coretemp', shows: { 'Core 0': 58_000, 'Package id 0': 61_000, 'Core 1': 60_000 } }],
      61,
    ],
    [
      'of the hottest of two packages',
      [
        { driver: 'coretemp', shows: { 'Package id 0': 61_000 } },
        { driver: 'coretemp', shows: { 'Package id 1': 66_000 } },
      ],
      66,
    ],
    ['of a board’s processor', [{ driver: 'cpu_thermal', shows: { 1: 48_686 } }, card], 48.686],
    [
      'of the hottest cluster of an Arm processor',
      [
        { driver: 'bigcore0_thermal', shows: { 1: 52_000 } },
        { driver: 'littlecore_thermal', shows: { 1: 47_000 } },
        { driver: 'gpu_thermal', shows: { 1: 90_000 } },
      ],
      52,
    ],
    ['not of what no processor survives', [{ driver: 'k10temp', shows: { Tctl: 255_000, Tdie: 0 } }], null],
    ['not of disks, boards and cards', [board, disk, card], null],
  ])('is that %s', async (_what, sensors, celsius) => {
    expect(await readTemperature(filesOf(monitors(...sensors)))).toBe(celsius);
  });

  it.each([
    ['x86_pkg_temp', 55],
    ['cpu-thermal', 55],
    ['soc-thermal', 55],
    ['acpitz', null],
    ['BAT0', null],
  ])('is that of the zone %s where there is no other: %d', async (type, celsius) => {
    const zones = {
      '/sys/class/thermal/thermal_zone0/type': 'iwlwifi_1',
      '/sys/class/thermal/thermal_zone0/temp': '88000',
      '/sys/class/thermal/thermal_zone1/type': type,
      '/sys/class/thermal/thermal_zone1/temp': '55000',
    };
    expect(await readTemperature(filesOf(zones))).toBe(celsius);
  });
});
