/** Which nodes the result depends on, each behind those whose results it reads. */
import { ImportRefused } from '../refusal.ts';
import type { OnnxGraph, OnnxNode } from './onnx.ts';

/** What ONNX has for networks whose numbers are integers. */
const quantized: ReadonlySet<string> = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
  'QLinearAdd',
  'QLinearMul',
  'QLinearConcat',
  'QLinearSigmoid',
  'QLinearLeakyRelu',
  'QLinearAveragePool',
  'QLinearGlobalAveragePool',
  'QGemm',
  'ConvInteger',
  'MatMulInteger',
  'MatMulNBits',
  'DynamicQuantizeMatMul',
]);

/** Also of files whose nodes lie in another order, as converters leave them. Throws ImportRefused for a circle. */
export function liveNodes(
  { tensors, inputs, outputs }: Pick<OnnxGraph, 'tensors' | 'inputs' | 'outputs'>,
  all: readonly OnnxNode[],
): readonly OnnxNode[] {
  const makers = new Map<string, OnnxNode>();
  for (const node of all) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (makers.has(output))
        throw new ImportRefused(`Two nodes make ${output}.`, 'Export the network anew.');
      makers.set(output, node);
    }
  }
  const given = new Set([...tensors.keys(), ...inputs.map(({ name }) => name)]);
  const order: OnnxNode[] = [];
  const states = new Map<OnnxNode, 'open' | 'done'>();
  // By hand instead of by recursion: a network may be thousands of layers deep.
  const waiting: OnnxNode[] = [];
  const visit = (value: string) => {
    const maker = given.has(value) ? undefined : makers.get(value);
    if (maker !== undefined && states.get(maker) !== 'done') waiting.push(maker);
  };
  for (const output of outputs) visit(output);
  while (waiting.length > 0) {
    const node = waiting.at(-1);
    if (node === undefined) break;
    const state = states.get(node);
    if (state === undefined) {
      states.set(node, 'open');
      for (const input of node.inputs.toReversed()) {
        const maker = given.has(input) ? undefined : makers.get(input);
        if (maker !== undefined && states.get(maker) === 'open') {
          throw new ImportRefused(`${node.type} (node ${node.name}) reads what is made from its own result.`);
        }
        visit(input);
      }
    } else {
      waiting.pop();
      if (state === 'open') order.push(node);
      states.set(node, 'done');
    }
  }
  // The file's own order is kept where it is one: names and blocks follow it.
  return inFileOrder(all, order, given);
}

function inFileOrder(
  all: readonly OnnxNode[],
  sorted: readonly OnnxNode[],
  given: ReadonlySet<string>,
): readonly OnnxNode[] {
  const live = new Set(sorted);
  const made = new Set(given);
  const kept = all.filter((node) => live.has(node));
  const inOrder = kept.every((node) => {
    for (const output of node.outputs) made.add(output);
    return node.inputs.every((input) => input === '' || made.has(input));
  });
  return inOrder ? kept : sorted;
}

/** Throws ImportRefused. */
export function refuseQuantized(nodes: readonly OnnxNode[]): void {
  const node = nodes.find(({ type }) => quantized.has(type));
  if (node === undefined) return;
  throw new ImportRefused(
    `It is quantized: ${node.type} (node ${node.name}) computes with integers.`,
    'Import the network that it was made from, before it is quantized.',
  );
}
