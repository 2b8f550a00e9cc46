import type { Ceilings, MeasurementSummary, RunReport } from '../protocol/run.ts';

/** Those that a measurement of the run is held against. */
export function ceilingsOf(
  { ceilings }: Pick<RunReport, 'ceilings'>,
  { provider, device, dtype, threads }: Pick<MeasurementSummary, 'provider' | 'device' | 'dtype' | 'threads'>,
): Ceilings | undefined {
  return ceilings.find(
    (candidate) =>
      candidate.provider === provider &&
      candidate.device === device &&
      candidate.dtype === dtype &&
      candidate.threads === threads,
  );
}

/** The same network on the same device, in all of its plans: layerwise before fused. */
export function plansOf(
  { measurements }: Pick<RunReport, 'measurements'>,
  chosen: MeasurementSummary,
): readonly MeasurementSummary[] {
  const same = (other: MeasurementSummary) =>
    (['model', 'imageSize', 'provider', 'device', 'dtype', 'batch', 'threads', 'cacheState'] as const).every(
      (key) => other[key] === chosen[key],
    );
  return measurements
    .filter(same)
    .toSorted((a, b) => Number(a.plan === 'fused') - Number(b.plan === 'fused'));
}
