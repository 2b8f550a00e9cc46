import { describe, expect, it } from 'vitest';
import { clockOfCpuInfo, conditionsReader } from '../../../../main/machine/live-conditions.ts';
import { filesOf, machineFiles } from '../../../fixtures/machines/machine-files.ts';

/** Two processors. */
const stat = (fields: string) => `cpu  ${fields}\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 99`;

describe('the clock', () => {
  it('is the highest that the processors say', () => {
    expect(clockOfCpuInfo('cpu MHz\t\t: 1200.5\nflags : sse2\n\ncpu MHz : 4100.25\n')).toBe(4_100_250_000);
  });

  it('is not what a guest is told', () => {
    expect(clockOfCpuInfo('cpu MHz\t\t: 2600.0\nflags : sse2 hypervisor\n')).toBeNull();
  });
});

describe('the conditions', () => {
  it('are the clock, the temperature, and the load since the last look', async () => {
    let nowMs = 5000;
    const contents = {
      '/proc/stat': stat('100 0 100 800 0 0 0 0 0 0'),
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': '1400000',
      '/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq': '3600000',
      '/sys/class/hwmon/hwmon1/name': 'cpu_thermal',
      '/sys/class/hwmon/hwmon1/temp1_input': '61250',
      '/sys/class/hwmon/hwmon1/temp3_input': '58000',
    };
    const read = conditionsReader(filesOf(contents), () => nowMs);
    expect(await read()).toEqual({ clockHz: 3.6e9, temperatureCelsius: 61.25, busyFraction: null });
    // In two seconds of two processors 1.5 seconds of work.
    contents['/proc/stat'] = stat('200 0 150 1050 0 0 0 0 0 0');
    nowMs += 2000;
    expect((await read()).busyFraction).toBeCloseTo(1.5 / 4);
    // A counter that went back is no negative load, and one that ran ahead no more than all.
    contents['/proc/stat'] = stat('100 0 150 1100 0 0 0 0 0 0');
    nowMs += 2000;
    expect((await read()).busyFraction).toBe(0);
    contents['/proc/stat'] = stat('900 0 150 1100 0 0 0 0 0 0');
    nowMs += 2000;
    expect((await read()).busyFraction).toBe(1);
  });

  it('ask a few of many processors', async () => {
    const many = Array.from({ length: 64 }, (_, i) => [
      `/sys/devices/system/cpu/cpu${i}/cpufreq/scaling_cur_freq`,
      String(1_000_000 + i),
    ]);
    const asked: string[] = [];
    const all = filesOf(Object.fromEntries(many));
    const read = conditionsReader({
      ...all,
      readPositive: (path) => {
        asked.push(path);
        return all.readPositive(path);
      },
    });
    expect((await read()).clockHz).toBe(1e3 * (1_000_000 + 52));
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
