/** Nodes as a rewriting of the file needs them. */
import type { OnnxAttribute, OnnxNode } from './onnx.ts';

export type AttributeValue = number | readonly number[] | string;

const nothing: OnnxAttribute = {
  number: undefined,
  numbers: [],
  text: undefined,
  tensor: undefined,
  isGraph: false,
  refersTo: undefined,
};

function attributeOf(value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { ...nothing, number: value };
  if (typeof value === 'string') return { ...nothing, text: value };
  return { ...nothing, numbers: value };
}

/** An operator of ONNX itself. */
export function makeNode(
  name: string,
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> | ReadonlyMap<string, OnnxAttribute> = {},
): OnnxNode {
  const all =
    attributes instanceof Map
      ? (attributes as ReadonlyMap<string, OnnxAttribute>)
      : new Map(Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)]));
  return { name, type, domain: '', inputs, outputs, attributes: all };
}
