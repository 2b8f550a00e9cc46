/**
 * Whether an adapter's subgroup matrices compute what they should. They are experimental, in drivers as well: a kind that is refused, or
 * whose result differs from the reference, is not used, and the networks are executed without it.
 */
import { GraphBuilder } from '../../core/graph/builder.ts';
import { planGraph } from '../../core/graph/plan.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { DeviceLost, OutOfMemory } from '../measure/errors.ts';
import type { Storage } from '../wgsl/module.ts';
import { isUsable, type SubgroupMatrixConfig } from '../wgsl/subgroup-matrix.ts';
import type { Gpu } from './gpu.ts';
import { Network } from './network.ts';
import { Tuner } from './tuner.ts';
import { verify } from './verify.ts';

/** Each kernel that there is for them, for matrices of up to 32 by 32. */
function trial() {
  const g = new GraphBuilder('trial', { height: 9, width: 8, channels: 32 });
  const x = g.block('layers', 'conv', () => {
    const window = g.conv('window', g.input, {
      outChannels: 32,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
    });
    return g.conv('pointwise', window, { outChannels: 32, kernelSize: 1 });
  });
  g.block('block', 'ffn', () => {
    const hidden = g.conv('expand', x, { outChannels: 128, kernelSize: 1, activation: 'relu' });
    g.add('add', g.conv('project', hidden, { outChannels: 32, kernelSize: 1 }), x);
  });
  const graph = g.build();
  const { kernels } = planGraph(graph, 'fused', new Set(['ffn']));
  return { graph: toWireGraph(graph), kernels, batch: 1, seed: 1 };
}

/** Those that kernels of this storage could use. */
export const usableMatrices = ({ matrices }: Gpu, storage: Storage): readonly SubgroupMatrixConfig[] =>
  matrices?.configs.filter((config) => isUsable(config, storage)) ?? [];

/** Those of them that are right. @throws DeviceLost, OutOfMemory, the signal's reason */
export async function provenMatrices(
  gpu: Gpu,
  storage: Storage,
  heard: (fraction: number, note: string) => void,
  signal?: AbortSignal,
): Promise<readonly SubgroupMatrixConfig[]> {
  const before = gpu.limits.matrices;
  const proven: SubgroupMatrixConfig[] = [];
  try {
    for (const config of usableMatrices(gpu, storage)) {
      signal?.throwIfAborted();
      gpu.setMatrices([config]);
      if (await isRight(gpu, storage, heard, signal)) proven.push(config);
    }
  } finally {
    gpu.setMatrices(before?.configs ?? []);
  }
  return proven;
}

async function isRight(
  gpu: Gpu,
  storage: Storage,
  heard: (fraction: number, note: string) => void,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const first = new Tuner({ get: () => 0, set: () => {} }, 1);
  const request = { ...trial(), dtype: storage === 'f16' ? 'fp16' : 'fp32' } as const;
  try {
    const network = await Network.prepare(
      gpu,
      request,
      first,
      () => heard(0, 'trying subgroup matrices'),
      signal,
    );
    try {
      const { passed } = await verify(network, async () => signal?.throwIfAborted());
      // Matrices that do not fit the trial were not used, and nothing is known of them.
      return passed && network.kernels.every(({ implementation }) => implementation.includes('.matrix.'));
    } finally {
      network.release();
    }
  } catch (error) {
    if (error instanceof DeviceLost || error instanceof OutOfMemory || signal?.aborted === true) throw error;
    // The driver refused the text: that is an answer.
    return false;
  }
}
