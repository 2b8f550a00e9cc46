/** Every peak and bandwidth kernel compiles, and the recurrences show a single step more or less. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ArithmeticType,
  type ArithmeticVariant,
  arithmeticBindings,
  arithmeticWgsl,
  chainCounts,
  expectedMatrixElement,
  expectedResult,
  matrixWgsl,
  maxSteps,
  maxTrips,
  unroll,
  widths,
} from '../../webgpu-bench/calibrate/arithmetic-kernels.ts';
import { copyWgsl, readWgsl, writeWgsl } from '../../webgpu-bench/calibrate/bandwidth.ts';
import { createCompute } from '../../webgpu-bench/calibrate/compute.ts';
import { overheadWgsl } from '../../webgpu-bench/calibrate/overhead.ts';
import type { SubgroupMatrixConfig } from '../../webgpu-bench/wgsl/subgroup-matrix.ts';
import { nullDevice } from '../fixtures/webgpu/dawn-device.ts';

const variants: ArithmeticVariant[] = (['f32', 'f16', 'i8'] as const).flatMap((type: ArithmeticType) =>
  widths.flatMap((width) => chainCounts.map((chains) => ({ type, width, chains }))),
);

const configs: SubgroupMatrixConfig[] = [
  { componentType: 'f32', resultComponentType: 'f32', M: 8, N: 8, K: 8 },
  { componentType: 'f16', resultComponentType: 'f16', M: 16, N: 16, K: 16 },
  { componentType: 'f16', resultComponentType: 'f32', M: 8, N: 16, K: 16 },
  { componentType: 'i8', resultComponentType: 'i32', M: 16, N: 16, K: 32 },
  { componentType: 'u8', resultComponentType: 'u32', M: 16, N: 8, K: 32 },
];

/** Where the size of a subgroup cannot be asked for, a workgroup must have the largest, which is 128 on the null backend. */
const subgroups = [
  { subgroupSize: 4, pinsSize: true },
  { subgroupSize: 32, pinsSize: true },
  { subgroupSize: 128, pinsSize: true },
  { subgroupSize: 128, pinsSize: false },
];

const matrices = configs.flatMap((config) =>
  ([1, 2] as const).flatMap((chains) =>
    subgroups.map((size) =>
      matrixWgsl({ feature: 'chromium-experimental-subgroup-matrix', config, chains, ...size }),
    ),
  ),
);

const others = [readWgsl, writeWgsl, copyWgsl, overheadWgsl];

describe('on the null backend', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await nullDevice();
  });
  afterAll(() => device.destroy());

  it.each(variants)('compiles $type x $width with $chains chains', async (variant) => {
    await createCompute(device, 'peak', arithmeticWgsl(variant), arithmeticBindings);
  });

  it.each([
    [readWgsl, ['uniform', 'read-only-storage', 'storage']],
    [writeWgsl, ['uniform', 'storage']],
    [copyWgsl, ['uniform', 'read-only-storage', 'storage']],
    [overheadWgsl, ['storage']],
  ] as const)('compiles the others', async (code, bindings) => {
    await createCompute(device, 'other', code, bindings);
  });

  it.each(matrices)('compiles subgroup matrices without a warning', async (code) => {
    const module = device.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    expect(messages.map(({ message }) => message)).toEqual([]);
    // What a subgroup may be is only checked here.
    await createCompute(device, 'matrices', code, arithmeticBindings);
  });

  it('refuses WGSL that is wrong', async () => {
    await expect(
      createCompute(device, 'wrong', overheadWgsl.replace('1u', '1.5'), ['storage']),
    ).rejects.toThrow('WebGPU refused');
  });
});

it('gives every var an initialiser: Tint does not zero one in a loop again', () => {
  for (const code of [...variants.map(arithmeticWgsl), ...matrices, ...others]) {
    const functions = code.slice(code.indexOf('@compute'));
    const declarations = [...functions.matchAll(/\bvar [^;]*;/g)].map(([text]) => text);
    expect(declarations.filter((text) => !text.includes('='))).toEqual([]);
  }
  expect('var h: f32;'.match(/\bvar [^;]*;/)).not.toBeNull();
});

it('names the standard feature where the device has that one', () => {
  const [config] = configs;
  if (config === undefined) throw new Error('there are configurations');
  const code = matrixWgsl({
    feature: 'subgroup-matrix',
    config,
    subgroupSize: 32,
    pinsSize: false,
    chains: 1,
  });
  expect(code).toContain('enable subgroup_matrix;');
});

/** The kernel's own loops, step by step, in single precision. */
function simulate({ width, chains }: ArithmeticVariant, id: number, trips: number, steps: number): number {
  let total = 0;
  for (let trip = 0; trip < trips; trip++) {
    for (let index = 0; index < width * chains; index++) {
      let value = ((id + trip) & 7) + index;
      for (let step = 0; step < steps * unroll; step++) value = Math.fround(Math.fround(value * 1) + 0.125);
      total = Math.fround(total + value);
    }
  }
  return total;
}

describe('the result that a kernel must give', () => {
  it.each(variants)('shows a step or a trip too few: $type x $width, $chains chains', (variant) => {
    for (const id of [0, 5, 63]) {
      const expected = expectedResult(variant, id, 9, 64);
      expect(expectedResult(variant, id, 8, 64)).not.toBe(expected);
      expect(expectedResult(variant, id, 9, 63)).not.toBe(expected);
    }
  });

  it('is what single precision gives, up to the largest load', () => {
    for (const variant of variants.filter(({ type }) => type === 'f32')) {
      expect(expectedResult(variant, 3, maxTrips, maxSteps)).toBe(simulate(variant, 3, maxTrips, maxSteps));
    }
  });

  it('is held by f16 without rounding, up to the largest load', () => {
    const largest = 7 + 4 * 8 - 1 + maxSteps * unroll * 0.125;
    expect(largest).toBeLessThanOrEqual(256);
  });

  it.each(configs)('shows a step too few of $componentType matrices', (config) => {
    const expected = expectedMatrixElement(config, 9, 16);
    expect(expectedMatrixElement(config, 8, 16)).not.toBe(expected);
    expect(expected).toBeGreaterThan(0);
  });
});
