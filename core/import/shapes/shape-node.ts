/** A node as its rule of shapes sees it: types, shapes and, of constants, values of what it reads. */
import { type Constant, shortList } from '../constants/constant.ts';
import type { OnnxNode } from '../file/onnx.ts';
import { NodeReader } from '../node.ts';

/** What is known of a tensor before anything is executed. */
export interface TensorInfo {
  readonly dims: readonly number[];
  /** A code of `elementType`. */
  readonly type: number;
  /** Where it is the same for every image. */
  readonly constant?: Constant | undefined;
}

/** The shapes and types of a node's results, in order. */
export type ShapeRule = (at: ShapeNode) => readonly TensorInfo[];

export class ShapeNode extends NodeReader {
  readonly inputs: readonly (TensorInfo | undefined)[];

  constructor(node: OnnxNode, name: string, opset: number, inputs: readonly (TensorInfo | undefined)[]) {
    super(node, name, opset);
    this.inputs = inputs;
  }

  /** Refuses where there is no such input. */
  input(index: number): TensorInfo {
    return this.inputs[index] ?? this.refuse(`lacks its input ${index}`);
  }

  dims(index = 0): readonly number[] {
    return this.input(index).dims;
  }

  /** What an input says: a shape, axes, bounds. Refuses where it is not known before anything is executed. */
  values(index: number): readonly number[] | undefined {
    const input = this.inputs[index];
    if (input === undefined) return undefined;
    return (
      shortList(input.constant) ??
      this.refuse(`has an input ${index} that is not known before it is executed`)
    );
  }

  /** Of an attribute in older files, of an input in newer ones. */
  listed(attribute: string, index: number): readonly number[] | undefined {
    return this.list(attribute) ?? this.values(index);
  }

  /** Counted from the front; refuses one that is not there. */
  axis(axis: number, rank = this.dims().length): number {
    const at = axis < 0 ? axis + rank : axis;
    return Number.isInteger(at) && at >= 0 && at < rank
      ? at
      : this.refuse(`names the axis ${axis} of ${rank}`);
  }

  /** Of the type of the first input, unless another is given. */
  result(dims: readonly number[], type = this.input(0).type): readonly TensorInfo[] {
    if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
      this.refuse(`makes a tensor of ${dims.join(' x ')}`);
    }
    return [{ dims, type }];
  }
}
