/** What a file computes from constants alone: the shapes and axes that exporters write as chains of nodes. */
import type { OnnxNode, OnnxTensor } from './onnx.ts';

const longestShape = 64;

/** Undefined where it is not known how to compute it. */
export function foldConstants(node: OnnxNode, inputs: readonly OnnxTensor[]): OnnxTensor | undefined {
  const [first, second] = inputs;
  if (first === undefined) return undefined;
  switch (node.type) {
    case 'Identity':
    case 'Cast':
      return first;
    case 'Transpose':
      return transpose(first, node.attributes.get('perm')?.numbers);
    case 'Reshape':
      return second?.values && { dims: resolveShape(second.values, first.dims), values: first.values };
    case 'ConstantOfShape': {
      if (first.values === undefined) return undefined;
      const [value = 0] = node.attributes.get('value')?.tensor?.values ?? [];
      const length = elementsOf(first.values);
      const values = length <= longestShape ? Array.from({ length }, () => value) : undefined;
      return { dims: first.values, values };
    }
    case 'Unsqueeze': {
      const axes = axesOf(node, second) ?? [];
      const dims = [...first.dims];
      const rank = dims.length + axes.length;
      for (const axis of axes.map((one) => (one < 0 ? one + rank : one)).toSorted((a, b) => a - b)) {
        dims.splice(axis, 0, 1);
      }
      return { dims, values: first.values };
    }
    case 'Squeeze':
      return { dims: squeeze(first.dims, axesOf(node, second)), values: first.values };
    case 'Concat': {
      const parts = inputs.map(({ dims, values }) => (dims.length <= 1 ? values : undefined));
      const length = parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
      // Joined with itself again and again, a tensor would fill the memory.
      if (parts.includes(undefined) || length > longestShape) return undefined;
      return vector(parts.flatMap((part) => part ?? []));
    }
    case 'Gather': {
      const { values } = first;
      if (values === undefined || second?.values === undefined || first.dims.length !== 1) return undefined;
      return {
        dims: second.dims,
        values: second.values.map((at) => values.at(at) ?? Number.NaN),
      };
    }
    case 'Slice':
      return slice(node, inputs);
    default: {
      const compute = arithmetic[node.type];
      if (compute === undefined || first.values === undefined || second?.values === undefined)
        return undefined;
      const [a, b] = [first.values, second.values];
      if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
      const length = Math.max(a.length, b.length);
      const at = (values: readonly number[], index: number) => values[values.length === 1 ? 0 : index] ?? 0;
      return {
        dims: a.length >= b.length ? first.dims : second.dims,
        values: Array.from({ length }, (_, index) => compute(at(a, index), at(b, index))),
      };
    }
  }
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** 1 of a single number. */
export function elementsOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function transpose({ dims, values }: OnnxTensor, perm: readonly number[] | undefined): OnnxTensor {
  const order = perm ?? dims.map((_, axis) => axis).toReversed();
  const turned = order.map((axis) => dims[axis] ?? 0);
  const strides = order.map((axis) => elementsOf(dims.slice(axis + 1)));
  const from = (index: number) => {
    let [rest, at] = [index, 0];
    for (let axis = turned.length - 1; axis >= 0; axis--) {
      const length = turned[axis] ?? 1;
      at += (rest % length) * (strides[axis] ?? 0);
      rest = Math.floor(rest / length);
    }
    return at;
  };
  return { dims: turned, values: values?.map((_, index) => values[from(index)] ?? Number.NaN) };
}

/** Along the first axis, forwards or backwards one by one. */
function slice({ attributes }: OnnxNode, [data, ...bounds]: readonly OnnxTensor[]): OnnxTensor | undefined {
  const [start = 0] = attributes.get('starts')?.numbers ?? bounds[0]?.values ?? [];
  const [end = 0, ...others] = attributes.get('ends')?.numbers ?? bounds[1]?.values ?? [];
  const [axis = 0] = attributes.get('axes')?.numbers ?? bounds[2]?.values ?? [];
  const step = bounds[3]?.values?.[0] ?? 1;
  if (data?.values === undefined || axis !== 0 || others.length > 0 || Math.abs(step) !== 1) return undefined;
  const { values, dims } = data;
  const [length = 1, ...inner] = dims;
  if (length > longestShape) return undefined;
  const all = Array.from({ length }, (_, row) => row);
  const at = (bound: number) => (bound < 0 ? Math.max(bound + length, step < 0 ? -1 : 0) : bound);
  const rows = step > 0 ? all.slice(at(start), at(end)) : all.slice(at(end) + 1, at(start) + 1).toReversed();
  const size = elementsOf(inner);
  return {
    dims: [rows.length, ...inner],
    values: rows.flatMap((row) => values.slice(row * size, (row + 1) * size)),
  };
}

function vector(values: readonly number[]): OnnxTensor {
  return { dims: [values.length], values };
}

/** The axes that a node names, as an attribute or, in newer files, as an input. */
export function axesOf(node: OnnxNode, input: OnnxTensor | undefined): readonly number[] | undefined {
  return node.attributes.get('axes')?.numbers ?? input?.values;
}

export function squeeze(dims: readonly number[], axes: readonly number[] | undefined): number[] {
  const dropped = axes?.map((axis) => (axis < 0 ? axis + dims.length : axis));
  return dims.filter((dim, axis) => (dropped === undefined ? dim !== 1 : !dropped.includes(axis)));
}

/** 0 is what it was there before, and -1 what is left. */
export function resolveShape(target: readonly number[], before: readonly number[]): number[] {
  const dims = target.map((dim, axis) => (dim === 0 ? (before[axis] ?? 0) : dim));
  const elements = elementsOf(before);
  const rest = elementsOf(dims.filter((dim) => dim !== -1));
  return dims.map((dim) => (dim === -1 ? elements / rest : dim));
}
