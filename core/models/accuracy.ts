/** Published ImageNet-1k accuracy, one figure a model and image size, each with its source. */
import { z } from 'zod';
import table from './accuracy.json' with { type: 'json' };

export interface PublishedAccuracy {
  /** Percent. */
  readonly top1: number;
  readonly source: string;
}

const rows = z
  .array(z.object({ model: z.string(), imageSize: z.number().int(), top1: z.number(), source: z.string() }))
  .parse(table);

/** Undefined where none was published for this very size: another size's figure would be another network's. */
export function publishedAccuracy(model: string, imageSize: number): PublishedAccuracy | undefined {
  const row = rows.find((candidate) => candidate.model === model && candidate.imageSize === imageSize);
  return row === undefined ? undefined : { top1: row.top1, source: row.source };
}
