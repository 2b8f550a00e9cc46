/** Products of matrices. */
import { broadcastDims } from './elementwise.ts';
import type { ShapeRule } from './shape-node.ts';

const matrixProduct: ShapeRule = (at) => {
  const [a, b] = [at.dims(0), at.dims(1)];
  const unfit = () => at.refuse(`multiplies matrices of ${a.join(' x ')} and ${b.join(' x ')}`);
  if (a.length === 0 || b.length === 0) return unfit();
  // A vector is a matrix of one row on the left, of one column on the right.
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (left.at(-1) !== right.at(-2)) unfit();
  const outer = broadcastDims([left.slice(0, -2), right.slice(0, -2)]) ?? unfit();
  const rows = a.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.length === 1 ? [] : right.slice(-1);
  return at.result([...outer, ...rows, ...columns]);
};

const gemm: ShapeRule = (at) => {
  const turned = (index: number, by: string) =>
    at.number(by, 0) === 0 ? at.dims(index) : at.dims(index).toReversed();
  const [a, b] = [turned(0, 'transA'), turned(1, 'transB')];
  if (a.length !== 2 || b.length !== 2 || a[1] !== b[0]) {
    at.refuse(`has weights for ${b[0] ?? 'no'} features and reads a tensor of ${a.join(' x ')}`);
  }
  return at.result([a[0] ?? 0, b[1] ?? 0]);
};

export const matrixRules: readonly (readonly [string, ShapeRule])[] = [
  ['Gemm', gemm],
  ['MatMul', matrixProduct],
];
