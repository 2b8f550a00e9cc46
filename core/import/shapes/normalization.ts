/** Normalisations keep the shape of what they normalise. */
import type { ShapeRule } from './shape-node.ts';

const same: ShapeRule = (at) => at.result(at.dims());

export const normalizationRules: readonly (readonly [string, ShapeRule])[] = [
  ['BatchNormalization', same],
  ['GroupNormalization', same],
  ['InstanceNormalization', same],
  [
    'LayerNormalization',
    (at) => {
      const from = at.axis(at.number('axis', -1));
      const moments = at.dims().map((dim, axis) => (axis < from ? dim : 1));
      return [...at.result(at.dims()), ...at.result(moments), ...at.result(moments)];
    },
  ],
  ['LRN', same],
  ['RMSNormalization', same],
];
