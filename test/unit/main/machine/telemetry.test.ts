import { describe, expect, it } from 'vitest';
import type { SystemFiles } from '../../../../main/machine/system-files.ts';
import {
  busySince,
  clockOfCpuInfo,
  conditionsReader,
  parseTicks,
} from '../../../../main/machine/telemetry.ts';
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

const stat = (fields: string) => `cpu  ${fields}\ncpu0 1 2 3 4\nintr 99`;

describe('the load', () => {
  it('is the time that was neither idle nor waiting, since the last look', () => {
    const before = parseTicks(stat('100 0 100 800 0 0 0 0 0 0'));
    const after = parseTicks(stat('150 0 120 860 20 0 0 0 0 0'));
    expect(before).toEqual({ busy: 200, all: 1000 });
    expect(before && after && busySince(before, after)).toBeCloseTo(70 / 150);
  });

  it('does not count what a guest takes twice', () => {
    expect(parseTicks(stat('100 0 0 100 0 0 0 0 100 0'))).toEqual({ busy: 100, all: 200 });
  });

  it('is unknown where nothing went by, and stays a share where a counter went back', () => {
    const ticks = { busy: 10, all: 100 };
    expect(busySince(ticks, ticks)).toBeNull();
    expect(busySince({ busy: 50, all: 100 }, { busy: 40, all: 110 })).toBe(0);
  });

  it.each(['', 'cpu', 'cpu  1 2', 'nothing'])('is unknown from %j', (text) => {
    expect(parseTicks(text)).toBeNull();
  });
});

describe('the clock', () => {
  it('is the highest that the processors say', () => {
    expect(clockOfCpuInfo('cpu MHz\t\t: 1200.5\nflags : sse2\n\ncpu MHz : 4100.25\n')).toBe(4_100_250_000);
  });

  it('is not what a guest is told', () => {
    expect(clockOfCpuInfo('cpu MHz\t\t: 2600.0\nflags : sse2 hypervisor\n')).toBeNull();
  });
});

function files(contents: Readonly<Record<string, string>>): SystemFiles {
  const read = async (path: string) => contents[path] ?? null;
  return {
    read,
    readPositive: async (path) => Number(await read(path)) || null,
    list: async (path) => [
      ...new Set(
        Object.keys(contents)
          .filter((name) => name.startsWith(`${path}/`))
          .map((name) => name.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ],
    linkName: async () => null,
  };
}

describe('the conditions', () => {
  it('are read from what there is, the hottest sensor of the processor and no other', async () => {
    const contents = {
      '/proc/stat': stat('0 0 0 100 0 0 0 0'),
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': '1400000',
      '/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq': '3600000',
      '/sys/class/hwmon/hwmon0/name': 'nvme',
      '/sys/class/hwmon/hwmon0/temp1_input': '91000',
      '/sys/class/hwmon/hwmon1/name': 'k10temp',
      '/sys/class/hwmon/hwmon1/temp1_input': '61250',
      '/sys/class/hwmon/hwmon1/temp3_input': '58000',
    };
    const read = conditionsReader(files(contents));
    expect(await read()).toEqual({ clockHz: 3.6e9, temperatureCelsius: 61.25, busyFraction: null });
    contents['/proc/stat'] = stat('50 0 0 150 0 0 0 0');
    expect(await read()).toMatchObject({ busyFraction: 0.5 });
  });

  it('ask a few of many processors', async () => {
    const many = Array.from({ length: 64 }, (_, i) => [
      `/sys/devices/system/cpu/cpu${i}/cpufreq/scaling_cur_freq`,
      String(1_000_000 + i),
    ]);
    const asked: string[] = [];
    const all = files(Object.fromEntries(many));
    const read = conditionsReader({
      ...all,
      readPositive: (path) => {
        asked.push(path);
        return all.readPositive(path);
      },
    });
    expect((await read()).clockHz).toBe(1e3 * (1_000_000 + 48));
    expect(asked).toHaveLength(4);
  });

  it.each(['nowhere', 'garbage', 'cloud-guest'])('are unknown on the machine %s', async (machine) => {
    expect(await conditionsReader(machineFiles(machine))()).toEqual({
      clockHz: null,
      temperatureCelsius: null,
      busyFraction: null,
    });
  });
});
