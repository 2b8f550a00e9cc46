/** What would settle a row that is UNCLEAR. */
import type { Settling } from '../protocol/compare.ts';

/** `To settle it: 12 rounds on each side, about 50 s more.` */
export function formatSettling({ rounds, seconds, action }: Settling): string {
  if (rounds === null) return `To settle it: ${action ?? 'profile both sides again.'}`;
  const time = seconds === null || seconds < 1 ? '' : `, about ${Math.ceil(seconds / 10) * 10} s more`;
  return `To settle it: ${rounds} rounds on each side${time}.`;
}
