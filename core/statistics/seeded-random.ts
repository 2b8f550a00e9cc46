/** Uniform numbers in [0, 1) from a seed, so that every interval and every permutation test can be computed again. */

/**
 * sfc32 (Chris Doty-Humphrey's "small fast counter", PractRand 0.95), seeded by counting up from one number and run in for
 * a dozen steps. Fast, and of far better quality than resampling needs; not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let step = 0; step < 12; step++) next();
  return next;
}

/** Shuffles in place (Fisher and Yates; Durstenfeld's form, CACM 1964, algorithm 235). */
export function shuffle<T>(values: T[], random: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = values[last] as T;
    values[last] = values[other] as T;
    values[other] = kept;
  }
}
