/** Operators that were read and folded, as a graph with names and blocks. */
import { countOperator } from '../graph/count.ts';
import type { Block, Graph, Operator, OperatorId } from '../graph/graph.ts';
import { findBlocks } from './blocks.ts';
import type { Recipe, WholeDraft } from './draft.ts';

/** Longer names are cut at their beginning: what tells operators apart stands at their end. */
const longestName = 80;

export interface Assembled {
  readonly graph: Graph;
  /** How the parameters of each operator are made from the file's weights. */
  readonly recipes: ReadonlyMap<OperatorId, Recipe>;
}

/** `drafts` in topological order, the image first. */
export function assemble(name: string, drafts: readonly WholeDraft[]): Assembled {
  const [image] = drafts;
  const operatorNames = new Names();
  const blockNames = new Names();
  const ids = new Map<WholeDraft, number>();
  const operators: Operator[] = [];
  const blocks: Block[] = [];
  const recipes = new Map<OperatorId, Recipe>();
  const append = (draft: WholeDraft, ownName: string) => {
    const id = operators.length;
    ids.set(draft, id);
    const base = {
      id,
      name: operatorNames.unique(ownName),
      block: blocks.length - 1,
      inputs: draft.inputs.map((input) => ids.get(input) ?? 0),
      output: draft.output,
    };
    // The cast restores what the distributive Omit took away.
    const operator = { ...draft.operator, ...base } as Operator;
    const { parameters } = draft;
    const isUsual =
      parameters === undefined ||
      parameters === countOperator({ name, operators, blocks }, operator).parameters;
    operators.push(isUsual ? operator : { ...operator, parameters });
    if (draft.recipe !== undefined) recipes.set(id, draft.recipe);
  };
  blocks.push({ name: blockNames.unique('input'), kind: 'stem' });
  if (image !== undefined) append(image, 'input');
  for (const { kind, operators: inside } of findBlocks(drafts)) {
    const names = inside.map((draft) => draft.name.replace(/^\/+/, ''));
    const fallback = kind === 'stem' || kind === 'head' ? kind : `block${blocks.length}`;
    blocks.push({ name: blockNames.unique(commonPath(names) || fallback), kind });
    for (const draft of inside) append(draft, draft.name.replace(/^\/+/, ''));
  }
  return { graph: { name, operators, blocks }, recipes };
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
