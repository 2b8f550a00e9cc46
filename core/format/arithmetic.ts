import type { Ceilings } from '../protocol/run.ts';

/** What a peak was reached with: the instruction set, and the data type where another one is multiplied in. */
export function formatArithmetic({
  dtype,
  multipliedIn,
  instructionSet,
}: Pick<Ceilings, 'dtype' | 'multipliedIn' | 'instructionSet'>): string {
  return multipliedIn === dtype ? instructionSet : `${instructionSet} in ${multipliedIn}`;
}
