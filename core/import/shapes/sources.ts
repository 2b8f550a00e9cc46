/** Tensors that come from no image: constants, shapes and ranges. */
import { elementType } from '../file/elements.ts';
import type { ShapeNode, ShapeRule } from './shape-node.ts';

const constant: ShapeRule = (at) => {
  const { attributes } = at.node;
  const tensor = attributes.get('value')?.tensor;
  if (tensor !== undefined) return at.result(tensor.dims, tensor.type);
  if (attributes.has('value_float')) return at.result([], elementType.float);
  if (attributes.has('value_int')) return at.result([], elementType.int64);
  const floats = at.list('value_floats');
  if (floats !== undefined) return at.result([floats.length], elementType.float);
  const integers = at.list('value_ints');
  if (integers !== undefined) return at.result([integers.length], elementType.int64);
  return at.refuse('is no constant of numbers');
};

/** The axes that `Shape` names, from the first to the one behind the last. */
export function shapeRange(at: ShapeNode): readonly [number, number] {
  const rank = at.dims().length;
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);
  const [start, end] = [clamp(at.number('start', 0)), clamp(at.number('end', rank))];
  return [start, Math.max(start, end)];
}

const shape: ShapeRule = (at) => {
  const [start, end] = shapeRange(at);
  return at.result([end - start], elementType.int64);
};

const range: ShapeRule = (at) => {
  const [start = 0] = at.values(0) ?? [];
  const [limit = 0] = at.values(1) ?? [];
  const [step = 1] = at.values(2) ?? [];
  return at.result([Math.max(Math.ceil((limit - start) / step), 0)]);
};

export const sourceRules: readonly (readonly [string, ShapeRule])[] = [
  ['Constant', constant],
  [
    'ConstantOfShape',
    (at) => at.result(at.values(0) ?? [], at.node.attributes.get('value')?.tensor?.type ?? elementType.float),
  ],
  ['Range', range],
  ['Shape', shape],
  ['Size', (at) => at.result([], elementType.int64)],
];
