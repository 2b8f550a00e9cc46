/**
 * The paper's central formula: latency = operations / (peak x computational efficiency), and the factors of the
 * efficiency gap. Source: Lavin, arXiv 2404.03617; one MAC is two operations.
 */

const nanosecondsPerSecond = 1e9;

/** The latency at full use of the arithmetic: operations / peak, in ns. */
export function idealLatencyNs(operations: number, peakOperationsPerSecond: number): number {
  return (operations / peakOperationsPerSecond) * nanosecondsPerSecond;
}

/** Ideal / undisturbed latency: the share of the peak that was used, 1 being all of it. Ceilings are what was reached at best, and so is this. */
export function computationalEfficiency(idealNs: number, undisturbedNs: number): number {
  return idealNs / undisturbedNs;
}

/**
 * The efficiency gap, latency / ideal latency, and its factors: the memory gap (waterline / ideal), which only another plan or model can
 * close; the kernel gap (undisturbed latency / waterline), which a better kernel can; and the disturbance (latency / undisturbed
 * latency), which was lost to other work.
 */
export interface EfficiencyGap {
  readonly gap: number;
  readonly memoryGap: number;
  readonly kernelGap: number;
  readonly disturbance: number;
}

export function efficiencyGap(
  idealNs: number,
  waterlineNs: number,
  undisturbedNs: number,
  latencyNs: number = undisturbedNs,
): EfficiencyGap {
  return {
    gap: latencyNs / idealNs,
    memoryGap: waterlineNs / idealNs,
    kernelGap: undisturbedNs / waterlineNs,
    disturbance: latencyNs / undisturbedNs,
  };
}
