/** A run from elsewhere: a file that anyone may have written. */
import { z } from 'zod';
import { summarizeRun } from '../../core/analysis/report.ts';
import { withoutByteOrderMark } from '../../core/format/decode-text.ts';
import { ApiError, bundleLimitBytes } from '../../core/protocol/api.ts';
import { BundleSchema, bundleVersion, type Run, RunReportSchema } from '../../core/protocol/run.ts';

const HeadSchema = z.object({ format: z.literal('plimsoll-run'), version: z.number().int() });

/** As ids are made here: no word that a command takes for something else, and nothing that a terminal would execute. */
const IdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/)
  .refine((id) => id !== 'latest');

const exportAgain = 'Export the run again, with plimsoll export on the machine that measured it.';

/** Throws ApiError('badInput') with the first thing that is wrong. */
export function parseBundle(content: string): Run {
  if (Buffer.byteLength(content) > bundleLimitBytes) {
    throw refused(`it is larger than ${bundleLimitBytes >> 20} MiB`);
  }
  const value = parseJson(content);
  const head = HeadSchema.safeParse(value);
  if (!head.success) throw refused('it is no run that Plimsoll exported');
  if (head.data.version > bundleVersion) {
    throw new ApiError(
      'badInput',
      `The file was written by a newer version of Plimsoll (format ${head.data.version}; this one reads ${bundleVersion}).`,
      'Update Plimsoll.',
    );
  }
  const bundle = BundleSchema.safeParse(value);
  if (!bundle.success) {
    const [issue] = bundle.error.issues;
    throw refused(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { run } = bundle.data;
  checkIds(run);
  checkFigures(run);
  return run;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(content));
  } catch {
    throw refused('it is no JSON');
  }
}

function checkIds({ id, measurements }: Run): void {
  const ids = measurements.map((measurement) => measurement.id);
  if (![id, ...ids].every((name) => IdSchema.safeParse(name).success)) {
    throw refused('its run or a measurement has an id that Plimsoll would not give');
  }
  if (new Set(ids).size < ids.length) throw refused('two of its measurements have the same id');
}

/** A run whose figures cannot be computed could never be shown, and would stand in the way of those that can. */
function checkFigures(run: Run): void {
  if (!RunReportSchema.safeParse(summarizeRun(run)).success) {
    throw refused('its measurements and ceilings give no meaningful figures');
  }
}

function refused(why: string): ApiError {
  return new ApiError('badInput', `The file was not imported: ${why}.`, exportAgain);
}
