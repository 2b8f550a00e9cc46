/** What a network is made of: its blocks, and its work by the kind of operator. */
import { countOperator } from '../graph/count.ts';
import { type BlockKind, convolutionForm, type Graph, operatorAt, type Shape } from '../graph/graph.ts';
import { costOfKernel, type DataType, type Kernel, planGraph } from '../graph/plan.ts';

export const workKinds = [
  'dense',
  'pointwise',
  'grouped',
  'depthwise',
  'linear',
  'squeezeExcite',
  'other',
] as const;
/** The four forms of convolution; other: pooling, normalisation, additions and what else has no operations. */
export type WorkKind = (typeof workKinds)[number];

export interface Work {
  readonly kernels: number;
  readonly operations: number;
  /** Compulsory, in the layerwise plan. */
  readonly bytes: number;
  readonly parameters: number;
}

/** In the order of `workKinds`, of those that there are. Activations and residual additions count to what they are folded into. */
export function workByKind(
  graph: Graph,
  batch: number,
  dtype: DataType,
): readonly (Work & { readonly kind: WorkKind })[] {
  const { kernels } = planGraph(graph, 'layerwise', new Set());
  const groups = Map.groupBy(kernels, (kernel) => kindOf(graph, kernel));
  return workKinds.flatMap((kind) => {
    const members = groups.get(kind);
    return members === undefined ? [] : [{ kind, ...workOf(graph, members, batch, dtype) }];
  });
}

/** Blocks of one kind and output that follow each other. */
export interface BlockStack extends Work {
  /** Of the first one. */
  readonly name: string;
  readonly kind: BlockKind;
  readonly blocks: number;
  readonly blockNames: readonly string[];
  /** Of one image, behind the last one. */
  readonly output: Shape;
}

export function blockStacks(graph: Graph, batch: number, dtype: DataType): readonly BlockStack[] {
  const { kernels } = planGraph(graph, 'layerwise', new Set());
  const stacks: { kind: BlockKind; name: string; output: Shape; blocks: Set<number>; kernels: Kernel[] }[] =
    [];
  for (const [index, { name, kind }] of graph.blocks.entries()) {
    const members = kernels.filter(({ block }) => block === index);
    const last = members.at(-1)?.operators.at(-1);
    if (last === undefined) continue;
    const { output } = operatorAt(graph, last);
    const above = stacks.at(-1);
    if (above !== undefined && above.kind === kind && sameShape(above.output, output)) {
      above.blocks.add(index);
      above.kernels.push(...members);
    } else {
      stacks.push({ kind, name, output, blocks: new Set([index]), kernels: [...members] });
    }
  }
  return stacks.map(({ kernels: members, blocks, ...stack }) => ({
    ...stack,
    blocks: blocks.size,
    blockNames: [...blocks].map((index) => graph.blocks[index]?.name ?? ''),
    ...workOf(graph, members, batch, dtype),
  }));
}

function kindOf(graph: Graph, { operators: [first] }: Kernel): WorkKind {
  const operator = first === undefined ? undefined : operatorAt(graph, first);
  if (operator?.kind === 'conv2d') return convolutionForm(operator);
  return operator?.kind === 'linear' || operator?.kind === 'squeezeExcite' ? operator.kind : 'other';
}

function workOf(graph: Graph, kernels: readonly Kernel[], batch: number, dtype: DataType): Work {
  let [operations, bytes, parameters] = [0, 0, 0];
  for (const kernel of kernels) {
    const cost = costOfKernel(graph, kernel, batch, dtype);
    operations += cost.operations;
    bytes += cost.inputBytes + cost.outputBytes + cost.weightBytes;
    for (const id of kernel.operators) parameters += countOperator(graph, operatorAt(graph, id)).parameters;
  }
  return { kernels: kernels.length, operations, bytes, parameters };
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels;
}
