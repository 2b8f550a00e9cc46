/**
 * What each kernel of a plan must move, tensor by tensor, and how far back each tensor was last touched. The distance
 * decides which level of the memory can still hold the tensor; it belongs to the plan and not to the machine, so it is
 * stored with the measurement, and any machine's levels can be laid over it.
 *
 * The distance counts distinct bytes: weights lie each at their own address, activations share an arena that is no larger
 * than the most that lives at one time. Where that is uncertain it errs to the short side, for a bound must not be beaten.
 */
import { elementCount, type Graph, type OperatorId, operatorAt } from '../graph/graph.ts';
import {
  bytesPerElement,
  costOfKernel,
  type DataType,
  kernelInputs,
  kernelOutput,
  type Plan,
} from '../graph/plan.ts';
import type { CacheState } from '../protocol/provider.ts';
import type { Traffic } from '../protocol/run.ts';

interface Launch {
  readonly inputs: readonly OperatorId[];
  readonly output: OperatorId;
  readonly activationBytes: number;
  readonly weightBytes: number;
}

/** Further back than any cache reaches. */
const beyondCaches = Number.MAX_SAFE_INTEGER;

/**
 * One list a kernel of the plan, in order: its inputs, its weights where it has some, its output. In the hot state a kernel's
 * tensors were last touched by itself, in the cold one weights and the image before something else filled the caches.
 */
export function kernelTraffic(
  graph: Graph,
  plan: Plan,
  batch: number,
  dtype: DataType,
  cacheState: CacheState = 'in-network',
): readonly (readonly Traffic[])[] {
  const bytesOf = (id: OperatorId) =>
    batch * bytesPerElement[dtype] * elementCount(operatorAt(graph, id).output);
  const launches = plan.kernels.map((kernel): Launch => {
    const cost = costOfKernel(graph, kernel, batch, dtype);
    return {
      inputs: kernelInputs(graph, kernel),
      output: kernelOutput(kernel),
      activationBytes: cost.inputBytes + cost.outputBytes,
      weightBytes: cost.weightBytes,
    };
  });
  const touches = touchesOf(launches);
  const arenaBytes = peakLiveBytes(launches, touches, bytesOf);
  const passWeightBytes = launches.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  /** Distinct bytes that the launches strictly between these two touch. */
  const bytesBetween = (earlier: number, later: number) => {
    let activations = 0;
    let weights = 0;
    for (const launch of launches.slice(earlier + 1, later)) {
      activations += launch.activationBytes;
      weights += launch.weightBytes;
    }
    return Math.min(activations, arenaBytes) + weights;
  };
  const passBytes = cacheState === 'all-cold' ? beyondCaches : passWeightBytes + arenaBytes;

  const inNetwork = launches.map((launch, position) => {
    const traffic: Traffic[] = launch.inputs.map((id) => {
      const earlier = touches.get(id)?.findLast((touch) => touch < position);
      const bytes = bytesOf(id);
      // The image was last touched one pass ago.
      const distance = earlier === undefined ? passBytes : bytes + bytesBetween(earlier, position);
      return { kind: 'input', bytes, reuseDistanceBytes: Math.min(distance, passBytes) };
    });
    if (launch.weightBytes > 0) {
      traffic.push({ kind: 'weights', bytes: launch.weightBytes, reuseDistanceBytes: passBytes });
    }
    const bytes = bytesOf(launch.output);
    const later = touches.get(launch.output)?.find((touch) => touch > position);
    // The result of the network is only read by the caller; a level that holds it is fast enough.
    const distance = later === undefined ? bytes : bytes + bytesBetween(position, later);
    traffic.push({ kind: 'output', bytes, reuseDistanceBytes: Math.min(distance, passBytes) });
    return traffic;
  });
  if (cacheState !== 'hot') return inNetwork;
  return inNetwork.map((traffic) => {
    const ownBytes = traffic.reduce((sum, { bytes }) => sum + bytes, 0);
    return traffic.map((tensor) => ({ ...tensor, reuseDistanceBytes: ownBytes }));
  });
}

/** Positions of the launches that write or read each tensor, in order. */
function touchesOf(launches: readonly Launch[]): ReadonlyMap<OperatorId, readonly number[]> {
  const touches = new Map<OperatorId, number[]>();
  for (const [position, launch] of launches.entries()) {
    for (const id of [...launch.inputs, launch.output]) {
      const known = touches.get(id);
      if (known === undefined) touches.set(id, [position]);
      else known.push(position);
    }
  }
  return touches;
}

/** The most activation bytes that must exist at one time. */
function peakLiveBytes(
  launches: readonly Launch[],
  touches: ReadonlyMap<OperatorId, readonly number[]>,
  bytesOf: (id: OperatorId) => number,
): number {
  const change = new Array<number>(launches.length + 1).fill(0);
  for (const [id, positions] of touches) {
    const first = positions[0] ?? 0;
    const afterLast = (positions.at(-1) ?? first) + 1;
    change[first] = (change[first] ?? 0) + bytesOf(id);
    change[afterLast] = (change[afterLast] ?? 0) - bytesOf(id);
  }
  let live = 0;
  let peak = 0;
  for (const delta of change) {
    live += delta;
    peak = Math.max(peak, live);
  }
  return peak;
}
