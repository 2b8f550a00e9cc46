/** What a container or a service may use: the limits of its control group, of the first version and the second, and what they did. */
import type { SystemFiles } from './system-files.ts';

/** What a program may have at most: the limit, or the whole machine. */
export function usableMemoryBytes({
  limits,
  memory,
}: {
  readonly limits?: { readonly memoryBytes: number | null } | undefined;
  readonly memory: { readonly totalBytes: number };
}): number {
  return limits?.memoryBytes ?? memory.totalBytes;
}

export interface Limits {
  /** CPUs' worth of time that may be used; null where there is no quota. */
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  /** Of `memoryBytes`, what is used by now, without what the kernel would give back. */
  readonly memoryUsedBytes: number | null;
}

/** Counters that only grow; null where the system does not tell. */
export interface LimitEvents {
  /** In which the quota of CPU time stopped the group. */
  readonly throttledSeconds: number | null;
  /** Processes that were ended because the memory limit was reached. */
  readonly outOfMemoryKills: number | null;
}

/** The folders of the group, the nearest first, each with those above it; several where the mount hides what is above. */
interface Groups {
  readonly unified: readonly string[];
  readonly cpu: readonly string[];
  readonly memory: readonly string[];
}

/** The first version has no word for `unlimited`, but a number near 2^63. */
const unlimitedBytes = 2 ** 60;

export async function readLimits(files: SystemFiles): Promise<Limits> {
  const { unified, cpu, memory } = await readGroups(files);
  const quotas = [
    ...unified.map(async (folder) => quotaOf(await files.read(`${folder}/cpu.max`))),
    ...cpu.map(async (folder) => {
      const [quota, period] = await Promise.all(
        ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => files.read(`${folder}/${name}`)),
      );
      return quotaOf(`${quota} ${period}`);
    }),
  ];
  const limits = [
    ...unified.map((folder) => limitOf(files, folder, 'memory.max', 'memory.current', 'inactive_file')),
    ...memory.map((folder) =>
      limitOf(files, folder, 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'),
    ),
  ];
  const [cpus] = (await Promise.all(quotas)).filter((quota) => quota !== null).sort((a, b) => a - b);
  const [tightest] = (await Promise.all(limits))
    .filter((limit) => limit !== null)
    .sort((a, b) => a.bytes - b.bytes);
  return {
    cpus: cpus ?? null,
    memoryBytes: tightest?.bytes ?? null,
    memoryUsedBytes: tightest?.usedBytes ?? null,
  };
}

export async function readLimitEvents(files: SystemFiles): Promise<LimitEvents> {
  const { unified, cpu, memory } = await readGroups(files);
  const counters = async (folders: readonly string[], file: string, name: string) => {
    const counts = await Promise.all(
      folders.map(async (folder) => fieldOf(await files.read(`${folder}/${file}`), name)),
    );
    // Of all groups above each other: a quota stops whoever is below it.
    const known = counts.filter((count) => count !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const [microseconds, nanoseconds, kills, formerKills] = await Promise.all([
    counters(unified, 'cpu.stat', 'throttled_usec'),
    counters(cpu, 'cpu.stat', 'throttled_time'),
    counters(unified, 'memory.events', 'oom_kill'),
    counters(memory, 'memory.oom_control', 'oom_kill'),
  ]);
  return {
    throttledSeconds:
      microseconds !== null ? microseconds / 1e6 : nanoseconds === null ? null : nanoseconds / 1e9,
    outOfMemoryKills: kills ?? formerKills,
  };
}

/** What is free here: of the machine, or of what the limit leaves, whichever is less. */
export function availableBytes(
  ofMachine: number | null,
  { memoryBytes, memoryUsedBytes }: Limits,
): number | null {
  if (memoryBytes === null) return ofMachine;
  const left = Math.max(0, memoryBytes - (memoryUsedBytes ?? 0));
  return ofMachine === null ? left : Math.min(ofMachine, left);
}

async function readGroups(files: SystemFiles): Promise<Groups> {
  const [own, root] = await Promise.all([files.read('/proc/self/cgroup'), files.list('/sys/fs/cgroup')]);
  const paths = new Map<string, string>();
  for (const line of (own ?? '').split('\n')) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  const folders = (mount: string, controller: string) =>
    ancestorsOf(paths.get(controller) ?? '/').map((path) => `${mount}${path}`);
  const mountOf = (controller: string) =>
    root.find((name) => name.split(',').includes(controller)) ?? controller;
  const base = '/sys/fs/cgroup';
  const hasFirst = root.some((name) => name.split(',').some((part) => part === 'cpu' || part === 'memory'));
  return {
    unified: [...folders(base, ''), ...(root.includes('unified') ? folders(`${base}/unified`, '') : [])],
    cpu: hasFirst ? folders(`${base}/${mountOf('cpu')}`, 'cpu') : [],
    memory: hasFirst ? folders(`${base}/${mountOf('memory')}`, 'memory') : [],
  };
}

/** `/a/b` → `/a/b`, `/a` and the root: a container may be told the path that its group has outside, where its own mount begins at it. */
function ancestorsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`).concat('');
}

/** `50000 100000` → 0.5; `max 100000` and `-1 100000` are no quota. */
function quotaOf(text: string | null): number | null {
  const match = /^(\d+)(?:\s+(\d+))?$/.exec(text ?? '');
  if (match === null) return null;
  const cpus = Number(match[1]) / Number(match[2] ?? 100_000);
  return cpus > 0 && Number.isFinite(cpus) ? cpus : null;
}

async function limitOf(
  files: SystemFiles,
  folder: string,
  limit: string,
  usage: string,
  reclaimable: string,
): Promise<{ readonly bytes: number; readonly usedBytes: number | null } | null> {
  const [bytes, used, stat] = await Promise.all([
    files.readPositive(`${folder}/${limit}`),
    files.readPositive(`${folder}/${usage}`),
    files.read(`${folder}/memory.stat`),
  ]);
  if (bytes === null || bytes >= unlimitedBytes) return null;
  return { bytes, usedBytes: used === null ? null : Math.max(0, used - (fieldOf(stat, reclaimable) ?? 0)) };
}

function fieldOf(text: string | null, name: string): number | null {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found);
}
