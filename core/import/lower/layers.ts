/** Convolutions and linear layers, with the file's weights put into the order of ours. */

import { elementCount, type Padding } from '../../graph/graph.ts';
import { windowOutput } from '../../graph/shape.ts';
import { type Constant, elementsOf } from '../constants/constant.ts';
import type { Recipe } from '../draft.ts';
import { slidingOf } from '../shapes/windows.ts';
import type { Lowering, LowerNode, MapValue } from './lower-node.ts';
import {
  axesWithin,
  groupsOf,
  isChannelAxis,
  placesOf,
  shapeText,
  transposed,
  type View,
  withChannels,
} from './view.ts';

export interface Window {
  readonly stride: number;
  readonly padding: Padding;
}

/** One stride for both axes, no dilation and no negative padding; what an axis of one position says does not matter. */
export function squareWindow(at: LowerNode, { draft }: MapValue, kernel: readonly number[]): Window {
  const { height, width } = draft.output;
  const { strides, dilations, before, behind, counts } = slidingOf(at.shapes, [height, width], kernel);
  if (dilations.some((dilation, axis) => dilation !== 1 && kernel[axis] !== 1)) {
    at.refuse(`is dilated (${dilations.join(' x ')}), and no kernel here is`);
  }
  const [top = 0, left = 0] = before;
  const [bottom = 0, right = 0] = behind;
  if (Math.min(top, left, bottom, right) < 0) at.refuse('takes something off its input');
  const [down = 1, along = 1] = strides;
  const stride = counts[0] === 1 ? along : down;
  const padding = { top, left, bottom, right };
  const rows = windowOutput(draft.output, kernel[0] ?? 1, stride, padding).height;
  const columns = windowOutput(draft.output, kernel[1] ?? 1, stride, padding).width;
  const isSame = (down === along || counts.includes(1)) && rows === counts[0] && columns === counts[1];
  // Rounded up, there are more positions than the padding has room for: only pools are, and they see to it.
  const isRoundedUp = at.number('ceil_mode', 0) === 1 && down === along;
  if (!isSame && !isRoundedUp) {
    at.refuse(`has the strides ${down} x ${along}, and only equal ones can be executed`);
  }
  return { stride, padding };
}

const convolution: Lowering = (at: LowerNode) => {
  const value = at.image();
  const weights = at.constant(1) ?? at.refuse('has no weights');
  const bias = at.constant(2);
  const [outChannels = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weights.dims;
  const { draft } = value;
  const operator = {
    kind: 'conv2d',
    inChannels: draft.output.channels,
    outChannels,
    kernelHeight,
    kernelWidth,
    ...squareWindow(at, value, [kernelHeight, kernelWidth]),
    groups: at.number('group', 1),
    bias: bias !== undefined,
    batchNorm: false,
    layerScale: false,
  } as const;
  const [, , height = 0, width = 0] = at.resultDims();
  const taps = kernelHeight * kernelWidth;
  const recipe: Recipe = {
    weights: () => {
      const values = weights.read();
      return values?.map((_, index) => {
        // From [output][row][column][input] to [output][input][row][column].
        const input = index % perGroup;
        const tap = Math.floor(index / perGroup) % taps;
        const output = Math.floor(index / (perGroup * taps));
        return values[(output * perGroup + input) * taps + tap] ?? Number.NaN;
      });
    },
    ...(bias !== undefined && { biases: () => bias.read() }),
  };
  const parameters = at.learned(weights) + (bias === undefined ? 0 : outChannels);
  return at.laidOut(
    at.draft(operator, [draft], { height, width, channels: outChannels }, { recipe, parameters }),
  );
};

/** The matrix of a linear layer, and the vector that is added. */
interface Matrix {
  readonly constant: Constant;
  readonly inputs: number;
  readonly outputs: number;
  /** Outputs are its rows, and each holds the weights of all inputs. */
  readonly isByOutput: boolean;
  readonly factor: number;
  readonly bias?: { readonly length: number; readonly read: () => Float64Array | undefined } | undefined;
}

const matrixProduct: Lowering = (at: LowerNode) => {
  const pair = at.mapAndConstant();
  if (pair === undefined)
    at.refuse('multiplies two tensors that both depend on the image, as attention does');
  const { value, constant, isFirst } = pair;
  const rest = constant.dims.slice(0, -2);
  if (constant.dims.length < 2 || rest.some((dim) => dim !== 1)) at.refuse('multiplies by several matrices');
  const [rows = 0, columns = 0] = constant.dims.slice(-2);
  if (!isFirst) {
    const made = layer(at, value, { constant, inputs: rows, outputs: columns, isByOutput: false, factor: 1 });
    return at.reshaped(made);
  }
  // Weights on the left multiply the axis before the last one.
  const { dims } = value.view;
  const swapped = [...dims.keys()].slice(0, -2).concat(dims.length - 1, dims.length - 2);
  const turn = (one: MapValue) => {
    const view = transposed(one.view, swapped) ?? at.refuse('divides an axis of its map');
    return { ...one, view };
  };
  if (dims.length < 2) at.refuse('multiplies by a vector');
  return at.reshaped(
    turn(layer(at, turn(value), { constant, inputs: columns, outputs: rows, isByOutput: true, factor: 1 })),
  );
};

const gemm: Lowering = (at: LowerNode) => {
  const input = at.map();
  const constant = at.constant(1) ?? at.refuse('has no weights');
  const isByOutput = at.number('transB', 0) !== 0;
  const [rows = 0, columns = 0] = isByOutput ? constant.dims.toReversed() : constant.dims;
  const turned = at.number('transA', 0) === 0 ? input.view : transposed(input.view, [1, 0]);
  const view = turned ?? at.refuse('divides an axis of its map');
  const bias = at.constant(2);
  const beta = at.number('beta', 1);
  const isVector =
    bias === undefined ||
    elementsOf(bias.dims) === 1 ||
    (bias.dims.at(-1) === columns && elementsOf(bias.dims) === columns);
  if (!isVector) at.refuse(`adds a constant of ${bias?.dims.join(' x ')}, which is not one number a feature`);
  return layer(
    at,
    { ...input, view },
    {
      constant,
      inputs: rows,
      outputs: columns,
      isByOutput,
      factor: at.number('alpha', 1),
      bias: bias && {
        length: elementsOf(bias.dims),
        read: () => {
          const values = bias.read();
          return (
            values &&
            Float64Array.from(
              { length: columns },
              (_, o) => beta * (values[values.length === 1 ? 0 : o] ?? Number.NaN),
            )
          );
        },
      },
    },
  );
};

/** Over the channels of each pixel it is a 1x1 convolution; of a pooled or flattened map a linear layer. */
function layer(at: LowerNode, value: MapValue, matrix: Matrix): MapValue {
  const { draft, view } = value;
  const { inputs, outputs, bias } = matrix;
  const { height, width, channels } = draft.output;
  const last = view.dims.length - 1;
  const parameters = at.learned(matrix.constant) + (bias === undefined || bias.length === 1 ? 0 : outputs);
  const recipeOf = (order: (feature: number) => number): Recipe => ({
    weights: () => orderedWeights(matrix, order),
    ...(bias !== undefined && { biases: bias.read }),
  });
  const isPooled = height === 1 && width === 1;
  const isOverChannels = isChannelAxis(view, last, channels) && view.dims[last] === inputs;
  if (isOverChannels && !isPooled) {
    const operator = {
      kind: 'conv2d',
      inChannels: channels,
      outChannels: outputs,
      kernelHeight: 1,
      kernelWidth: 1,
      stride: 1,
      padding: { top: 0, left: 0, bottom: 0, right: 0 },
      groups: 1,
      bias: bias !== undefined,
      batchNorm: false,
      layerScale: false,
    } as const;
    const recipe = recipeOf((feature) => feature);
    const made = at.draft(operator, [draft], { height, width, channels: outputs }, { recipe, parameters });
    return { kind: 'map', draft: made, view: withChannels(view, last, outputs) };
  }
  const order = isOverChannels ? (feature: number) => feature : flatOrder(value);
  if (order === undefined || inputs !== elementCount(draft.output)) {
    at.refuse(
      `has weights for ${inputs} features and reads a tensor of ${shapeText(view)} that is a map of ${channels} channels at ${height} x ${width}`,
    );
  }
  const operator = {
    kind: 'linear',
    inFeatures: inputs,
    outFeatures: outputs,
    bias: bias !== undefined,
  } as const;
  const output = { height: 1, width: 1, channels: outputs };
  const made = at.draft(operator, [draft], output, { recipe: recipeOf(order), parameters });
  return { kind: 'map', draft: made, view: flatView(view, outputs) };
}

/** Of a tensor whose last axis is the whole map: which element of NHWC each one of the file is. */
function flatOrder({ draft, view }: MapValue): ((feature: number) => number) | undefined {
  const groups = groupsOf(view);
  const last = groups?.at(-1) ?? [];
  const before = axesWithin(view, [...view.dims.keys()].slice(0, -1));
  const isWhole = before !== undefined && [...before].every((axis) => axis === 'batch');
  if (!isWhole || last.some(({ axis }) => axis === 'batch' || axis === 'repeated')) return undefined;
  const { width, channels } = draft.output;
  const place = placesOf({ runs: last, dims: [view.dims.at(-1) ?? 1] });
  return (feature) => {
    const at = place(feature);
    return (at.height * width + at.width) * channels + at.channels;
  };
}

function flatView(view: View, outputs: number): View {
  const batch = view.runs.filter(({ axis }) => axis === 'batch');
  return {
    runs: outputs === 1 ? batch : [...batch, { axis: 'channels', extent: outputs }],
    dims: view.dims.with(-1, outputs),
  };
}

function orderedWeights(
  { constant, inputs, outputs, isByOutput, factor }: Matrix,
  order: (feature: number) => number,
): Float64Array | undefined {
  const values = constant.read();
  if (values === undefined) return undefined;
  const ordered = new Float64Array(values.length);
  for (let feature = 0; feature < inputs; feature++) {
    const to = order(feature);
    for (let output = 0; output < outputs; output++) {
      const from = isByOutput ? output * inputs + feature : feature * outputs + output;
      ordered[output * inputs + to] = factor * (values[from] ?? Number.NaN);
    }
  }
  return ordered;
}

export const layerLowerings: readonly (readonly [string, Lowering])[] = [
  ['Conv', convolution],
  ['Gemm', gemm],
  ['MatMul', matrixProduct],
];
