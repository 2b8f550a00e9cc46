/** What counts as an error of a result. */
import { expect, it } from 'vitest';
import { errorsOf, toleranceFor } from '../../../webgpu-bench/network/verify.ts';

const reference = Float64Array.from({ length: 1000 }, (_, index) => (index === 7 ? 40 : 1));
const rootMeanSquare = Math.sqrt((999 + 1600) / 1000);
const withError = (at: number, error: number) =>
  reference.map((value, index) => value + (index === at ? error : 0));

it('takes the error of one element over the whole, or over the element where that is larger', () => {
  expect(errorsOf(withError(7, 0.1), reference).maxError).toBeCloseTo(0.1 / 40, 9);
  const { relativeL2Error, maxError } = errorsOf(withError(8, 0.1), reference);
  expect(maxError).toBeCloseTo(0.1 / rootMeanSquare, 9);
  expect(relativeL2Error).toBeCloseTo(0.1 / (rootMeanSquare * Math.sqrt(1000)), 9);
});

it('does not forget a NaN over what comes behind it', () => {
  const { relativeL2Error, maxError } = errorsOf(withError(3, Number.NaN), reference);
  expect(relativeL2Error).toBeNaN();
  expect(maxError).toBeNaN();
});

it('allows 16 bits one rounding a launch, and 32 bits none', () => {
  expect(toleranceFor(64, 'f32', 6)).toBe(toleranceFor(64, 'f32', 1));
  const [one, six] = [1, 6].map((launches) => toleranceFor(1, 'f16', launches) - toleranceFor(1, 'f32', 1));
  expect(one).toBeCloseTo(2 ** -11, 9);
  expect(six).toBeCloseTo(2 ** -11 * Math.sqrt(6), 9);
});
