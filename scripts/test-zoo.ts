/**
 * Whether the providers compute the same networks: every model of the zoo, in both plans, on the same weights and the same image.
 *
 *     npm run test:zoo -- [MODEL …] [--providers native,webgpu] [--size PIXELS]
 *     npm run test:zoo -- --dtype bf16 [--providers native,onednn]
 *     npm run test:zoo -- --dtype fp16 [--providers webgpu]
 *
 * Each provider checks its kernels against the fp64 reference, and the first values of its result are held against those of the first
 * provider's layerwise plan. Smaller networks come first; on a software adapter, whose driver VK_ICD_FILENAMES names, the large ones take
 * long, so `npm test` has small ones alone. Exits with 1 where one disagrees or gives no result.
 */
import { parseArgs } from 'node:util';
import { countGraph } from '../core/graph/count.ts';
import type { BlockKind, Graph } from '../core/graph/graph.ts';
import { planGraph, planKinds } from '../core/graph/plan.ts';
import { findModel, models } from '../core/models/zoo.ts';
import type { Verification } from '../core/protocol/provider.ts';
import { toWireGraph } from '../core/protocol/wire-graph.ts';
import { ProviderProcess } from '../main/bench/provider-process.ts';
import { findProvider, type ProgramName } from '../main/bench/providers.ts';

/**
 * Of each type: who executes it, and how far two results may lie apart, of the largest value, for both round each of a hundred layers on their
 * way. Sigmoids make so much of what 16 bits lose that whole networks are up to 0.6 apart though each of their kernels is right: there
 * the distance is told and not judged.
 */
const types = {
  fp32: { providers: 'native,webgpu', tolerance: 1e-3 },
  bf16: { providers: 'native,onednn', tolerance: Number.POSITIVE_INFINITY },
  fp16: { providers: 'webgpu', tolerance: Number.POSITIVE_INFINITY },
} as const;
const request = { silenceMs: 3_600_000 };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    providers: { type: 'string' },
    dtype: { type: 'string', default: 'fp32' },
    size: { type: 'string' },
  },
});
const dtype = options.dtype as keyof typeof types;
const type = types[dtype];
if (type === undefined) throw new Error(`--dtype takes one of ${Object.keys(types).join(', ')}.`);
const wanted = positionals.length === 0 ? models.map(({ name }) => name) : positionals;
const graphs = wanted
  .map((name) => {
    const model = findModel(name);
    if (model === undefined) throw new Error(`There is no model '${name}'.`);
    return { name, graph: model.build(options.size === undefined ? undefined : Number(options.size)) };
  })
  .map((one) => ({ ...one, macs: countGraph(one.graph).macs }))
  .toSorted((a, b) => a.macs - b.macs);

interface Opened {
  readonly name: string;
  readonly process: ProviderProcess;
  readonly fusable: ReadonlySet<BlockKind>;
}

async function open(name: string): Promise<Opened> {
  const process = new ProviderProcess(findProvider(name as ProgramName));
  const { devices, fusableBlocks, reason } = await process.request('describe', {}, request);
  if (devices.length === 0) throw new Error(`${name} has no device here: ${reason ?? 'it does not say why'}`);
  return { name, process, fusable: new Set(fusableBlocks) };
}

async function verify({ process, fusable }: Opened, graph: Graph, kind: (typeof planKinds)[number]) {
  const plan = planGraph(graph, kind, fusable);
  const body = {
    graph: toWireGraph(graph),
    plan: plan.kind,
    kernels: plan.kernels.map((kernel) => ({ ...kernel, operators: [...kernel.operators] })),
    ...{ dtype, batch: 1, threads: 1, seed: 1 },
  };
  const { handle } = await process.request('prepare', body, request);
  try {
    return await process.request('verify', { handle }, request);
  } finally {
    await process.request('release', { handle }, request);
  }
}

/** How far the first values lie apart, of the largest of them. */
function distance(expected: Verification['output'], found: Verification['output']): number {
  const largest = Math.max(...expected.values.map(Math.abs));
  return Math.max(
    ...expected.values.map((value, index) => Math.abs(value - (found.values[index] ?? Number.NaN)) / largest),
  );
}

let failures = 0;
const chosen = options.providers ?? type.providers;
const providers = await Promise.all(chosen.split(',').map(open));
for (const { name, graph, macs } of graphs) {
  let expected: Verification['output'] | undefined;
  for (const provider of providers) {
    for (const kind of planKinds) {
      const start = performance.now();
      let told: string;
      try {
        const { passed, output } = await verify(provider, graph, kind);
        expected ??= output;
        const apart = distance(expected, output);
        const agrees = passed && apart <= type.tolerance;
        if (!agrees) failures++;
        told = `${agrees ? 'agrees' : passed ? 'DIFFERS' : 'WRONG'}  ${apart.toExponential(1)}`;
      } catch (error) {
        failures++;
        told = `FAILED  ${error instanceof Error ? error.message : JSON.stringify(error)}`;
      }
      const seconds = (performance.now() - start) / 1000;
      console.log(
        `${name}  ${(macs / 1e9).toFixed(2)} GMAC  ${provider.name} ${kind}  ${told}  ${seconds.toFixed(0)} s`,
      );
    }
  }
}
await Promise.all(providers.map(({ process }) => process.close()));
console.log(failures === 0 ? `All ${graphs.length} networks agree.` : `${failures} results do not agree.`);
process.exit(failures === 0 ? 0 : 1);
