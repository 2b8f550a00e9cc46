/** What is timed on a device: its repetitions, its clocks, and what becomes of an error. */
import { describe, expect, it, vi } from 'vitest';
import { bindBuffers, createCompute } from '../../webgpu-bench/calibrate/compute.ts';
import { overheadWgsl } from '../../webgpu-bench/calibrate/overhead.ts';
import { createBuffer, readBuffer } from '../../webgpu-bench/measure/buffers.ts';
import { checked, DeviceLost, OutOfMemory, unlessLost } from '../../webgpu-bench/measure/errors.ts';
import { bufferUsage } from '../../webgpu-bench/measure/flags.ts';
import { findTimer, firstNs } from '../../webgpu-bench/measure/repeat.ts';
import { DispatchTooLong, disagree, timePasses } from '../../webgpu-bench/measure/submit.ts';
import { softwareDevice, whyNoSoftwareAdapter } from '../fixtures/webgpu/dawn-device.ts';

if (whyNoSoftwareAdapter !== undefined) console.warn(`measure: ${whyNoSoftwareAdapter}`);

describe.skipIf(whyNoSoftwareAdapter !== undefined)('on SwiftShader', () => {
  async function counter(device: GPUDevice) {
    const compute = await createCompute(device, 'counter', overheadWgsl, ['storage']);
    const count = await createBuffer(device, 'count', 4, bufferUsage.storage | bufferUsage.copySource);
    const group = bindBuffers(device, compute, [{ buffer: count }]);
    const encode = (pass: GPUComputePassEncoder) => {
      pass.setPipeline(compute.pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(1);
    };
    return { encode, read: async () => new Uint32Array(await readBuffer(device, count, 4))[0] };
  }

  it('runs every repetition, in as many submits as it takes, and times them', async () => {
    const device = await softwareDevice();
    try {
      const { encode, read } = await counter(device);
      const timing = await timePasses(device, encode, { repetitions: 5, predictedNs: 45e6 });
      expect(await read()).toBe(5);
      expect(timing).toMatchObject({ repetitions: 5, source: 'timestamp', droppedPasses: 0 });
      expect(timing.gpuNs).toBeGreaterThan(0);
      expect(timing.nsPerRepetition * 5).toBeCloseTo(timing.gpuNs ?? 0);
      // Far less was done than predicted, and the sleep before the wait is what the wall clock saw.
      expect(timing.submits).toBe(3);
      expect(disagree(timing)).toBe(true);
      expect((await findTimer(device)).source).toBe('timestamp');
    } finally {
      device.destroy();
    }
  });

  it('times by the wall clock without timestamp-query, which then sees no sleep', async () => {
    const device = await softwareDevice([]);
    const timeouts = vi.spyOn(globalThis, 'setTimeout');
    try {
      const { encode } = await counter(device);
      const timing = await timePasses(device, encode, { repetitions: 3, predictedNs: 45e6 });
      expect(timeouts.mock.calls.filter(([, delayMs = 0]) => delayMs > 0)).toEqual([]);
      expect(timing).toMatchObject({ gpuNs: undefined, source: 'wall' });
      expect(disagree(timing)).toBe(false);
      expect(timing.nsPerRepetition).toBe(timing.wallNs / 3);
      expect((await findTimer(device)).source).toBe('wall');
    } finally {
      timeouts.mockRestore();
      device.destroy();
    }
  });

  it('sleeps less than it predicts before it waits, where stamps tell the time', async () => {
    const device = await softwareDevice();
    const timeouts = vi.spyOn(globalThis, 'setTimeout');
    try {
      const { encode } = await counter(device);
      await timePasses(device, encode, { repetitions: 3, predictedNs: 30e6 });
      expect(timeouts.mock.calls.flatMap(([, delayMs = 0]) => (delayMs > 0 ? [delayMs] : []))).toEqual([72]);
    } finally {
      timeouts.mockRestore();
      device.destroy();
    }
  });

  it('takes a first run again that is over its limit, and the shortest counts', async () => {
    const device = await softwareDevice();
    try {
      const { encode, read } = await counter(device);
      await firstNs(device, encode, { longestNs: 0 });
      expect(await read()).toBe(3);
      await firstNs(device, encode, { longestNs: Number.POSITIVE_INFINITY });
      expect(await read()).toBe(4);
    } finally {
      device.destroy();
    }
  });

  it('refuses a dispatch over 50 ms, stops when it is told, and says that the device was lost', async () => {
    const device = await softwareDevice();
    const { encode, read } = await counter(device);
    const long = timePasses(device, encode, { repetitions: 1, predictedNs: 51e6 });
    await expect(long).rejects.toBeInstanceOf(DispatchTooLong);
    const parts = timePasses(device, encode, { repetitions: 1, predictedNs: 99e6, dispatches: 2 });
    await expect(parts).resolves.toMatchObject({ repetitions: 1 });

    const stop = new AbortController();
    const stopped = timePasses(
      device,
      (pass) => {
        encode(pass);
        stop.abort(new Error('enough'));
      },
      { repetitions: 100, predictedNs: 0, signal: stop.signal },
    );
    await expect(stopped).rejects.toThrow('enough');
    expect(await read()).toBe(2);

    const pending = timePasses(device, encode, { repetitions: 1000, predictedNs: 0 });
    device.destroy();
    await expect(pending).rejects.toMatchObject({ name: 'DeviceLost', reason: 'destroyed' });
    await expect(createBuffer(device, 'late', 4, bufferUsage.storage)).rejects.toBeInstanceOf(DeviceLost);
    await expect(unlessLost(device, new Promise(() => {}))).rejects.toBeInstanceOf(DeviceLost);
  });

  it('says that there is no memory, and works on', async () => {
    const device = await softwareDevice();
    const held: GPUBuffer[] = [];
    try {
      const error = await (async () => {
        // The largest buffer that is valid, until the driver has no more.
        for (let count = 0; count < 1000; count++) {
          held.push(await createBuffer(device, 'huge', device.limits.maxBufferSize, bufferUsage.storage));
        }
      })().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(OutOfMemory);
      expect(error).toMatchObject({ bytes: device.limits.maxBufferSize });
      const small = await createBuffer(device, 'small', 4, bufferUsage.storage | bufferUsage.copySource);
      expect([...new Uint32Array(await readBuffer(device, small, 4))]).toEqual([0]);
    } finally {
      for (const buffer of held) buffer.destroy();
      device.destroy();
    }
  });

  it('says what WebGPU refused', async () => {
    const device = await softwareDevice();
    try {
      const refused = checked(device, 'a buffer', () => device.createBuffer({ size: 4, usage: 0 }));
      await expect(refused).rejects.toThrow('WebGPU refused a buffer');
    } finally {
      device.destroy();
    }
  });
});
