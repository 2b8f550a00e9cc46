/**
 * How a graph is executed: which operators each kernel covers, its useful operations and its compulsory bytes.
 *
 * `layerwise` is one kernel an operator; an activation, and a residual add whose other operand is ready by then, are
 * folded into the convolution or linear layer before them. `fused` is one kernel a block, for the kinds of block that a
 * provider can fuse; the other blocks stay layerwise.
 */
import { countOperator } from './count.ts';
import {
  type BlockKind,
  elementCount,
  type Graph,
  type Operator,
  type OperatorId,
  operatorAt,
} from './graph.ts';

export const planKinds = ['layerwise', 'fused'] as const;
export type PlanKind = (typeof planKinds)[number];

export const dataTypes = ['fp32', 'bf16', 'fp16', 'int8'] as const;
export type DataType = (typeof dataTypes)[number];

export const bytesPerElement: Readonly<Record<DataType, number>> = { fp32: 4, bf16: 2, fp16: 2, int8: 1 };

/** One launch. Operators are in execution order; the last one's tensor is what it writes. */
export interface Kernel {
  readonly name: string;
  /** Index into `Graph.blocks`. */
  readonly block: number;
  readonly operators: readonly OperatorId[];
  /** More than one layer of arithmetic in one launch. */
  readonly fused: boolean;
}

export interface Plan {
  readonly kind: PlanKind;
  readonly kernels: readonly Kernel[];
}

/** What a kernel must do and move, for a whole batch. */
export interface KernelCost {
  /** 2 x MACs; useful work only. */
  readonly operations: number;
  /** Each tensor it needs from outside, read once. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Weights and biases; independent of the batch. */
  readonly weightBytes: number;
}

/** `fusableBlocks`: what the provider's fused kernels cover; ignored by a layerwise plan. */
export function planGraph(graph: Graph, kind: PlanKind, fusableBlocks: ReadonlySet<BlockKind>): Plan {
  const readers = countReaders(graph);
  const kernels: Kernel[] = [];
  const covered = new Set<OperatorId>([0]);
  for (const operator of graph.operators) {
    if (covered.has(operator.id)) continue;
    const blockKind = graph.blocks[operator.block]?.kind;
    const fused = kind === 'fused' && blockKind !== undefined && fusableBlocks.has(blockKind);
    const operators = fused ? wholeBlock(graph, operator) : withEpilogue(graph, operator, covered, readers);
    for (const id of operators) covered.add(id);
    const name = fused ? (graph.blocks[operator.block]?.name ?? operator.name) : operator.name;
    kernels.push({ name, block: operator.block, operators, fused });
  }
  return { kind, kernels };
}

function countReaders(graph: Graph): ReadonlyMap<OperatorId, number> {
  const readers = new Map<OperatorId, number>();
  for (const operator of graph.operators) {
    for (const id of operator.inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  }
  return readers;
}

function wholeBlock(graph: Graph, first: Operator): OperatorId[] {
  return graph.operators.filter(({ block }) => block === first.block).map(({ id }) => id);
}

/** The operator and what can be done to its result while that is still in registers. */
function withEpilogue(
  graph: Graph,
  head: Operator,
  covered: ReadonlySet<OperatorId>,
  readers: ReadonlyMap<OperatorId, number>,
): OperatorId[] {
  const operators = [head.id];
  if (head.kind !== 'conv2d' && head.kind !== 'linear' && head.kind !== 'add') return operators;
  let last: Operator = head;
  let hasAdd = head.kind === 'add';
  // An intermediate result that somebody else reads must be written, so nothing can be folded behind it.
  while (readers.get(last.id) === 1) {
    const next = graph.operators.find(({ inputs }) => inputs.includes(last.id));
    if (next === undefined) break;
    if (next.kind === 'add') {
      const lastId = last.id;
      const other = next.inputs.find((id) => id !== lastId);
      if (hasAdd || other === undefined || !covered.has(other)) break;
      hasAdd = true;
    } else if (next.kind !== 'activation' || last.kind === 'activation') {
      // One activation before the sum and one behind it.
      break;
    }
    operators.push(next.id);
    last = next;
  }
  return operators;
}

/** Tensors that a kernel reads from outside itself, each once. */
export function kernelInputs(graph: Graph, kernel: Kernel): readonly OperatorId[] {
  const inside = new Set(kernel.operators);
  const outside = new Set<OperatorId>();
  for (const id of kernel.operators) {
    for (const input of operatorAt(graph, id).inputs) if (!inside.has(input)) outside.add(input);
  }
  return [...outside];
}

/** The tensor that a kernel writes. */
export function kernelOutput(kernel: Kernel): OperatorId {
  const last = kernel.operators.at(-1);
  if (last === undefined) throw new Error(`kernel ${kernel.name} covers no operator`);
  return last;
}

/** Operations and compulsory bytes of one launch over `batch` images. */
export function costOfKernel(graph: Graph, kernel: Kernel, batch: number, dtype: DataType): KernelCost {
  const size = bytesPerElement[dtype];
  const tensorBytes = (id: OperatorId) => batch * size * elementCount(operatorAt(graph, id).output);
  let macs = 0;
  let weightElements = 0;
  for (const id of kernel.operators) {
    const count = countOperator(graph, operatorAt(graph, id));
    macs += count.macs;
    weightElements += count.weightElements;
  }
  return {
    operations: 2 * macs * batch,
    inputBytes: kernelInputs(graph, kernel).reduce((sum, id) => sum + tensorBytes(id), 0),
    outputBytes: tensorBytes(kernelOutput(kernel)),
    weightBytes: size * weightElements,
  };
}
