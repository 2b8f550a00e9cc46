/**
 * Timestamps of passes. WebGPU gives them at the borders of a pass only, in nanoseconds, often rounded to a quantum
 * (65 536 ns unless the host turns that off), and does not promise that they grow: empty passes give zero on Metal, and
 * negative differences have been seen there.
 */
import { createBuffer, readBuffer } from './buffers.ts';
import { checked } from './errors.ts';
import { bufferUsage } from './flags.ts';

const bytesPerStamp = 8;

/** Whether the device was asked for `timestamp-query` and got it. */
export function hasTimestamps(device: GPUDevice): boolean {
  return device.features.has('timestamp-query');
}

/**
 * The step that stamps come in: the greatest common divisor of their differences; undefined where no two differ. Too
 * large while the stamps are few; 1 where a driver converts ticks of a broken length, whatever that length is.
 */
export function quantumNs(stamps: readonly bigint[]): number | undefined {
  const first = stamps[0];
  if (first === undefined) return undefined;
  const divisor = stamps.reduce((sofar, stamp) => gcd(sofar, stamp - first), 0n);
  return divisor === 0n ? undefined : Number(divisor);
}

function gcd(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

export interface Spans {
  /** Of the passes whose end lies after their begin. */
  readonly spansNs: readonly number[];
  /** Passes whose end does not: they tell nothing. */
  readonly dropped: number;
}

/** The lengths of passes from their stamps: begin, end, begin, end … */
export function spansOf(stamps: readonly bigint[]): Spans {
  const spansNs: number[] = [];
  let dropped = 0;
  for (let index = 0; index + 1 < stamps.length; index += 2) {
    const span = (stamps[index + 1] ?? 0n) - (stamps[index] ?? 0n);
    if (span > 0n) spansNs.push(Number(span));
    else dropped++;
  }
  return { spansNs, dropped };
}

/** Room for the stamps of `passes` passes of one submit after the other. */
export class PassStamps {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #passes: number;

  private constructor(device: GPUDevice, queries: GPUQuerySet, resolved: GPUBuffer, passes: number) {
    this.#device = device;
    this.#queries = queries;
    this.#resolved = resolved;
    this.#passes = passes;
  }

  /** At most 2 048 passes. @throws OutOfMemory, DeviceLost */
  static async create(device: GPUDevice, passes: number): Promise<PassStamps> {
    const queries = await checked(device, 'a set of timestamp queries', () =>
      device.createQuerySet({ type: 'timestamp', count: 2 * passes }),
    );
    const resolved = await createBuffer(
      device,
      'timestamps',
      2 * passes * bytesPerStamp,
      bufferUsage.queryResolve | bufferUsage.copySource,
    );
    return new PassStamps(device, queries, resolved, passes);
  }

  /** For `beginComputePass`. */
  writes(pass: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * pass,
      endOfPassWriteIndex: 2 * pass + 1,
    };
  }

  /** To be encoded after the passes. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#passes, this.#resolved, 0);
  }

  /** Begin and end of every pass, after they were submitted. @throws DeviceLost */
  async read(): Promise<bigint[]> {
    const bytes = 2 * this.#passes * bytesPerStamp;
    return [...new BigUint64Array(await readBuffer(this.#device, this.#resolved, bytes))];
  }

  destroy(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
  }
}
