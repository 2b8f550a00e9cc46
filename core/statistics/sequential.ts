/**
 * Looking again and again at data that grow, without being wrong more often. Each look has a level of its own, and all of them add up to the
 * level of a single test: by Bonferroni's inequality no more is wrong, whatever the estimator, and whenever one stops. This is alpha spending
 * (Lan and DeMets, Biometrika 70, 1983); the interval of a look is a repeated confidence interval (Jennison and Turnbull, J. R. Statist. Soc. B 51, 1989).
 */

/** So much more at each look. Few looks cost little power; a longer stretch would measure in vain after it is known. */
const growth = 1.5;

/**
 * The level of the how manieth look, counted from 1: 1/2, 1/6, 1/12 … of `level`, which add up to it for any number of looks. Data that nobody has
 * looked at before they were complete have no looks, and all of the level.
 */
export function levelOfLook(level: number, look: number): number {
  return level / sharesOf(look);
}

/** A p-value that may be held against the level of a single test. */
export function spentP(p: number, look: number): number {
  return Math.min(1, p * sharesOf(look));
}

function sharesOf(look: number): number {
  return look === 0 ? 1 : look * (look + 1);
}

/** How many rounds there are to be at the next look. */
export function roundsAtNextLook(rounds: number): number {
  return Math.ceil(growth * rounds);
}
