/** The ceilings of a device by WebGPU. */
import type { Calibration } from '../../core/protocol/provider.ts';
import { findTimer } from '../measure/repeat.ts';
import type { MatrixUnits } from '../wgsl/subgroup-matrix.ts';
import { measureLanes, measureMatrices } from './arithmetic.ts';
import { sweepBandwidth } from './bandwidth.ts';
import { bandwidthCeilings } from './cache-levels.ts';
import { measureDispatchOverheadNs } from './overhead.ts';

export interface CalibrateOptions {
  /** How long each ceiling is measured, in seconds; the search for the best kernel comes on top. */
  readonly secondsPerCeiling?: number | undefined;
  /** What the adapter says; the device was created with the feature. */
  readonly matrices?: MatrixUnits | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Share of the work that is done, 0 to 1, and what has just been measured. */
  readonly onProgress?: ((fraction: number, note: string) => void) | undefined;
}

const defaultSecondsPerCeiling = 0.4;

/**
 * Arithmetic of fp32, of fp16 where the device was created with that feature, of int8, of subgroup matrices; bandwidth
 * over a sweep of working sets; the cost of a dispatch. A GPU is one "thread".
 *
 * Ask for the adapter's own `maxBufferSize` and `maxStorageBufferBindingSize`, and `timestamp-query`, when creating
 * `device`. Nothing else should use the device meanwhile.
 * @throws WorkNotProven where a kernel's results are not those of the work that was timed, DeviceLost, OutOfMemory, the
 * signal's reason
 */
export async function calibrateDevice(
  device: GPUDevice,
  deviceId: string,
  { secondsPerCeiling = defaultSecondsPerCeiling, matrices, signal, onProgress }: CalibrateOptions = {},
): Promise<Calibration> {
  signal?.throwIfAborted();
  const timer = await findTimer(device);
  const options = { timer, seconds: secondsPerCeiling, signal };

  const dispatchOverheadNs = await measureDispatchOverheadNs(device, options);
  onProgress?.(0.05, 'dispatch overhead');

  const arithmetic = [await measureLanes(device, 'f32', options)];
  onProgress?.(0.35, 'fp32');
  if (device.features.has('shader-f16')) {
    arithmetic.push(await measureLanes(device, 'f16', options));
    onProgress?.(0.45, 'fp16');
  }
  arithmetic.push(await measureLanes(device, 'i8', options));
  onProgress?.(0.55, 'int8');
  if (matrices !== undefined) arithmetic.push(...(await measureMatrices(device, matrices, options)));
  onProgress?.(0.6, 'subgroup matrices');

  const sweep = await sweepBandwidth(device, {
    ...options,
    onPoint: ({ access, workingSetBytes }, done, total) =>
      onProgress?.(0.6 + (0.4 * done) / total, `${access} of ${workingSetBytes / 1024} KiB`),
  });
  return {
    device: deviceId,
    arithmetic,
    bandwidth: bandwidthCeilings(sweep, 1),
    bandwidthSweep: sweep,
    dispatchOverheadNs,
    timer,
  };
}
