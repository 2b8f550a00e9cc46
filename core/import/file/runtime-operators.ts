/**
 * What ONNX Runtime writes in the place of several nodes when it saves a network that it has optimised (its domain `com.microsoft`,
 * docs/ContribOperators.md of its repository), as the nodes of ONNX that it stands for.
 */
import { type AttributeValue, makeNode } from './make-node.ts';
import type { OnnxNode } from './onnx.ts';

type Expand = (node: OnnxNode, add: Adder) => void;

/** Adds a node and answers the name of its result: `output` for the last one. */
type Adder = (
  type: string,
  inputs: readonly string[],
  attributes?: Readonly<Record<string, AttributeValue>> | OnnxNode['attributes'],
  output?: string,
) => string;

const numberOf = ({ attributes }: OnnxNode, name: string, otherwise: number) =>
  attributes.get(name)?.number ?? otherwise;

/** The activation that a fused layer ends in. */
function activate(node: OnnxNode, add: Adder, layer: string): void {
  const [output = ''] = node.outputs;
  const fn = node.attributes.get('activation')?.text ?? '';
  const [first = 0, second = 0] = node.attributes.get('activation_params')?.numbers ?? [];
  switch (fn) {
    case '':
      return void add('Identity', [layer], {}, output);
    case 'Clip':
      return void add('Clip', [layer], { min: first, max: second }, output);
    case 'HardSigmoid':
      return void add('HardSigmoid', [layer], { alpha: first, beta: second }, output);
    case 'LeakyRelu':
      return void add('LeakyRelu', [layer], { alpha: first }, output);
    default:
      return void add(fn, [layer], {}, output);
  }
}

const expansions: ReadonlyMap<string, Expand> = new Map<string, Expand>([
  [
    'FusedConv',
    (node, add) => {
      const [x = '', weights = '', bias = '', summand = ''] = node.inputs;
      const layer = add('Conv', bias === '' ? [x, weights] : [x, weights, bias], node.attributes);
      activate(node, add, summand === '' ? layer : add('Add', [layer, summand]));
    },
  ],
  ['FusedGemm', (node, add) => activate(node, add, add('Gemm', node.inputs, node.attributes))],
  [
    'FusedMatMul',
    (node, add) => {
      const [a = '', b = ''] = node.inputs;
      const turned = (x: string, by: string) =>
        numberOf(node, by, 0) === 0 ? x : add('Transpose', [x], { perm: [1, 0] });
      const product = add('MatMul', [turned(a, 'transA'), turned(b, 'transB')]);
      add(
        'Mul',
        [product, add('Constant', [], { value_float: numberOf(node, 'alpha', 1) })],
        {},
        node.outputs[0],
      );
    },
  ],
  ['Gelu', (node, add) => void add('Gelu', node.inputs, {}, node.outputs[0])],
  ['BiasGelu', (node, add) => void add('Gelu', [add('Add', node.inputs)], {}, node.outputs[0])],
  [
    'FastGelu',
    (node, add) => {
      const [x = '', bias = ''] = node.inputs;
      add('Gelu', [bias === '' ? x : add('Add', [x, bias])], { approximate: 'tanh' }, node.outputs[0]);
    },
  ],
  [
    'QuickGelu',
    (node, add) => {
      const [x = ''] = node.inputs;
      const alpha = add('Constant', [], { value_float: numberOf(node, 'alpha', 1.702) });
      add('Mul', [x, add('Sigmoid', [add('Mul', [x, alpha])])], {}, node.outputs[0]);
    },
  ],
  [
    'SkipLayerNormalization',
    (node, add) => {
      const [x = '', skip = '', scale = '', shift = '', bias = ''] = node.inputs;
      const [output, , , sumOutput] = node.outputs;
      const sum = add('Add', [x, skip], {}, bias === '' ? sumOutput : undefined);
      const biased = bias === '' ? sum : add('Add', [sum, bias], {}, sumOutput);
      const epsilon = numberOf(node, 'epsilon', 1e-12);
      add(
        'LayerNormalization',
        [biased, scale, ...(shift === '' ? [] : [shift])],
        { axis: -1, epsilon },
        output,
      );
    },
  ],
]);

export function expandRuntimeOperators(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  return nodes.flatMap((node, index) => {
    const expand = node.domain === 'com.microsoft' ? expansions.get(node.type) : undefined;
    if (expand === undefined) return [node];
    const made: OnnxNode[] = [];
    const name = node.name || `${node.type}_${index}`;
    expand(node, (type, inputs, attributes = {}, output = undefined) => {
      const result = output || `${name}/${made.length}`;
      made.push(makeNode(made.length === 0 ? name : `${name}/${type}`, type, inputs, [result], attributes));
      return result;
    });
    return made;
  });
}
