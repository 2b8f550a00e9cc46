/** Throughput of GPUs as others have published it: to lay beside what was measured, never among it. */
import { z } from 'zod';
import file from './published-gpus.json' with { type: 'json' };

const PublishedGpusSchema = z.object({
  peakOrigin: z.string(),
  /** Of one multiprocessor. */
  operationsAClock: z.number(),
  gpus: z.array(
    z.object({
      name: z.string(),
      dataType: z.string(),
      software: z.string(),
      source: z.string(),
      multiprocessors: z.number().int(),
      boostClockHz: z.number(),
      /** Where its multiprocessors, its clock and the product are published. */
      peakSource: z.string(),
      results: z.array(
        z.object({
          /** As the zoo calls it. */
          model: z.string(),
          imageSize: z.number().int(),
          /** Of one image, counted as here. */
          macs: z.number().int(),
          batch: z.number().int(),
          imagesPerSecond: z.number(),
        }),
      ),
    }),
  ),
});

const { peakOrigin, operationsAClock, gpus } = PublishedGpusSchema.parse(file);

export type PublishedGpu = (typeof gpus)[number] & { readonly peakOperationsPerSecond: number };

/** How the peaks were come by: those of the data sheets are of other conditions. */
export const publishedPeakOrigin = peakOrigin;

export const publishedGpus: readonly PublishedGpu[] = gpus.map((gpu) => ({
  ...gpu,
  peakOperationsPerSecond: gpu.multiprocessors * operationsAClock * gpu.boostClockHz,
}));
