/** TensorFlow.js's WebGPU backend, on our device. */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { type OperatorId, operatorAt } from '../../core/graph/graph.ts';
import type { Kernel } from '../../core/graph/plan.ts';
import type { WireGraph } from '../../core/protocol/provider.ts';
import { Unsupported } from '../network/lower.ts';
import { drawParameters } from '../network/parameters.ts';
import type { Contender } from './contender.ts';

type WireOperator = WireGraph['operators'][number];
type WireConv = Extract<WireOperator, { kind: 'conv2d' }>;

/** Its own state that its types keep private. */
interface Encoding {
  readonly commandEncoder: GPUCommandEncoder | null;
}

let backend: WebGPUBackend | undefined;

/** Once for a page. */
async function backendOn(device: GPUDevice): Promise<WebGPUBackend> {
  if (backend !== undefined) return backend;
  const created = new WebGPUBackend(device, device.adapterInfo);
  backend = created;
  // Small tensors would go to the processor, by code of another backend.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => created);
  await tf.setBackend('webgpu');
  return created;
}

/** What one operator, with what is folded into it, does to the tensors before it; by operator. */
type Tensors = Map<OperatorId, tf.Tensor4D>;
type Layer = (tensors: Tensors) => void;

/** `kernels`: of the layerwise plan; what is folded there is folded here, as TensorFlow.js's converter does it. */
export async function tensorFlow(
  device: GPUDevice,
  graph: WireGraph,
  kernels: readonly Kernel[],
  input: Float32Array,
  seed: number,
): Promise<Contender> {
  const backend = await backendOn(device);
  const { height, width, channels } = operatorAt(graph, 0).output;
  const weights: tf.Tensor[] = [];
  const layers = kernels.map((kernel) => layerOf(kernel, graph, seed, weights));
  const last = graph.operators.length - 1;
  const image = tf.tensor4d(input, [1, height, width, channels]);
  const execute = () =>
    tf.tidy(() => {
      const tensors: Tensors = new Map([[0, image]]);
      for (const layer of layers) layer(tensors);
      return tensors.get(last) as tf.Tensor4D;
    });
  return {
    perCall: 1,
    async enqueue(executions) {
      // It submits by itself after every 15 dispatches.
      for (let execution = 0; execution < executions; execution++) execute().dispose();
      backend.endComputePassEncoder();
      // There is nothing left where the last dispatch was a fifteenth.
      if ((backend as unknown as Encoding).commandEncoder !== null) backend.submitQueue();
    },
    async result() {
      const result = execute();
      const values = (await result.data()) as Float32Array;
      result.dispose();
      return values;
    },
    async release() {
      for (const tensor of [image, ...weights]) tensor.dispose();
    },
  };
}

function layerOf(kernel: Kernel, graph: WireGraph, seed: number, kept: tf.Tensor[]): Layer {
  const [head, ...folded] = kernel.operators.map((id) => graph.operators[id]);
  if (head?.kind !== 'conv2d') throw new Unsupported(`no kernel is called for ${head?.kind ?? 'nothing'}`);
  const activation = folded.find((operator) => operator?.kind === 'activation');
  const add = folded.find((operator) => operator?.kind === 'add');
  if (activation?.kind === 'activation' && activation.function !== 'relu') {
    throw new Unsupported(`no kernel is called for ${activation.function}`);
  }
  const convolve = convolution(head, activation === undefined ? undefined : 'relu', seed, kept);
  const convolved = activation?.id ?? head.id;
  return (tensors) => {
    tensors.set(convolved, convolve(tensors.get(head.inputs[0] ?? 0) as tf.Tensor4D));
    if (add === undefined) return;
    const [left, right] = add.inputs.map((id) => tensors.get(id) as tf.Tensor4D);
    tensors.set(add.id, tf.add(left as tf.Tensor4D, right as tf.Tensor4D));
  };
}

function convolution(
  conv: WireConv,
  activation: 'relu' | undefined,
  seed: number,
  kept: tf.Tensor[],
): (x: tf.Tensor4D) => tf.Tensor4D {
  const { inChannels, outChannels, kernelHeight, kernelWidth, stride, padding, groups } = conv;
  const { top, left, bottom, right } = padding;
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    kept.push(tensor);
    return tensor;
  };
  const { weights, biases } = drawParameters(conv, seed);
  const perGroup = inChannels / groups;
  const drawn = keep(tf.tensor4d(weights, [outChannels, kernelHeight, kernelWidth, perGroup]));
  const options = { strides: stride, pad, activation: activation ?? 'linear' } as const;
  if (groups > 1 && groups === inChannels && groups === outChannels) {
    const filter = keep(tf.transpose(drawn, [1, 2, 0, 3]));
    const bias = keep(tf.tensor1d(biases));
    // Its types leave out that a depthwise convolution takes such paddings as well.
    return (x) => tf.fused.depthwiseConv2d({ x, filter, bias, ...options, pad: pad as never });
  }
  const filter = keep(tf.transpose(drawn, [1, 2, 3, 0]));
  if (groups === 1) {
    const bias = keep(tf.tensor1d(biases));
    return (x) => tf.fused.conv2d({ x, filter, bias, ...options });
  }
  // It has no grouped convolution: its users cut the input, convolve the pieces and join them.
  const size = outChannels / groups;
  const pieces = Array.from({ length: groups }, (_, group) => ({
    filter: keep(
      tf.slice(filter, [0, 0, 0, group * size], [kernelHeight, kernelWidth, perGroup, size]),
    ) as tf.Tensor4D,
    bias: keep(tf.tensor1d(biases.slice(group * size, (group + 1) * size))),
  }));
  return (x) => {
    const cut = tf.split(x, groups, 3);
    return tf.concat(
      pieces.map((piece, group) => tf.fused.conv2d({ x: cut[group] as tf.Tensor4D, ...piece, ...options })),
      3,
    );
  };
}

export const tensorFlowVersion = tf.version_core;
