/**
 * Chooses among kernels that compute the same by trying each for a moment. What was found is kept under the text of all
 * candidates, which names shape, type and code.
 */

import { DeviceLost } from '../measure/errors.ts';
import { samplePasses, shortestNs } from '../measure/repeat.ts';
import { DispatchTooLong } from '../measure/submit.ts';
import type { KernelSource } from '../wgsl/module.ts';
import type { Compiled, Gpu } from './gpu.ts';

export interface TuningStore {
  /** Index of the candidate that was best on this device; undefined where that is not known. */
  get(key: string): number | undefined;
  set(key: string, choice: number): void;
}

/** Kept for as long as this process lives. */
export const memoryTuning = (known = new Map<string, number>()): TuningStore => ({
  get: (key) => known.get(key),
  set: (key, choice) => void known.set(key, choice),
});

/** Each candidate is tried for so long, and three times at least. */
const trySeconds = 0.02;

export interface Bound {
  readonly compiled: Compiled;
  readonly bindGroup: GPUBindGroup;
}

export class Tuner {
  private readonly store: TuningStore;
  /** How many candidates are tried; a software adapter takes a second to compile one. */
  private readonly mostCandidates: number;

  constructor(store: TuningStore, mostCandidates: number) {
    this.store = store;
    this.mostCandidates = mostCandidates;
  }

  /** Those that have to be compiled for the choice: one, where it is known. */
  tried(candidates: readonly KernelSource[]): readonly KernelSource[] {
    const tried = candidates.slice(0, this.mostCandidates);
    const known = tried.length > 1 ? tried[this.store.get(keyOf(tried)) ?? -1] : undefined;
    return known === undefined ? tried : [known];
  }

  /** Ready to be launched. What a driver refuses is left out; where it refuses all, what the first was refused for is thrown. */
  async choose<B extends Bound>(
    gpu: Gpu,
    candidates: readonly KernelSource[],
    bind: (compiled: Compiled) => B,
    signal?: AbortSignal,
  ): Promise<B> {
    const all = candidates.slice(0, this.mostCandidates);
    let { usable, refusal } = await usableOf(gpu, this.tried(candidates));
    // What was chosen once may be refused by the next driver.
    if (usable.length === 0) ({ usable, refusal } = await usableOf(gpu, all));
    const bound = usable.map(bind);
    const [only, ...others] = bound;
    if (only === undefined) throw refusal ?? new Error('no candidates');
    if (others.length === 0) return only;
    const times: number[] = [];
    for (const { compiled, bindGroup } of bound) {
      const encode = (pass: GPUComputePassEncoder) => {
        pass.setPipeline(compiled.pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...compiled.source.workgroups);
      };
      times.push(await timeCandidate(gpu, encode, signal));
    }
    const best = bound[times.indexOf(Math.min(...times))] as B;
    // By their texts: equal ones are compiled once, for whichever came first.
    const choice = all.findIndex(({ wgsl }) => wgsl === best.compiled.source.wgsl);
    this.store.set(keyOf(all), choice);
    return best;
  }
}

/** Those that the driver takes, and what the first of the others was refused for. @throws DeviceLost */
async function usableOf(gpu: Gpu, sources: readonly KernelSource[]) {
  const settled = await Promise.allSettled(sources.map((source) => gpu.compile(source)));
  const refusals: unknown[] = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const lost = refusals.find((reason) => reason instanceof DeviceLost);
  if (lost !== undefined) throw lost;
  const usable = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return { usable, refusal: refusals[0] };
}

/** Nanoseconds; of a candidate so slow that a watchdog could take it for a hang, those of its first dispatch. */
async function timeCandidate(
  gpu: Gpu,
  encode: (pass: GPUComputePassEncoder) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  try {
    // No watchdog looks at a software adapter, whose dispatches may take as long as they will.
    const dispatches = gpu.software ? Number.MAX_SAFE_INTEGER : 1;
    const options = { timer: gpu.timer, seconds: trySeconds, minSamples: 3, dispatches, signal };
    return shortestNs(await samplePasses(gpu.device, encode, options));
  } catch (error) {
    if (error instanceof DispatchTooLong) return error.predictedNs;
    throw error;
  }
}

/** FNV-1a over the texts, twice with different seeds: 64 bits. */
function keyOf(candidates: readonly KernelSource[]): string {
  const hash = (seed: number) => {
    let value = seed;
    for (const { wgsl } of candidates) {
      for (let i = 0; i < wgsl.length; i++) value = Math.imul(value ^ wgsl.charCodeAt(i), 0x01000193) >>> 0;
    }
    return value.toString(16).padStart(8, '0');
  };
  return hash(0x811c9dc5) + hash(0x9e3779b9);
}
