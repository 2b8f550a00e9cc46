/**
 * The processors that Linux shows, and the kinds of core among them: fast and slow ones, or such with more and less L3 cache. Each kind
 * has a clock, caches and a governor of its own, and a figure holds only for the cores that it was measured on.
 */
import type { CoreKind, Environment } from '../../core/protocol/run.ts';
import { armCore } from './arm-cores.ts';
import { readCaches } from './caches.ts';
import { formatCpuList, parseCpuList } from './cpu-lists.ts';
import { countProcessors, parseArmCores } from './cpuinfo.ts';
import type { SystemFiles } from './system-files.ts';

export interface Topology {
  /** Online; 0 where it is not told. */
  readonly threads: number;
  /** Null where it is not told. */
  readonly cores: number | null;
  readonly offlineThreads: number;
  /** Cores of which no thread is online: as far as can be told, for those that are off tell nothing. */
  readonly offlineCores: number;
  /** That an affinity mask leaves; null where it is not told. */
  readonly usableThreads: number | null;
  /** The fastest first; those that this process may use before others. One of them where all cores are alike. */
  readonly kinds: readonly CoreKind[];
}

interface Processor {
  readonly cpu: number;
  /** The lowest number of the threads on its core; its own where it is not told. */
  readonly core: number;
  readonly toldCore: boolean;
  readonly name: string | null;
  readonly maximumHz: number | null;
  readonly governor: string | null;
  readonly caches: Environment['cpu']['caches'];
}

const folder = '/sys/devices/system/cpu';
/** Cores of one kind differ a little in the clock that they are made for. */
const sameClock = 0.85;

/** What the kernel's counters of hybrid Intel processors are called by. */
const hybridKinds = [
  ['cpu_core', 'P-cores'],
  ['cpu_atom', 'E-cores'],
  ['cpu_lowpower', 'LP E-cores'],
] as const;

export async function readTopology(files: SystemFiles): Promise<Topology> {
  const [online, present, multithreading, status, cpuInfo, names, ...hybrid] = await Promise.all([
    files.read(`${folder}/online`),
    files.read(`${folder}/present`),
    files.read(`${folder}/smt/control`),
    files.read('/proc/self/status'),
    files.read('/proc/cpuinfo'),
    files.list(folder),
    ...hybridKinds.map(async ([device, name]) => ({
      name,
      cpus: parseCpuList((await files.read(`/sys/devices/${device}/cpus`)) ?? ''),
    })),
  ]);
  const shown = names.flatMap((name) => /^cpu(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const onlineCpus = online === null ? [] : parseCpuList(online);
  const arm = parseArmCores(cpuInfo ?? '');
  const nameOf = (cpu: number) => {
    const core = arm.get(cpu);
    return core === undefined
      ? (hybrid.find(({ cpus }) => cpus.includes(cpu))?.name ?? null)
      : armCore(...core);
  };
  // Of an old kernel, the folders stand for the list.
  const listed = onlineCpus.length > 0 ? onlineCpus : shown;
  const processors = await Promise.all(
    (listed.length > 0 ? listed : [...arm.keys()]).map((cpu) => readProcessor(files, cpu, nameOf(cpu))),
  );
  const mask = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status ?? '')?.[1];
  const allowed = mask === undefined ? null : new Set(parseCpuList(mask));
  const isUsable = (cpu: number) => allowed === null || allowed.has(cpu);
  const threads = onlineCpus.length || Math.max(countProcessors(cpuInfo ?? ''), shown.length);
  const offline = parseCpuList(present ?? '').filter(
    (cpu) => onlineCpus.length > 0 && !onlineCpus.includes(cpu),
  );
  const isTold = threads > 0 && processors.length === threads && processors.every(({ toldCore }) => toldCore);
  // Where the second threads of all cores were switched off, these are they.
  const perCore =
    multithreading?.includes('off') === true ? Number.POSITIVE_INFINITY : threadsPerCore(processors);
  return {
    threads,
    offlineCores: Math.ceil(offline.length / perCore),
    cores: isTold ? coresOf(processors) : null,
    offlineThreads: offline.length,
    usableThreads: allowed === null || onlineCpus.length === 0 ? null : onlineCpus.filter(isUsable).length,
    kinds: kindsOf(processors, isUsable),
  };
}

async function readProcessor(files: SystemFiles, cpu: number, name: string | null): Promise<Processor> {
  const own = `${folder}/cpu${cpu}`;
  const [siblings, maximumKhz, governor, caches] = await Promise.all([
    files.read(`${own}/topology/thread_siblings_list`),
    files.readPositive(`${own}/cpufreq/cpuinfo_max_freq`),
    files.read(`${own}/cpufreq/scaling_governor`),
    readCaches(files, cpu),
  ]);
  const [first = cpu] = parseCpuList(siblings ?? '');
  return {
    cpu,
    core: Math.min(first, cpu),
    toldCore: siblings !== null,
    name,
    maximumHz: maximumKhz === null ? null : maximumKhz * 1e3,
    governor,
    caches,
  };
}

function threadsPerCore(processors: readonly Processor[]): number {
  return Math.max(
    1,
    ...[...Map.groupBy(processors, ({ core }) => core).values()].map(({ length }) => length),
  );
}

function coresOf(processors: readonly Processor[]): number {
  return new Set(processors.map(({ core }) => core)).size;
}

function kindsOf(processors: readonly Processor[], isUsable: (cpu: number) => boolean): CoreKind[] {
  const clockClass = clockClasses(processors.map(({ maximumHz }) => maximumHz ?? 0));
  const groups = Map.groupBy(processors, ({ name, maximumHz, caches }) =>
    JSON.stringify([name, clockClass(maximumHz ?? 0), caches.map(({ level, bytes }) => [level, bytes])]),
  );
  const kinds = [...groups.values()].map((group): CoreKind & { readonly clockClass: number } => {
    const [first] = group;
    const clocks = group.map(({ maximumHz }) => maximumHz ?? 0);
    const usable = group.filter(({ cpu }) => isUsable(cpu));
    const governors = [...new Set(group.map(({ governor }) => governor))];
    return {
      name: first?.name ?? null,
      cores: coresOf(group),
      threads: group.length,
      usableThreads: usable.length,
      cpus: formatCpuList(group.map(({ cpu }) => cpu)),
      maximumClockHz: Math.max(...clocks) || null,
      governor: governors.filter((governor) => governor !== null).join(', ') || null,
      caches: [...(first?.caches ?? [])],
      clockClass: clockClass(Math.max(...clocks)),
    };
  });
  const l3 = ({ caches }: CoreKind) => caches.find(({ level }) => level === 'L3')?.bytes ?? 0;
  return kinds
    .sort(
      (a, b) =>
        Number(b.usableThreads > 0) - Number(a.usableThreads > 0) ||
        b.clockClass - a.clockClass ||
        l3(b) - l3(a) ||
        (b.maximumClockHz ?? 0) - (a.maximumClockHz ?? 0),
    )
    .map(({ clockClass: _, ...kind }) => kind);
}

/** Returns what of two clocks is the same where they are of one class. */
function clockClasses(clocks: readonly number[]): (clock: number) => number {
  const tops: number[] = [];
  for (const clock of [...new Set(clocks)].sort((a, b) => b - a)) {
    const top = tops.at(-1);
    if (top === undefined || clock < sameClock * top) tops.push(clock);
  }
  return (clock) => tops.findLast((top) => clock <= top) ?? clock;
}
