/** From the bytes of an ONNX file to what the API imports. */
import { problemOfGraph } from '../graph/check.ts';
import type { Block, Graph, Operator } from '../graph/graph.ts';
import { type NetworkImport, networkNameOf, toNetworkGraph } from '../protocol/networks.ts';
import { findBlocks } from './blocks.ts';
import { type Draft, isFragment, type WholeDraft } from './draft.ts';
import { readOnnx } from './onnx.ts';
import { readNetwork } from './read-network.ts';
import { ImportRefused } from './refusal.ts';

export { refuseTooLarge } from './onnx.ts';
export { ImportRefused } from './refusal.ts';

export interface ImportOptions {
  readonly name?: string | undefined;
  /** For files that leave it open; default: 224. */
  readonly imageSize?: number | undefined;
}

/** Longer names are cut at their beginning: what tells operators apart stands at their end. */
const longestName = 80;

/** `source` is the name of the file. Throws ImportRefused. */
export function importOnnx(bytes: Uint8Array, source: string, options: ImportOptions = {}): NetworkImport {
  const { name, imageSize } = options;
  const operators = liveOperators(readNetwork(readOnnx(bytes), imageSize));
  const graph = graphOf(name ?? networkNameOf(source), operators);
  const problem = problemOfGraph(graph);
  if (problem !== undefined) throw new ImportRefused(`${problem}.`);
  return { ...(name !== undefined && { name }), source, graph: toNetworkGraph(graph) };
}

/** What the result depends on, in the order in which it was made. Throws ImportRefused for a part of nothing. */
function liveOperators(result: Draft): WholeDraft[] {
  const order: Draft[] = [];
  const seen = new Set<Draft>();
  // By hand instead of by recursion: a network may be thousands of layers deep.
  const waiting: { draft: Draft; isDone: boolean }[] = [{ draft: result, isDone: false }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { draft, isDone } = at;
    if (isDone) order.push(draft);
    else if (!seen.has(draft)) {
      seen.add(draft);
      waiting.push({ draft, isDone: true });
      for (const input of draft.inputs.toReversed()) waiting.push({ draft: input, isDone: false });
    }
  }
  const fragment = order.find(isFragment);
  if (fragment !== undefined) {
    throw new ImportRefused(
      `Plimsoll has no ${fragment.type} that stands by itself (node ${fragment.name}).`,
      'It is known as a part of GELU, hard-swish, layer norm or a padded convolution only.',
    );
  }
  if (order[0]?.operator.kind !== 'input')
    throw new ImportRefused('Its result does not come from its image.');
  return order as WholeDraft[];
}

function graphOf(name: string, drafts: readonly WholeDraft[]): Graph {
  const [image] = drafts;
  const operatorNames = new Names();
  const blockNames = new Names();
  const ids = new Map<WholeDraft, number>();
  const operators: Operator[] = [];
  const blocks: Block[] = [];
  const append = (draft: WholeDraft, ownName: string) => {
    ids.set(draft, operators.length);
    const base = {
      id: operators.length,
      name: operatorNames.unique(ownName),
      block: blocks.length - 1,
      inputs: draft.inputs.map((input) => ids.get(input) ?? 0),
      output: draft.output,
    };
    // The cast restores what the distributive Omit took away.
    operators.push({ ...draft.operator, ...base } as Operator);
  };
  blocks.push({ name: blockNames.unique('input'), kind: 'stem' });
  if (image !== undefined) append(image, 'input');
  for (const { kind, operators: inside } of findBlocks(drafts)) {
    const names = inside.map((draft) => draft.name.replace(/^\/+/, ''));
    const fallback = kind === 'stem' || kind === 'head' ? kind : `block${blocks.length}`;
    blocks.push({ name: blockNames.unique(commonPath(names) || fallback), kind });
    for (const draft of inside) append(draft, draft.name.replace(/^\/+/, ''));
  }
  return { name, operators, blocks };
}

/** What the paths of all have in common, but for the last part: `layer1/layer1.0/conv1/Conv` and its like are in `layer1/layer1.0`. */
function commonPath(names: readonly string[]): string {
  const [first = [], ...others] = names.map((name) => name.split('/').slice(0, -1));
  const length = first.findIndex((part, index) => others.some((path) => path[index] !== part));
  return first.slice(0, length === -1 ? undefined : length).at(-1) ?? '';
}

class Names {
  private readonly taken = new Set<string>();

  unique(wanted: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be in a name
    const base = wanted.replaceAll(/[\u0000-\u001f\u007f]/g, '').slice(-longestName) || 'operator';
    let name = base;
    for (let copy = 2; this.taken.has(name); copy++) name = `${base}#${copy}`;
    this.taken.add(name);
    return name;
  }
}
