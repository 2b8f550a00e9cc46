import { describe, expect, it, vi } from 'vitest';
import { bindBuffers, createCompute } from '../../../webgpu-bench/calibrate/compute.ts';
import { overheadWgsl } from '../../../webgpu-bench/calibrate/overhead.ts';
import { createBuffer, readBuffer } from '../../../webgpu-bench/measure/buffers.ts';
import { checked, DeviceLost, OutOfMemory, unlessLost } from '../../../webgpu-bench/measure/errors.ts';
import { bufferUsage } from '../../../webgpu-bench/measure/flags.ts';
import { findTimer, firstNs, neededSpanNs, repetitionsFor } from '../../../webgpu-bench/measure/repeat.ts';
import { DispatchTooLong, disagree, timePasses } from '../../../webgpu-bench/measure/submit.ts';
import { quantumNs, spansOf } from '../../../webgpu-bench/measure/timestamps.ts';
import { softwareDevice, whyNoSoftwareAdapter } from './dawn-device.ts';

describe('the quantum of timestamps', () => {
  const rounded = [1, 7, 12, 30, 31].map((step) => 123_456_789 + 65_536 * step);
  it.each([
    ['steps of 65 536 ns', rounded, 65_536],
    ['steps that begin anywhere', [5, 37, 101], 32],
    ['stamps that go back', [1000, 600, 800], 200],
  ])('is found in %s', (_what, stamps, expected) => {
    expect(quantumNs(stamps.map(BigInt))).toBe(expected);
  });

  it.each([[[]], [[7]], [[7, 7, 7]]])('is unknown from %j', (stamps: number[]) => {
    expect(quantumNs(stamps.map(BigInt))).toBeUndefined();
  });
});

it('drops and counts the passes whose end is not after their begin', () => {
  expect(spansOf([10n, 30n, 40n, 40n, 50n, 20n, 60n, 61n])).toEqual({ spansNs: [20, 1], dropped: 2 });
});

describe('the rule of repetitions', () => {
  const stamps = (quantum: number) => ({ quantumNs: quantum, source: 'timestamp' as const });

  it('makes a span of 100 steps', () => {
    expect(neededSpanNs(stamps(65_536))).toBe(6_553_600);
    expect(repetitionsFor(1e6, stamps(65_536))).toBe(7);
    expect(repetitionsFor(1e6, stamps(65_536), 0.1)).toBe(2);
  });

  it('runs long work once, and work of no time at all not for ever', () => {
    expect(repetitionsFor(40e6, stamps(1))).toBe(1);
    expect(repetitionsFor(0, stamps(1))).toBeLessThanOrEqual(10e6);
  });

  it('makes longer spans by the wall clock, which sees the submit too', () => {
    expect(repetitionsFor(1e6, { quantumNs: 5000, source: 'wall' })).toBe(50);
  });

  it('refuses a timer that would need a submit over 200 ms', () => {
    expect(() => repetitionsFor(1e6, { quantumNs: 16e6, source: 'wall' })).toThrow(RangeError);
  });
});

it.each([
  [10e6, 10e6, 1, false],
  [10e6, undefined, 1, false],
  [2.4e6, 0.01e6, 1, false],
  [4.8e6, 0.01e6, 1, true],
  [4.8e6, 0.01e6, 2, false],
  [30e6, 10e6, 1, true],
  [10e6, 30e6, 1, true],
])('tells whether wall %d and GPU %d ns disagree over %d submits: %s', (wallNs, gpuNs, submits, expected) => {
  expect(disagree({ wallNs, gpuNs, submits })).toBe(expected);
});

// A software adapter on a machine that has other work takes its time.
vi.setConfig({ testTimeout: 60_000 });

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
