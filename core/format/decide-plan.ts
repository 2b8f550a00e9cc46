/** What measuring on would come to, before it begins. */
import type { DecidePlan } from '../protocol/compare.ts';

/** `margin` as a fraction. */
export function formatDecidePlan(
  { unclear, settleable, seconds, explanation }: DecidePlan,
  margin: number,
): string {
  if (unclear === 0) return 'Every row has its verdict: there is nothing to measure on.';
  const rows = (count: number) => (count === 1 ? '1 row' : `${count} rows`);
  if (settleable === 0)
    return `${rows(unclear)} UNCLEAR. More rounds would settle none of them. ${explanation}`;
  const rest =
    settleable === unclear ? '' : ` More rounds would not settle the other ${unclear - settleable}.`;
  return `${rows(settleable)} to settle: about ${formatMinutes(seconds)} for ±${+(100 * margin).toFixed(1)}%.${rest} ${explanation}`;
}

/** `1 minute`, `4 minutes`. */
export function formatMinutes(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
