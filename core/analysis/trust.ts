/** Whether the check of a figure's result proves something. A wrong result is never timed; this is about right ones that any code could give. */
import type { DataType } from '../graph/plan.ts';
import type { Verification } from '../protocol/provider.ts';

/** Half of the values by chance is what a ReLU leaves of a centred tensor; more means that something upstream died out. */
const mostZeros = 0.5;
/** Of the mean: less than the rounding of a sum of some thousand fp32 values. */
const leastVariation = 1e-6;
/** Of so many first values or more, most being equal means that they were clipped. */
const fewestValues = 8;
/** A result that is off by half of its own size passes: then a kernel that leaves half of its work out may, too. */
const loosestTolerance = 0.5;
/** So near to the largest number of the type sums overflow; so near to the smallest one they are rounded to nothing. */
const headroom = 16;

const range: Readonly<Record<'fp16' | 'wide', { readonly largest: number; readonly smallest: number }>> = {
  fp16: { largest: 65504, smallest: 2 ** -14 },
  // fp32, and bf16, which has its exponents.
  wide: { largest: 3.4e38, smallest: 2 ** -126 },
};

/** A sentence, or undefined where the check proves what it should. */
export function whyMistrusted(verification: Verification, dtype: DataType): string | undefined {
  if (verification.kernels.length === 0) return 'No kernel of it was checked: nothing says that it is right.';
  const result = aboutResult(verification.output, dtype);
  if (result !== undefined) return `The result that was checked ${result}: that it is right proves little.`;
  const loose = verification.kernels.find(({ tolerance }) => tolerance >= loosestTolerance);
  if (loose === undefined) return undefined;
  return (
    `The kernel ${loose.name} may differ from the reference by ${Math.round(100 * loose.tolerance)}% and still pass: ` +
    'that it is right proves little.'
  );
}

function aboutResult(output: Verification['output'], dtype: DataType): string | undefined {
  const { mean, standardDeviation, zeroFraction, values } = output;
  if (![mean, standardDeviation, ...values].every(Number.isFinite)) return 'has values that are no numbers';
  if (standardDeviation <= leastVariation * Math.abs(mean)) return 'does not vary';
  if (zeroFraction > mostZeros) return `is zero to ${(100 * zeroFraction).toFixed(0)}%`;
  const { largest, smallest } = range[dtype === 'fp16' ? 'fp16' : 'wide'];
  const size = Math.hypot(mean, standardDeviation);
  if (size > largest / headroom) return 'is saturated, near the largest number of its type';
  if (size < smallest * headroom) return 'is as good as nothing, near the smallest number of its type';
  const furthest = Math.max(...values.map(Math.abs));
  const clipped = values.filter((value) => Math.abs(value) === furthest).length;
  if (values.length >= fewestValues && clipped > values.length / 2) {
    return `is saturated, ${clipped} of its first ${values.length} values being equal`;
  }
  return undefined;
}
