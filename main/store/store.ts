/**
 * What is kept of runs and machines, behind one interface that says nothing of the engine: `openStore` in `sqlite/` is the one of a machine. Each part
 * is one idea. Every method may throw ApiError('store') where the engine fails, with a sentence and a way out.
 *
 * The calls are synchronous, since SQLite's are, and a run stores between two rounds, when nothing may come in between. Measuring always goes to the
 * store of the machine. An engine across a network would give promises of the same parts; `main/api.ts` and `comparison.ts`, the readers, would have to
 * await them first.
 */
import type { ComparableRun } from '../../core/analysis/compare.ts';
import type { Surroundings } from '../../core/analysis/environment-differences.ts';
import type { RunFigures } from '../../core/analysis/figures.ts';
import type { RunLatencies } from '../../core/analysis/noise-floor.ts';
import type { HistoryHead } from '../../core/protocol/compare.ts';
import type { Machine, MachineUpdate } from '../../core/protocol/machines.ts';
import type { Tuning } from '../../core/protocol/provider.ts';
import type {
  Case,
  DeviceCalibration,
  Environment,
  Measurement,
  MeasurementDetail,
  NoiseTest,
  Run,
  RunReport,
  RunStatus,
  RunSummary,
} from '../../core/protocol/run.ts';

export interface Store {
  readonly runs: Runs;
  readonly measurements: Measurements;
  readonly histories: Histories;
  readonly machines: Machines;
  readonly noise: NoiseTests;
  readonly tuning: Tunings;
  /** Where it is, as its owner would look for it. */
  readonly path: string;
  close(): void;
}

export interface NewRun {
  readonly id: string;
  readonly suite: string;
  readonly startedAt: string;
  readonly environment: Environment;
}

/**
 * `name` is a run's id; `latest` is the newest run, `latest~1` the one before it, and so on. What is asked by a name is undefined where there is no
 * such run, or it is deleted.
 */
export interface Runs {
  /** Begins a run of this process. Throws ApiError('busy') while another one is going on, in any process. */
  create(run: NewRun): void;
  /** What was measured before is held against these from now on. */
  setProviders(runId: string, providers: readonly DeviceCalibration[]): void;
  finish(
    runId: string,
    status: Exclude<RunStatus, 'running'>,
    finishedAt: string,
    reason: string | null,
  ): void;
  /**
   * Stores a run that was measured elsewhere, all of it or nothing. Throws ApiError('badInput') where it, or a measurement
   * of it, is stored already: what is here is never replaced.
   */
  import(run: Run): void;
  /** As it was measured: what is made of its machine here stays here. */
  get(name: string): Run | undefined;
  /** What is shown of a run. */
  report(name: string): RunReport | undefined;
  /** With what a comparison needs of it. */
  comparable(name: string): ComparableRun | undefined;
  /** Newest first: those that are not deleted, or those that are; none that is an A/A test and nothing else. */
  list(options?: { readonly deleted?: boolean }): RunSummary[];
  /** Those that `list` gives. */
  count(): number;
  /** Its id, or undefined where there is no such run. Throws ApiError('busy') while it is going on. */
  delete(name: string): string | undefined;
  /** False where no deleted run has this id. Its machine is shown again, too. */
  restore(runId: string): boolean;
  /** Every run that has ended, also those that were hidden already, for good. Returns how many. */
  deleteAll(): number;
  isDeleted(runId: string): boolean;
}

export interface Measurements {
  /** Stores a measurement, or replaces what an earlier round stored of it. */
  put(runId: string, measurement: Measurement): void;
  /** By its id, or the beginning of one that is no other's. Throws ApiError where there is none, or several. */
  find(name: string): { readonly runId: string; readonly measurementId: string };
  /** Not of runs that are deleted. */
  get(measurementId: string): Measurement | undefined;
  /** Kernel by kernel; undefined where it has no latency. */
  detail(measurementId: string): MeasurementDetail | undefined;
}

export type FigureFilter = { readonly [Field in keyof Case]?: Case[Field] | undefined } & {
  readonly machineId?: string | undefined;
  /** Of runs, the newest. */
  readonly limit: number;
};

/** What is read across runs that have ended, without parsing a measurement. */
export interface Histories {
  /** Oldest first. */
  figures(filter: FigureFilter): RunFigures[];
  /** Of the newest runs of a machine, oldest first: what tells its noise. */
  latencies(machineId: string, limit: number): RunLatencies[];
  /** What there is a history of, the longest first. */
  series(): HistoryHead[];
}

export interface Machines {
  /** `here`: the identity of the machine that this program runs on. */
  list(deleted: boolean, here: string | null): Machine[];
  /** The machine that an identity of hardware is shown as: itself, or the one that it was merged into. */
  shownId(identity: string): string;
  /** Of this machine's GPUs those that were there in its last run, and are not now. */
  missingGpus(environment: Environment): string[];
  update(update: MachineUpdate): void;
  merge(sourceId: string, targetId: string): void;
  split(machineId: string): void;
  /** Throws ApiError('busy') while a run is going on on it. */
  delete(machineId: string): void;
  restore(machineId: string): void;
}

export interface StoredNoiseTest {
  readonly test: NoiseTest;
  readonly facts: Surroundings;
}

export interface NoiseTests {
  set(runId: string, tests: readonly NoiseTest[]): void;
  /** What A/A tests found on a machine, newest first. */
  of(machineId: string): StoredNoiseTest[];
}

/** Which codes were fastest on a device. */
export interface Tunings {
  get(provider: string, device: string): Tuning;
  /** The newer choice counts. */
  keep(provider: string, device: string, found: Tuning): void;
}
