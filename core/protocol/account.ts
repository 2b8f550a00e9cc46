/** All that a reader needs to believe one figure, or not: `plimsoll show FIGURE --json` prints it under these names. */
import { z } from 'zod';
import { RoundConditionsSchema } from './conditions.ts';
import { MeasurementSummarySchema } from './run.ts';

const text = z.string();
const count = z.number().int().nonnegative();
const positive = z.number().positive();

/** How the interval came about. rounds: from the medians of five rounds and more. bootstrap: of fewer. samples: of one, which is too narrow. */
export const intervalOrigins = ['rounds', 'bootstrap', 'samples'] as const;

export const AccountSchema = z.object({
  runId: text,
  suite: text,
  startedAt: z.iso.datetime(),
  machine: z.object({ id: text, name: text }),
  figure: MeasurementSummarySchema,
  /** In order, those that were set aside too; one alone where their borders were not kept. */
  rounds: z.array(
    z.object({
      samplesNs: z.array(positive).min(1),
      /** Of each sample, among all that count; empty for a round that was set aside. */
      outliers: z.array(z.enum(['inside', 'mild', 'severe'])),
      medianNs: positive,
      /** Why it does not count; empty where it does. */
      setAside: z.array(text),
      conditions: RoundConditionsSchema.optional(),
      /** What the arithmetic units gave between its samples, of the best that is known of them. */
      arithmeticShare: positive.optional(),
    }),
  ),
  interval: z.object({ from: z.enum(intervalOrigins), rounds: count }),
  warmupPasses: count,
  timer: z.object({
    resolutionNs: positive,
    /** Of reading the clock once; null where it is not known. */
    overheadNs: z.number().nonnegative().nullable(),
    passesPerSample: count.min(1),
    /** What one sample spans, in the middle. */
    spanNs: positive,
  }),
  verification: z.object({
    kernels: count,
    passed: count,
    /** The kernel that came nearest to its tolerance; null where none was checked. */
    worst: z
      .object({ name: text, relativeL2Error: z.number(), maxError: z.number(), tolerance: positive })
      .nullable(),
    output: z.object({ mean: z.number(), standardDeviation: z.number(), zeroFraction: z.number() }),
  }),
  versions: z.array(z.object({ what: text, version: text })),
  /** Of what was computed, and how it was cut into kernels: equal for figures of the same thing. */
  workload: text,
  /** null where a name of it could do something else in a shell: a run may come from anywhere. */
  command: text.nullable(),
});
export type Account = z.infer<typeof AccountSchema>;
