/** Who is compared. Everybody computes on the same device, and is timed by the same clock around the same kind of call. */
export interface Contender {
  /** Which code runs, where that is known. */
  readonly implementations?: readonly string[];
  /** How many executions one call of `enqueue` comes in; it is asked for multiples of it. */
  readonly perCall: number;
  /** Hands so many executions to the device's queue, without waiting for them. */
  enqueue(executions: number): Promise<void>;
  /** The result of one execution, NHWC. */
  result(): Promise<Float32Array>;
  release(): Promise<void>;
}
