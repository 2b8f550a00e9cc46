/** Our own kernels, as the provider executes them: tuned, one compute pass a call. */
import type { Kernel } from '../../core/graph/plan.ts';
import type { WireGraph } from '../../core/protocol/provider.ts';
import type { Gpu } from '../network/gpu.ts';
import { encodeKernel, Network } from '../network/network.ts';
import type { Tuner } from '../network/tuner.ts';
import type { Contender } from './contender.ts';

export async function ours(
  gpu: Gpu,
  tuner: Tuner,
  graph: WireGraph,
  kernels: readonly Kernel[],
  seed: number,
): Promise<Contender> {
  const request = { graph, kernels, dtype: 'fp32', batch: 1, seed } as const;
  const network = await Network.prepare(gpu, request, tuner, () => {});
  const enqueue = async (executions: number) => {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let execution = 0; execution < executions; execution++) {
      for (const kernel of network.kernels) encodeKernel(pass, kernel);
    }
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
  };
  return {
    perCall: 1,
    implementations: network.kernels.map(({ implementation }) => implementation),
    enqueue,
    async result() {
      await enqueue(1);
      return Float32Array.from(await network.read(graph.operators.length - 1));
    },
    release: async () => network.release(),
  };
}
