/** How the machine is at this moment: clock, temperature and load, from a few small files. What is not told is null. */
import type { ConditionsSample } from '../../core/protocol/api.ts';
import { parseCpuInfo } from './cpuinfo.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';

export type Conditions = Omit<ConditionsSample, 'atSeconds'>;

/** Clock ticks of all processors together, since the system was started. */
export interface CpuTicks {
  readonly busy: number;
  readonly all: number;
}

/** Asking a processor for its clock interrupts it, so a few speak for all. */
const mostAsked = 4;

/** Drivers of the sensors that lie in processors. */
const cpuSensors = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal', 'cpu-thermal', 'soc_thermal']);

/** Returns a function that is to be called now and then; the load is that since the call before. */
export function conditionsReader(files: SystemFiles = systemFiles()): () => Promise<Conditions> {
  let before: CpuTicks | null = null;
  return async () => {
    const [clockHz, temperatureCelsius, stat] = await Promise.all([
      readClock(files),
      readTemperature(files),
      files.read('/proc/stat'),
    ]);
    const ticks = stat === null ? null : parseTicks(stat);
    const busyFraction = ticks === null || before === null ? null : busySince(before, ticks);
    before = ticks;
    return { clockHz, temperatureCelsius, busyFraction };
  };
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what a guest takes is in user already. */
export function parseTicks(stat: string): CpuTicks | null {
  const fields = /^cpu\s+(\d+(?: \d+)+)$/m.exec(stat)?.[1]?.split(' ').map(Number);
  if (fields === undefined || fields.length < 4) return null;
  const counted = fields.slice(0, 8);
  const all = counted.reduce((sum, ticks) => sum + ticks, 0);
  const idle = (counted[3] ?? 0) + (counted[4] ?? 0);
  return { busy: all - idle, all };
}

export function busySince(before: CpuTicks, after: CpuTicks): number | null {
  const all = after.all - before.all;
  // Counters can go back, for instance that of iowait.
  return all <= 0 ? null : Math.min(1, Math.max(0, (after.busy - before.busy) / all));
}

/** The highest: a thread that works runs at it, and idle processors are no matter. */
async function readClock(files: SystemFiles): Promise<number | null> {
  const folder = '/sys/devices/system/cpu';
  const processors = (await files.list(folder)).filter((name) => /^cpu\d+$/.test(name));
  const kilohertz = await Promise.all(
    spread(processors, mostAsked).map((name) =>
      files.readPositive(`${folder}/${name}/cpufreq/scaling_cur_freq`),
    ),
  );
  const known = kilohertz.filter((value) => value !== null);
  if (known.length > 0) return 1000 * Math.max(...known);
  return clockOfCpuInfo((await files.read('/proc/cpuinfo')) ?? '');
}

/** A guest is told the nominal clock of its host, whatever that does: no condition. */
export function clockOfCpuInfo(text: string): number | null {
  if (parseCpuInfo(text).flags.has('hypervisor')) return null;
  const megahertz = [...text.matchAll(/^cpu MHz\s*:\s*([\d.]+)$/gm)].map((match) => Number(match[1]));
  const clock = Math.max(0, ...megahertz.filter(Number.isFinite));
  return clock > 0 ? 1e6 * clock : null;
}

/** The hottest sensor of the processor. */
async function readTemperature(files: SystemFiles): Promise<number | null> {
  const folder = '/sys/class/hwmon';
  const sensors = await Promise.all(
    (await files.list(folder)).map(async (name) => {
      if (!cpuSensors.has((await files.read(`${folder}/${name}/name`)) ?? '')) return [];
      const inputs = (await files.list(`${folder}/${name}`)).filter((file) => /^temp\d+_input$/.test(file));
      return Promise.all(inputs.map((file) => files.readPositive(`${folder}/${name}/${file}`)));
    }),
  );
  const millidegrees = sensors.flat().filter((value) => value !== null);
  return millidegrees.length === 0 ? null : Math.max(...millidegrees) / 1000;
}

/** So many of them at most, evenly from the first to the last. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)] as T);
}
