import type { DataType } from '../graph/plan.ts';
import type { ArithmeticCeiling, BandwidthCeiling, Calibration, MemoryLevel } from '../protocol/provider.ts';
import type { Case, Ceilings, DeviceCalibration } from '../protocol/run.ts';

/** What of a case decides which ceilings it is held against. */
export type CeilingKey = Pick<Case, 'provider' | 'device' | 'dtype' | 'threads'>;

/**
 * What numbers of a type can be multiplied in, where the provider does not say: floats of 16 bits are widened where that is faster,
 * as on graphics cards that have next to no units for them.
 */
const multipliableIn: Readonly<Record<DataType, readonly DataType[]>> = {
  fp32: ['fp32'],
  fp16: ['fp16', 'fp32'],
  bf16: ['bf16', 'fp32'],
  int8: ['int8'],
};

/**
 * The measured ceilings for so many threads of a device; undefined where its arithmetic or its DRAM was not measured.
 * Where just this number of threads was not measured, one thread's figure is multiplied: an upper bound, as a ceiling must be.
 * Threads that share a core share its arithmetic, so no more than the cores count.
 */
export function ceilingsFor(providers: readonly DeviceCalibration[], key: CeilingKey): Ceilings | undefined {
  const found = providers.find(
    ({ description, calibration }) =>
      description.provider === key.provider && calibration?.device === key.device,
  );
  const device = found?.description.devices.find(({ id }) => id === key.device);
  const calibration = found?.calibration;
  if (device === undefined || calibration === undefined || calibration === null) return undefined;

  const told = found?.description.multipliedIn?.[key.dtype];
  const arithmetic = best(
    (told === undefined ? multipliableIn[key.dtype] : [told]).flatMap((dtype) =>
      forThreads(
        calibration.arithmetic.filter((ceiling) => ceiling.dtype === dtype),
        device,
        key.threads,
        scaleArithmetic,
      ),
    ),
    ({ operationsPerSecond }) => operationsPerSecond,
  );
  if (arithmetic === undefined) return undefined;

  const levels = (['L1', 'L2', 'L3', 'DRAM'] as const).flatMap((level): Ceilings['levels'] => {
    const measured = forThreads(
      calibration.bandwidth.filter((ceiling) => ceiling.level === level),
      device,
      key.threads,
      scaleBandwidth,
    );
    const fastest = best(measured, ({ bytesPerSecond }) => bytesPerSecond);
    if (fastest === undefined) return [];
    const capacityBytes =
      level === 'DRAM' ? null : (capacity(device, level, key.threads) ?? inferredCapacity(measured));
    if (capacityBytes === undefined) return [];
    const trials = trialsOf(fastest.samples?.map(({ bytesPerSecond }) => bytesPerSecond));
    return [{ level, bytesPerSecond: fastest.bytesPerSecond, capacityBytes, ...(trials && { trials }) }];
  });
  if (!levels.some(({ level }) => level === 'DRAM')) return undefined;

  const peakTrials = trialsOf(arithmetic.samples?.map(({ operationsPerSecond }) => operationsPerSecond));
  return {
    provider: key.provider,
    device: key.device,
    dtype: key.dtype,
    ...(peakTrials && { peakTrials }),
    multipliedIn: arithmetic.dtype,
    threads: key.threads,
    peakOperationsPerSecond: arithmetic.operationsPerSecond,
    instructionSet: arithmetic.instructionSet,
    theoreticalOperationsPerSecond: arithmetic.theoreticalOperationsPerSecond ?? null,
    levels,
  };
}

/** Each once, of all that these cases are held against. */
export function ceilingsOfCases(
  providers: readonly DeviceCalibration[],
  cases: readonly CeilingKey[],
): Ceilings[] {
  const keys = new Map(
    cases.map((one) => [[one.provider, one.device, one.dtype, one.threads].join(), one] as const),
  );
  return [...keys.values()].flatMap((key) => ceilingsFor(providers, key) ?? []);
}

/** That of them which was measured with just so many threads; undefined where the ceiling was multiplied from one thread's. */
export function measuredArithmetic(
  calibration: Calibration | null | undefined,
  { multipliedIn, threads, instructionSet }: Pick<Ceilings, 'multipliedIn' | 'threads' | 'instructionSet'>,
): ArithmeticCeiling | undefined {
  return calibration?.arithmetic.find(
    (ceiling) =>
      ceiling.dtype === multipliedIn &&
      ceiling.threads === threads &&
      ceiling.instructionSet === instructionSet,
  );
}

/** What a cache level that the device describes holds for these threads together, were they spread over as many instances as they can be. */
function capacity(
  device: DeviceCalibration['description']['devices'][number],
  level: Exclude<MemoryLevel, 'DRAM'>,
  threads: number,
): number | undefined {
  const cache = device.caches.find((candidate) => candidate.level === level);
  if (cache === undefined) return undefined;
  const instances = Math.max(1, Math.round(device.threads / Math.max(1, cache.sharedBy)));
  return cache.bytes * Math.min(threads, instances);
}

/**
 * What sweeps said about a level that the device does not describe. Where two of them differ the larger counts: more is
 * then charged to the faster level, and the waterline stays a bound.
 */
function inferredCapacity(ceilings: readonly BandwidthCeiling[]): number | undefined {
  return best(
    ceilings.flatMap(({ capacityBytes }) => capacityBytes ?? []),
    (bytes) => bytes,
  );
}

function forThreads<C extends { readonly threads: number }>(
  ceilings: readonly C[],
  device: DeviceCalibration['description']['devices'][number],
  threads: number,
  scale: (one: C, threads: number) => C,
): readonly C[] {
  const exact = ceilings.filter((ceiling) => ceiling.threads === threads);
  if (exact.length > 0) return exact;
  return ceilings
    .filter((ceiling) => ceiling.threads === 1)
    .map((one) => scale(one, Math.min(threads, device.physicalCores ?? threads)));
}

/** Undefined for a few: their quartile is no better than the least of them. */
function trialsOf(perSecond: readonly number[] | undefined): Ceilings['peakTrials'] {
  if (perSecond === undefined || perSecond.length < 3) return undefined;
  const sorted = perSecond.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(sorted.length / 4)], sorted.at(-1)];
  return low === undefined || high === undefined ? undefined : { low, high };
}

function scaleArithmetic({ samples: _, ...one }: ArithmeticCeiling, threads: number): ArithmeticCeiling {
  const theoretical = one.theoreticalOperationsPerSecond;
  return {
    ...one,
    threads,
    operationsPerSecond: one.operationsPerSecond * threads,
    ...(theoretical === undefined ? {} : { theoreticalOperationsPerSecond: theoretical * threads }),
  };
}

function scaleBandwidth({ samples: _, ...one }: BandwidthCeiling, threads: number): BandwidthCeiling {
  return { ...one, threads, bytesPerSecond: one.bytesPerSecond * threads };
}

function best<C>(candidates: readonly C[], by: (candidate: C) => number): C | undefined {
  return candidates.reduce<C | undefined>(
    (winner, candidate) => (winner === undefined || by(candidate) > by(winner) ? candidate : winner),
    undefined,
  );
}
