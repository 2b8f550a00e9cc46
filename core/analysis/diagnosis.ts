/**
 * What holds each layer back. Its time has two parts: the waterline, which the arithmetic or a level of the memory sets, and
 * what no bound explains. Whichever cause accounts for most of the time is what limits it.
 */
import type { BlockKind } from '../graph/graph.ts';
import type { MemoryLevel } from '../protocol/provider.ts';
import type { KernelSummary } from '../protocol/run.ts';
import { type CanWin, slowKernelGap, sumCanWin } from './can-win.ts';
import { type EfficiencyGap, efficiencyGap } from './efficiency.ts';
import { bytesOf } from './waterline-view.ts';

export type Limit = 'arithmetic' | MemoryLevel | 'unexplained';

/**
 * notTimed: it has no time of its own. beaten: faster than its bound, so a ceiling or the counting is wrong. kernel: better code
 * pays, whatever limits it, for its latency is far above its bound. fuse: intermediates need not leave the caches. lessTraffic: it is fused, so only fewer bytes help. arithmetic: only
 * fewer operations, or a faster data type.
 */
export type Advice = 'notTimed' | 'beaten' | 'kernel' | 'fuse' | 'lessTraffic' | 'arithmetic';

/** A kernel, or all kernels of a block that follow each other. */
export interface Layer {
  /** Of its first kernel, from 1. */
  readonly order: number;
  readonly name: string;
  readonly block: string;
  readonly blockKind: BlockKind;
  readonly kernels: number;
  readonly operations: number;
  /** Compulsory bytes. */
  readonly bytes: number;
  /** Null where a kernel of it was not timed on its own; then so is everything that is derived from it. */
  readonly latencyNs: number | null;
  /** Of the time of all kernels. */
  readonly share: number | null;
  readonly idealNs: number;
  readonly waterlineNs: number;
  readonly efficiency: number | null;
  /** Null also where it has no operations, for which no time is ideal. */
  readonly gaps: EfficiencyGap | null;
  /** Latency / waterline. */
  readonly kernelGap: number | null;
  readonly canWin: CanWin | null;
  /** What sets most of its waterline. */
  readonly bound: Exclude<Limit, 'unexplained'>;
  readonly limit: Limit | null;
  readonly advice: Advice;
}

export function layersOf(kernels: readonly KernelSummary[], by: 'kernel' | 'block'): readonly Layer[] {
  const allNs = kernels.reduce((sum, { latencyNs }) => sum + (latencyNs ?? 0), 0);
  const groups: { order: number; members: KernelSummary[] }[] = [];
  for (const [index, kernel] of kernels.entries()) {
    const last = groups.at(-1);
    if (by === 'block' && last?.members[0]?.block === kernel.block) last.members.push(kernel);
    else groups.push({ order: index + 1, members: [kernel] });
  }
  return groups.flatMap(({ order, members }) => {
    const [first] = members;
    return first === undefined ? [] : [layer(order, first, members, by, allNs)];
  });
}

function layer(
  order: number,
  first: KernelSummary,
  members: readonly KernelSummary[],
  by: 'kernel' | 'block',
  allNs: number,
): Layer {
  const total = (value: (kernel: KernelSummary) => number) =>
    members.reduce((sum, kernel) => sum + value(kernel), 0);
  const isTimed = members.every(({ latencyNs }) => latencyNs !== null);
  const latencyNs = isTimed ? total((kernel) => kernel.latencyNs ?? 0) : null;
  const idealNs = total((kernel) => kernel.idealNs);
  const waterlineNs = total((kernel) => kernel.waterlineNs);
  const kernelGap = latencyNs === null || waterlineNs === 0 ? null : latencyNs / waterlineNs;
  const limit = latencyNs === null ? null : limitOf(members, latencyNs - waterlineNs);
  return {
    order,
    name: by === 'block' ? first.block : first.name,
    block: first.block,
    blockKind: first.blockKind,
    kernels: members.length,
    operations: total(({ operations }) => operations),
    bytes: total(({ traffic }) => bytesOf(traffic)),
    latencyNs,
    share: latencyNs === null ? null : latencyNs / allNs,
    idealNs,
    waterlineNs,
    efficiency: latencyNs === null ? null : idealNs / latencyNs,
    gaps: latencyNs === null || idealNs === 0 ? null : efficiencyGap(idealNs, waterlineNs, latencyNs),
    kernelGap,
    canWin: isTimed ? sumCanWin(members) : null,
    bound: boundOf(members, first),
    limit,
    advice: adviceFor(
      limit,
      kernelGap,
      members.every(({ fused }) => fused),
    ),
  };
}

/** The cause with the largest part of the time; of equal ones the first, a bound before what none explains. */
function limitOf(members: readonly KernelSummary[], unexplainedNs: number): Limit {
  const parts = new Map<Limit, number>(boundParts(members));
  parts.set('unexplained', unexplainedNs);
  return [...parts].reduce((most, part) => (part[1] > most[1] ? part : most))[0];
}

function boundOf(members: readonly KernelSummary[], first: KernelSummary): KernelSummary['limit'] {
  return [...boundParts(members)].reduce(
    (most, part) => (part[1] > most[1] ? part : most),
    [first.limit, 0],
  )[0];
}

/** How much of the waterline each bound sets. */
function boundParts(members: readonly KernelSummary[]): Map<KernelSummary['limit'], number> {
  const parts = new Map<KernelSummary['limit'], number>();
  for (const { limit, waterlineNs } of members) parts.set(limit, (parts.get(limit) ?? 0) + waterlineNs);
  return parts;
}

function adviceFor(limit: Limit | null, kernelGap: number | null, isFused: boolean): Advice {
  if (limit === null) return 'notTimed';
  if (kernelGap !== null && kernelGap < 1) return 'beaten';
  if (limit === 'unexplained' || (kernelGap !== null && kernelGap > slowKernelGap)) return 'kernel';
  if (limit === 'arithmetic') return 'arithmetic';
  return isFused ? 'lessTraffic' : 'fuse';
}
