/** A ceiling is what a machine gave at best: of two measurements of it, the higher one is nearer to the truth. */
import type { Calibration } from '../../core/protocol/provider.ts';

/** Each ceiling of either; of one that both have, the higher. */
export function mergeCalibrations(first: Calibration | null, second: Calibration): Calibration {
  if (first === null) return second;
  return {
    ...first,
    arithmetic: highest(
      [...first.arithmetic, ...second.arithmetic],
      ({ dtype, instructionSet, threads }) => `${dtype} ${instructionSet} ${threads}`,
      ({ operationsPerSecond }) => operationsPerSecond,
    ),
    bandwidth: highest(
      [...first.bandwidth, ...second.bandwidth],
      ({ level, access, threads }) => `${level} ${access} ${threads}`,
      ({ bytesPerSecond }) => bytesPerSecond,
    ),
  };
}

function highest<C>(
  ceilings: readonly C[],
  keyOf: (ceiling: C) => string,
  figureOf: (ceiling: C) => number,
): C[] {
  const best = new Map<string, C>();
  for (const ceiling of ceilings) {
    const key = keyOf(ceiling);
    const known = best.get(key);
    if (known === undefined || figureOf(ceiling) > figureOf(known)) best.set(key, ceiling);
  }
  return [...best.values()];
}
