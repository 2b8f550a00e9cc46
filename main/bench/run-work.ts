/** What a run is given, what it tells, and how it ends. */
import type { RunProgress } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { DeviceCalibration, Measurement } from '../../core/protocol/run.ts';
import { systemFiles } from '../machine/system-files.ts';
import { type Telemetry, telemetry } from '../machine/telemetry.ts';
import type { PlannedCase } from './cases.ts';
import { defaultTiming, type Timing } from './measure-case.ts';
import type { NoiseTiming } from './noise-test.ts';
import type { ProviderConnection } from './provider-connection.ts';

export interface DescribedProvider {
  readonly process: ProviderConnection;
  readonly description: ProviderDescription;
}

export interface RunWork {
  readonly runId: string;
  readonly providers: readonly DescribedProvider[];
  readonly cases: readonly PlannedCase[];
  readonly budgetSeconds: number;
  /** Rounds are added until the undisturbed latency is known within this fraction. */
  readonly precision?: number | undefined;
  readonly settings?: Partial<SchedulerSettings>;
  /** What programs may use here; nothing is refused for its size when absent. */
  readonly memoryBytes?: number;
  /** What is to be said of the run before it begins, for instance of a provider that has no device here. */
  readonly remarks?: readonly string[];
}

export interface SchedulerSettings {
  readonly timing: Timing;
  /** How often every case is visited, where the suite's budget allows. */
  readonly rounds: number;
  /** A provider that says nothing for so long hangs; preparing and checking a large network is silent. */
  readonly silenceMs: number;
  /** How long it is waited at most until the machine is quiet; absent: as the suite's time allows. */
  readonly settleSeconds?: number | undefined;
  /** How long each ceiling is measured; absent: as long as its provider finds right. */
  readonly secondsPerCeiling?: number | undefined;
  readonly telemetry: Telemetry;
  /** Of an A/A test; absent: as it is for users. */
  readonly noise?: NoiseTiming | undefined;
}

export const defaultSettings: SchedulerSettings = {
  timing: defaultTiming,
  rounds: 7,
  silenceMs: 120_000,
  telemetry: telemetry(systemFiles()),
};
export type RunStep = Pick<
  RunProgress,
  'phase' | 'casesDone' | 'casesTotal' | 'fraction' | 'current' | 'elapsedSeconds' | 'remainingSeconds'
>;

/** Where a run goes. Whatever these throw ends the run. */
export interface RunSink {
  calibrated(providers: readonly DeviceCalibration[]): void;
  /** The same measurement comes again, with more samples, after every further round. */
  measured(measurement: Measurement): void;
  step(step: RunStep): void;
}

export interface RunEnd {
  readonly status: 'finished' | 'cancelled' | 'failed';
  readonly reason: string | null;
}
