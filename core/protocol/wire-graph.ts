import type { Graph } from '../graph/graph.ts';
import { initializeParameters, inputBound } from '../graph/initialization.ts';
import type { WireGraph } from './provider.ts';

/** The graph with what a provider needs to make its weights and its input by itself. */
export function toWireGraph(graph: Graph): WireGraph {
  const bounds = initializeParameters(graph);
  return {
    name: graph.name,
    inputBound,
    blocks: graph.blocks.map((block) => ({ ...block })),
    operators: graph.operators.map((operator) => {
      const own = bounds.get(operator.id);
      const wire = { ...operator, inputs: [...operator.inputs] };
      return own === undefined ? wire : { ...wire, parameterBounds: { ...own } };
    }),
  };
}
