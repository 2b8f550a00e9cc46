/**
 * What the machine does meanwhile. Linux tells it in files: counters that only grow, read before and after, and gauges. Other systems
 * tell nothing here, and what they do not tell is null.
 */
import type { Surroundings } from '../../core/protocol/conditions.ts';
import { availableBytes, readLimitEvents, readLimits } from './cgroup.ts';
import { readPower } from './power.ts';
import type { SystemFiles } from './system-files.ts';
import { readTemperature } from './temperature.ts';

/** At one moment. */
export interface Reading {
  readonly startedAt: string;
  readonly atMs: number;
  readonly processors: number | null;
  /** Seconds of CPU time since the machine started, over all processors. */
  readonly busySeconds: number | null;
  readonly stolenSeconds: number | null;
  /** Of this program and the provider; null where one of them is not known. */
  readonly ownSeconds: number | null;
  readonly throttleEvents: number | null;
  readonly temperatureCelsius: number | null;
  readonly power: Surroundings['power'];
  readonly availableBytes: number | null;
  readonly swappedPages: number | null;
  readonly memoryStallSeconds: number | null;
  /** In which a quota of CPU time stopped this program or the provider. */
  readonly quotaStoppedSeconds: number | null;
  readonly quotaCpus: number | null;
}

export interface Telemetry {
  /** `providerId`: the process that executes; undefined where that is not known. */
  read(providerId: number | undefined): Promise<Reading>;
  /** How many programs of the same container, or where it has no limit of the machine, were ended because memory ran out, so far. */
  memoryKills?(): Promise<number | null>;
}

/** The kernel counts CPU time in hundredths of a second for programs, whatever its own clock is (man 7 time). */
const ticksPerSecond = 100;

export function telemetry(files: SystemFiles, now: () => number = () => performance.now()): Telemetry {
  return {
    async memoryKills() {
      const { outOfMemoryKills } = await readLimitEvents(files);
      return outOfMemoryKills ?? numberAfter(await files.read('/proc/vmstat'), 'oom_kill ');
    },
    async read(providerId) {
      const [
        stat,
        own,
        provider,
        throttleEvents,
        temperatureCelsius,
        power,
        meminfo,
        vmstat,
        pressure,
        limits,
        limitEvents,
      ] = await Promise.all([
        files.read('/proc/stat'),
        files.read('/proc/self/stat'),
        providerId === undefined ? null : files.read(`/proc/${providerId}/stat`),
        readThrottleEvents(files),
        readTemperature(files),
        readPower(files),
        files.read('/proc/meminfo'),
        files.read('/proc/vmstat'),
        files.read('/proc/pressure/memory'),
        readLimits(files),
        readLimitEvents(files),
      ]);
      const ownTicks = [own, provider].map(ticksOfProcess);
      const swapped = ['pswpin', 'pswpout'].map((name) => numberAfter(vmstat, `${name} `));
      const stallMicroseconds = numberAfter(pressure, 'some .*total=');
      const availableKibibytes = numberAfter(meminfo, 'MemAvailable: +');
      return {
        startedAt: new Date().toISOString(),
        atMs: now(),
        ...readProcessors(stat),
        ownSeconds: sumOf(ownTicks, 1 / ticksPerSecond),
        throttleEvents,
        temperatureCelsius,
        power,
        availableBytes: availableBytes(
          availableKibibytes === null ? null : availableKibibytes * 1024,
          limits,
        ),
        swappedPages: sumOf(swapped, 1),
        memoryStallSeconds: stallMicroseconds === null ? null : stallMicroseconds / 1e6,
        quotaStoppedSeconds: limitEvents.throttledSeconds,
        quotaCpus: limits.cpus,
      };
    },
  };
}

/** What happened between two readings. */
export function surroundingsBetween(before: Reading, after: Reading): Surroundings {
  const grown = (
    key:
      | 'busySeconds'
      | 'stolenSeconds'
      | 'ownSeconds'
      | 'throttleEvents'
      | 'swappedPages'
      | 'memoryStallSeconds'
      | 'quotaStoppedSeconds',
  ) => {
    const [first, second] = [before[key], after[key]];
    // A counter that went back is another one: the provider was started again.
    return first === null || second === null || second < first ? null : second - first;
  };
  const [busy, own] = [grown('busySeconds'), grown('ownSeconds')];
  return {
    startedAt: before.startedAt,
    spanSeconds: Math.max(1, after.atMs - before.atMs) / 1000,
    processors: after.processors,
    stolenSeconds: grown('stolenSeconds'),
    othersSeconds: busy === null || own === null ? null : Math.max(0, busy - own),
    throttleEvents: grown('throttleEvents'),
    temperatureCelsius:
      before.temperatureCelsius === null || after.temperatureCelsius === null
        ? null
        : { before: before.temperatureCelsius, after: after.temperatureCelsius },
    power: after.power,
    availableBytes: after.availableBytes,
    swappedPages: grown('swappedPages'),
    memoryStallSeconds: grown('memoryStallSeconds'),
    ...(after.quotaCpus !== null && {
      quota: { cpus: after.quotaCpus, stoppedSeconds: grown('quotaStoppedSeconds') },
    }),
  };
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what guests use is in `user` already. */
export function readProcessors(
  stat: string | null,
): Pick<Reading, 'processors' | 'busySeconds' | 'stolenSeconds'> {
  const ticks = /^cpu +(.*)$/m
    .exec(stat ?? '')?.[1]
    ?.split(' ')
    .map(Number);
  if (ticks === undefined || ticks.length < 7)
    return { processors: null, busySeconds: null, stolenSeconds: null };
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal] = ticks;
  return {
    processors: stat?.match(/^cpu\d/gm)?.length ?? null,
    busySeconds: (user + nice + system + irq + softirq) / ticksPerSecond,
    stolenSeconds: steal === undefined ? null : steal / ticksPerSecond,
  };
}

/** utime and stime, behind the name, which may hold spaces and brackets. */
function ticksOfProcess(stat: string | null): number | null {
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields?.[11]), Number(fields?.[12])];
  return Number.isFinite(user) && Number.isFinite(system) ? user + system : null;
}

const cpus = '/sys/devices/system/cpu';

async function readThrottleEvents(files: SystemFiles): Promise<number | null> {
  const names = (await files.list(cpus)).filter((name) => /^cpu\d+$/.test(name));
  const counts = await Promise.all(
    names.flatMap((name) =>
      ['core_throttle_count', 'package_throttle_count'].map((file) =>
        files.read(`${cpus}/${name}/thermal_throttle/${file}`),
      ),
    ),
  );
  const known = counts.filter((text) => text !== null);
  return known.length === 0 ? null : known.reduce((sum, text) => sum + Number(text), 0);
}

function numberAfter(text: string | null, before: string): number | null {
  const found = new RegExp(`^${before}(\\d+)`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

function sumOf(values: readonly (number | null)[], unit: number): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value * unit;
  }
  return sum;
}
