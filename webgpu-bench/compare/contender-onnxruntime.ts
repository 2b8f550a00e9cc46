/** ONNX Runtime's WebGPU execution provider, on our device: inputs and outputs stay in its buffers. */
import * as ort from 'onnxruntime-web/webgpu';
import { elementCount, operatorAt } from '../../core/graph/graph.ts';
import type { WireGraph } from '../../core/protocol/provider.ts';
import { readBuffer } from '../measure/buffers.ts';
import { bufferUsage } from '../measure/flags.ts';
import type { Contender } from './contender.ts';
import { onnxModel } from './onnx.ts';

/** `copies`: of the network in one call of the session. */
export async function onnxRuntime(
  device: GPUDevice,
  graph: WireGraph,
  input: Float32Array,
  seed: number,
  copies: number,
): Promise<Contender> {
  const session = await ort.InferenceSession.create(onnxModel(graph, seed, copies), {
    executionProviders: [{ name: 'webgpu', device }],
  });
  const first = operatorAt(graph, 0).output;
  const last = operatorAt(graph, graph.operators.length - 1).output;
  const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
  const inputBuffer = device.createBuffer({ size: 4 * elementCount(first), usage });
  const outputBuffer = device.createBuffer({ size: 4 * elementCount(last), usage });
  device.queue.writeBuffer(inputBuffer, 0, Float32Array.from(input));
  const feeds: Record<string, ort.Tensor> = {};
  const fetches: Record<string, ort.Tensor> = {};
  for (let copy = 0; copy < copies; copy++) {
    const tensor = (buffer: GPUBuffer, { height, width, channels }: typeof first) =>
      ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [1, height, width, channels] });
    feeds[`x${copy}`] = tensor(inputBuffer, first);
    // All into one buffer, for the results are the same.
    fetches[`y${copy}`] = tensor(outputBuffer, last);
  }
  const enqueue = async (executions: number) => {
    for (let done = 0; done < executions; done += copies) await session.run(feeds, fetches);
  };
  return {
    perCall: copies,
    enqueue,
    async result() {
      await enqueue(copies);
      return new Float32Array(await readBuffer(device, outputBuffer, 4 * elementCount(last)));
    },
    async release() {
      await session.release();
      inputBuffer.destroy();
      outputBuffer.destroy();
    },
  };
}

export const onnxRuntimeVersion = ort.env.versions.web ?? 'unknown';
