/** One network on one device: its weights, its buffers and its launches, in one plan. */
import { elementCount, type OperatorId, operatorAt } from '../../core/graph/graph.ts';
import {
  costOfKernel,
  type DataType,
  type Kernel,
  kernelInputs,
  kernelOutput,
} from '../../core/graph/plan.ts';
import type { Prepared, WireGraph } from '../../core/protocol/provider.ts';
import { streams, uniformTensor } from '../../core/protocol/random.ts';
import { createBuffer, readBuffer } from '../measure/buffers.ts';
import { bufferUsage } from '../measure/flags.ts';
import { bytesOfStorage, gridOf, type Storage } from '../wgsl/module.ts';
import { type ArenaPlan, bufferName, planArena, type Touch } from './arena.ts';
import type { Compiled, Gpu } from './gpu.ts';
import { type Launch, type LowerOptions, type Operand, type ParameterPart, Unsupported } from './lower.ts';
import { type LoweredKernel, lowerKernel } from './lower-kernel.ts';
import { drawParameters, type Parameters, packedVectors, packParameter } from './parameters.ts';
import { fromBytes, padChannels, rounded, stripChannels, tensorBytes, toBytes } from './storage-values.ts';
import type { Tuner } from './tuner.ts';

export interface NetworkRequest {
  readonly graph: WireGraph;
  readonly kernels: readonly Kernel[];
  readonly dtype: DataType;
  readonly batch: number;
  readonly seed: number;
}

/** A kernel with its pipelines bound to its buffers. */
export interface ReadyLaunch {
  readonly compiled: Compiled;
  readonly bindGroup: GPUBindGroup;
  /** Where one dispatch would take too long. */
  readonly slices?: Slices;
}

/** A launch cut into dispatches of `blocks` workgroups each. */
interface Slices {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly count: number;
  readonly blocks: number;
}

/** Of preparing, about: the rest is choosing. */
const compilingShare = 0.8;

/** What a dynamic offset must be a multiple of, on any adapter. */
const sliceBytes = 256;

export interface ReadyKernel {
  readonly plan: Kernel;
  readonly implementation: string;
  readonly workspaceBytes: number;
  readonly launches: readonly ReadyLaunch[];
}

/** Of the types that networks are executed in. */
export const storageOf: Partial<Record<DataType, Storage>> = { fp32: 'f32', fp16: 'f16' };

export class Network {
  readonly graph: WireGraph;
  readonly batch: number;
  readonly dtype: DataType;
  readonly storage: Storage;
  readonly gpu: Gpu;
  kernels: readonly ReadyKernel[] = [];
  /** Of each launch of each kernel by itself, once somebody has found out. */
  estimatesNs: readonly (readonly number[])[] | undefined = undefined;
  private readonly seed: number;
  private readonly parameters = new Map<OperatorId, Parameters>();
  private readonly parameterBuffers = new Map<string, GPUBuffer>();
  private arena: ArenaPlan = { slots: [], slotOf: new Map() };
  private slots: readonly GPUBuffer[] = [];
  private readonly sliceBuffers: GPUBuffer[] = [];

  private constructor(gpu: Gpu, storage: Storage, { graph, batch, dtype, seed }: NetworkRequest) {
    this.gpu = gpu;
    this.graph = graph;
    this.batch = batch;
    this.dtype = dtype;
    this.storage = storage;
    this.seed = seed;
  }

  /** @throws Unsupported for what no kernel does, OutOfMemory where it does not fit, DeviceLost, the signal's reason */
  static async prepare(
    gpu: Gpu,
    request: NetworkRequest,
    tuner: Tuner,
    heard: (fraction: number, note: string) => void,
    signal?: AbortSignal,
  ): Promise<Network> {
    const storage = storageOf[request.dtype];
    if (storage === undefined) {
      throw new Unsupported(`WebGPU does not execute ${request.dtype} networks.`);
    }
    if (storage === 'f16' && !gpu.device.features.has('shader-f16')) {
      throw new Unsupported('This adapter has no 16-bit floats (the feature shader-f16).');
    }
    const network = new Network(gpu, storage, request);
    try {
      await network.build(request.kernels, tuner, heard, signal);
    } catch (error) {
      network.release();
      throw error;
    }
    return network;
  }

  private async build(
    plan: readonly Kernel[],
    tuner: Tuner,
    heard: (fraction: number, note: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const options: LowerOptions = { batch: this.batch, storage: this.storage, limits: this.gpu.limits };
    const lowered = plan.map((kernel) => lowerKernel(this.graph, kernel, options));
    await this.allocate(plan, lowered);
    const image = operatorAt(this.graph, 0).output;
    const values = uniformTensor(
      this.seed,
      streams.input,
      this.batch * elementCount(image),
      this.graph.inputBound,
    );
    this.write(0, values);
    // All of them before any is tried, so that no compiler is at work beside the clock.
    const sources = lowered.flatMap(({ launches }) =>
      launches.flatMap(({ candidates }) => tuner.tried(candidates)),
    );
    await this.gpu.compileAll(
      sources,
      (fraction, { implementation }) => heard(compilingShare * fraction, `compiling ${implementation}`),
      signal,
    );
    const kernels: ReadyKernel[] = [];
    for (const [index, { launches, implementation }] of lowered.entries()) {
      signal?.throwIfAborted();
      const kernel = plan[index] as Kernel;
      const ready: ReadyLaunch[] = [];
      const names: string[] = [];
      for (const launch of launches) {
        const chosen = await tuner.choose(
          this.gpu,
          launch.candidates,
          (compiled) => this.bind(compiled, launch, index),
          signal,
        );
        ready.push(chosen);
        names.push(chosen.compiled.source.implementation);
      }
      kernels.push({
        plan: kernel,
        implementation: implementation ?? names.join(' + '),
        workspaceBytes: workspaceOf(launches).reduce((sum, { bytes }) => sum + bytes, 0),
        launches: ready,
      });
      const share = (index + 1) / lowered.length;
      heard(compilingShare + (1 - compilingShare) * share, `choosing the code of ${kernel.name}`);
    }
    this.kernels = kernels;
  }

  /** Cuts a launch of a kernel into about so many dispatches. @throws OutOfMemory, DeviceLost */
  async cut(kernel: number, launch: number, dispatches: number): Promise<void> {
    const whole = this.kernels[kernel];
    const uncut = whole?.launches[launch];
    if (whole === undefined || uncut === undefined)
      throw new Error(`there is no launch ${launch} of kernel ${kernel}`);
    const slices = await this.slices(uncut.compiled, dispatches);
    const launches = whole.launches.with(launch, { ...uncut, slices });
    this.kernels = this.kernels.with(kernel, { ...whole, launches });
  }

  private async slices({ source }: Compiled, dispatches: number): Promise<Slices> {
    const { device } = this.gpu;
    const blocks = Math.ceil(source.blocks / dispatches);
    const count = Math.ceil(source.blocks / blocks);
    const bounds = new Uint32Array((count * sliceBytes) / 4);
    for (let slice = 0; slice < count; slice++) {
      const end = Math.min((slice + 1) * blocks, source.blocks);
      bounds.set([slice * blocks, end], (slice * sliceBytes) / 4);
    }
    const buffer = await createBuffer(
      device,
      'slices',
      bounds.byteLength,
      bufferUsage.uniform | bufferUsage.copyTarget,
    );
    this.sliceBuffers.push(buffer);
    device.queue.writeBuffer(buffer, 0, bounds);
    const { pipeline } = await this.gpu.compileSliced(source);
    const bindGroup = device.createBindGroup({
      layout: this.gpu.sliceLayout,
      entries: [{ binding: 0, resource: { buffer, size: 8 } }],
    });
    return { pipeline, bindGroup, count, blocks };
  }

  private bind(compiled: Compiled, launch: Launch, kernel: number): ReadyLaunch {
    const bindGroup = this.gpu.device.createBindGroup({
      layout: compiled.layout,
      // A code may do without the last of them.
      entries: launch.operands.slice(0, compiled.source.bindings.length).map((operand, binding) => ({
        binding,
        resource: { buffer: this.bufferOf(operand, kernel) },
      })),
    });
    return { compiled, bindGroup };
  }

  private async allocate(plan: readonly Kernel[], lowered: readonly LoweredKernel[]): Promise<void> {
    // A kernel's result has its buffer from its first launch on, so that it is never that of its input: what is poisoned before a check
    // must not be what the kernel reads.
    const touches = lowered.flatMap(({ launches }, kernel) => {
      const own = plan[kernel];
      const result: Operand[] = own === undefined ? [] : [{ kind: 'tensor', id: kernelOutput(own) }];
      return launches.map(({ operands }, index) =>
        [...operands, ...(index === 0 ? result : [])].flatMap((operand): Touch[] => {
          const name = bufferName(operand, kernel);
          return name === undefined ? [] : [{ name, bytes: this.bytesOf(operand) }];
        }),
      );
    });
    const result = plan.at(-1);
    const kept = new Set(['tensor 0', ...(result === undefined ? [] : [`tensor ${kernelOutput(result)}`])]);
    this.arena = planArena(touches, kept);
    this.slots = await this.gpu.createBuffers('activations', this.arena.slots);
    const wanted = new Map<string, readonly ParameterPart[]>();
    for (const { operands } of lowered.flatMap(({ launches }) => launches)) {
      for (const operand of operands) {
        if (operand.kind === 'parameters') wanted.set(parameterKey(operand.parts), operand.parts);
      }
    }
    const values = [...wanted.values()].map((parts) => this.packed(parts));
    const buffers = await this.gpu.createBuffers(
      'weights',
      values.map(({ byteLength }) => byteLength),
    );
    for (const [index, key] of [...wanted.keys()].entries()) {
      const buffer = buffers[index] as GPUBuffer;
      this.parameterBuffers.set(key, buffer);
      this.gpu.device.queue.writeBuffer(buffer, 0, values[index] as ArrayBuffer);
    }
  }

  /** The bytes of these parameters as the kernels read them, one behind the other. */
  private packed(parts: readonly ParameterPart[]): ArrayBuffer {
    const pieces = parts.map(({ operator, name }) => {
      const layer = operatorAt(this.graph, operator);
      const piece = packParameter(layer, this.parametersOf(operator), name);
      if (parts.length > 1 && piece.length !== 4 * packedVectors(layer, name)) {
        throw new Error(
          `${layer.name}: ${name} have ${piece.length} elements where another length is laid out`,
        );
      }
      return piece;
    });
    const joined = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const piece of pieces) {
      joined.set(piece, offset);
      offset += piece.length;
    }
    return toBytes(joined, this.storage);
  }

  private bytesOf(operand: Operand): number {
    if (operand.kind === 'workspace') return operand.bytes;
    if (operand.kind === 'parameters') return 0;
    const { height, width, channels } = operatorAt(this.graph, operand.id).output;
    return tensorBytes(this.batch * height * width, channels, this.storage);
  }

  private bufferOf(operand: Operand, kernel: number): GPUBuffer {
    const name = bufferName(operand, kernel);
    const slot = name === undefined ? undefined : this.arena.slotOf.get(name);
    const buffer =
      operand.kind === 'parameters'
        ? this.parameterBuffers.get(parameterKey(operand.parts))
        : this.slots[slot ?? -1];
    if (buffer === undefined) throw new Error(`no buffer for ${JSON.stringify(operand)}`);
    return buffer;
  }

  /** As the protocol orders them, rounded to what the device stores. */
  parametersOf(id: OperatorId): Parameters {
    const known = this.parameters.get(id);
    if (known !== undefined) return known;
    const operator = this.graph.operators[id];
    if (operator === undefined) throw new Error(`${this.graph.name} has no operator ${id}`);
    const drawn = drawParameters(operator, this.seed);
    const stored: Parameters = {
      weights: rounded(drawn.weights, this.storage),
      biases: rounded(drawn.biases, this.storage),
      secondWeights: rounded(drawn.secondWeights, this.storage),
      secondBiases: rounded(drawn.secondBiases, this.storage),
    };
    this.parameters.set(id, stored);
    return stored;
  }

  private write(id: OperatorId, values: Float32Array): void {
    const padded = padChannels(values, operatorAt(this.graph, id).output.channels);
    this.gpu.device.queue.writeBuffer(
      this.bufferOf({ kind: 'tensor', id }, 0),
      0,
      toBytes(padded, this.storage),
    );
  }

  /** Fills a tensor with NaNs, so that what a kernel forgets to write shows. */
  poison(id: OperatorId): void {
    const elements = this.bytesOf({ kind: 'tensor', id }) / bytesOfStorage[this.storage];
    const values = new Float32Array(elements).fill(Number.NaN);
    this.gpu.device.queue.writeBuffer(
      this.bufferOf({ kind: 'tensor', id }, 0),
      0,
      toBytes(values, this.storage),
    );
  }

  async read(id: OperatorId): Promise<Float64Array> {
    const bytes = await readBuffer(
      this.gpu.device,
      this.bufferOf({ kind: 'tensor', id }, 0),
      this.bytesOf({ kind: 'tensor', id }),
    );
    return stripChannels(fromBytes(bytes, this.storage), operatorAt(this.graph, id).output.channels);
  }

  inputsOf(kernel: Kernel): readonly OperatorId[] {
    return kernelInputs(this.graph, kernel);
  }

  /** What `prepare` answers, but for the handle. */
  describe(): Omit<Prepared, 'handle'> {
    return {
      instructionSet: this.storage === 'f16' ? 'wgsl-f16' : 'wgsl',
      kernels: this.kernels.map(({ plan, implementation, workspaceBytes }) => ({
        name: plan.name,
        implementation,
        ...costOfKernel(this.graph, plan, this.batch, this.dtype),
        workspaceBytes,
      })),
      activationBytes: this.arena.slots.reduce((sum, bytes) => sum + bytes, 0),
      weightBytes: [...this.parameterBuffers.values()].reduce((sum, { size }) => sum + size, 0),
    };
  }

  release(): void {
    const buffers = [...this.slots, ...this.parameterBuffers.values(), ...this.sliceBuffers];
    for (const buffer of buffers) buffer.destroy();
    this.parameters.clear();
  }
}

export function encodeKernel(pass: GPUComputePassEncoder, kernel: ReadyKernel): void {
  for (const launch of kernel.launches) {
    for (const dispatch of dispatchesOf(launch)) dispatch(pass);
  }
}

/** What encodes each dispatch of a launch, in order: one, or its slices. */
export function dispatchesOf({
  compiled,
  bindGroup,
  slices,
}: ReadyLaunch): ((pass: GPUComputePassEncoder) => void)[] {
  if (slices === undefined) {
    return [
      (pass) => {
        pass.setPipeline(compiled.pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...compiled.source.workgroups);
      },
    ];
  }
  return Array.from({ length: slices.count }, (_, slice) => (pass: GPUComputePassEncoder) => {
    pass.setPipeline(slices.pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.setBindGroup(1, slices.bindGroup, [slice * sliceBytes]);
    pass.dispatchWorkgroups(...gridOf(slices.blocks));
  });
}

const parameterKey = (parts: readonly ParameterPart[]) =>
  parts.map(({ operator, name }) => `${operator}.${name}`).join();

function workspaceOf(launches: readonly Launch[]): readonly { readonly bytes: number }[] {
  const found = new Map<number, { readonly bytes: number }>();
  for (const { operands } of launches) {
    for (const operand of operands) if (operand.kind === 'workspace') found.set(operand.index, operand);
  }
  return [...found.values()];
}
