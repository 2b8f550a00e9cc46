/**
 * Bandwidth by working set: read, write and copy over sizes from 32 KiB to memory, so that the steps between them show
 * the caches. Every invocation moves vectors of 16 bytes; sizes are powers of two, so that the address wraps by a mask and
 * a small set is read by as many invocations as a large one. Which elements an invocation takes is tried in two layouts:
 * at grid stride, as suits a GPU, and in a block a workgroup, as suits a software adapter, whose one core would else take
 * a page after the other.
 */
import { createBuffer, readBuffer } from '../measure/buffers.ts';
import { OutOfMemory } from '../measure/errors.ts';
import { bufferUsage } from '../measure/flags.ts';
import { samplePasses, shortestNs } from '../measure/repeat.ts';
import { maxDispatchNs } from '../measure/submit.ts';
import type { CalibrationOptions } from './arithmetic.ts';
import type { SweepPoint } from './cache-levels.ts';
import { bindBuffers, type Compute, createCompute, WorkNotProven } from './compute.ts';

export type Access = 'read' | 'write' | 'copy';

export const bandwidthWorkgroup = 256;
const vectorBytes = 16;

const header = `struct Parameters { mask: u32, groupStride: u32, stride: u32, loads: u32, tag: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
`;

/** Four vectors an iteration: they wait for memory together. */
const loop = (line: (index: string) => string) => `  var at: u32 = group.x * parameters.groupStride + local;
  for (var load: u32 = 0u; load < parameters.loads; load = load + 4u) {
${[0, 1, 2, 3].map((k) => line(`(at + ${k}u * parameters.stride) & parameters.mask`)).join('\n')}
    at = at + 4u * parameters.stride;
  }`;

/** Wrapping sums do not depend on the order: what was read is compared exactly. Each invocation stores its own. */
export const readWgsl = `${header}
@group(0) @binding(1) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<u32>>;
@compute @workgroup_size(${bandwidthWorkgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var sum: vec4<u32> = vec4<u32>(0u);
${loop((index) => `    sum = sum + source[${index}];`)}
  sums[group.x * ${bandwidthWorkgroup}u + local] = sum;
}
`;

/** Element i is (i, 3 i, tag, 1). */
export const writeWgsl = `${header}
@group(0) @binding(1) var<storage, read_write> target_: array<vec4<u32>>;
fn pattern(index: u32) -> vec4<u32> {
  return vec4<u32>(index, 3u * index, parameters.tag, 1u);
}
@compute @workgroup_size(${bandwidthWorkgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
${loop((index) => `    target_[${index}] = pattern(${index});`)}
}
`;

export const copyWgsl = `${header}
@group(0) @binding(1) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> target_: array<vec4<u32>>;
@compute @workgroup_size(${bandwidthWorkgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
${loop((index) => `    target_[${index}] = source[${index}];`)}
}
`;

/** A piece of the working set: one binding, and one dispatch. */
interface Slice {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

interface Kernels {
  readonly read: Compute;
  readonly write: Compute;
  readonly copy: Compute;
}

const KiB = 1024;
const MiB = 1024 * KiB;

export const smallestSetBytes = 32 * KiB;
export const largestSetBytes = 512 * MiB;

/** A dispatch is cut so that it is predicted to take no longer. */
const wantedDispatchNs = 10e6;

/** Enough to fill the largest GPUs; each of them then moves several vectors. */
const maxWorkgroups = 1024;

/** One pass over a working set may take no longer. */
const longestSetNs = 0.3e9;

/** The set that both layouts are tried with. */
const layoutSetBytes = 32 * MiB;

/** What a dispatch moves at least, and how long it takes at least: less would time the launch of it. */
const minDispatchBytes = 4 * MiB;
const minDispatchNs = 1e6;

/** The sizes that `access` is swept over, in bytes: reads by doubling, for they show the caches; the others by 4. */
export function sweepSizes(access: Access, largestBytes: number): number[] {
  const sizes: number[] = [];
  const factor = access === 'read' ? 2 : 4;
  for (let size = smallestSetBytes; size <= largestBytes; size *= factor) sizes.push(size);
  const last = 2 ** Math.floor(Math.log2(largestBytes));
  if (last > (sizes.at(-1) ?? 0)) sizes.push(last);
  return sizes;
}

/** The memory that working sets are made of: equal buffers, as few as the device's limits allow. */
class Arena {
  readonly buffers: readonly GPUBuffer[];
  readonly bufferBytes: number;

  private constructor(buffers: readonly GPUBuffer[], bufferBytes: number) {
    this.buffers = buffers;
    this.bufferBytes = bufferBytes;
  }

  get bytes(): number {
    return this.buffers.length * this.bufferBytes;
  }

  /** As much as there is, up to `wantedBytes`: an even number of buffers, for a copy needs two halves. */
  static async create(device: GPUDevice, wantedBytes: number): Promise<Arena> {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize, wantedBytes / 2);
    const bufferBytes = 2 ** Math.floor(Math.log2(most));
    const buffers: GPUBuffer[] = [];
    try {
      while ((buffers.length + 1) * bufferBytes <= wantedBytes) {
        buffers.push(
          await createBuffer(
            device,
            `working set ${buffers.length}`,
            bufferBytes,
            bufferUsage.storage | bufferUsage.copySource,
          ),
        );
      }
    } catch (error) {
      // A smaller sweep is still one, if there is anything to sweep over.
      if (!(error instanceof OutOfMemory) || buffers.length < 2) {
        for (const buffer of buffers) buffer.destroy();
        throw error;
      }
    }
    if (buffers.length % 2 === 1) buffers.pop()?.destroy();
    return new Arena(buffers, bufferBytes);
  }

  /** `bytes` (a power of two) from the buffer `first` on, cut into pieces of at most `sliceBytes`. */
  slices(first: number, bytes: number, sliceBytes: number): Slice[] {
    const size = Math.min(bytes, sliceBytes, this.bufferBytes);
    const slices: Slice[] = [];
    for (let begin = 0; begin < bytes; begin += size) {
      const buffer = this.buffers[first + Math.floor(begin / this.bufferBytes)];
      if (buffer === undefined) throw new RangeError('The working set is larger than what there is.');
      slices.push({ buffer, offset: begin % this.bufferBytes, size });
    }
    return slices;
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }
}

/** How a slice is covered: every element by `timesEach` invocations' loads. */
export interface Coverage {
  readonly elements: number;
  readonly workgroups: number;
  readonly invocations: number;
  /** Of each invocation, a multiple of 4. */
  readonly loads: number;
  readonly timesEach: number;
  /** Vectors from the first load of a workgroup to that of the next one. */
  readonly groupStride: number;
  /** Vectors from one load of an invocation to the next. */
  readonly stride: number;
}

export const layouts = ['block', 'grid'] as const;
export type Layout = (typeof layouts)[number];

/**
 * Together, the invocations' loads are consecutive vectors, wrapped into the slice: every element is taken equally often.
 * `dispatchBytes`, a power of two, is what a dispatch moves at least.
 */
export function coverSlice(sliceBytes: number, layout: Layout, dispatchBytes = minDispatchBytes): Coverage {
  const elements = sliceBytes / vectorBytes;
  const bytes = Math.max(sliceBytes, dispatchBytes);
  const invocations = Math.min(maxWorkgroups * bandwidthWorkgroup, bytes / vectorBytes / 4);
  const loads = bytes / vectorBytes / invocations;
  // At grid stride, invocations that cover the whole set would load one and the same element again and again.
  const byGrid = layout === 'grid' && invocations < elements;
  const block = bandwidthWorkgroup * loads;
  return {
    elements,
    workgroups: invocations / bandwidthWorkgroup,
    invocations,
    loads,
    timesEach: (invocations * loads) / elements,
    // A workgroup that goes over the whole set may begin anywhere: all at the same element would stand in a queue there.
    groupStride: byGrid || block % elements === 0 ? bandwidthWorkgroup : block,
    stride: byGrid ? invocations : bandwidthWorkgroup,
  };
}

/** What the invocations' sums of a slice of the pattern add up to, each component modulo 2^32. */
export function expectedSums({ elements, timesEach }: Coverage, tag: number): readonly number[] {
  const n = BigInt(elements);
  const times = BigInt(timesEach);
  const indices = ((n * (n - 1n)) / 2n) * times;
  return [indices, 3n * indices, n * BigInt(tag) * times, n * times].map((sum) =>
    Number(BigInt.asUintN(32, sum)),
  );
}

/** One working set, ready to be moved. */
class Transfer {
  readonly slices: number;
  readonly bytes: number;
  readonly #device: GPUDevice;
  readonly #access: Access;
  readonly #kernels: Kernels;
  readonly #coverage: Coverage;
  readonly #target: readonly Slice[];
  readonly #parameters: GPUBuffer;
  readonly #sums: GPUBuffer;
  readonly #groups: readonly GPUBindGroup[];
  readonly #fill: readonly GPUBindGroup[];

  constructor(
    device: GPUDevice,
    kernels: Kernels,
    access: Access,
    layout: Layout,
    dispatchBytes: number,
    sets: { readonly source: readonly Slice[]; readonly target: readonly Slice[] },
    buffers: { readonly parameters: GPUBuffer; readonly sums: GPUBuffer },
  ) {
    const { source, target } = sets;
    const slices = access === 'write' ? target : source;
    this.#device = device;
    this.#access = access;
    this.#kernels = kernels;
    this.#target = target;
    this.#parameters = buffers.parameters;
    this.#sums = buffers.sums;
    this.#coverage = coverSlice(slices[0]?.size ?? 0, layout, dispatchBytes);
    this.slices = slices.length;
    const { invocations, loads } = this.#coverage;
    this.bytes = slices.length * invocations * loads * vectorBytes * (access === 'copy' ? 2 : 1);
    const bind = (compute: Compute, resources: readonly GPUBufferBinding[]) =>
      bindBuffers(device, compute, [{ buffer: buffers.parameters }, ...resources]);
    this.#fill = source.map((slice) => bind(kernels.write, [slice]));
    this.#groups = slices.map((slice, index) => {
      if (access === 'read') return bind(kernels.read, [slice, { buffer: buffers.sums }]);
      if (access === 'write') return bind(kernels.write, [slice]);
      return bind(kernels.copy, [slice, target[index] ?? slice]);
    });
  }

  /** The pattern of this tag into what is read; of a write it is what will be written. */
  fill(tag: number): void {
    const { elements, groupStride, stride, loads } = this.#coverage;
    this.#device.queue.writeBuffer(
      this.#parameters,
      0,
      new Uint32Array([elements - 1, groupStride, stride, loads, tag]),
    );
    const encoder = this.#device.createCommandEncoder();
    for (const group of this.#fill) {
      const pass = encoder.beginComputePass();
      this.#encodeGroup(pass, this.#kernels.write, group);
      pass.end();
    }
    this.#device.queue.submit([encoder.finish()]);
  }

  #encodeGroup(pass: GPUComputePassEncoder, compute: Compute, group: GPUBindGroup): void {
    pass.setPipeline(compute.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(this.#coverage.workgroups);
  }

  encode(pass: GPUComputePassEncoder): void {
    for (const group of this.#groups) this.#encodeGroup(pass, this.#kernels[this.#access], group);
  }

  /** That the last dispatch of `encode` did its work. `tag` is the pattern's. */
  async prove(tag: number): Promise<void> {
    const { elements, invocations } = this.#coverage;
    if (this.#access === 'read') {
      // Every dispatch stores its sums in the same place: those of the last slice are there, and all slices are alike.
      const sums = new Uint32Array(await readBuffer(this.#device, this.#sums, invocations * vectorBytes));
      const found = [0, 0, 0, 0];
      for (let index = 0; index < sums.length; index++) {
        found[index & 3] = ((found[index & 3] ?? 0) + (sums[index] ?? 0)) >>> 0;
      }
      for (const [lane, expected] of expectedSums(this.#coverage, tag).entries()) {
        if (found[lane] !== expected) throw new WorkNotProven('read', expected, found[lane] ?? Number.NaN);
      }
      return;
    }
    for (const { buffer, offset } of [this.#target.at(0), this.#target.at(-1)].filter(
      (slice) => slice !== undefined,
    )) {
      for (const index of [0, 1, elements / 2 + 1, elements - 1]) {
        const bytes = await readBuffer(this.#device, buffer, vectorBytes, offset + index * vectorBytes);
        const found = new Uint32Array(bytes);
        for (const [lane, expected] of [index, (3 * index) >>> 0, tag, 1].entries()) {
          if (found[lane] !== expected) {
            throw new WorkNotProven(this.#access, expected, found[lane] ?? Number.NaN);
          }
        }
      }
    }
  }
}

export interface BandwidthOptions extends CalibrationOptions {
  /** Largest working set, 512 MiB when absent; less where the device has less. */
  readonly largestBytes?: number;
  /** Called after every size, once it is known. */
  readonly onPoint?: (point: SweepPoint, done: number, total: number) => void;
}

/**
 * The whole sweep. `seconds` are for one access over all its sizes.
 * @throws WorkNotProven, DeviceLost, OutOfMemory (only where not even a small working set fits), the signal's reason
 */
export async function sweepBandwidth(
  device: GPUDevice,
  { timer, seconds, signal, largestBytes = largestSetBytes, onPoint }: BandwidthOptions,
): Promise<SweepPoint[]> {
  const [read, write, copy] = await Promise.all([
    createCompute(device, 'bandwidth read', readWgsl, ['uniform', 'read-only-storage', 'storage']),
    createCompute(device, 'bandwidth write', writeWgsl, ['uniform', 'storage']),
    createCompute(device, 'bandwidth copy', copyWgsl, ['uniform', 'read-only-storage', 'storage']),
  ]);
  const kernels = { read, write, copy };
  const arena = await Arena.create(device, largestBytes);
  const parameters = await createBuffer(
    device,
    'bandwidth parameters',
    32,
    bufferUsage.uniform | bufferUsage.copyTarget,
  );
  const sums = await createBuffer(
    device,
    'bandwidth sums',
    maxWorkgroups * bandwidthWorkgroup * vectorBytes,
    bufferUsage.storage | bufferUsage.copySource,
  );
  const accesses = ['read', 'write', 'copy'] as const;
  const total = accesses.reduce((sum, access) => sum + sweepSizes(access, arena.bytes).length, 0);
  const points: SweepPoint[] = [];
  let tag = 1;
  try {
    for (const access of accesses) {
      const sizes = sweepSizes(access, arena.bytes);
      // Pessimistic until something is known: a slice of 4 MiB then takes 14 ms.
      let bytesPerSecond = 0.3e9;
      let layout: Layout = 'block';
      const measureSize = async (size: number, chosen: Layout): Promise<number> => {
        const bytesIn = (ns: number) =>
          Math.max(minDispatchBytes, 2 ** Math.floor(Math.log2((bytesPerSecond * ns) / 1e9)));
        const bytes = access === 'copy' ? size / 2 : size;
        const sets = {
          source: access === 'write' ? [] : arena.slices(0, bytes, bytesIn(wantedDispatchNs)),
          target:
            access === 'read'
              ? []
              : arena.slices(
                  access === 'copy' ? arena.buffers.length / 2 : 0,
                  bytes,
                  bytesIn(wantedDispatchNs),
                ),
        };
        const transfer = new Transfer(device, kernels, access, chosen, bytesIn(minDispatchNs), sets, {
          parameters,
          sums,
        });
        // A new one each time: of a write it is what it writes, of a copy the source's, and the target had an older one.
        tag++;
        transfer.fill(tag);
        const samples = await samplePasses(device, (pass) => transfer.encode(pass), {
          timer,
          seconds: seconds / sizes.length / 2,
          minSamples: 1,
          // From another size, on a machine that may have been busy then: what the smallest dispatch moves is never too much.
          predictedNs: Math.min((transfer.bytes / bytesPerSecond) * 1e9, maxDispatchNs * transfer.slices),
          dispatches: transfer.slices,
          signal,
        });
        await transfer.prove(tag);
        return (transfer.bytes / shortestNs(samples)) * 1e9;
      };
      // Until the rate is known, a dispatch is as short as the pessimism was large.
      for (let tries = 0; tries < 4; tries++) {
        const rate = await measureSize(smallestSetBytes, layout);
        const settled = rate < 1.5 * bytesPerSecond;
        bytesPerSecond = rate;
        if (settled) break;
      }
      const found: { size: number; best: number }[] = [];
      for (const size of sizes) {
        signal?.throwIfAborted();
        // A set that takes too long is left out, and all larger ones.
        if ((size / bytesPerSecond) * 1e9 > longestSetNs) break;
        // Once, where the set is large enough for the layouts to differ.
        const candidates: readonly Layout[] = size === layoutSetBytes ? layouts : [layout];
        let best = 0;
        for (const candidate of candidates) {
          const rate = await measureSize(size, candidate);
          if (rate > best) {
            best = rate;
            layout = candidate;
          }
        }
        bytesPerSecond = best;
        found.push({ size, best });
      }
      // Back down, and the better of both: what slows the machine for a while would else look like a step between sizes.
      const descending: SweepPoint[] = [];
      for (const { size, best } of found.toReversed()) {
        signal?.throwIfAborted();
        bytesPerSecond = best;
        const rate = await measureSize(size, layout);
        const point = { access, workingSetBytes: size, bytesPerSecond: Math.max(best, rate) };
        descending.push(point);
        onPoint?.(point, points.length + descending.length, total);
      }
      points.push(...descending.toReversed());
    }
    return points;
  } finally {
    arena.destroy();
    parameters.destroy();
    sums.destroy();
  }
}
