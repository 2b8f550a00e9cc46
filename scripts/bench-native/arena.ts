/**
 * Races the plans of one graph against each other. All of them are prepared and checked first; then they take turns, round by
 * round, so that a slow spell of the machine meets them all; and the ceiling is measured before and after.
 */
import { ceilingsFor } from '../../core/analysis/ceilings.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { costOfKernel, type DataType, type PlanKind, planGraph } from '../../core/graph/plan.ts';
import type { ArithmeticCeiling, Calibration, ProviderDescription } from '../../core/protocol/provider.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { ceilingsForPrepare } from '../../main/bench/measure-case.ts';
import type { ProviderConnection } from '../../main/bench/provider-connection.ts';
import type { Timed } from './figure.ts';

export type Side = 'fused' | 'layerwise' | 'onednn';

export interface Contest {
  readonly graph: Graph;
  readonly batch: number;
  readonly dtype: DataType;
  readonly threads: readonly number[];
  readonly sides: readonly Side[];
}

export interface Outcome {
  readonly operations: number;
  /** Throws NotApplicable where this side could not run. */
  readonly of: (side: Side, threads: number) => Timed;
  /** Operations a second of the data type's fastest instructions. */
  readonly ceiling: (threads: number) => number;
}

export interface Pace {
  readonly rounds: number;
  /** Of each side in each round. */
  readonly seconds: number;
  readonly secondsPerCeiling: number;
}

/** A sentence why a row has no figure here; no fault of anything. */
export class NotApplicable extends Error {}

/** A result that is wrong: no speed is told of it. */
export class WrongResult extends Error {}

export interface Opponent {
  readonly connection: ProviderConnection;
  readonly description: ProviderDescription;
  /** Of its own, where it plans by the ceilings, as it does in a run of the app. */
  readonly calibration?: Calibration;
}

/** The native provider, and oneDNN's where there is one. */
export interface Opponents {
  readonly native: Opponent;
  readonly onednn: Opponent | undefined;
}

const silenceMs = 600_000;
const seed = 1;

interface Entry {
  readonly opponent: Opponent;
  readonly side: Side;
  readonly threads: number;
  readonly handle: number;
  readonly error: number;
  readonly latencyNs: number[];
}

export async function race(contest: Contest, opponents: Opponents, pace: Pace): Promise<Outcome> {
  const entries: Entry[] = [];
  const missing = new Map<Side, string>();
  const operations = operationsOf(contest);
  try {
    for (const side of contest.sides) {
      const opponent = side === 'onednn' ? opponents.onednn : opponents.native;
      const why = whyNot(contest, side, opponent);
      if (opponent === undefined || why !== undefined) {
        missing.set(side, why ?? '');
        continue;
      }
      for (const threads of contest.threads) entries.push(await enter(contest, side, threads, opponent));
    }
    const ceilings = await measureCeilings(opponents.native, pace);
    for (let round = 0; round < pace.rounds; round++) {
      // Each round begins with another one, so that none always comes after the same.
      for (let turn = 0; turn < entries.length; turn++) {
        const entry = entries[(turn + round) % entries.length];
        if (entry !== undefined) await time(entry, pace);
      }
    }
    ceilings.push(...(await measureCeilings(opponents.native, pace)));
    return {
      operations,
      of: (side, threads) => {
        const entry = entries.find((one) => one.side === side && one.threads === threads);
        if (entry === undefined) throw new NotApplicable(missing.get(side) ?? `${side} was not raced`);
        return entry;
      },
      ceiling: (threads) => highestCeiling(ceilings, contest.dtype, threads),
    };
  } finally {
    for (const { opponent, handle } of entries) {
      await opponent.connection.request('release', { handle }, { silenceMs }).catch(() => {});
    }
  }
}

/** Every ceiling, of the memory too. */
export function calibrate({ connection }: Opponent, secondsPerCeiling: number): Promise<Calibration> {
  return connection.request('calibrate', { secondsPerCeiling }, { silenceMs });
}

/** `calibrate` of the arithmetic alone. */
export async function measureCeilings({ connection }: Opponent, pace: Pace): Promise<ArithmeticCeiling[]> {
  const { secondsPerCeiling } = pace;
  const { arithmetic } = await connection.request(
    'calibrate',
    { secondsPerCeiling, only: 'arithmetic' },
    { silenceMs },
  );
  return arithmetic;
}

/** The higher of those before and after: a share must not be flattered by a slow moment of the ceiling. */
function highestCeiling(ceilings: readonly ArithmeticCeiling[], dtype: DataType, threads: number): number {
  const own = ceilings.filter((ceiling) => ceiling.dtype === dtype && ceiling.threads === threads);
  if (own.length === 0) throw new NotApplicable(`no ${dtype} ceiling of ${threads} threads is measured here`);
  return Math.max(...own.map(({ operationsPerSecond }) => operationsPerSecond));
}

function whyNot({ graph, dtype }: Contest, side: Side, opponent: Opponent | undefined): string | undefined {
  if (opponent === undefined) return 'oneDNN is not installed';
  const { dataTypes, fusableBlocks, provider } = opponent.description;
  if (!dataTypes.includes(dtype)) return `the provider ${provider} has no ${dtype}`;
  const plan = planGraph(graph, 'fused', new Set(fusableBlocks));
  if (side === 'fused' && !plan.kernels.some(({ fused }) => fused)) return 'no kernel fuses this block';
  return undefined;
}

function planOf({ graph }: Contest, side: Side, { description }: Opponent) {
  const kind: PlanKind = side === 'fused' ? 'fused' : 'layerwise';
  return planGraph(graph, kind, new Set(description.fusableBlocks));
}

function operationsOf({ graph, batch, dtype }: Contest): number {
  const { kernels } = planGraph(graph, 'layerwise', new Set());
  return kernels.reduce((sum, kernel) => sum + costOfKernel(graph, kernel, batch, dtype).operations, 0);
}

/** Prepares one side and checks what it computes. */
async function enter(contest: Contest, side: Side, threads: number, opponent: Opponent): Promise<Entry> {
  const { connection } = opponent;
  const checked = await prepare(contest, side, threads, opponent, checkedBatch(contest));
  const { passed, kernels } = await connection.request('verify', { handle: checked }, { silenceMs });
  const error = Math.max(...kernels.map(({ relativeL2Error }) => relativeL2Error));
  if (passed && checkedBatch(contest) === contest.batch) {
    return { opponent, side, threads, handle: checked, error, latencyNs: [] };
  }
  await connection.request('release', { handle: checked }, { silenceMs });
  if (!passed) throw new WrongResult(`${side} computes ${contest.graph.name} wrong: relative error ${error}`);
  const handle = await prepare(contest, side, threads, opponent, contest.batch);
  return { opponent, side, threads, handle, error, latencyNs: [] };
}

/** Layers and blocks are checked as they are raced; of whole networks one image, for the reference would take minutes. */
function checkedBatch({ graph, batch }: Contest): number {
  return graph.blocks.length > 2 ? 1 : batch;
}

function planningCeilings({ dtype }: Contest, threads: number, { description, calibration }: Opponent) {
  if (calibration === undefined) return {};
  const key = { provider: description.provider, device: calibration.device, dtype, threads };
  const found = ceilingsFor([{ description, calibration, reason: null }], key);
  return found === undefined ? {} : { ceilings: ceilingsForPrepare(found) };
}

async function prepare(
  contest: Contest,
  side: Side,
  threads: number,
  opponent: Opponent,
  batch: number,
): Promise<number> {
  const { graph, dtype } = contest;
  const plan = planOf(contest, side, opponent);
  const { handle } = await opponent.connection.request(
    'prepare',
    {
      graph: toWireGraph(graph),
      plan: plan.kind,
      kernels: plan.kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
      dtype,
      batch,
      threads,
      seed,
      ...planningCeilings(contest, threads, opponent),
    },
    { silenceMs },
  );
  return handle;
}

/** One round of one side: the fastest pass, for whatever disturbs a pass makes it longer. */
async function time({ opponent, handle, latencyNs }: Entry, { seconds }: Pace): Promise<void> {
  const measured = await opponent.connection.request(
    'measure',
    { handle, warmupSeconds: seconds / 8, minSeconds: seconds, minSamples: 2, maxSeconds: 20 * seconds },
    { silenceMs },
  );
  latencyNs.push(Math.min(...measured.latencyNs));
}
