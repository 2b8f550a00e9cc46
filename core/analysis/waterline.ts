/**
 * Waterline analysis of a sequence of kernels that run one after another: each is bound by its arithmetic or by its
 * traffic, whichever takes longer, and the compute slack of one cannot hide the memory time of another. The roofline of
 * the whole sequence forgets the second half of that sentence, so it is never below the waterline's bound.
 */

/** Two ceilings: the paper's machine. */
export interface SimpleMachine {
  readonly peakOperationsPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface KernelWork {
  readonly operations: number;
  readonly bytes: number;
}

/** Operational intensity above which a kernel is compute-bound, in operations a byte: the waterline itself. */
export function ridge(machine: SimpleMachine): number {
  return machine.peakOperationsPerSecond / machine.bytesPerSecond;
}

/** Operations a byte. */
export function operationalIntensity(work: KernelWork): number {
  return work.operations / work.bytes;
}

/** The share of the peak that one kernel, or a whole taken as one kernel, can at best use: min(1, intensity / ridge). */
export function rooflineEfficiency(machine: SimpleMachine, work: KernelWork): number {
  return Math.min(1, operationalIntensity(work) / ridge(machine));
}

/** Shortest time of one kernel, in seconds: max(operations / peak, bytes / bandwidth). */
export function kernelBoundSeconds(machine: SimpleMachine, work: KernelWork): number {
  return Math.max(work.operations / machine.peakOperationsPerSecond, work.bytes / machine.bytesPerSecond);
}

/** Shortest time of the sequence, in seconds: the sum of its kernels' bounds. */
export function waterlineSeconds(machine: SimpleMachine, kernels: readonly KernelWork[]): number {
  return kernels.reduce((sum, kernel) => sum + kernelBoundSeconds(machine, kernel), 0);
}

/** The share of the peak that the sequence can at best use. */
export function waterlineEfficiency(machine: SimpleMachine, kernels: readonly KernelWork[]): number {
  const operations = kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
  return operations / machine.peakOperationsPerSecond / waterlineSeconds(machine, kernels);
}

/** The same by the roofline of the sequence as a whole: at least the waterline's. */
export function aggregateRooflineEfficiency(machine: SimpleMachine, kernels: readonly KernelWork[]): number {
  return rooflineEfficiency(machine, {
    operations: kernels.reduce((sum, kernel) => sum + kernel.operations, 0),
    bytes: kernels.reduce((sum, kernel) => sum + kernel.bytes, 0),
  });
}
