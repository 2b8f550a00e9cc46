/** Nodes that put elements elsewhere or under other axes: most only change how a map is seen, and some join or divide its channels. */
import { elementsOf } from '../constants/constant.ts';
import { permutationOf, piecesOf, rangesOf } from '../shapes/arrangement.ts';
import type { Lowering, LowerNode, MapValue, Value } from './lower-node.ts';
import { isChannelAxis, isSameView, repeatedTo, shapeText, transposed, withChannels } from './view.ts';

const reshape: Lowering = (at: LowerNode) => at.reshaped(at.map());
const unchanged: Lowering = (at: LowerNode) => at.map();

const cast: Lowering = (at: LowerNode) => {
  if (!at.isFloatResult) at.refuse('rounds its map to integers');
  return at.map();
};

const dropout: Lowering = (at: LowerNode) => {
  if (at.constant(2)?.read()?.[0]) at.refuse('is exported as it is in training');
  return at.map();
};

const transpose: Lowering = (at: LowerNode) => {
  const value = at.map();
  const view = transposed(value.view, permutationOf(at.shapes));
  return { ...value, view: view ?? at.refuse('divides an axis of its map') };
};

const expand: Lowering = (at: LowerNode) => {
  const value = at.map();
  const view = repeatedTo(value.view, at.resultDims());
  return { ...value, view: view ?? at.refuse('divides an axis of its map') };
};

const tile: Lowering = (at: LowerNode) => {
  const value = at.map();
  if (elementsOf(at.resultDims()) !== elementsOf(value.view.dims)) at.refuse('repeats its map');
  return value;
};

/** Of more than two maps one after the other. */
const concat: Lowering = (at: LowerNode) => {
  const axis = at.shapes.axis(at.number('axis', 1));
  const [first, ...rest] = at.inputs.map((_, index) => at.map(index));
  if (first === undefined) at.refuse('joins nothing');
  for (const { draft, view } of [first, ...rest]) {
    if (!isChannelAxis(view, axis, draft.output.channels))
      at.refuse('joins along another axis than the channels');
  }
  let joined = first.draft;
  for (const { draft, view } of rest) {
    const { height, width, channels } = joined.output;
    const isAlike = isSameView(withChannels(view, axis, 1), withChannels(first.view, axis, 1));
    if (!isAlike || draft.output.height !== height || draft.output.width !== width)
      at.refuse('joins maps of different sizes');
    const output = { height, width, channels: channels + draft.output.channels };
    joined = at.draft({ kind: 'concat' }, [joined, draft], output);
  }
  return { kind: 'map', draft: joined, view: withChannels(first.view, axis, joined.output.channels) };
};

function channelsOf(at: LowerNode, value: MapValue, axis: number, from: number, to: number): MapValue {
  const { height, width, channels } = value.draft.output;
  if (from === 0 && to === value.view.dims[axis]) return value;
  if (!isChannelAxis(value.view, axis, channels)) {
    at.refuse(`takes a part of a tensor of ${shapeText(value.view)} that is not some of its channels`);
  }
  const output = { height, width, channels: to - from };
  if (output.channels < 1) at.refuse('takes none of the channels');
  return {
    kind: 'map',
    draft: at.draft({ kind: 'slice', from, to }, [value.draft], output),
    view: withChannels(value.view, axis, output.channels),
  };
}

const slice: Lowering = (at: LowerNode) => {
  let value = at.map();
  for (const { axis, start, step, count } of rangesOf(at.shapes)) {
    if (step !== 1 && count > 1) at.refuse(`takes every ${Math.abs(step)}th element, or turns them round`);
    value = channelsOf(at, value, axis, start, start + count);
  }
  return value;
};

const split: Lowering = (at: LowerNode) => {
  const value = at.map();
  const { axis, bounds } = piecesOf(at.shapes);
  return bounds.map(([from, to]): Value => channelsOf(at, value, axis, from, to));
};

/** All elements of an axis in their order: what is left of PyTorch's strides. */
const gather: Lowering = (at: LowerNode) => {
  const value = at.map();
  const axis = at.shapes.axis(at.number('axis', 0));
  const extent = value.view.dims[axis] ?? 0;
  const indices = [...(at.constant(1)?.read() ?? [])].map((index) => (index < 0 ? index + extent : index));
  const isAll = indices.length === extent && indices.every((index, place) => index === place);
  if (!isAll) at.refuse('reads elements by their numbers');
  return at.reshaped(value);
};

/** What turns scores into probabilities takes no time worth the name. */
const softmax: Lowering = (at: LowerNode) => {
  if (!at.surroundings.isFinal) at.refuse('is only left out as the end of a network');
  return at.map();
};

export const arrangementLowerings: readonly (readonly [string, Lowering])[] = [
  ['Cast', cast],
  ['CastLike', cast],
  ['Concat', concat],
  ['Dropout', dropout],
  ['Expand', expand],
  ['Flatten', reshape],
  ['Gather', gather],
  ['Identity', unchanged],
  ['LogSoftmax', softmax],
  ['Reshape', reshape],
  ['Slice', slice],
  ['Softmax', softmax],
  ['Split', split],
  ['Squeeze', reshape],
  ['Tile', tile],
  ['Transpose', transpose],
  ['Unsqueeze', reshape],
];
