/** Which samples of a measurement its figure is taken from: those of undisturbed rounds, where there are enough of them. */
import type { RoundConditions, SetAside } from '../protocol/conditions.ts';
import { roundsForInterval, splitRounds } from '../statistics/rounds.ts';
import { type Disturbance, disturbedRounds } from './disturbance.ts';

interface Sampled {
  /** All that were taken, in order. */
  readonly samplesNs: readonly number[];
  readonly rounds?: readonly number[] | undefined;
  readonly conditions?: readonly RoundConditions[] | undefined;
}

export interface Believed {
  readonly samplesNs: readonly number[];
  /** How many of them each round gave; undefined where that is not known. */
  readonly rounds: readonly number[] | undefined;
  /** Of the rounds that count; undefined where none were recorded. */
  readonly conditions: readonly RoundConditions[] | undefined;
  readonly setAside: readonly SetAside[];
  /** Of each round, whether it counts or not; none where nothing was recorded. */
  readonly disturbances: readonly (readonly Disturbance[])[];
}

/** With fewer undisturbed rounds than an interval needs all of them count: the figure is then marked instead. */
export function believedSamples({ samplesNs, rounds, conditions }: Sampled): Believed {
  if (rounds === undefined || conditions?.length !== rounds.length) {
    return { samplesNs, rounds, conditions: undefined, setAside: [], disturbances: [] };
  }
  const disturbances = disturbedRounds(conditions);
  const isQuiet = (round: number) => disturbances[round]?.length === 0;
  const quiet = rounds.filter((_, round) => isQuiet(round));
  if (quiet.length < roundsForInterval || quiet.length === rounds.length) {
    return { samplesNs, rounds, conditions, setAside: [], disturbances };
  }
  return {
    samplesNs: splitRounds(samplesNs, rounds)
      .filter((_, round) => isQuiet(round))
      .flat(),
    rounds: quiet,
    conditions: conditions.filter((_, round) => isQuiet(round)),
    setAside: rounds.flatMap((samples, round) =>
      isQuiet(round)
        ? []
        : [{ round: round + 1, samples, reasons: (disturbances[round] ?? []).map(({ what }) => what) }],
    ),
    disturbances,
  };
}
