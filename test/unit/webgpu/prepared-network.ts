/** Small networks on a device for tests, and whether they compute what they should. */
import { expect } from 'vitest';
import type { Graph } from '../../../core/graph/graph.ts';
import { type DataType, type PlanKind, planGraph } from '../../../core/graph/plan.ts';
import { toWireGraph } from '../../../core/protocol/wire-graph.ts';
import type { Gpu } from '../../../webgpu-bench/network/gpu.ts';
import { fusableBlocks } from '../../../webgpu-bench/network/lower-block.ts';
import { Network } from '../../../webgpu-bench/network/network.ts';
import { Tuner } from '../../../webgpu-bench/network/tuner.ts';
import { verify } from '../../../webgpu-bench/network/verify.ts';

export const planOf = (graph: Graph, kind: PlanKind) => planGraph(graph, kind, new Set(fusableBlocks));

interface Wanted {
  readonly dtype?: DataType;
  /** Tried instead of what tuning would choose. */
  readonly candidate?: number;
  readonly batch?: number;
}

export function prepareNetwork(
  gpu: Gpu,
  graph: Graph,
  kind: PlanKind,
  { dtype = 'fp32', candidate = 0, batch = 1 }: Wanted = {},
): Promise<Network> {
  const chosen = new Tuner({ get: () => candidate, set: () => {} }, candidate + 1);
  const { kernels } = planOf(graph, kind);
  return Network.prepare(
    gpu,
    { graph: toWireGraph(graph), kernels, dtype, batch, seed: 7 },
    chosen,
    () => {},
  );
}

/** Every kernel agrees with the reference. Releases the network. */
export async function expectRight(network: Network): Promise<void> {
  try {
    const { passed, kernels, output } = await verify(network, async () => {});
    expect(kernels.filter((kernel) => !kernel.passed)).toEqual([]);
    expect(output.standardDeviation).toBeGreaterThan(0.01);
    expect(passed).toBe(true);
  } finally {
    network.release();
  }
}
