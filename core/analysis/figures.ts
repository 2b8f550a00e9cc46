/** What of a run can be compared and remembered: its measured latencies, without the kernels behind them. */
import type { Case, DeviceCalibration, Environment, Run } from '../protocol/run.ts';

export interface Figure extends Case {
  /** Of its measurement. */
  readonly id: string;
  readonly instructionSet: string;
  readonly operations: number;
  readonly samplesNs: readonly number[];
  /** How many samples each round gave; undefined where that was not kept. */
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
    return [{ ...measurement, operations, samplesNs: outcome.samplesNs, rounds: outcome.rounds }];
  });
  return { id, startedAt, environment, providers, figures };
}

/** All that must be equal for two figures to be of the same thing, but for what is compared on purpose. */
export function caseKey(figure: Case, without: readonly (keyof Case)[] = []): string {
  const { model, imageSize, provider, device, plan, dtype, batch, threads } = figure;
  const fields = { model, imageSize, provider, device, plan, dtype, batch, threads };
  return JSON.stringify(Object.entries(fields).filter(([name]) => !without.some((field) => field === name)));
}
