/**
 * The paper's central formula: latency = operations / (peak x computational efficiency), and the factors of the
 * efficiency gap. Source: Lavin, arXiv 2404.03617; one MAC is two operations.
 */

const nanosecondsPerSecond = 1e9;

/** The latency at full use of the arithmetic: operations / peak, in ns. */
export function idealLatencyNs(operations: number, peakOperationsPerSecond: number): number {
  return (operations / peakOperationsPerSecond) * nanosecondsPerSecond;
}

/** Ideal latency / latency: the share of the peak that was used, 1 being all of it. */
export function computationalEfficiency(idealNs: number, latencyNs: number): number {
  return idealNs / latencyNs;
}

/**
 * The efficiency gap, latency / ideal latency, and its two factors: the memory gap (waterline / ideal), which only another
 * plan or model can close, and the kernel gap (latency / waterline), which a better kernel can.
 */
export interface EfficiencyGap {
  readonly gap: number;
  readonly memoryGap: number;
  readonly kernelGap: number;
}

export function efficiencyGap(idealNs: number, waterlineNs: number, latencyNs: number): EfficiencyGap {
  return {
    gap: latencyNs / idealNs,
    memoryGap: waterlineNs / idealNs,
    kernelGap: latencyNs / waterlineNs,
  };
}
