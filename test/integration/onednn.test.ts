/** oneDNN's real program, where it was built: verified against the reference layer by layer. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { costOfKernel, planGraph } from '../../core/graph/plan.ts';
import { findModel } from '../../core/models/zoo.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { onednnBenchPath } from '../../main/app/paths.ts';
import { ProviderProcess } from '../../main/bench/provider-process.ts';

const program = onednnBenchPath();
const built = existsSync(program);
const request = { silenceMs: 20_000 };

function model(name: string, size?: number): Graph {
  const found = findModel(name);
  if (found === undefined) throw new Error(name);
  return found.build(size);
}

it.skipIf(built)('was skipped: oneDNN was not found when the programs were built', () => {
  console.warn('The tests of the provider onednn were skipped: libdnnl-dev was not there at npm run setup.');
});

describe.skipIf(!built)('the provider onednn', () => {
  let onednn: ProviderProcess;
  beforeAll(() => {
    onednn = new ProviderProcess({ name: 'onednn', command: program, args: [] });
  });
  afterAll(() => onednn.close());

  function prepare(graph: Graph, options: { readonly batch?: number; readonly threads?: number } = {}) {
    const { kernels } = planGraph(graph, 'layerwise', new Set());
    return onednn.request(
      'prepare',
      {
        graph: toWireGraph(graph),
        plan: 'layerwise',
        kernels: kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
        dtype: 'fp32',
        batch: 1,
        threads: 1,
        seed: 1,
        ...options,
      },
      request,
    );
  }

  it('says which library it is', async () => {
    const description = await onednn.request('describe', {}, request);
    expect(description.provider).toBe('onednn');
    expect(description.libraries.onednn).toMatch(/^\d+\.\d+\.\d+$/);
    expect(description.plans).toEqual(['layerwise']);
  });

  // Small images keep the reference quick.
  it.each(
    [
      'resnet18',
      'mobilenetv2_100',
      'mobilenetv3_small_100',
      'efficientnet_b0',
      'convnext_atto',
      'regnety_004',
      'convfirst_pico',
    ].flatMap((name) => [1, 2].map((count) => [name, count] as const)),
  )('%s is right at batch and threads %i, and costs what the graph says', async (name, count) => {
    const graph = model(name, 64);
    const prepared = await prepare(graph, { batch: count, threads: count });
    const plan = planGraph(graph, 'layerwise', new Set());
    expect(
      prepared.kernels.map(({ operations, inputBytes, outputBytes, weightBytes }) => ({
        operations,
        inputBytes,
        outputBytes,
        weightBytes,
      })),
    ).toEqual(plan.kernels.map((kernel) => costOfKernel(graph, kernel, count, 'fp32')));
    for (const { implementation } of prepared.kernels) expect(implementation).toMatch(/^onednn:\w/);
    const { handle } = prepared;
    const verification = await onednn.request('verify', { handle }, request);
    expect(verification.kernels.filter(({ passed }) => !passed)).toEqual([]);
    expect(verification.passed).toBe(true);
    expect(verification.output.standardDeviation).toBeGreaterThan(0.1);
    await onednn.request('release', { handle }, request);
  });

  it('is right with what the zoo has none of: BlurPool, concatenation and odd sizes', async () => {
    for (const size of [1, 2, 7, 8]) {
      const g = new GraphBuilder('rare', { height: size, width: size, channels: 5 });
      g.block('stem', 'stem', () => {
        const blurred = g.blurPool('blur', g.input);
        const left = g.conv('left', blurred, { outChannels: 7, kernelSize: 1 });
        const right = g.conv('right', blurred, { outChannels: 24, kernelSize: 3, activation: 'hardSwish' });
        return g.concat('join', left, right);
      });
      const { handle } = await prepare(g.build(), { batch: 2 });
      const verification = await onednn.request('verify', { handle }, request);
      expect(verification.kernels.filter(({ passed }) => !passed)).toEqual([]);
      await onednn.request('release', { handle }, request);
    }
  });

  it('says what it cannot run, and why', async () => {
    const graph = model('convfirst_pico', 64);
    const { kernels } = planGraph(graph, 'fused', new Set(['convfirst'] as const));
    const refused = onednn.request(
      'prepare',
      {
        graph: toWireGraph(graph),
        plan: 'fused',
        kernels: kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
        dtype: 'fp32',
        batch: 1,
        threads: 1,
        seed: 1,
      },
      request,
    );
    await expect(refused).rejects.toMatchObject({
      error: { code: 'unsupported', message: expect.stringMatching(/^Kernel .* no fused kernels.*\.$/) },
    });
  });
});
