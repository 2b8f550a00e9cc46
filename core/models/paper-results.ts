/** The paper's own results, shown as a reference beside what was measured here. */
import { z } from 'zod';
import file from './paper-results.json' with { type: 'json' };

const PaperResultsSchema = z.object({
  source: z.string(),
  machine: z.object({
    name: z.string(),
    dataType: z.literal('fp16'),
    batch: z.number().int(),
    /** At the clock of its measurements, well below the data sheet's boost. */
    peakOperationsPerSecond: z.number(),
    /** Inferred from the ridge that the paper draws. */
    bytesPerSecond: z.number(),
  }),
  results: z.array(
    z.object({
      model: z.string(),
      family: z.string(),
      parametersMillions: z.number(),
      /** As printed, to a tenth. */
      macsBillions: z.number(),
      /** As drawn, to a thousandth. */
      macsBillionsFromFigure: z.number().nullable(),
      /** Of a whole batch. */
      latencyMs: z.number(),
      imagesPerSecond: z.number(),
      percentOfPeak: z.number(),
      top1: z.number(),
      top1FromFigure: z.number().nullable(),
    }),
  ),
});

export const {
  source: paperSource,
  machine: paperMachine,
  results: paperResults,
} = PaperResultsSchema.parse(file);
