/** No more digits than the interval supports. */

/**
 * Decimals to show of a figure whose interval has this half-width, at most `most`: the Particle Data Group's rule (Review of Particle
 * Physics, Introduction, 5.3). Of the half-width two digits are kept where its first three are 100 to 354, else one.
 */
export function decimalsFor(halfWidth: number, most: number): number {
  if (!(halfWidth > 0)) return most;
  const exponent = Math.floor(Math.log10(halfWidth));
  const leading = Math.floor((halfWidth / 10 ** exponent) * 100 + 1e-9);
  const last = leading <= 354 || leading >= 950 ? exponent - 1 : exponent;
  // 0.95 to 0.999 round up to 1.0, whose second digit is one place further left.
  const place = leading >= 950 ? last + 1 : last;
  return Math.min(most, Math.max(0, -place));
}
