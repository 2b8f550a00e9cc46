/** Convolutions and pools: a window that moves over the axes behind batch and channels. */
import type { ShapeNode, ShapeRule } from './shape-node.ts';

/** Where a window of each axis stands, in pixels. */
export interface Sliding {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before and behind, by what the node says; `SAME` is resolved. */
  readonly before: readonly number[];
  readonly behind: readonly number[];
  /** Positions of the window. */
  readonly counts: readonly number[];
}

/** The window of a convolution or pool over a tensor of these extents, by the version of its attributes that is there. */
export function slidingOf(at: ShapeNode, extents: readonly number[], kernel: readonly number[]): Sliding {
  const rank = extents.length;
  const listed = (attribute: string, otherwise: number) => {
    const list = at.list(attribute);
    const full = list === undefined || list.length === 0 ? extents.map(() => otherwise) : list;
    if (full.length !== rank || !full.every((size) => Number.isInteger(size) && size >= 1)) {
      at.refuse(`has the ${attribute} ${full.join(' x ')} over ${rank} axes`);
    }
    return full;
  };
  if (kernel.length !== rank || !kernel.every((size) => Number.isInteger(size) && size >= 1)) {
    at.refuse(`has a window of ${kernel.join(' x ')} over ${rank} axes`);
  }
  const strides = listed('strides', 1);
  const dilations = listed('dilations', 1);
  const spans = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
  const { before, behind } = borders(at, extents, spans, strides);
  const isRoundedUp = at.number('ceil_mode', 0) === 1;
  const counts = extents.map((extent, axis) => {
    const [stride = 1, span = 1, start = 0, end = 0] = [
      strides[axis],
      spans[axis],
      before[axis],
      behind[axis],
    ];
    const room = extent + start + end - span;
    if (!isRoundedUp) return Math.floor(room / stride) + 1;
    // A last window that begins behind the map and the padding before it is left out.
    const count = Math.ceil(room / stride) + 1;
    return (count - 1) * stride >= extent + start ? count - 1 : count;
  });
  if (!counts.every((count) => count >= 1)) {
    at.refuse(`has a window of ${kernel.join(' x ')} on a map of ${extents.join(' x ')}`);
  }
  return { kernel, strides, dilations, before, behind, counts };
}

function borders(
  at: ShapeNode,
  extents: readonly number[],
  spans: readonly number[],
  strides: readonly number[],
): { before: readonly number[]; behind: readonly number[] } {
  const rank = extents.length;
  const rule = at.text('auto_pad', 'NOTSET');
  if (rule === 'SAME_UPPER' || rule === 'SAME_LOWER') {
    const totals = extents.map((extent, axis) => {
      const [stride = 1, span = 1] = [strides[axis], spans[axis]];
      return Math.max((Math.ceil(extent / stride) - 1) * stride + span - extent, 0);
    });
    const halves = totals.map((total) =>
      rule === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2),
    );
    return { before: halves, behind: totals.map((total, axis) => total - (halves[axis] ?? 0)) };
  }
  const pads = rule === 'VALID' ? [] : (at.list('pads') ?? []);
  const full = pads.length === 0 ? Array.from({ length: 2 * rank }, () => 0) : pads;
  if (full.length !== 2 * rank || !full.every((size) => Number.isInteger(size))) {
    at.refuse(`has the pads ${full.join(', ')} over ${rank} axes`);
  }
  return { before: full.slice(0, rank), behind: full.slice(rank) };
}

const convolution: ShapeRule = (at) => {
  const [batch = 0, channels = 0, ...extents] = at.dims();
  const [outputs = 0, perGroup = 0, ...kernel] = at.dims(1);
  const groups = at.number('group', 1);
  if (at.dims().length < 3 || perGroup * groups !== channels || outputs % groups !== 0 || groups < 1) {
    at.refuse(`has weights for ${perGroup} x ${groups} channels and reads ${channels}`);
  }
  return at.result([batch, outputs, ...slidingOf(at, extents, kernel).counts]);
};

const transposedConvolution: ShapeRule = (at) => {
  const [batch = 0, , ...extents] = at.dims();
  const [, perGroup = 0, ...kernel] = at.dims(1);
  const outputs = perGroup * at.number('group', 1);
  const given = at.list('output_shape') ?? [];
  if (given.length > 0) return at.result([batch, outputs, ...given]);
  const [strides, dilations, extra] = [at.list('strides'), at.list('dilations'), at.list('output_padding')];
  const pads = at.list('pads') ?? [];
  const isSame = at.text('auto_pad', 'NOTSET').startsWith('SAME');
  return at.result([
    batch,
    outputs,
    ...extents.map((extent, axis) => {
      const stride = strides?.[axis] ?? 1;
      if (isSame) return extent * stride;
      const span = ((kernel[axis] ?? 1) - 1) * (dilations?.[axis] ?? 1) + 1;
      const padding = (pads[axis] ?? 0) + (pads[axis + extents.length] ?? 0);
      return stride * (extent - 1) + (extra?.[axis] ?? 0) + span - padding;
    }),
  ]);
};

const pool: ShapeRule = (at) => {
  const [batch = 0, channels = 0, ...extents] = at.dims();
  const dims = [batch, channels, ...slidingOf(at, extents, at.list('kernel_shape') ?? []).counts];
  return [...at.result(dims), ...at.result(dims, 7)];
};

const globalPool: ShapeRule = (at) => at.result(at.dims().map((dim, axis) => (axis < 2 ? dim : 1)));

export const windowRules: readonly (readonly [string, ShapeRule])[] = [
  ['AveragePool', pool],
  ['Conv', convolution],
  ['ConvTranspose', transposedConvolution],
  ['GlobalAveragePool', globalPool],
  ['GlobalLpPool', globalPool],
  ['GlobalMaxPool', globalPool],
  ['LpPool', pool],
  ['MaxPool', pool],
];
