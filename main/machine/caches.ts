/** The caches of a processor, as Linux lists them in /sys/devices/system/cpu/cpu0/cache. */
import type { Environment } from '../../core/protocol/run.ts';
import { parseCpuList } from './cpu-lists.ts';
import type { SystemFiles } from './system-files.ts';

type Cache = Environment['cpu']['caches'][number];

const levels = ['L1', 'L2', 'L3'] as const;

/** Data and unified caches, nearest first. */
export async function readCaches(files: SystemFiles, cpu = 0): Promise<Cache[]> {
  const folder = `/sys/devices/system/cpu/cpu${cpu}/cache`;
  const indices = (await files.list(folder)).filter((name) => name.startsWith('index'));
  const caches = await Promise.all(
    indices.map(async (index) => {
      const [level, type, size, shared] = await Promise.all(
        ['level', 'type', 'size', 'shared_cpu_list'].map((name) => files.read(`${folder}/${index}/${name}`)),
      );
      return toCache(level ?? null, type ?? null, size ?? null, shared ?? null);
    }),
  );
  return caches.filter((cache) => cache !== null).toSorted((a, b) => a.level.localeCompare(b.level));
}

/** Null for an instruction cache, and for what cannot be read. */
export function toCache(
  level: string | null,
  type: string | null,
  size: string | null,
  sharedCpuList: string | null,
): Cache | null {
  const name = levels[Number(level) - 1];
  const bytes = size === null ? null : parseCacheSize(size);
  if (name === undefined || bytes === null || (type !== 'Data' && type !== 'Unified')) return null;
  return { level: name, bytes, sharedBy: Math.max(1, parseCpuList(sharedCpuList ?? '').length) };
}

/** `32K`, `1M` or plain bytes; some guests are told `0K`, which is no size. */
export function parseCacheSize(text: string): number | null {
  const match = /^(\d+)([KMG]?)$/.exec(text);
  const bytes = match === null ? 0 : Number(match[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf(match[2] ?? '');
  return bytes > 0 ? bytes : null;
}
