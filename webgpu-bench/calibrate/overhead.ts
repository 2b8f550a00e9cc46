/** What a dispatch costs that does next to nothing. */
import { createBuffer, readBuffer } from '../measure/buffers.ts';
import { bufferUsage } from '../measure/flags.ts';
import { samplePasses, shortestNs } from '../measure/repeat.ts';
import type { CalibrationOptions } from './arithmetic.ts';
import { bindBuffers, createCompute, WorkNotProven } from './compute.ts';

export const overheadWgsl = `@group(0) @binding(0) var<storage, read_write> count: array<u32>;
@compute @workgroup_size(1)
fn main() {
  count[0] = count[0] + 1u;
}
`;

/**
 * Nanoseconds from one dispatch of a pass to the next, each of one invocation that adds one to the same word: so they run
 * one after the other, and the word counts them.
 * @throws WorkNotProven, DeviceLost, OutOfMemory, the signal's reason
 */
export async function measureDispatchOverheadNs(
  device: GPUDevice,
  { timer, seconds, signal }: CalibrationOptions,
): Promise<number> {
  const compute = await createCompute(device, 'dispatch overhead', overheadWgsl, ['storage']);
  const count = await createBuffer(device, 'dispatch count', 4, bufferUsage.storage | bufferUsage.copySource);
  try {
    const group = bindBuffers(device, compute, [{ buffer: count }]);
    let encoded = 0;
    const samples = await samplePasses(
      device,
      (pass) => {
        pass.setPipeline(compute.pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(1);
        encoded++;
      },
      { timer, seconds, minSamples: 3, signal },
    );
    const [counted = 0] = new Uint32Array(await readBuffer(device, count, 4));
    if (counted !== encoded) throw new WorkNotProven('dispatch overhead', encoded, counted);
    return shortestNs(samples);
  } finally {
    count.destroy();
  }
}
