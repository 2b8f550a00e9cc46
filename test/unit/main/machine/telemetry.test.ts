import { describe, expect, it } from 'vitest';
import { systemFiles } from '../../../../main/machine/system-files.ts';
import { surroundingsBetween, telemetry } from '../../../../main/machine/telemetry.ts';
import { filesOf } from '../../../fixtures/machines/machine-files.ts';

/** user nice system idle iowait irq softirq steal guest: guests are counted in `user` as well. */
function stat(user: number, idle: number, steal: number): string {
  const rest = `${user} 10 20 ${idle} 7 1 2 ${steal} 5 0`;
  return `cpu  ${rest}\ncpu0 ${rest}\ncpu1 ${rest}\ncpu2 ${rest}\ncpu3 ${rest}\nintr 12345\nbtime 1700000000\n`;
}

function processStat(user: number, system: number): string {
  return `77 (a (very) odd name) S 1 77 77 0 -1 4194560 900 0 0 0 ${user} ${system} 0 0 20 0 3 0 900 1 2`;
}

describe('what a machine does meanwhile', () => {
  const before = {
    '/proc/stat': stat(1000, 5000, 40),
    '/proc/self/stat': processStat(100, 10),
    '/proc/77/stat': processStat(500, 20),
    '/proc/meminfo': 'MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    8000000 kB\n',
    '/proc/vmstat': 'nr_free_pages 1\npswpin 7\npswpout 3\npgfault 100\n',
    '/proc/pressure/memory':
      'some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n',
    '/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count': '0',
    '/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '4',
    '/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count': '1',
    '/sys/class/thermal/thermal_zone0/temp': '91000',
    '/sys/class/thermal/cooling_device0/temp': '99000',
    '/sys/class/hwmon/hwmon0/name': 'coretemp',
    '/sys/class/hwmon/hwmon0/temp1_input': '52500',
    '/sys/class/hwmon/hwmon0/temp2_input': '-273000',
    '/sys/class/hwmon/hwmon1/temp1_input': '255000',
    '/sys/class/power_supply/AC/type': 'Mains',
    '/sys/class/power_supply/AC/online': '1',
    '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'schedutil',
  };

  it('is told from files, as what grew between two readings', async () => {
    const files: Record<string, string> = { ...before };
    let nowMs = 500;
    const source = telemetry(filesOf(files), () => nowMs);
    const first = await source.read(77);
    Object.assign(files, {
      '/proc/stat': stat(1250, 5130, 46),
      '/proc/self/stat': processStat(102, 10),
      '/proc/77/stat': processStat(690, 28),
      '/proc/meminfo': 'MemAvailable:    7000000 kB\n',
      '/proc/vmstat': 'pswpin 8\npswpout 5\n',
      '/proc/pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n',
      '/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count': '6',
      '/sys/class/hwmon/hwmon0/temp1_input': '61000',
      '/sys/class/power_supply/AC/online': '0',
      '/sys/class/power_supply/BAT0/type': 'Battery',
      '/sys/class/power_supply/BAT0/status': 'Discharging',
    });
    nowMs = 1500;
    const seen = surroundingsBetween(first, await source.read(77));
    expect(seen).toEqual({
      startedAt: first.startedAt,
      spanSeconds: 1,
      processors: 4,
      stolenSeconds: expect.closeTo(0.06, 9),
      // 2.5 s in all, of which 2 are of the provider and this program.
      othersSeconds: expect.closeTo(0.5, 9),
      throttleEvents: 2,
      temperatureCelsius: { before: 52.5, after: 61 },
      power: { source: 'battery', governor: 'schedutil', profile: null },
      availableBytes: 7_000_000 * 1024,
      swappedPages: 3,
      memoryStallSeconds: 0.5,
    });
  });

  it('is unknown where nothing tells it, and never zero', async () => {
    const source = telemetry(systemFiles('/nowhere'));
    const first = await source.read(77);
    expect(surroundingsBetween(first, await source.read(77))).toMatchObject({
      processors: null,
      stolenSeconds: null,
      othersSeconds: null,
      throttleEvents: null,
      temperatureCelsius: null,
      power: { source: null, governor: null, profile: null },
      availableBytes: null,
      swappedPages: null,
      memoryStallSeconds: null,
    });
  });

  it('cannot tell what others do where the provider is not known, or was started again', async () => {
    const files: Record<string, string> = { ...before };
    const source = telemetry(filesOf(files));
    const unknown = await source.read(undefined);
    expect(surroundingsBetween(unknown, await source.read(undefined)).othersSeconds).toBeNull();
    const first = await source.read(77);
    files['/proc/77/stat'] = processStat(1, 1);
    expect(surroundingsBetween(first, await source.read(77)).othersSeconds).toBeNull();
  });

  it.runIf(process.platform === 'linux')('is told by this machine', async () => {
    const source = telemetry(systemFiles());
    const first = await source.read(process.pid);
    const seen = surroundingsBetween(first, await source.read(process.pid));
    expect(seen.processors).toBeGreaterThan(0);
    expect(seen.othersSeconds).not.toBeNull();
    expect(seen.availableBytes).toBeGreaterThan(0);
  });
});
