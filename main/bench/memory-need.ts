/** Whether a network fits into memory at all, and what to say where it does not, or where a program was ended for it. */
import { formatBytes } from '../../core/format/units.ts';
import { costOfKernel } from '../../core/graph/plan.ts';
import type { PlannedCase } from './cases.ts';

/** What it takes at least: all weights, and what one kernel reads and writes. Providers need more, but none can do with less. */
export function leastBytesOf({ case: { batch, dtype }, graph, plan }: PlannedCase): number {
  let weights = 0;
  let largest = 0;
  for (const kernel of plan.kernels) {
    const { inputBytes, outputBytes, weightBytes } = costOfKernel(graph, kernel, batch, dtype);
    weights += weightBytes;
    largest = Math.max(largest, inputBytes + outputBytes);
  }
  return weights + largest;
}

const remedy = 'Choose a smaller batch or network, or raise the limit.';

/** Undefined where it may fit. */
export function whyTooLarge(planned: PlannedCase, usableBytes: number): string | undefined {
  const least = leastBytesOf(planned);
  if (least <= usableBytes) return undefined;
  return `It needs at least ${formatBytes(least)} of memory, and ${formatBytes(usableBytes)} may be used here. ${remedy}`;
}

/** To be read behind the sentence that a program ended. */
export function endedForMemory(usableBytes: number | undefined): string {
  const of = usableBytes === undefined ? '' : ` of ${formatBytes(usableBytes)}`;
  return `The system ended it because the memory limit${of} was reached. ${remedy}`;
}
