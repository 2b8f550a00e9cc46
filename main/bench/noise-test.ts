/** Executes an A/A test of one provider, within a limit of time. */
import { fewestTestPairs, labelOf } from '../../core/analysis/noise-test.ts';
import { RunRequestSchema } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { NoiseTest } from '../../core/protocol/run.ts';
import type { Telemetry } from '../machine/telemetry.ts';
import { type PlannedCase, planCases, selectModels } from './cases.ts';
import { type Round, type Timing, visitAgain, visitFirst } from './measure-case.ts';
import type { ProviderConnection } from './provider-connection.ts';

export interface NoiseTiming {
  /** Over all; what is complete by then counts. */
  readonly longestSeconds: number;
  /** Starts of the program. */
  readonly launches: number;
  /** Of each case, in each of them. */
  readonly rounds: number;
  readonly timing: Timing;
}

/** Small networks, one bound by its memory and one by its arithmetic: that they are quick leaves time for more starts. */
const noiseModels = ['mobilenetv2_100', 'convnext_atto'];

export const defaultNoiseTiming: NoiseTiming = {
  longestSeconds: 20,
  launches: 8,
  rounds: 2,
  timing: {
    warmupSeconds: 0.1,
    warmupMaxSeconds: 0.2,
    minSeconds: 0.1,
    minSamples: 3,
    maxSeconds: 0.2,
    noiseTarget: 0.01,
    profileRepetitions: 1,
  },
};

/** None where it executes no plan or data type that they are measured in. */
export function noiseCases(description: ProviderDescription, usableCores: number): PlannedCase[] {
  if (!description.plans.includes('layerwise') || !description.dataTypes.includes('fp32')) return [];
  const request = RunRequestSchema.parse({ models: noiseModels, plans: ['layerwise'] });
  return planCases(selectModels(request), request, [description], usableCores);
}

export interface NoiseWork {
  readonly provider: ProviderConnection;
  readonly cases: readonly PlannedCase[];
  readonly timing: NoiseTiming;
  readonly silenceMs: number;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
  /** For people. */
  readonly note: (what: string, fraction: number) => void;
}

interface Launch {
  readonly label: 'A' | 'B';
  readonly rounds: number[][];
}

/** The test, or why there is none. Rejects only where the signal says so. */
export async function testNoise(work: NoiseWork): Promise<NoiseTest | string> {
  const { provider, cases, timing, signal, note } = work;
  const [first] = cases;
  if (first === undefined) return 'It executes none of the networks that are used for it.';
  const startedAt = new Date().toISOString();
  const beganMs = performance.now();
  const within = AbortSignal.any([signal, AbortSignal.timeout(timing.longestSeconds * 1000)]);
  const launches: Launch[][] = cases.map(() => []);
  let failure = 'There was no time for enough of it.';
  try {
    for (let launch = 0; launch < timing.launches; launch++) {
      const half = `start ${launch + 1} of ${timing.launches}`;
      note(`measuring the same twice on ${provider.name}, ${half}`, launch / timing.launches);
      // A new process: its memory lies elsewhere.
      await provider.close();
      const rounds = await launchOnce(work, launch === 0, within);
      for (const [index, of] of rounds.entries())
        launches[index]?.push({ label: labelOf(launch), rounds: of });
    }
  } catch (error) {
    if (signal.aborted) throw error;
    if (!within.aborted) failure = error instanceof Error ? error.message : String(error);
  } finally {
    await provider.close();
  }
  const complete = Math.min(...launches.map(({ length }) => length - (length % 2)));
  if (complete < 2 * fewestTestPairs) return failure;
  return {
    provider: first.case.provider,
    startedAt,
    seconds: (performance.now() - beganMs) / 1000,
    cases: cases.map((planned, index) => ({
      ...planned.case,
      launches: launches[index]?.slice(0, complete) ?? [],
    })),
  };
}

/** The rounds of each case. Nothing is timed before it was found right, once. */
async function launchOnce(work: NoiseWork, isFirst: boolean, signal: AbortSignal): Promise<number[][][]> {
  const { provider, cases, timing, silenceMs, telemetry } = work;
  const rounds: number[][][] = cases.map(() => []);
  for (let round = 0; round < timing.rounds; round++) {
    for (const [index, planned] of cases.entries()) {
      const visit = {
        provider,
        planned,
        ceilings: undefined,
        arithmetic: undefined,
        timing: timing.timing,
        request: { silenceMs, signal },
        telemetry,
        note: () => {},
      };
      const { measured } = isFirst && round === 0 ? await checkedRound(visit) : await visitAgain(visit);
      rounds[index]?.push(measured.latencyNs);
    }
  }
  return rounds;
}

async function checkedRound(visit: Parameters<typeof visitFirst>[0]): Promise<Round> {
  const first = await visitFirst(visit);
  if (first.correct) return first.round;
  throw new Error(`The result of ${visit.planned.case.model} is wrong, so nothing was timed.`);
}
