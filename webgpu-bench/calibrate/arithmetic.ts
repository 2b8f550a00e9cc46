/** Sustained peak of a device's arithmetic: a sweep of the peak kernels, the fastest one measured for long. */
import type { ArithmeticCeiling } from '../../core/protocol/provider.ts';
import { createBuffer, readBuffer } from '../measure/buffers.ts';
import { DeviceLost } from '../measure/errors.ts';
import { bufferUsage } from '../measure/flags.ts';
import { firstNs, samplePasses, shortestNs, type Timer } from '../measure/repeat.ts';
import { maxDispatchNs, timePasses } from '../measure/submit.ts';
import type { MatrixUnits } from '../wgsl/subgroup-matrix.ts';
import {
  type ArithmeticType,
  type ArithmeticVariant,
  arithmeticBindings,
  arithmeticWgsl,
  arithmeticWorkgroup,
  chainCounts,
  expectedMatrixElement,
  expectedResult,
  type MatrixVariant,
  matrixOperands,
  matrixOperationsPerSubgroup,
  matrixSupported,
  matrixWgsl,
  maxSteps,
  maxTrips,
  operandBits,
  operationsPerInvocation,
  widths,
} from './arithmetic-kernels.ts';
import { bindBuffers, createCompute, WorkNotProven } from './compute.ts';

export interface CalibrationOptions {
  readonly timer: Timer;
  /** How long the chosen kernel of each ceiling is measured; the search for it takes about as long again. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Long enough for a GPU to be full, short enough for a display. */
const wantedDispatchNs = 4e6;

/** No dispatch that is only predicted may come near the 50 ms: growth is by this at most. */
const maxGrowth = 4;

const maxWorkgroups = 4096;

interface Load {
  readonly workgroups: number;
  readonly trips: number;
  readonly steps: number;
}

/** More workgroups until a large GPU is full, then more trips. */
function grow(load: Load, factor: number, mostWorkgroups: number): Load {
  if (load.workgroups < mostWorkgroups) {
    return { ...load, workgroups: Math.min(mostWorkgroups, Math.ceil(load.workgroups * factor)) };
  }
  return { ...load, trips: Math.min(maxTrips, Math.ceil(load.trips * factor)) };
}

/** A kernel that can be timed at any load, and what proves that it ran. */
interface PeakKernel {
  readonly name: string;
  readonly code: string;
  readonly operands: Uint32Array<ArrayBuffer>;
  readonly resultBytesPerWorkgroup: number;
  operationsPerWorkgroup(load: Load): number;
  /** Throws `WorkNotProven` where the results of a workgroup are not those of this load. */
  prove(results: ArrayBuffer, workgroup: number, load: Load): void;
}

/** A peak kernel of one lane type. */
function laneKernel(variant: ArithmeticVariant): PeakKernel {
  const { type, width, chains } = variant;
  const name = `${type} x ${width}, ${chains} chain${chains === 1 ? '' : 's'}`;
  return {
    name,
    code: arithmeticWgsl(variant),
    operands: operandBits(type),
    resultBytesPerWorkgroup: 4 * arithmeticWorkgroup,
    operationsPerWorkgroup: ({ trips, steps }) =>
      arithmeticWorkgroup * operationsPerInvocation(variant, trips, steps),
    prove: (results, workgroup, { trips, steps }) => {
      const found = type === 'i8' ? new Int32Array(results) : new Float32Array(results);
      for (const lane of [0, 5, arithmeticWorkgroup - 1]) {
        const id = workgroup * arithmeticWorkgroup + lane;
        const expected = expectedResult(variant, id, trips, steps);
        if (found[lane] !== expected) throw new WorkNotProven(name, expected, found[lane] ?? Number.NaN);
      }
    },
  };
}

/** A peak kernel of subgroup matrices. */
function matrixKernel(variant: MatrixVariant): PeakKernel {
  const { config, chains } = variant;
  const { componentType, resultComponentType, M, N, K } = config;
  const name = `${componentType} to ${resultComponentType} matrices ${M}x${N}x${K}, ${chains} chain${chains === 1 ? '' : 's'}`;
  const bytes = resultComponentType === 'f16' ? 2 : 4;
  return {
    name,
    code: matrixWgsl(variant),
    operands: new Uint32Array(new Float32Array(matrixOperands(config)).buffer),
    resultBytesPerWorkgroup: bytes * M * N * chains,
    operationsPerWorkgroup: ({ trips, steps }) => matrixOperationsPerSubgroup(variant, trips, steps),
    prove: (results, _workgroup, { trips, steps }) => {
      const view = new DataView(results);
      const expected = expectedMatrixElement(config, trips, steps);
      for (let index = 0; index < M * N * chains; index += 7) {
        const found = matrixElement(view, resultComponentType, bytes * index);
        if (found !== expected) throw new WorkNotProven(name, expected, found);
      }
    },
  };
}

function matrixElement(view: DataView, type: string, offset: number): number {
  if (type === 'f32') return view.getFloat32(offset, true);
  if (type === 'i32') return view.getInt32(offset, true);
  if (type === 'u32') return view.getUint32(offset, true);
  return halfToNumber(view.getUint16(offset, true));
}

/** IEEE 754 binary16 to a number: not every browser has `getFloat16`. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A peak kernel on a device, with its buffers. */
class PeakRun {
  readonly kernel: PeakKernel;
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #parameters: GPUBuffer;
  readonly #results: GPUBuffer;
  readonly #operands: GPUBuffer;
  readonly #group: GPUBindGroup;
  readonly mostWorkgroups: number;

  private constructor(
    device: GPUDevice,
    kernel: PeakKernel,
    pipeline: GPUComputePipeline,
    buffers: { parameters: GPUBuffer; operands: GPUBuffer; results: GPUBuffer },
    group: GPUBindGroup,
    mostWorkgroups: number,
  ) {
    this.#device = device;
    this.kernel = kernel;
    this.#pipeline = pipeline;
    this.#parameters = buffers.parameters;
    this.#operands = buffers.operands;
    this.#results = buffers.results;
    this.#group = group;
    this.mostWorkgroups = mostWorkgroups;
  }

  static async create(device: GPUDevice, kernel: PeakKernel): Promise<PeakRun> {
    const compute = await createCompute(device, kernel.name, kernel.code, arithmeticBindings);
    const mostWorkgroups = Math.min(
      maxWorkgroups,
      Math.floor(device.limits.maxStorageBufferBindingSize / kernel.resultBytesPerWorkgroup),
    );
    const buffers = {
      parameters: await createBuffer(
        device,
        'peak parameters',
        16,
        bufferUsage.uniform | bufferUsage.copyTarget,
      ),
      operands: await createBuffer(device, 'peak operands', 16, bufferUsage.storage | bufferUsage.copyTarget),
      results: await createBuffer(
        device,
        'peak results',
        mostWorkgroups * kernel.resultBytesPerWorkgroup,
        bufferUsage.storage | bufferUsage.copySource,
      ),
    };
    device.queue.writeBuffer(buffers.operands, 0, kernel.operands);
    const group = bindBuffers(device, compute, [
      { buffer: buffers.parameters },
      { buffer: buffers.operands },
      { buffer: buffers.results },
    ]);
    return new PeakRun(device, kernel, compute.pipeline, buffers, group, mostWorkgroups);
  }

  /** The load of everything that is encoded from here on. */
  setLoad({ trips, steps }: Load): void {
    this.#device.queue.writeBuffer(this.#parameters, 0, new Uint32Array([trips, steps]));
  }

  encode(pass: GPUComputePassEncoder, { workgroups }: Load): void {
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#group);
    pass.dispatchWorkgroups(workgroups);
  }

  /** The first and the last workgroup of what ran last. */
  async prove(load: Load): Promise<void> {
    const bytes = this.kernel.resultBytesPerWorkgroup;
    for (const workgroup of new Set([0, load.workgroups - 1])) {
      // A copy has to begin at a multiple of 4, which a row of f16 matrices is.
      const results = await readBuffer(this.#device, this.#results, bytes, workgroup * bytes);
      this.kernel.prove(results, workgroup, load);
    }
  }

  destroy(): void {
    this.#parameters.destroy();
    this.#operands.destroy();
    this.#results.destroy();
  }
}

interface Screened {
  readonly kernel: PeakKernel;
  readonly load: Load;
  readonly operationsPerSecond: number;
}

/** Grows the load until a dispatch is long enough, proves it, and returns the rate of the last one. */
async function screen(
  device: GPUDevice,
  kernel: PeakKernel,
  from: Load,
  { signal }: CalibrationOptions,
): Promise<Screened> {
  const run = await PeakRun.create(device, kernel);
  try {
    let load: Load = { ...from, workgroups: Math.min(from.workgroups, run.mostWorkgroups) };
    for (let predictedNs = 0; ; ) {
      signal?.throwIfAborted();
      run.setLoad(load);
      const encode = (pass: GPUComputePassEncoder) => run.encode(pass, load);
      const nsPerRepetition =
        predictedNs === 0
          ? await firstNs(device, encode, { signal })
          : (await timePasses(device, encode, { repetitions: 3, predictedNs, signal })).nsPerRepetition;
      const full = load.workgroups === run.mostWorkgroups && load.trips === maxTrips;
      if (full || nsPerRepetition >= wantedDispatchNs / 2) {
        // The best of a few: a single disturbed one would end the search in the wrong place.
        const again = { repetitions: 3, predictedNs: Math.min(nsPerRepetition, maxDispatchNs), signal };
        let shortest = nsPerRepetition;
        for (let sample = 0; sample < 3; sample++) {
          shortest = Math.min(shortest, (await timePasses(device, encode, again)).nsPerRepetition);
        }
        await run.prove(load);
        return { kernel, load, operationsPerSecond: (operations(kernel, load) / shortest) * 1e9 };
      }
      const factor = Math.min(maxGrowth, Math.max(1.5, wantedDispatchNs / nsPerRepetition));
      const next = grow(load, factor, run.mostWorkgroups);
      predictedNs = (nsPerRepetition * operations(kernel, next)) / operations(kernel, load);
      load = next;
    }
  } finally {
    run.destroy();
  }
}

function operations(kernel: PeakKernel, load: Load): number {
  return load.workgroups * kernel.operationsPerWorkgroup(load);
}

/** The best rate of a kernel over the wanted time, proven before and after. */
async function measure(
  device: GPUDevice,
  { kernel, load }: Screened,
  { timer, seconds, signal }: CalibrationOptions,
): Promise<number> {
  const run = await PeakRun.create(device, kernel);
  try {
    run.setLoad(load);
    const samples = await samplePasses(device, (pass) => run.encode(pass, load), {
      timer,
      seconds,
      minSamples: 3,
      signal,
    });
    await run.prove(load);
    return (operations(kernel, load) / shortestNs(samples)) * 1e9;
  } finally {
    run.destroy();
  }
}

/** Behind this the sweep gives up a width: more chains only spill from here on. */
const hopeless = 0.85;

const ceilingNames = {
  f32: { dtype: 'fp32', instructionSet: 'wgsl-f32' },
  f16: { dtype: 'fp16', instructionSet: 'wgsl-f16' },
  i8: { dtype: 'int8', instructionSet: 'wgsl-dot4I8Packed' },
} as const satisfies Record<ArithmeticType, Pick<ArithmeticCeiling, 'dtype' | 'instructionSet'>>;

/**
 * The peak of one lane type: every width with 1, 2, 4 and 8 chains, a width given up where more chains became clearly
 * slower, and the whole search ended after 6 times `seconds` (pipelines cost a software adapter up to a second each).
 * @throws WorkNotProven, DeviceLost, OutOfMemory, the signal's reason
 */
export async function measureLanes(
  device: GPUDevice,
  type: ArithmeticType,
  options: CalibrationOptions,
): Promise<ArithmeticCeiling> {
  const deadline = performance.now() + 6000 * options.seconds;
  let best: Screened | undefined;
  for (const width of type === 'i8' ? ([1] as const) : widths) {
    let previous = 0;
    for (const chains of chainCounts) {
      if (best !== undefined && performance.now() > deadline) break;
      const load = { workgroups: 16, trips: 1, steps: maxSteps / 4 };
      const found = await screen(device, laneKernel({ type, width, chains }), load, options);
      if (best === undefined || found.operationsPerSecond > best.operationsPerSecond) best = found;
      if (found.operationsPerSecond < hopeless * previous) break;
      previous = found.operationsPerSecond;
    }
  }
  if (best === undefined) throw new RangeError('No peak kernel was tried.');
  const measured = await measure(device, best, options);
  return {
    ...ceilingNames[type],
    threads: 1,
    // What a screening saw, the device can do: a ceiling is the best of all.
    operationsPerSecond: Math.max(measured, best.operationsPerSecond),
  };
}

/** Data types of the operands, in the protocol's names. */
const matrixTypes: Readonly<Record<string, ArithmeticCeiling['dtype']>> = {
  f32: 'fp32',
  f16: 'fp16',
  i8: 'int8',
  u8: 'int8',
};

/**
 * The peak of every kind of subgroup matrix that the adapter lists. They are experimental: a kind that the driver refuses, or that computes
 * something else, has no peak, and what else was measured stands.
 * @throws DeviceLost, the signal's reason
 */
export async function measureMatrices(
  device: GPUDevice,
  { configs, ...units }: MatrixUnits,
  options: CalibrationOptions,
): Promise<ArithmeticCeiling[]> {
  const ceilings: ArithmeticCeiling[] = [];
  for (const config of configs) {
    const dtype = matrixTypes[config.componentType];
    if (dtype === undefined || !matrixSupported(config)) continue;
    if (dtype === 'fp16' && !device.features.has('shader-f16')) continue;
    const { componentType, resultComponentType, M, N, K } = config;
    try {
      ceilings.push({
        dtype,
        instructionSet: `subgroup-matrix-${componentType}-${resultComponentType}-${M}x${N}x${K}`,
        threads: 1,
        operationsPerSecond: await matrixRate(device, { ...units, config }, options),
      });
    } catch (error) {
      if (error instanceof DeviceLost || options.signal?.aborted === true) throw error;
    }
  }
  return ceilings;
}

async function matrixRate(
  device: GPUDevice,
  variant: Omit<MatrixVariant, 'chains'>,
  options: CalibrationOptions,
): Promise<number> {
  const load = { workgroups: 16, trips: 1, steps: 16 };
  const one = await screen(device, matrixKernel({ ...variant, chains: 1 }), load, options);
  const two = await screen(device, matrixKernel({ ...variant, chains: 2 }), load, options);
  const best = one.operationsPerSecond > two.operationsPerSecond ? one : two;
  return Math.max(best.operationsPerSecond, await measure(device, best, options));
}
