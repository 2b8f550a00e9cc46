import { describe, expect, it } from 'vitest';
import { type RunRequest, RunRequestSchema } from '../../../../core/protocol/api.ts';
import type { ProviderDescription } from '../../../../core/protocol/provider.ts';
import { type PlannedCase, planCases, selectModels } from '../../../../main/bench/cases.ts';
import { findSuite } from '../../../../main/bench/suites.ts';
import { apiErrorOf } from '../../../fixtures/api/api-error.ts';

const device: ProviderDescription['devices'][number] = {
  id: 'cpu',
  kind: 'cpu',
  name: 'Test CPU',
  software: false,
  physicalCores: 4,
  threads: 8,
  instructionSets: ['avx2'],
  caches: [],
};
const native: ProviderDescription = {
  protocol: 1,
  provider: 'native',
  version: '0',
  libraries: {},
  devices: [device],
  dataTypes: ['fp32', 'bf16'],
  operators: [],
  plans: ['layerwise', 'fused'],
  fusableBlocks: ['convfirst'],
};

function plan(request: RunRequest, descriptions = [native], usableCores = 8): PlannedCase[] {
  const parsed = RunRequestSchema.parse(request);
  return planCases(selectModels(parsed), parsed, descriptions, usableCores);
}

function named(cases: readonly PlannedCase[]): string[] {
  return cases.map(({ case: { model, plan, dtype, batch } }) => `${model} ${plan} ${dtype} ${batch}`);
}

describe('the models', () => {
  it('are those of the suite, in its order', () => {
    const { models, suite } = selectModels(RunRequestSchema.parse({}));
    expect(suite).toBe(findSuite('quick'));
    expect(models.map(({ name }) => name)).toEqual(findSuite('quick').models);
  });

  it('are those that were asked for instead, each once', () => {
    const { models, suite } = selectModels(
      RunRequestSchema.parse({ suite: 'paper', models: ['resnet50', 'resnet18', 'resnet50'] }),
    );
    expect(suite.name).toBe('paper');
    expect(models.map(({ name }) => name)).toEqual(['resnet50', 'resnet18']);
  });

  it('have to be there, all of them', () => {
    const models = ['resnet50', 'resnet5'];
    expect(apiErrorOf(() => selectModels(RunRequestSchema.parse({ models })))).toMatchObject({
      code: 'notFound',
      message: expect.stringContaining("'resnet5'"),
    });
  });
});

describe('the cases', () => {
  it('are single images in fp32, at the size of the model, and fused where the network has such blocks', () => {
    const cases = plan({ models: ['resnet18', 'convfirst_pico'] });
    expect(named(cases)).toEqual([
      'resnet18 layerwise fp32 1',
      'convfirst_pico layerwise fp32 1',
      'convfirst_pico fused fp32 1',
    ]);
    expect(cases[0]?.case).toEqual({
      model: 'resnet18',
      imageSize: 224,
      provider: 'native',
      device: 'cpu',
      plan: 'layerwise',
      dtype: 'fp32',
      batch: 1,
      threads: 4,
    });
    expect(cases[1]?.case.imageSize).toBe(256);
  });

  it('hold the plan that is to be executed', () => {
    const [layerwise, fused] = plan({ models: ['convfirst_pico'] });
    expect(layerwise?.plan.kind).toBe('layerwise');
    expect(layerwise?.plan.kernels.some((kernel) => kernel.fused)).toBe(false);
    expect(fused?.plan.kind).toBe('fused');
    expect(fused?.plan.kernels.some((kernel) => kernel.fused)).toBe(true);
    expect(fused?.graph).toBe(layerwise?.graph);
  });

  it('are every combination that was asked for and can be executed', () => {
    const cases = plan({
      models: ['resnet18', 'convfirst_pico'],
      dtypes: ['fp32', 'bf16', 'int8'],
      batches: [1, 8],
      plans: ['fused'],
    });
    expect(named(cases)).toEqual([
      'convfirst_pico fused fp32 1',
      'convfirst_pico fused bf16 1',
      'convfirst_pico fused fp32 8',
      'convfirst_pico fused bf16 8',
    ]);
  });

  it('leave out what a provider does not offer', () => {
    expect(named(plan({ models: ['convfirst_pico'] }, [{ ...native, plans: ['layerwise'] }]))).toEqual([
      'convfirst_pico layerwise fp32 1',
    ]);
    expect(named(plan({ models: ['convfirst_pico'] }, [{ ...native, fusableBlocks: [] }]))).toEqual([
      'convfirst_pico layerwise fp32 1',
    ]);
  });

  it('are those of every provider', () => {
    const other: ProviderDescription = { ...native, provider: 'other', dataTypes: ['int8'] };
    const cases = plan({ models: ['resnet18'], dtypes: ['fp32', 'int8'] }, [native, other]);
    expect(cases.map(({ case: { provider, dtype } }) => [provider, dtype])).toEqual([
      ['native', 'fp32'],
      ['other', 'int8'],
    ]);
  });
});

describe('the threads', () => {
  const threadsOf = (request: RunRequest, descriptions?: ProviderDescription[], usableCores?: number) =>
    plan({ models: ['resnet18'], ...request }, descriptions, usableCores)[0]?.case.threads;
  const withCores = (cores: Partial<typeof device>) => [{ ...native, devices: [{ ...device, ...cores }] }];

  it('are one for every physical core', () => {
    expect(threadsOf({})).toBe(4);
  });

  it('are no more than this process may use, and at least one', () => {
    expect(threadsOf({}, [native], 3)).toBe(3);
    expect(threadsOf({}, withCores({ physicalCores: 0, threads: 1 }), 1)).toBe(1);
  });

  it('are all that there are where nobody knows the cores', () => {
    const { physicalCores: _, ...unknown } = device;
    expect(threadsOf({}, [{ ...native, devices: [unknown] }], 16)).toBe(8);
  });

  it('are as many as were asked for, up to what there is', () => {
    expect(threadsOf({ threads: 1 })).toBe(1);
    expect(threadsOf({ threads: 8 })).toBe(8);
    expect(apiErrorOf(() => threadsOf({ threads: 9 }))).toMatchObject({
      code: 'badInput',
      message: '9 threads were asked for, and this program may use 8 here.',
      hint: 'Ask for at most 8.',
    });
    expect(apiErrorOf(() => threadsOf({ threads: 3 }, [native], 2)).hint).toBe('Ask for at most 2.');
  });
});

describe('where nothing is left to measure', () => {
  it('says which data types there are', () => {
    expect(apiErrorOf(() => plan({ models: ['resnet18'], dtypes: ['int8', 'fp16'] }))).toMatchObject({
      code: 'badInput',
      message: 'No provider here executes int8 or fp16.',
      hint: 'What there is: fp32, bf16.',
    });
  });

  it('says that nothing can be fused', () => {
    expect(apiErrorOf(() => plan({ models: ['resnet18'], plans: ['fused'] }))).toMatchObject({
      code: 'badInput',
      message: 'None of these models has a fused plan here: no provider fuses a block of theirs.',
      hint: expect.stringContaining('convfirst_pico'),
    });
  });
});
