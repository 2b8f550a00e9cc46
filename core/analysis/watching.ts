/** Whether something that measurements depend on is another one since the last run, and what is to be measured again. */
import type { EnvironmentDifference } from '../protocol/compare.ts';

/** Driver, kernel, firmware and runtime: what is updated. What a user sets, as a governor, is no update. */
const components = [
  /^driver of /,
  /^kernel$/,
  /^microcode$/,
  /^BIOS$/,
  /^system$/,
  /^provider /,
  /^library /,
  /^missing GPU /,
  /^Plimsoll$/,
];

export function updatesOf(differences: readonly EnvironmentDifference[]): EnvironmentDifference[] {
  return differences.filter(({ what }) => components.some((component) => component.test(what)));
}

/** `kernel 6.1.0-27 → 6.1.0-28, BIOS 1.2 → 1.3`. */
export function formatUpdates(updates: readonly EnvironmentDifference[]): string {
  return updates
    .map(({ what, before, after }) => `${what} ${before ?? 'unknown'} → ${after ?? 'unknown'}`)
    .join(', ');
}
