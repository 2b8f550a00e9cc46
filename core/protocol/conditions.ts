/**
 * What the machine did while something was measured, as it is stored. `null` means that the system does not tell; nothing is judged
 * here: core/analysis/marks.ts says what of it is worth a mark, and which rounds are set aside.
 */
import { z } from 'zod';
import { stopReasons } from '../statistics/stopping.ts';

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const beforeAndAfter = <T extends z.ZodType>(value: T) => z.object({ before: value, after: value });

export const PowerSchema = z.object({
  source: z.enum(['mains', 'battery']).nullable(),
  governor: z.string().nullable(),
  profile: z.string().nullable(),
});

/** From outside of the provider: from just before it was asked until it had answered. */
export const SurroundingsSchema = z.object({
  startedAt: z.iso.datetime(),
  spanSeconds: z.number().positive(),
  /** Over which the next two are summed; null where the system does not tell. */
  processors: count.nullable(),
  /** CPU time that the hypervisor gave to somebody else, over all processors. */
  stolenSeconds: seconds.nullable(),
  /** CPU time of everything but this program and the provider. */
  othersSeconds: seconds.nullable(),
  /** How often a processor was slowed down for its heat. */
  throttleEvents: count.nullable(),
  /** Of the processor, in degrees Celsius. */
  temperatureCelsius: beforeAndAfter(z.number()).nullable(),
  power: PowerSchema,
  availableBytes: count.nullable(),
  /** Moved between memory and swap. */
  swappedPages: count.nullable(),
  /** In which something had to wait for memory. */
  memoryStallSeconds: seconds.nullable(),
  /** Of CPU time, in CPUs, and how long it stopped the programs of its group, summed over their threads; absent where there is none. */
  quota: z.object({ cpus: z.number().positive(), stoppedSeconds: seconds.nullable() }).optional(),
});
export type Surroundings = z.infer<typeof SurroundingsSchema>;

/** The wall clock beside a GPU's time stamps: of the median sample, and the samples of which both cannot be right. */
export const GpuClockSchema = z.object({ wallOverGpu: z.number().positive(), disagreeing: count });

/** Of one round of one measurement; what the provider adds is absent where it does not tell. */
export const RoundConditionsSchema = SurroundingsSchema.extend({
  warm: z.boolean().optional(),
  stopped: z.enum(stopReasons).optional(),
  passesPerSample: count.min(1).optional(),
  timerOverheadNs: z.number().nonnegative().optional(),
  gpuClock: GpuClockSchema.optional(),
  /** Of the core that leads, from a chain of dependent additions. */
  clockHz: beforeAndAfter(z.number().positive()).optional(),
  /** Of the loop that an arithmetic ceiling was measured with: of bursts between the samples that which a quarter of them was below. */
  arithmetic: z
    .object({
      bursts: count.min(1),
      operationsPerSecond: z.number().positive(),
      ceilingOperationsPerSecond: z.number().positive(),
      ceilingClockHz: z.number().positive().optional(),
    })
    .optional(),
  /** Between the threads, beside the bursts: that which a quarter of them was above, and what was seen beside the ceiling. */
  roundTripNs: z
    .object({ upper: z.number().positive(), ceiling: z.number().positive().optional() })
    .optional(),
  pageFaults: z.object({ minor: count, major: count }).optional(),
  memory: z.object({ anonymousBytes: count, hugePageBytes: count }).optional(),
});
export type RoundConditions = z.infer<typeof RoundConditionsSchema>;

/** How the machine was before the run. */
export const SettlingSchema = z.object({
  /** Null where the system does not tell whether it is quiet. */
  settled: z.boolean().nullable(),
  waitedSeconds: seconds,
  /** What kept it from being quiet, or why that cannot be told. */
  reason: z.string().nullable(),
  last: SurroundingsSchema.nullable(),
});
export type Settling = z.infer<typeof SettlingSchema>;

export const markKinds = [
  'steal',
  'background',
  'clock',
  'arithmetic',
  'apart',
  'throttled',
  'quota',
  'temperature',
  'power',
  'memory',
  'pageFaults',
  'hugePages',
  'unsettled',
  'notWarm',
  'noisy',
  'timer',
  'cacheState',
  'kernelSum',
  'bound',
  'mistrusted',
  'drift',
  'spread',
] as const;

/** What a reader of a figure should know. A warning: it may be wrong by more than its interval says. A note: it may be read as it is. */
export const MarkSchema = z.object({
  kind: z.enum(markKinds),
  severity: z.enum(['note', 'warning']),
  sentence: z.string(),
});
export type Mark = z.infer<typeof MarkSchema>;

/** A round whose samples are stored but do not count. */
export const SetAsideSchema = z.object({
  /** From 1. */
  round: count.min(1),
  samples: count,
  reasons: z.array(z.string()).min(1),
});
export type SetAside = z.infer<typeof SetAsideSchema>;
