/** Functions of the file's own are put where they are called, with the caller's inputs, outputs and attributes. */
import { ImportRefused } from '../refusal.ts';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxNode } from './onnx.ts';

const deepestCall = 16;
const mostNodes = 50_000;

const keyOf = (domain: string, name: string) => `${domain}\n${name}`;

/** Throws ImportRefused for functions that call themselves. */
export function inlineFunctions(graph: OnnxGraph): readonly OnnxNode[] {
  if (graph.functions.length === 0) return graph.nodes;
  const functions = new Map(graph.functions.map((one) => [keyOf(one.domain, one.name), one]));
  const inlined: OnnxNode[] = [];
  const add = (node: OnnxNode, index: number, depth: number) => {
    // ONNX's own operators may have a function beside them for those who do not know them.
    const called = node.domain === '' ? undefined : functions.get(keyOf(node.domain, node.type));
    if (called === undefined) inlined.push(node);
    else if (depth >= deepestCall) throw new ImportRefused(`The function ${called.name} calls itself.`);
    else
      bodyOf(called, node, `${node.name || node.type}_${index}`).forEach(
        (one, at) => void add(one, at, depth + 1),
      );
    if (inlined.length > mostNodes) {
      throw new ImportRefused(
        `It has more than ${mostNodes} nodes when its functions are put where they are called.`,
      );
    }
  };
  graph.nodes.forEach((node, index) => void add(node, index, 0));
  return inlined;
}

function bodyOf(called: OnnxFunction, caller: OnnxNode, prefix: string): OnnxNode[] {
  const names = new Map<string, string>();
  for (const [index, input] of called.inputs.entries()) names.set(input, caller.inputs[index] ?? '');
  for (const [index, output] of called.outputs.entries()) {
    const outside = caller.outputs[index];
    if (outside) names.set(output, outside);
  }
  const outside = (inside: string) => (inside === '' ? '' : (names.get(inside) ?? `${prefix}/${inside}`));
  return called.nodes.map((node, index) => ({
    ...node,
    name: `${prefix}/${node.name || `${node.type}_${index}`}`,
    inputs: node.inputs.map(outside),
    outputs: node.outputs.map(outside),
    attributes: resolved(node.attributes, caller.attributes, called.defaults),
  }));
}

/** One that refers to an attribute that the caller leaves out is left out as well. */
function resolved(
  own: OnnxNode['attributes'],
  ofCaller: OnnxNode['attributes'],
  defaults: OnnxNode['attributes'],
): ReadonlyMap<string, OnnxAttribute> {
  return new Map(
    [...own].flatMap(([key, attribute]) => {
      const { refersTo } = attribute;
      if (refersTo === undefined) return [[key, attribute] as const];
      const given = ofCaller.get(refersTo) ?? defaults.get(refersTo);
      return given === undefined ? [] : [[key, given] as const];
    }),
  );
}
