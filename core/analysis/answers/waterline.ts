/** The answer of the page Waterline: how much of the time kernels wait for memory. */
import type { WaterlineView } from '../waterline-view.ts';
import type { Answer } from './answer.ts';
import { percent } from './wording.ts';

export interface WaterlineAnswer extends Answer {
  /** Of the undisturbed latency. */
  readonly waitFraction: number;
  /** Why the ceilings that it rests on are in doubt; empty if nothing is. */
  readonly doubts: readonly string[];
}

/** `doubts`: of the ceilings of this run (`ceilingDoubts`). */
export function waterlineAnswer(
  { bars, underWater, boundNs, idealNs, latencyNs }: WaterlineView,
  doubts: readonly string[] = [],
): WaterlineAnswer {
  // A bound is above the ideal latency only in kernels that memory bounds.
  const waitFraction = (boundNs - idealNs) / latencyNs;
  const unsure = doubts.length === 0 ? '' : ` The memory ceiling is in doubt: ${doubts[0]}`;
  return {
    sentence:
      (underWater === 0
        ? `None of ${bars.length} kernels waits for memory.`
        : `${underWater} of ${bars.length} kernels ${underWater === 1 ? 'waits' : 'wait'} for memory: ${percent(waitFraction)} of the time.`) +
      unsure,
    reason:
      `At the measured peak the arithmetic takes ${percent(idealNs / latencyNs)} of the latency. ` +
      `Memory adds ${percent(waitFraction)}. The remaining ${percent(Math.max(0, 1 - boundNs / latencyNs))} is not explained by either.`,
    waitFraction,
    doubts,
  };
}
