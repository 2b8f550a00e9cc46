/** Operators that make one element of all along some axes. */
import { elementType } from '../file/elements.ts';
import type { ShapeNode, ShapeRule } from './shape-node.ts';

/** The axes that a reduction takes away, counted from the front; all where the node names none. */
export function reducedAxes(at: ShapeNode): readonly number[] {
  const named = at.listed('axes', 1) ?? [];
  if (named.length > 0) return named.map((axis) => at.axis(axis)).toSorted((a, b) => a - b);
  return at.number('noop_with_empty_axes', 0) === 1 ? [] : [...at.dims().keys()];
}

function without(at: ShapeNode, axes: readonly number[]): readonly number[] {
  const keeps = at.number('keepdims', 1) === 1;
  return at.dims().flatMap((dim, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [dim]));
}

const reduce: ShapeRule = (at) => at.result(without(at, reducedAxes(at)));
const argument: ShapeRule = (at) =>
  at.result(without(at, [at.axis(at.number('axis', 0))]), elementType.int64);

const topK: ShapeRule = (at) => {
  const axis = at.axis(at.number('axis', -1));
  const [count = 0] = at.values(1) ?? [at.number('k', 0)];
  const dims = at.dims().with(axis, count);
  return [...at.result(dims), ...at.result(dims, elementType.int64)];
};

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'];

export const reductionRules: readonly (readonly [string, ShapeRule])[] = [
  ...reductions.map((type) => [`Reduce${type}`, reduce] as const),
  ['ArgMax', argument],
  ['ArgMin', argument],
  ['TopK', topK],
];
