/** What a processor should reach, by its name: clocks and memory channels as its maker publishes them. */
import { z } from 'zod';
import file from './processors.json' with { type: 'json' };

const { processors, sources, bandwidth } = z
  .object({
    sources: z.record(z.string(), z.string()),
    columns: z.array(z.string()),
    processors: z.record(z.string(), z.tuple([z.number(), z.number(), z.number().int()])),
    /** Of chips whose maker publishes nothing else, in bytes per second. */
    bandwidth: z.record(z.string(), z.number()),
  })
  .parse(file);

export interface ProcessorReference {
  /** As in the data file: `EPYC 9654`. */
  readonly name: string;
  readonly baseClockHz: number | null;
  /** The highest clock of one core. */
  readonly boostClockHz: number | null;
  /** Of one socket. */
  readonly memoryChannels: number | null;
  readonly memoryBytesPerSecond: number | null;
  readonly source: string;
}

const byKey = new Map(
  [...Object.keys(processors), ...Object.keys(bandwidth)].map((name) => [keyOf(name), name]),
);

/** Null if the name is not in the list, as a guest's `AMD EPYC`: unknown, not as expected. */
export function processorReference(model: string): ProcessorReference | null {
  const name = byKey.get(keyOf(model));
  if (name === undefined) return statedBase(model);
  const source = sources[name.split(' ')[0] ?? ''] ?? '';
  const known = processors[name];
  if (known === undefined) {
    const memoryBytesPerSecond = bandwidth[name] ?? null;
    return {
      name,
      baseClockHz: null,
      boostClockHz: null,
      memoryChannels: null,
      memoryBytesPerSecond,
      source,
    };
  }
  const [baseGhz, boostGhz, memoryChannels] = known;
  return {
    name,
    baseClockHz: baseGhz * 1e9,
    boostClockHz: boostGhz * 1e9,
    memoryChannels,
    memoryBytesPerSecond: null,
    source,
  };
}

/** Intel wrote the base clock into the name until 2021: `Intel(R) Xeon(R) CPU @ 2.20GHz`. */
function statedBase(model: string): ProcessorReference | null {
  const stated = /@ *(\d+(?:\.\d+)?) *GHz/i.exec(model)?.[1];
  if (stated === undefined) return null;
  return {
    name: model,
    baseClockHz: Number(stated) * 1e9,
    boostClockHz: null,
    memoryChannels: null,
    memoryBytesPerSecond: null,
    source: 'the base clock in its name',
  };
}

/**
 * What is left of a name when decoration is gone: `Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz`, `13th Gen Intel(R) Core(TM) i9-13900K`,
 * `AMD EPYC 9654 96-Core Processor`, `AMD Ryzen 7 7840U w/ Radeon 780M Graphics`.
 */
function keyOf(model: string): string {
  return model
    .replaceAll(/\((?:R|TM|C)\)|[®™©]/gi, ' ')
    .toLowerCase()
    .replace(/@.*$/, '')
    .replace(/\b(?:with|w\/) *(?:amd )?radeon.*$/, '')
    .replace(/\b\d+-cores?(?: processor)?\b.*$/, '')
    .replaceAll(/\b(?:intel|genuine|amd|cpu|processor|\d+th gen)\b/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
