/**
 * Every text that is generated for whole networks, through Dawn's compiler on the null backend, which executes nothing. Slicing only changes
 * where a text begins to count, in one way for each implementation: one sliced text of each is compiled.
 */
import { describe, expect, it } from 'vitest';
import { findModel } from '../../core/models/zoo.ts';
import type { LowerOptions } from '../../webgpu-bench/network/lower.ts';
import { lowerKernel } from '../../webgpu-bench/network/lower-kernel.ts';
import type { WorkgroupLimits } from '../../webgpu-bench/network/workgroup-limits.ts';
import type { Storage } from '../../webgpu-bench/wgsl/module.ts';
import { nullDevice } from '../fixtures/webgpu/dawn-device.ts';
import { planOf } from '../fixtures/webgpu/prepared-network.ts';

describe('generated texts', { timeout: 300_000 }, () => {
  const configs = (['f32', 'f16'] as const).flatMap((componentType) =>
    [8, 16].map((size) => ({ componentType, resultComponentType: 'f32', M: 8, N: size, K: size })),
  );
  const hardware = {
    workgroupBytes: 32768,
    invocations: 256,
    quads: true,
    matrices: { feature: 'chromium-experimental-subgroup-matrix', configs, subgroupSize: 32, pinsSize: true },
    shortTexts: false,
  } as const;
  const software = { ...hardware, workgroupBytes: 16384, matrices: undefined, shortTexts: true } as const;
  const models = [
    'resnet50',
    'mobilenetv3_large_100',
    'efficientnet_b0',
    'tf_efficientnetv2_s',
    'convnext_tiny',
    'convfirst_pico',
  ];

  /** Each text once, whole and sliced, with its kernel's name, and the workgroup memory that it takes. */
  function textsFor(storage: Storage, limits: WorkgroupLimits): ReadonlyMap<string, Text> {
    const texts = new Map<string, Text>();
    const sliced = new Set<string>();
    for (const name of models) {
      const model = findModel(name);
      if (model === undefined) throw new Error(`no model ${name}`);
      const graph = model.build(model.defaultSize);
      for (const kind of ['layerwise', 'fused'] as const) {
        const options: LowerOptions = { batch: kind === 'fused' ? 1 : 3, storage, limits };
        for (const kernel of planOf(graph, kind).kernels) {
          for (const { candidates } of lowerKernel(graph, kernel, options).launches) {
            for (const { wgsl, slicedWgsl, implementation, workgroupBytes } of candidates) {
              expect(workgroupBytes).toBeLessThanOrEqual(limits.workgroupBytes);
              if (texts.has(wgsl)) continue;
              texts.set(wgsl, { implementation, workgroupBytes });
              if (sliced.has(implementation)) continue;
              sliced.add(implementation);
              texts.set(slicedWgsl(), { implementation: `${implementation}, sliced`, workgroupBytes });
            }
          }
        }
      }
    }
    return texts;
  }

  it.each([
    [
      'f32',
      'hardware',
      hardware,
      [/^block\.convnext\.matrix/, /^block\.convfirst\.matrix/, /^conv2d\.matrix/],
    ],
    [
      'f16',
      'hardware',
      hardware,
      [/^block\.convnext\.matrix/, /^block\.convfirst\.matrix/, /^conv2d\.matrix/],
    ],
    ['f32', 'software', software, [/^block\.convnext\.owned/]],
    ['f16', 'software', software, [/^block\.convnext\.owned/]],
  ] as const)(
    'of six networks compile for %s storage on %s, whole and sliced, in both plans',
    async (storage, _which, limits, peculiar) => {
      const device = await nullDevice();
      const texts = textsFor(storage, limits);
      expect(texts.size).toBeGreaterThan(400);
      const names = [...texts.values()].map(({ implementation }) => implementation);
      for (const name of peculiar) expect(names).toContainEqual(expect.stringMatching(name));
      const failures: string[] = [];
      for (const [code, { implementation, workgroupBytes }] of texts) {
        const module = device.createShaderModule({ code });
        const { messages } = await module.getCompilationInfo();
        // What a subgroup may be is only checked where the pipeline is made.
        const fits = workgroupBytes <= device.limits.maxComputeWorkgroupStorageSize;
        if (implementation.includes('matrix') && fits) {
          await device.createComputePipelineAsync({
            layout: 'auto',
            compute: { module, entryPoint: 'main' },
          });
        }
        failures.push(...messages.map(({ type, message }) => `${implementation}: ${type} ${message}`));
        const bytes = variableBytes(code);
        // WGSL promises no more to a function, and Dawn does not count.
        if (bytes > 8192) failures.push(`${implementation}: its variables have ${bytes} bytes`);
      }
      expect(failures).toEqual([]);
      device.destroy();
    },
  );
});

interface Text {
  readonly implementation: string;
  readonly workgroupBytes: number;
}

/** Of all variables that the functions of a text declare. */
function variableBytes(wgsl: string): number {
  const scalarBytes: Readonly<Record<string, number>> = {
    vec4f: 16,
    vec2u: 8,
    f32: 4,
    u32: 4,
    i32: 4,
    bool: 4,
  };
  let bytes = 0;
  for (const [, name = '', type = ''] of wgsl.matchAll(/\bvar (\w+)(?:: ([^=;]+?))? =/g)) {
    const [, element = type, count = '1'] = /^array<(\w+), (\d+)>$/.exec(type) ?? [];
    const size = scalarBytes[element];
    // A subgroup's matrix lies in the registers of all of its invocations.
    if (size === undefined && !type.startsWith('subgroup_matrix'))
      throw new Error(`${name} has the type ${type}`);
    bytes += (size ?? 0) * Number(count);
  }
  return bytes;
}
