/** How far a program is, read from the lines that it writes. */

/** Ninja's status is set to this, whatever the user's own looks like. */
export const ninjaStatus = '[%f/%t] ';

/**
 * `[12/83] Building …` of Ninja, `[ 14%] Building …` of make.
 * @param {string} line
 * @returns {string | undefined}
 */
export function buildProgress(line) {
  const [, steps, percent] = /^\[(?:(\d+\/\d+)|\s*(\d+%))\]/.exec(line) ?? [];
  return steps ?? percent;
}

/**
 * apt's status lines: `dlstatus:1:20.5:Retrieving …` while it fetches, `pmstatus:g++:55.5:Unpacking …` while it installs.
 * @param {string} line
 * @returns {string | undefined}
 */
export function aptProgress(line) {
  const [, kind, percent] = /^(dl|pm)status:[^:]*(?::[a-z0-9]+)?:(\d+(?:\.\d+)?):/.exec(line) ?? [];
  if (percent === undefined) return undefined;
  return `${kind === 'dl' ? 'fetched' : 'installed'} ${Math.round(Number(percent))}%`;
}
