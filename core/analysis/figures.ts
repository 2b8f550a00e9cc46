/** What of a run can be compared and remembered: its measured latencies, without the kernels behind them. */
import type { CacheState } from '../protocol/provider.ts';
import type { Case, DeviceCalibration, Environment, Run } from '../protocol/run.ts';
import { believedSamples } from './believed-samples.ts';

export interface Figure extends Case {
  /** Of its measurement. */
  readonly id: string;
  readonly instructionSet: string;
  readonly operations: number;
  /** Those that count. */
  readonly samplesNs: readonly number[];
  /** How many of them each round gave; undefined where that was not kept. */
  readonly rounds: readonly number[] | undefined;
}

export interface RunFigures {
  readonly id: string;
  readonly startedAt: string;
  readonly environment: Environment;
  readonly providers: readonly DeviceCalibration[];
  readonly figures: readonly Figure[];
}

export function figuresOf({ id, startedAt, environment, providers, measurements }: Run): RunFigures {
  const figures = measurements.flatMap(({ outcome, startedAt: _, ...measurement }): Figure[] => {
    if (outcome.status !== 'measured') return [];
    const operations = outcome.kernels.reduce((sum, kernel) => sum + kernel.operations, 0);
    const { samplesNs, rounds } = believedSamples(outcome);
    return [{ ...measurement, operations, samplesNs, rounds }];
  });
  return { id, startedAt, environment, providers, figures };
}

function stateOf(cacheState: CacheState | undefined): CacheState {
  return cacheState ?? 'in-network';
}

/** As a case carries it: only where it is another than in the network. */
export function cacheStateOf({ cacheState }: Pick<Case, 'cacheState'>): Pick<Case, 'cacheState'> {
  return stateOf(cacheState) === 'in-network' ? {} : { cacheState };
}

/** All that must be equal for two figures to be of the same thing, but for what is compared on purpose. */
export function caseKey(figure: Case, without: readonly (keyof Case)[] = []): string {
  const { model, imageSize, provider, device, plan, dtype, batch, threads, cacheState } = figure;
  const fields = {
    model,
    imageSize,
    provider,
    device,
    plan,
    dtype,
    batch,
    threads,
    cacheState: stateOf(cacheState),
  };
  return JSON.stringify(Object.entries(fields).filter(([name]) => !without.some((field) => field === name)));
}
