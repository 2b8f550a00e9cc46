/** One case by everybody: agreement first, then samples in turns, so that what disturbs the machine disturbs all alike. */
import { DeviceLost } from '../measure/errors.ts';
import type { Contender } from './contender.ts';
import type { CompareOptions, ContenderResult } from './results.ts';

/** Who may take part. `ownNs`: what one execution took the first of them; 0 for himself. */
export interface Entrant {
  readonly name: string;
  enter(ownNs: number): Promise<Contender>;
}

interface Timed {
  readonly contender: Contender;
  readonly name: string;
  readonly relativeError: number;
  readonly executions: number;
  readonly samplesNs: number[];
}

/** f32 sums of a few thousand terms in another order differ by a tenth of this. */
const mostRelativeError = 1e-4;
/** Who takes longer than a second has that few samples: his place is clear, and everybody waits. */
const slowNs = 1e9;
const fewRounds = 3;
/** A device that does nothing at all would be asked for more and more. */
const mostExecutions = 1e5;

/**
 * The first entrant's result is what the others' are held against. Whoever fails, at whatever he does, is refused with the
 * reason; without the first nobody is timed. `idle` settles when the device has done all that it was handed.
 * @throws DeviceLost: then nobody can go on.
 */
export async function compareEntrants(
  entrants: readonly Entrant[],
  { rounds, sampleMs }: CompareOptions,
  idle: () => Promise<unknown>,
): Promise<ContenderResult[]> {
  const entered: Contender[] = [];
  const refusals: ContenderResult[] = [];
  const timed: Timed[] = [];
  const refuse = (name: string, error: unknown) => {
    if (error instanceof DeviceLost) throw error;
    refusals.push({ name, refused: error instanceof Error ? error.message : String(error), samplesNs: [] });
  };
  let expected: Float32Array | undefined;
  let ownNs = 0;
  for (const { name, enter } of entrants) {
    try {
      if (expected === undefined && refusals.length > 0)
        throw new Error('there is no result to hold it against');
      const contender = await enter(ownNs);
      entered.push(contender);
      const result = await contender.result();
      const relativeError = differenceOf(result, expected ?? result);
      if (!(relativeError <= mostRelativeError)) {
        throw new Error(`its result differs by ${relativeError.toExponential(1)}`);
      }
      const { executions, onceNs } = await executionsFor(contender, sampleMs * 1e6, idle);
      if (expected === undefined) ownNs = onceNs;
      expected ??= result;
      timed.push({ contender, name, relativeError, executions, samplesNs: [] });
    } catch (error) {
      refuse(name, error);
    }
  }
  for (let round = 0; round < rounds; round++) {
    // There and back again: nobody is always behind the same other.
    for (const one of round % 2 === 0 ? [...timed] : timed.toReversed()) {
      const { contender, name, executions, samplesNs } = one;
      if (round >= fewRounds && (samplesNs[0] ?? 0) > slowNs) continue;
      try {
        samplesNs.push(await timeOnce(contender, executions, idle));
      } catch (error) {
        timed.splice(timed.indexOf(one), 1);
        refuse(name, error);
      }
    }
  }
  // What cannot be released is lost with the page; the figures are there.
  for (const contender of entered) await contender.release().catch(() => {});
  return [
    ...timed.map(({ contender, name, relativeError, samplesNs }) => ({
      name,
      relativeError,
      samplesNs,
      ...(contender.implementations === undefined ? {} : { implementations: contender.implementations }),
    })),
    ...refusals,
  ];
}

/** How many executions, in whole calls, take as long as a sample should. Grown, for a short call is nothing but submitting. */
async function executionsFor(
  contender: Contender,
  sampleNs: number,
  idle: () => Promise<unknown>,
): Promise<{ readonly executions: number; readonly onceNs: number }> {
  const { perCall } = contender;
  for (let executions = perCall; ; executions *= 4) {
    const onceNs = await timeOnce(contender, executions, idle);
    if (onceNs * executions < sampleNs / 4 && executions < mostExecutions) continue;
    const calls = Math.min(mostExecutions, Math.max(1, Math.ceil(sampleNs / onceNs / perCall)));
    return { executions: calls * perCall, onceNs };
  }
}

/** Nanoseconds of one execution, from handing in the first to the end of the last on the device. */
async function timeOnce(
  contender: Contender,
  executions: number,
  idle: () => Promise<unknown>,
): Promise<number> {
  const begin = performance.now();
  await contender.enqueue(executions);
  await idle();
  return ((performance.now() - begin) * 1e6) / executions;
}

function differenceOf(computed: Float32Array, expected: Float32Array): number {
  if (computed.length !== expected.length) return Number.POSITIVE_INFINITY;
  let errors = 0;
  let squares = 0;
  for (const [index, value] of expected.entries()) {
    errors += ((computed[index] ?? Number.NaN) - value) ** 2;
    squares += value * value;
  }
  return Math.sqrt(errors / squares);
}
