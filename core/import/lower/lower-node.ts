/** A node as its lowering sees it: maps with their views, constants, and the shapes that its results have by ONNX's rules. */

import type { Shape } from '../../graph/graph.ts';
import { type Constant, elementsOf, uniformValue } from '../constants/constant.ts';
import type { Affine, Draft, Recipe, Vector } from '../draft.ts';
import { isFloat } from '../file/elements.ts';
import type { OnnxNode } from '../file/onnx.ts';
import { NodeReader } from '../node.ts';
import type { ShapeNode, TensorInfo } from '../shapes/shape-node.ts';
import { lazyVector, one, zero } from './vectors.ts';
import {
  arranged,
  extentsOf,
  groupsOf,
  isSameView,
  type MapAxis,
  nchw,
  reshaped,
  shapeText,
  type View,
} from './view.ts';

export interface MapValue {
  readonly kind: 'map';
  readonly draft: Draft;
  readonly view: View;
}

export type Value = MapValue | { readonly kind: 'constant'; readonly constant: Constant };

/** The values of a node's results, in order. */
export type Lowering = (at: LowerNode) => Value | readonly Value[];

export interface Surroundings {
  /** Images that the file computes at once. */
  readonly batch: number;
  /** The node makes the network's result. */
  readonly isFinal: boolean;
  /** Weights that were counted already. */
  readonly counted: Set<object>;
}

export class LowerNode extends NodeReader {
  readonly shapes: ShapeNode;
  readonly results: readonly TensorInfo[];
  readonly surroundings: Surroundings;
  readonly inputs: readonly (Value | undefined)[];

  constructor(
    node: OnnxNode,
    shapes: ShapeNode,
    results: readonly TensorInfo[],
    inputs: readonly (Value | undefined)[],
    surroundings: Surroundings,
  ) {
    super(node, shapes.name, shapes.opset);
    this.shapes = shapes;
    this.results = results;
    this.inputs = inputs;
    this.surroundings = surroundings;
  }

  map(index = 0): MapValue {
    const value = this.inputs[index];
    if (value?.kind !== 'map') this.refuse(`needs a map as its input ${index}`);
    return value;
  }

  /** Undefined where it is left out; refuses where it depends on the image. */
  constant(index: number): Constant | undefined {
    const value = this.inputs[index];
    if (value?.kind === 'map') this.refuse(`has an input ${index} that is no constant`);
    return value?.constant;
  }

  /** The one number that an input is. */
  scalar(index: number): number | undefined {
    const constant = this.constant(index);
    if (constant === undefined) return undefined;
    const value = uniformValue(constant);
    return value ?? this.refuse(`has an input ${index} that is not one known number`);
  }

  /** The two inputs where one is a constant, which may stand first; undefined where both are maps. */
  mapAndConstant(): { value: MapValue; constant: Constant; isFirst: boolean } | undefined {
    const [first, second] = this.inputs;
    if (first?.kind === 'map' && second?.kind === 'constant') {
      return { value: first, constant: second.constant, isFirst: false };
    }
    if (first?.kind === 'constant' && second?.kind === 'map') {
      return { value: second, constant: first.constant, isFirst: true };
    }
    return undefined;
  }

  /** Of one of the node's results. */
  resultDims(index = 0): readonly number[] {
    return this.results[index]?.dims ?? [];
  }

  draft(
    operator: Draft['operator'],
    inputs: readonly Draft[],
    output: Shape,
    more: { readonly recipe?: Recipe; readonly parameters?: number } = {},
  ): Draft {
    return { name: this.name, type: this.type, inputs, output, operator, ...more };
  }

  /** Of the shape of its input. */
  pointwise(operator: Draft['operator'], of: MapValue = this.map()): MapValue {
    return { ...of, draft: this.draft(operator, [of.draft], of.draft.output) };
  }

  affine(of: MapValue, scale: Vector, shift: Vector, origin: Partial<Affine['origin']> = {}): MapValue {
    // Mean and deviation of the images that a network was trained with are constants, and not learned.
    const isLearned = !isRescaledImage(of.draft);
    const hasScale = isLearned && scale.length > 1;
    const hasShift = isLearned && shift.length > 1;
    const whole = { isBatchNorm: false, hasScale, hasShift, ...origin };
    return this.pointwise({ kind: 'affine', scale, shift, origin: whole }, of);
  }

  scaled(of: MapValue, scale: Vector): MapValue {
    return this.affine(of, scale, zero);
  }

  shifted(of: MapValue, shift: Vector): MapValue {
    return this.affine(of, one, shift);
  }

  /** A map in the given order of axes. */
  laidOut(draft: Draft, order: readonly MapAxis[] = nchw): MapValue {
    return { kind: 'map', draft, view: arranged(order, extentsOf(this.surroundings.batch, draft.output)) };
  }

  isLaidOut({ draft, view }: MapValue, order: readonly MapAxis[] = nchw): boolean {
    return isSameView(view, arranged(order, extentsOf(this.surroundings.batch, draft.output)));
  }

  /** A map as convolutions and pools read it. */
  image(): MapValue {
    const value = this.map();
    if (this.isLaidOut(value)) return value;
    return this.refuse(
      `reads a tensor of ${shapeText(value.view)} that is no map in the order of batch, channels, height and width`,
    );
  }

  /** The same elements in the same order under other axes. */
  reshaped(value: MapValue, dims: readonly number[] = this.resultDims()): MapValue {
    const view = reshaped(value.view, dims);
    const { height, width, channels } = value.draft.output;
    if (view !== undefined) return { ...value, view };
    return this.refuse(
      `makes a tensor of ${dims.join(' x ')} from a map of ${channels} channels at ${height} x ${width}`,
    );
  }

  /**
   * What a constant is for each channel of a map that it is repeated to, by ONNX's rule for axes. Refuses where it differs along
   * another axis, or would make the map larger. The view may get axes of one element in front.
   */
  alongChannels({ draft, view }: MapValue, constant: Constant, what: string): { vector: Vector; view: View } {
    const added = Math.max(constant.dims.length - view.dims.length, 0);
    const whole = { runs: view.runs, dims: [...Array.from({ length: added }, () => 1), ...view.dims] };
    const dims = [
      ...Array.from({ length: whole.dims.length - constant.dims.length }, () => 1),
      ...constant.dims,
    ];
    const groups = groupsOf(whole);
    const own = [...dims.keys()].filter((axis) => dims[axis] !== 1);
    const isWithin = own.every((axis) => dims[axis] === whole.dims[axis]);
    if (elementsOf(dims) === 1) {
      return { vector: lazyVector(1, () => constant.read()), view: whole };
    }
    const [axis, other] = own;
    const group = axis === undefined ? undefined : groups?.[axis];
    const isChannels =
      other === undefined &&
      group?.length === 1 &&
      group[0]?.axis === 'channels' &&
      group[0].extent === draft.output.channels;
    if (isWithin && isChannels) {
      return { vector: lazyVector(draft.output.channels, () => constant.read()), view: whole };
    }
    const shape = constant.dims.join(' x ');
    return this.refuse(
      `${what} a constant of ${shape} on a tensor of ${shapeText(view)}, which is not one number a channel`,
    );
  }

  /**
   * Elements of weights, unless another node has the same ones. Exporters keep one tensor of equal ones: of layers that start at zero it is
   * no sign that they share anything.
   */
  learned(weights: Constant): number {
    const { counted } = this.surroundings;
    if (counted.has(weights.origin) && !weights.isUniform()) return 0;
    counted.add(weights.origin);
    return elementsOf(weights.dims);
  }

  /** The result is a float as its input is. */
  get isFloatResult(): boolean {
    return isFloat(this.results[0]?.type ?? 0);
  }
}

function isRescaledImage(draft: Draft): boolean {
  let source: Draft | undefined = draft;
  while (source?.operator.kind === 'affine' && !source.operator.origin.isBatchNorm) source = source.inputs[0];
  return source?.operator.kind === 'input';
}
