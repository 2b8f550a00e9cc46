/** Answers that need the store: they are made once, behind the app's API, and every page and command shows the same. */
import { z } from 'zod';
import { DataTypeSchema, MemoryLevelSchema } from './provider.ts';

const text = z.string();
const positive = z.number().positive();

export const AnswerLineSchema = z.object({
  subject: z.enum(['compute', 'memory', 'validity', 'noise']),
  /** check: something is not as it should be. unknown: there is nothing to hold it against, or nothing was measured. */
  state: z.enum(['fine', 'check', 'unknown']),
  sentence: text,
  /** On demand: what it is held against, with its source. */
  reason: text,
});
export type AnswerLine = z.infer<typeof AnswerLineSchema>;

/** Faults that have a name. */
export const faults = [
  'throttled',
  'power profile',
  'narrow GPU link',
  'missing memory channel',
  'slow memory',
  'changed ceiling',
] as const;

/** Is this machine as it should be? */
export const MachineAnswerSchema = z.object({
  lines: z.array(AnswerLineSchema).length(4),
  faults: z.array(z.enum(faults)),
  /** That the lines are about; null before the first. */
  runId: text.nullable(),
});
export type MachineAnswer = z.infer<typeof MachineAnswerSchema>;

export const CeilingHistoryRequestSchema = z.object({
  machineId: text.optional(),
  /** The newest so many runs of each machine. */
  limit: z.number().int().min(1).max(200).default(50),
});

/** One ceiling over the runs of a machine. */
export const CeilingSeriesSchema = z.object({
  machineId: text,
  machineName: text,
  /** `fp32 peak`, `DRAM bandwidth`. */
  what: text,
  /** Of a memory level; null for arithmetic. */
  level: MemoryLevelSchema.nullable(),
  /** Of arithmetic; null for a memory level. */
  dtype: DataTypeSchema.nullable(),
  provider: text,
  device: text,
  threads: z.number().int(),
  /** Oldest first. */
  points: z
    .array(
      z.object({
        runId: text,
        startedAt: z.iso.datetime(),
        /** Operations or bytes per second. */
        perSecond: positive,
        /** Lower quartile and best of its trials; null if they were not kept. */
        trials: z.object({ low: positive, high: positive }).nullable(),
      }),
    )
    .min(1),
});
export type CeilingSeries = z.infer<typeof CeilingSeriesSchema>;
