/** A whole calibration on a software adapter: its figures are no GPU's, but each is proven. */
import { expect, it } from 'vitest';
import { CalibrateResultSchema } from '../../core/protocol/provider.ts';
import { sweepBandwidth } from '../../webgpu-bench/calibrate/bandwidth.ts';
import { calibrateDevice } from '../../webgpu-bench/calibrate/calibrate.ts';
import { softwareDevice, whyNoSoftwareAdapter } from '../fixtures/webgpu/dawn-device.ts';

if (whyNoSoftwareAdapter !== undefined) console.warn(`calibrate: ${whyNoSoftwareAdapter}`);

const here = it.skipIf(whyNoSoftwareAdapter !== undefined);

here('measures every ceiling that the device has', async () => {
  const device = await softwareDevice();
  try {
    const fractions: number[] = [];
    const calibration = CalibrateResultSchema.parse(
      await calibrateDevice(device, 'gpu', {
        secondsPerCeiling: 0.1,
        onProgress: (fraction) => fractions.push(fraction),
      }),
    );
    const { arithmetic, bandwidth, bandwidthSweep = [], dispatchOverheadNs, timer } = calibration;
    expect(calibration.device).toBe('gpu');
    expect(arithmetic.map(({ dtype, threads }) => [dtype, threads])).toEqual([
      ['fp32', 1],
      ['int8', 1],
    ]);
    expect(dispatchOverheadNs).toBeGreaterThan(0);
    expect(timer?.source).toBe('timestamp');
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));

    const rates = (access: string) => bandwidthSweep.filter((point) => point.access === access);
    const best = (access: string) => Math.max(...rates(access).map(({ bytesPerSecond }) => bytesPerSecond));
    expect(rates('read').length).toBeGreaterThan(8);
    // A copy counts what it reads and what it writes: twice a read's rate would be magic. A little is left to a machine
    // that was busier during the reads.
    expect(best('copy')).toBeLessThanOrEqual(2 * 1.5 * Math.max(best('read'), best('write')));
    // The bound: nothing that was seen is faster than the nearest level, nor anything larger than the cache than DRAM.
    const capacityBytes = bandwidth.find(({ level }) => level === 'L2')?.capacityBytes ?? 0;
    const dram = Math.max(
      ...bandwidth.filter(({ level }) => level === 'DRAM').map(({ bytesPerSecond }) => bytesPerSecond),
    );
    for (const { workingSetBytes, bytesPerSecond } of bandwidthSweep) {
      if (workingSetBytes > capacityBytes) expect(bytesPerSecond).toBeLessThanOrEqual(dram);
    }
  } finally {
    device.destroy();
  }
});

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
