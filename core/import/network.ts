/**
 * From the bytes of an ONNX file to what the API imports: read it (file/), infer its shapes (shapes/), put its nodes as operators over
 * maps (lower/), fold those to what can be executed (fold/), and find the blocks.
 */
import { problemOfGraph } from '../graph/check.ts';
import type { Graph, OperatorId } from '../graph/graph.ts';
import { type NetworkImport, networkNameOf, toNetworkGraph } from '../protocol/networks.ts';
import { assemble } from './assemble.ts';
import type { Recipe } from './draft.ts';
import { inlineFunctions } from './file/functions.ts';
import { readOnnx } from './file/onnx.ts';
import { liveNodes, refuseQuantized } from './file/order.ts';
import { expandRuntimeOperators } from './file/runtime-operators.ts';
import { foldNetwork } from './fold/fold.ts';
import { lowerNetwork } from './lower/lower.ts';
import type { View } from './lower/view.ts';
import { ImportRefused } from './refusal.ts';

export { refuseTooLarge } from './file/onnx.ts';
export { ImportRefused } from './refusal.ts';

export interface ImportOptions {
  readonly name?: string | undefined;
  /** For files that leave it open; default: 224. */
  readonly imageSize?: number | undefined;
}

/** A network with what is needed to compute what the file computes. */
export interface ReadNetwork {
  readonly graph: Graph;
  /** How the parameters of each operator are made from the file's weights. */
  readonly recipes: ReadonlyMap<OperatorId, Recipe>;
  /** How the file's image and result lie over the graph's. */
  readonly inputView: View;
  readonly outputView: View;
  /** The softmax at its end, which is left out. */
  readonly leftOut: string | undefined;
}

/** Throws ImportRefused. */
export function readNetwork(bytes: Uint8Array, name: string, imageSize?: number): ReadNetwork {
  try {
    const file = readOnnx(bytes);
    const nodes = liveNodes(file, expandRuntimeOperators(inlineFunctions(file)));
    refuseQuantized(nodes);
    const { result, ...views } = lowerNetwork(file, nodes, imageSize);
    const network = { ...assemble(name, foldNetwork(result)), ...views };
    const problem = problemOfGraph(network.graph);
    if (problem !== undefined) throw new ImportRefused(`${problem}.`);
    return network;
  } catch (error) {
    // A chain of constants that is too deep, or lists that are too long: no network has them.
    if (error instanceof RangeError) throw new ImportRefused('It is too large or too deep to be read.');
    throw error;
  }
}

/** `source` is the name of the file. Throws ImportRefused. */
export function importOnnx(bytes: Uint8Array, source: string, options: ImportOptions = {}): NetworkImport {
  const { name, imageSize } = options;
  const { graph } = readNetwork(bytes, name ?? networkNameOf(source), imageSize);
  return { ...(name !== undefined && { name }), source, graph: toNetworkGraph(graph) };
}
