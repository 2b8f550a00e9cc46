import { describe, expect, it } from 'vitest';
import { type RunRequest, RunRequestSchema } from '../../../../core/protocol/api.ts';
import type { ProviderDescription } from '../../../../core/protocol/provider.ts';
import type { Run } from '../../../../core/protocol/run.ts';
import { type AskedProvider, type PlanningData, planRun } from '../../../../main/bench/plan-run.ts';
import { apiErrorOf } from '../../../fixtures/api/api-error.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';

const described = (
  provider: string,
  more: Partial<ProviderDescription> = {},
): AskedProvider & { description: ProviderDescription } => ({
  name: provider,
  reason: null,
  description: {
    protocol: 1,
    provider,
    version: '0',
    libraries: {},
    devices: [
      {
        id: 'cpu',
        kind: 'cpu',
        name: 'Test CPU',
        software: false,
        physicalCores: 2,
        threads: 2,
        instructionSets: ['avx2'],
        caches: [],
      },
    ],
    dataTypes: ['fp32'],
    operators: [],
    plans: ['layerwise', 'fused'],
    fusableBlocks: ['convfirst'],
    ...more,
  },
});

function plan(request: RunRequest, data: Partial<PlanningData> = {}) {
  return planRun(RunRequestSchema.parse(request), {
    providers: [described('native')],
    usableCores: 2,
    pastRuns: [],
    untested: [],
    ...data,
  });
}

/** One measurement after the other, `seconds` apart; the first when the ceilings are done. */
function pastRun(seconds: readonly number[], models: readonly string[]): Run {
  const [template] = sampleRun.measurements;
  if (template === undefined) throw new Error('the sample run has a measurement');
  const start = Date.parse(sampleRun.startedAt);
  let at = start + 8000;
  const measurements = models.map((model, index) => {
    const startedAt = new Date(at).toISOString();
    at += 1000 * (seconds[index] ?? 0);
    const { case: wanted } = { case: plan({ models: [model], plans: ['layerwise'] }).cases[0] };
    if (wanted === undefined) throw new Error(`${model} can be planned`);
    return { ...template, ...wanted, id: `m${index}`, startedAt };
  });
  return {
    ...sampleRun,
    providers: [{ description: described('native').description, calibration: null, reason: null }],
    measurements,
  };
}

describe('the plan of a run', () => {
  it('has the cases that the run would have', () => {
    const { cases, impossible, rounds } = plan({ models: ['convfirst_pico', 'resnet50'] });
    expect(cases.map(({ model, plan: kind, threads }) => [model, kind, threads])).toEqual([
      ['convfirst_pico', 'layerwise', 2],
      ['convfirst_pico', 'fused', 2],
      ['resnet50', 'layerwise', 2],
    ]);
    expect(impossible).toEqual([]);
    expect(rounds).toBeGreaterThan(1);
  });

  it('says what was asked for and cannot be measured, and why', () => {
    const { impossible } = plan(
      { models: ['convfirst_pico', 'resnet50'], plans: ['layerwise', 'fused'], dtypes: ['fp32', 'bf16'] },
      {
        providers: [
          described('native'),
          described('onednn', { plans: ['layerwise'], fusableBlocks: [] }),
          { name: 'webgpu', description: null, reason: 'Its program is missing.' },
        ],
      },
    );
    expect(impossible).toEqual([
      'webgpu: Its program is missing.',
      'native does not execute bf16.',
      'native fuses no block of resnet50: there is no fused plan.',
      'onednn does not execute bf16.',
      'onednn has no fused plan.',
    ]);
  });

  it('is refused for the reasons that the run would be', () => {
    expect(apiErrorOf(() => plan({ models: ['resnet5'] }))).toMatchObject({ code: 'notFound' });
    expect(apiErrorOf(() => plan({ threads: 64 }))).toMatchObject({ code: 'badInput' });
    expect(apiErrorOf(() => plan({ dtypes: ['bf16'] }))).toMatchObject({ code: 'badInput' });
  });

  it('is empty where no provider can be asked before the run', () => {
    const page = { name: 'webgpu-page', description: null, reason: 'Not open yet.' };
    expect(plan({}, { providers: [page] })).toMatchObject({
      cases: [],
      impossible: ['webgpu-page: Not open yet.'],
      expectedSeconds: 0,
    });
  });

  it('takes as long as the same took before, and the like of it in proportion', () => {
    const models = ['mobilenetv2_100', 'resnet50', 'resnet18'];
    const request: RunRequest = { models: ['resnet50'], plans: ['layerwise'], settleSeconds: 0 };
    const settings = { rounds: 1 };
    const past = pastRun([3, 20, 5], models);
    const known = plan(request, { pastRuns: [past], settings });
    expect(known.knownCases).toBe(1);
    // The ceilings took eight seconds, and are measured twice.
    expect(known.expectedSeconds).toBeCloseTo(8 + 20 + 8);
    const slower = plan(request, { pastRuns: [pastRun([3, 40, 5], models), past], settings });
    expect(slower.expectedSeconds).toBeCloseTo(8 + 40 + 8);
    const quiet = plan({ ...request, settleSeconds: undefined }, { pastRuns: [past], settings });
    expect(quiet.expectedSeconds).toBeCloseTo(8 + 20 + 8 + 1.5);
    const tested = plan(request, { pastRuns: [past], settings, untested: ['native', 'onednn'] });
    expect(tested.expectedSeconds).toBeCloseTo(8 + 20 + 8 + 20);
    const [small, large] = ['resnet34', 'vgg16'].map((model) =>
      plan({ ...request, models: [model] }, { pastRuns: [past], settings }),
    );
    expect(small?.knownCases).toBe(0);
    expect(large?.expectedSeconds).toBeGreaterThan(small?.expectedSeconds ?? Number.POSITIVE_INFINITY);
  });
});
