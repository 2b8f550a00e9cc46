import { checked, unlessLost } from './errors.ts';
import { bufferUsage, mapRead } from './flags.ts';

/** A buffer of `bytes`, zeroed by WebGPU. @throws OutOfMemory, DeviceLost */
export async function createBuffer(
  device: GPUDevice,
  label: string,
  bytes: number,
  usage: number,
): Promise<GPUBuffer> {
  return checked(
    device,
    `the buffer '${label}' of ${bytes} bytes`,
    () => device.createBuffer({ label, size: bytes, usage }),
    bytes,
  );
}

/** A copy of `bytes` of a buffer that has `copySource`, from `offset` on. @throws OutOfMemory, DeviceLost */
export async function readBuffer(
  device: GPUDevice,
  source: GPUBuffer,
  bytes: number,
  offset = 0,
): Promise<ArrayBuffer> {
  const staging = await createBuffer(
    device,
    'read back',
    bytes,
    bufferUsage.mapRead | bufferUsage.copyTarget,
  );
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, offset, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await unlessLost(device, staging.mapAsync(mapRead));
    // A copy: the mapped range is gone with the buffer.
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
