/** What is compared: the distinct convolutions of a network, or its distinct blocks of one kind, each as a small network of its own. */
import {
  type BlockKind,
  type Conv2dOperator,
  type Graph,
  type Operator,
  type OperatorId,
  operatorAt,
} from '../../core/graph/graph.ts';
import { costOfKernel, type Kernel, type PlanKind, planGraph } from '../../core/graph/plan.ts';
import { findModel } from '../../core/models/zoo.ts';
import type { WireGraph } from '../../core/protocol/provider.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';

export interface CompareCase {
  readonly name: string;
  /** How often the network has it. */
  readonly count: number;
  /** Multiply-accumulates twice, of one image. */
  readonly operations: number;
  readonly graph: WireGraph;
  /** Of each plan that is measured: one for a layer, both for a block. */
  readonly plans: readonly { readonly kind: PlanKind; readonly kernels: readonly Kernel[] }[];
}

/** The convolutions of a network, each shape once, in order of first appearance. */
export function layerCases(model: string): CompareCase[] {
  const graph = graphOf(model);
  const convolutions = graph.operators.filter((operator) => operator.kind === 'conv2d');
  return distinct(
    convolutions.map((conv) => ({ name: nameOf(graph, conv), part: partOf(graph, [conv]) })),
  ).map(({ name, part, count }) => caseOf(name, count, part, ['layerwise'], new Set()));
}

/** The blocks of one kind, each shape once, in both plans. */
export function blockCases(model: string, kind: BlockKind): CompareCase[] {
  const graph = graphOf(model);
  const found = graph.blocks.flatMap((block, index) => {
    if (block.kind !== kind) return [];
    const operators = graph.operators.filter((operator) => operator.block === index);
    const part = partOf(graph, operators);
    const { height, width, channels } = operatorAt(part, 0).output;
    return [{ name: `${kind} ${height}x${width}x${channels}`, part }];
  });
  return distinct(found).map(({ name, part, count }) =>
    caseOf(name, count, part, ['layerwise', 'fused'], new Set([kind])),
  );
}

function graphOf(model: string): Graph {
  const known = findModel(model);
  if (known === undefined) throw new Error(`There is no model ${model}.`);
  return known.build(known.defaultSize);
}

function caseOf(
  name: string,
  count: number,
  part: Graph,
  plans: readonly PlanKind[],
  fusable: ReadonlySet<BlockKind>,
): CompareCase {
  const planned = plans.map((kind) => ({ kind, kernels: planGraph(part, kind, fusable).kernels }));
  const [first] = planned;
  return {
    name,
    count,
    operations: (first?.kernels ?? []).reduce(
      (sum, kernel) => sum + costOfKernel(part, kernel, 1, 'fp32').operations,
      0,
    ),
    graph: toWireGraph(part),
    plans: planned,
  };
}

/** For example `56x56x64 3x3/2 to 128`, with `g8` for groups of eight and `dw` for depthwise. */
function nameOf(graph: Graph, conv: Conv2dOperator): string {
  const { height, width, channels } = operatorAt(graph, conv.inputs[0] ?? 0).output;
  const { kernelHeight, kernelWidth, stride, groups, inChannels, outChannels } = conv;
  const grouped = groups === 1 ? '' : groups === inChannels ? ' dw' : ` g${inChannels / groups}`;
  return `${height}x${width}x${channels} ${kernelHeight}x${kernelWidth}/${stride}${grouped} to ${outChannels}`;
}

/** Operators that have one input from outside, as a network of one block. */
function partOf(graph: Graph, operators: readonly Operator[]): Graph {
  const own = new Set(operators.map(({ id }) => id));
  const outside = new Set(operators.flatMap(({ inputs }) => inputs.filter((id) => !own.has(id))));
  const [from] = outside;
  if (outside.size !== 1 || from === undefined) throw new Error('a part must have one input');
  const renamed = new Map<OperatorId, OperatorId>([[from, 0]]);
  for (const [index, { id }] of operators.entries()) renamed.set(id, index + 1);
  const kind = graph.blocks[operators[0]?.block ?? 0]?.kind ?? 'conv';
  return {
    name: 'part',
    blocks: [
      { name: 'input', kind: 'stem' },
      { name: 'block', kind },
    ],
    operators: [
      { kind: 'input', id: 0, name: 'input', block: 0, inputs: [], output: operatorAt(graph, from).output },
      ...operators.map((operator, index) => ({
        ...operator,
        id: index + 1,
        block: 1,
        inputs: operator.inputs.map((id) => renamed.get(id) ?? 0),
      })),
    ],
  };
}

function distinct(parts: readonly { readonly name: string; readonly part: Graph }[]) {
  const found = new Map<string, { readonly name: string; readonly part: Graph; count: number }>();
  for (const { name, part } of parts) {
    const known = found.get(name);
    if (known === undefined) found.set(name, { name, part, count: 1 });
    else known.count += 1;
  }
  return [...found.values()];
}
