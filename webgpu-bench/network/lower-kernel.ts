/** One kernel of a plan as launches: a block in one launch where a fused kernel fits this device, else layer by layer. */
import type { Graph } from '../../core/graph/graph.ts';
import type { Kernel } from '../../core/graph/plan.ts';
import { planGraph } from '../../core/graph/plan.ts';
import { type Launch, type LowerOptions, lowerLayer, Unsupported } from './lower.ts';
import { lowerBlock } from './lower-block.ts';

export interface LoweredKernel {
  readonly launches: readonly Launch[];
  /** Where it is not simply the names of the launches. */
  readonly implementation?: string;
}

/** Throws Unsupported. */
export function lowerKernel(graph: Graph, kernel: Kernel, options: LowerOptions): LoweredKernel {
  if (!kernel.fused) return { launches: lowerLayer(graph, kernel, options) };
  try {
    return { launches: lowerBlock(graph, kernel, options) };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return layerByLayer(graph, kernel, options, error.message);
  }
}

function layerByLayer(graph: Graph, kernel: Kernel, options: LowerOptions, why: string): LoweredKernel {
  const covered = new Set(kernel.operators);
  const layers = planGraph(graph, 'layerwise', new Set()).kernels.filter(({ operators }) =>
    operators.every((id) => covered.has(id)),
  );
  const launches = layers.flatMap((layer) => lowerLayer(graph, layer, options));
  return { launches, implementation: `layer by layer in ${launches.length} launches: ${why}` };
}
