/** Which of two stored sides can be measured on: only what the machine is now can be measured, and a state that is gone cannot. */
import { type CompareSide, partFields } from '../protocol/compare.ts';
import { environmentDifferences, type Surroundings } from './environment-differences.ts';
import type { Growing } from './verdict.ts';

export interface DecidingSide extends CompareSide {
  readonly surroundings: Surroundings;
  /** Whether it was measured on this machine. */
  readonly isHere: boolean;
}

export interface Deciding {
  readonly grows: Growing;
  /** What is measured on, and what stays as it is; where neither can be, why. */
  readonly explanation: string;
}

/** `present`: of this machine, now. */
export function decidingOf(before: DecidingSide, after: DecidingSide, present: Surroundings): Deciding {
  const isPresent = (side: DecidingSide) => side.isHere && changesOf(side, present).length === 0;
  const [old, recent] = [isPresent(before), isPresent(after)];
  if (!old && !recent)
    return { grows: { before: false, after: false }, explanation: whyNeither(after, present) };
  if (old && recent && areSideBySide(before, after)) {
    return {
      grows: { before: true, after: true },
      explanation: 'Both sides are measured on alternately, A B B A, with the same programs.',
    };
  }
  // Of two runs of the same thing one grows alone: rounds of now on both sides would only make them alike.
  return recent
    ? {
        grows: { before: false, after: true },
        explanation:
          'The machine is as it was for the later run, so that run is measured on. The earlier run stays as it is.',
      }
    : {
        grows: { before: true, after: false },
        explanation:
          'The machine is as it was for the earlier run, so that run is measured on. The later run stays as it is.',
      };
}

/** Whether both name parts of the present machine that differ: plans, providers, data types, numbers of threads. */
function areSideBySide(before: CompareSide, after: CompareSide): boolean {
  return partFields.some(
    (field) => before[field] !== undefined && after[field] !== undefined && before[field] !== after[field],
  );
}

function changesOf({ surroundings }: DecidingSide, present: Surroundings) {
  return environmentDifferences(
    surroundings.filter(([what]) => what !== 'machine'),
    present,
  );
}

function whyNeither(after: DecidingSide, present: Surroundings): string {
  if (!after.isHere) return 'Neither run was measured on this machine, so neither can be measured on here.';
  const changed = changesOf(after, present).map(({ what }) => what);
  return `Since both runs this machine has changed (${changed.slice(0, 3).join(', ')}): neither can be measured on.`;
}
