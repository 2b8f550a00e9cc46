/** How the machine is at this moment, for whoever watches a run: clock, temperature and load. What is not told is null. */
import type { ConditionsSample } from '../../core/protocol/api.ts';
import { parseCpuInfo } from './cpuinfo.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';
import { readProcessors } from './telemetry.ts';
import { readTemperature } from './temperature.ts';

export type LiveConditions = Omit<ConditionsSample, 'atSeconds'>;

/** Asking a processor for its clock interrupts it, so a few speak for all. */
const mostAsked = 4;

/** Returns a function that is to be called now and then; the load is that since the call before. */
export function conditionsReader(
  files: SystemFiles = systemFiles(),
  now: () => number = () => performance.now(),
): () => Promise<LiveConditions> {
  let before: { readonly busySeconds: number; readonly atMs: number } | null = null;
  return async () => {
    const [clockHz, temperatureCelsius, stat] = await Promise.all([
      readClock(files),
      readTemperature(files),
      files.read('/proc/stat'),
    ]);
    const { busySeconds, processors } = readProcessors(stat);
    const atMs = now();
    const busyFraction =
      busySeconds === null || processors === null || before === null
        ? null
        : shareOf(busySeconds - before.busySeconds, ((atMs - before.atMs) / 1000) * processors);
    before = busySeconds === null ? null : { busySeconds, atMs };
    return { clockHz, temperatureCelsius, busyFraction };
  };
}

/** Counters come in steps of a hundredth of a second, so the busiest machine may seem a little more than busy. */
function shareOf(busySeconds: number, allSeconds: number): number | null {
  return allSeconds > 0 ? Math.min(1, Math.max(0, busySeconds / allSeconds)) : null;
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

/** So many of them at most, evenly from the first to the last. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return all.filter(
    (_, i) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length),
  );
}
