/** A whole calibration on a software adapter: its figures are no GPU's, but each is proven. */
import { expect, it } from 'vitest';
import { CalibrateResultSchema } from '../../core/protocol/provider.ts';
import { calibrateDevice } from '../../webgpu-bench/calibrate/calibrate.ts';
import { softwareDevice, whyNoSoftwareAdapter } from '../fixtures/webgpu/dawn-device.ts';

const here = it.skipIf(whyNoSoftwareAdapter !== undefined);

here('measures every ceiling that the device has', async () => {
  const device = await softwareDevice();
  try {
    const fractions: number[] = [];
    const calibration = CalibrateResultSchema.parse(
      await calibrateDevice(device, 'gpu', {
        secondsPerCeiling: 0.05,
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
