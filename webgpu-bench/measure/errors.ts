/** What a device can do to a measurement, as errors that can be told apart. */

/** The device is gone: what was being measured is lost, and so is every buffer and pipeline of it. */
export class DeviceLost extends Error {
  /** WebGPU's own: `destroyed` when this program did it, else `unknown` (a driver reset, a GPU process that died). */
  readonly reason: GPUDeviceLostReason;

  constructor(info: Pick<GPUDeviceLostInfo, 'reason' | 'message'>) {
    super(`The device was lost (${info.reason}). ${info.message}`.trim());
    this.name = 'DeviceLost';
    this.reason = info.reason;
  }
}

/** The device had no memory for something; it still works. */
export class OutOfMemory extends Error {
  /** What was asked for, where one buffer was. */
  readonly bytes: number | undefined;

  constructor(message: string, bytes?: number) {
    super(message);
    this.name = 'OutOfMemory';
    this.bytes = bytes;
  }
}

interface Loss {
  error: DeviceLost | undefined;
  readonly waiting: Set<(error: DeviceLost) => void>;
}

const losses = new WeakMap<GPUDevice, Loss>();

/** One handler a device: `Promise.race` with `device.lost` would leave one behind at every call. */
function lossOf(device: GPUDevice): Loss {
  const known = losses.get(device);
  if (known !== undefined) return known;
  const loss: Loss = { error: undefined, waiting: new Set() };
  losses.set(device, loss);
  void device.lost.then((info) => {
    const error = new DeviceLost(info);
    loss.error = error;
    for (const reject of loss.waiting) reject(error);
    loss.waiting.clear();
  });
  return loss;
}

/** `promise`, or `DeviceLost` as soon as the device is lost: some promises of a lost device never settle. */
export async function unlessLost<T>(device: GPUDevice, promise: Promise<T>): Promise<T> {
  const loss = lossOf(device);
  if (loss.error !== undefined) {
    // Nobody will look at it any more, and a rejection without a handler ends a Node process.
    promise.catch(() => {});
    throw loss.error;
  }
  return new Promise<T>((resolve, reject) => {
    loss.waiting.add(reject);
    promise.then(
      (value) => {
        loss.waiting.delete(reject);
        resolve(value);
      },
      async (error: unknown) => {
        // What was pending is often rejected a moment before the loss itself is reported: give that a turn to come in.
        await new Promise((next) => setTimeout(next, 0));
        loss.waiting.delete(reject);
        reject(loss.error ?? error);
      },
    );
  });
}

/**
 * Runs `create` in error scopes. WebGPU does not throw: without a scope, memory that was not there is a buffer that reads
 * as zeros.
 * @throws OutOfMemory, DeviceLost, or an `Error` with the validation message.
 */
export async function checked<T>(
  device: GPUDevice,
  what: string,
  create: () => T | Promise<T>,
  bytes?: number,
): Promise<T> {
  lossOf(device);
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let created: T | Promise<T>;
  let invalid: Promise<GPUError | null>;
  let exhausted: Promise<GPUError | null>;
  try {
    // The scopes cover what is called now, not what is awaited later: they close before anything is awaited, so that they
    // never enclose somebody else's calls.
    created = create();
  } finally {
    invalid = device.popErrorScope();
    exhausted = device.popErrorScope();
    invalid.catch(() => {});
    exhausted.catch(() => {});
  }
  const [value, validation, memory] = await unlessLost(device, Promise.all([created, invalid, exhausted]));
  if (memory !== null) {
    throw new OutOfMemory(`The device has no memory for ${what}: ${memory.message}`, bytes);
  }
  if (validation !== null) throw new Error(`WebGPU refused ${what}: ${validation.message}`);
  return value;
}
