/** Calibration on a software adapter: no figure of work that was not done. */
import { expect, it } from 'vitest';
import { sweepBandwidth } from '../../webgpu-bench/calibrate/bandwidth.ts';
import { calibrateDevice } from '../../webgpu-bench/calibrate/calibrate.ts';
import { softwareDevice, whyNoSoftwareAdapter } from '../fixtures/webgpu/dawn-device.ts';

if (whyNoSoftwareAdapter !== undefined) console.warn(`calibrate: ${whyNoSoftwareAdapter}`);

const here = it.skipIf(whyNoSoftwareAdapter !== undefined);

here('accepts no figure of a kernel that did other work than was asked for', async () => {
  const device = await softwareDevice();
  try {
    // Every peak kernel's loop runs once too few.
    const createModule = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) =>
      createModule({ ...descriptor, code: descriptor.code.replace('step: u32 = 0u', 'step: u32 = 1u') });
    await expect(calibrateDevice(device, 'gpu', { secondsPerCeiling: 0.05 })).rejects.toMatchObject({
      name: 'WorkNotProven',
    });
  } finally {
    device.destroy();
  }
});

here.each([
  ['read', 'sum = sum + source', 'sum = source'],
  ['write', '3u * index', '2u * index'],
  ['copy', '= source[(at + 0u', '= source[(at + 1u'],
])('finds a %s that did not move everything', async (_access, right, wrong) => {
  const device = await softwareDevice();
  try {
    let replaced = 0;
    const createModule = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) => {
      if (descriptor.code.includes(right)) replaced++;
      return createModule({ ...descriptor, code: descriptor.code.replaceAll(right, wrong) });
    };
    const sweep = sweepBandwidth(device, {
      timer: { quantumNs: 1, source: 'timestamp' },
      seconds: 0.01,
      largestBytes: 128 * 1024,
    });
    await expect(sweep).rejects.toMatchObject({ name: 'WorkNotProven' });
    expect(replaced).toBeGreaterThan(0);
  } finally {
    device.destroy();
  }
});

here('stops when it is told', async () => {
  const device = await softwareDevice();
  try {
    const stop = new AbortController();
    const stopped = calibrateDevice(device, 'gpu', {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  } finally {
    device.destroy();
  }
});
