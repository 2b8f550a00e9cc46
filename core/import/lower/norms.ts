/** Layer norms that a file has as one node. */
import type { Recipe } from '../draft.ts';
import type { Lowering, LowerNode } from './lower-node.ts';
import { one, spread, zero } from './vectors.ts';
import { axesWithin } from './view.ts';

const layerNorm: Lowering = (at: LowerNode) => {
  const value = at.map();
  const { draft, view } = value;
  const { channels } = draft.output;
  const from = at.shapes.axis(at.number('axis', -1));
  const axes = axesWithin(view, [...view.dims.keys()].slice(from));
  if (axes?.size !== 1 || !axes.has('channels'))
    at.refuse('normalises over more than the channels of a pixel');
  const [scale, shift] = [at.constant(1), at.constant(2)].map(
    (constant) => constant && at.alongChannels(value, constant, 'scales by').vector,
  );
  const recipe: Recipe = {
    weights: () => spread(scale ?? one, channels),
    biases: () => spread(shift ?? zero, channels),
  };
  const parameters = (scale?.length ?? 0) + (shift?.length ?? 0);
  const operator = { kind: 'layerNorm', epsilon: at.number('epsilon', 1e-5) } as const;
  return { ...value, draft: at.draft(operator, [draft], draft.output, { recipe, parameters }) };
};

export const normLowerings: readonly (readonly [string, Lowering])[] = [['LayerNormalization', layerNorm]];
