/** Waiting for a quiet machine before a run, but not for ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import { disturbancesOf } from '../../core/analysis/disturbance.ts';
import type { Settling } from '../../core/protocol/conditions.ts';
import { surroundingsBetween, type Telemetry } from '../machine/telemetry.ts';

/** Long enough to count in hundredths of a second. */
const windowSeconds = 0.5;
/** Between two peaks of whatever comes and goes, one window may be quiet. */
const quietWindows = 3;
/** What is waited on a machine that is quiet. */
export const quietSeconds = quietWindows * windowSeconds;

export interface Waiting {
  readonly longestSeconds: number;
  /** Of one look; a test need not wait. */
  readonly windowSeconds?: number;
  readonly providerId: number | undefined;
  readonly signal: AbortSignal;
}

/** Rejects only where the signal says so. */
export async function settle(
  telemetry: Telemetry,
  { longestSeconds, windowSeconds: window = windowSeconds, providerId, signal }: Waiting,
): Promise<Settling> {
  const first = await telemetry.read(providerId);
  let before = first;
  let quiet = 0;
  if (window > longestSeconds) {
    return { settled: null, waitedSeconds: 0, reason: 'it was not waited for', last: null };
  }
  for (;;) {
    await sleep(window * 1000, undefined, { signal });
    const after = await telemetry.read(providerId);
    const last = surroundingsBetween(before, after);
    before = after;
    const waited = (after.atMs - first.atMs) / 1000;
    if (last.othersSeconds === null) {
      return {
        settled: null,
        waitedSeconds: waited,
        reason: 'this system does not tell what else runs',
        last,
      };
    }
    const disturbances = disturbancesOf(last);
    quiet = disturbances.length === 0 ? quiet + 1 : 0;
    if (quiet === quietWindows) return { settled: true, waitedSeconds: waited, reason: null, last };
    if (waited + window > longestSeconds) {
      const seen = disturbances.map(({ what }) => what).join(', ');
      const reason = seen === '' ? 'it was not quiet for long enough' : seen;
      return { settled: false, waitedSeconds: waited, reason, last };
    }
  }
}
