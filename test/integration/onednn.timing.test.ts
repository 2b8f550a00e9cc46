/** What oneDNN's real program says of times. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planGraph } from '../../core/graph/plan.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import { onednnBenchPath } from '../../main/app/paths.ts';
import { ProviderProcess } from '../../main/bench/provider-process.ts';
import { model } from '../fixtures/providers/native-conversation.ts';

const program = onednnBenchPath();
const request = { silenceMs: 120_000 };

describe.skipIf(!existsSync(program))('the provider onednn', () => {
  let onednn: ProviderProcess;
  beforeAll(() => {
    onednn = new ProviderProcess({ name: 'onednn', command: program, args: [] });
  });
  afterAll(() => onednn.close());

  it('times whole passes and single kernels', async () => {
    const graph = model('mobilenetv2_100', 96);
    const { kernels } = planGraph(graph, 'layerwise', new Set());
    const prepared = await onednn.request(
      'prepare',
      {
        ...{
          graph: toWireGraph(graph),
          plan: 'layerwise',
          kernels: kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
        },
        ...{ dtype: 'fp32', batch: 1, threads: 1, seed: 1 },
      },
      request,
    );
    const { handle } = prepared;
    const sampling = { warmupSeconds: 0.02, minSeconds: 0.1, minSamples: 5, maxSeconds: 2 };
    const measured = await onednn.request('measure', { handle, ...sampling }, request);
    expect(measured.latencyNs.length).toBeGreaterThanOrEqual(5);
    // Whatever else the machine does falls on one or the other: in a quiet moment they agree.
    const kernelsOverWhole = async () => {
      const profile = await onednn.request('profile', { handle, repetitions: 15 }, request);
      expect(profile.kernels.map(({ name }) => name)).toEqual(prepared.kernels.map(({ name }) => name));
      const sum = profile.kernels.reduce((total, { latencyNs }) => total + latencyNs, 0);
      return Math.abs(Math.log(sum / profile.totalLatencyNs));
    };
    await expect.poll(kernelsOverWhole, { timeout: 60_000, interval: 1 }).toBeLessThan(Math.log(1.5));
    await onednn.request('release', { handle }, request);
  });
});
