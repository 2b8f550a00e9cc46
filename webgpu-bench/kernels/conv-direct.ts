/**
 * Convolution without shared memory: a thread computes `rows` output pixels x `columns` vectors of four output channels in
 * registers, reading input and weights straight from their buffers. Neighbouring threads read the same lines, which the
 * first-level cache serves. It needs no barrier, so it is the best where barriers cost much (a CPU behind the API), where
 * sums are short (grouped convolution), and where there is too little work for large tiles.
 *
 * Weights: `[tap][input channel of the group][output vector]`, four input channels of one vector lie side by side.
 */
import { type KernelSource, load, repeat, type Storage, store, vectorsOf } from '../wgsl/module.ts';
import { convKernel } from './conv-kernel.ts';
import { type ConvShape, isPointwise } from './conv-shape.ts';
import { applyEpilogue, type Epilogue } from './epilogue.ts';

export interface DirectTile {
  /** Output pixels of a thread. */
  readonly rows: number;
  /** Vectors of four output channels of a thread; all in one group. */
  readonly columns: number;
  /** Threads along the channels and along the pixels. */
  readonly threads: readonly [number, number];
  /** Each thread of a quad reads a fourth of the weights, and gets the others' from them; `threads[0]` must be 1. */
  readonly quads?: boolean;
}

/** Whether the tile's columns divide the output, and do not straddle two groups. */
export function directTileFits(shape: ConvShape, tile: DirectTile): boolean {
  return vectorsOf(shape.output.channels / shape.groups) % tile.columns === 0;
}

export function convDirect(
  shape: ConvShape,
  tile: DirectTile,
  epilogue: Epilogue,
  storage: Storage,
): KernelSource {
  const { input, output, batch, groups, kernelHeight, kernelWidth } = shape;
  const { rows, columns, threads, quads = false } = tile;
  const pixels = batch * output.height * output.width;
  const outVectors = vectorsOf(output.channels);
  const groupInVectors = vectorsOf(input.channels / groups);
  const groupOutVectors = vectorsOf(output.channels / groups);
  const columnBlocks = Math.ceil(outVectors / columns / threads[0]);
  const rowBlocks = Math.ceil(pixels / rows / threads[1]);
  const sums = (line: (row: number, column: number) => string) =>
    repeat(rows, (row) => repeat(columns, (column) => line(row, column)));
  const pointwise = isPointwise(shape);
  const multiply = `
  for (var c: u32 = 0u; c < ${groupInVectors}u; c++) {
${repeat(rows, (row) =>
  pointwise
    ? `    let a${row} = ${load(storage, 'input', `from${row} + c`)};`
    : `    let a${row} = select(vec4f(0.0), ${load(storage, 'input', `from${row} + c`)}, inside${row});`,
)}
    let w = (tap * ${groupInVectors}u + c) * ${4 * outVectors}u + n${quads ? ` + lane * ${outVectors}u` : ''};
${quads ? repeat(columns, (column) => `    let own${column} = ${load(storage, 'weights', `w + ${column}u`)};`) : ''}
${repeat(4, (lane) =>
  [
    repeat(columns, (column) => {
      const weight = quads
        ? `quadBroadcast(own${column}, ${lane}u)`
        : load(storage, 'weights', `w + ${lane * outVectors + column}u`);
      return `    let w${lane}_${column} = ${weight};`;
    }),
    sums(
      (row, column) =>
        `    s${row}_${column} = fma(vec4f(a${row}[${lane}]), w${lane}_${column}, s${row}_${column});`,
    ),
  ].join('\n'),
)}
  }`;
  const perTap = `
  for (var tap: u32 = 0u; tap < ${kernelHeight * kernelWidth}u; tap++) {
    let dy = i32(tap / ${kernelWidth}u) - ${shape.padding.top};
    let dx = i32(tap % ${kernelWidth}u) - ${shape.padding.left};
${repeat(
  rows,
  (row) => `    let y${row} = oy${row} + dy;
    let x${row} = ox${row} + dx;
    let inside${row} = y${row} >= 0 && y${row} < ${input.height} && x${row} >= 0 && x${row} < ${input.width};
    let from${row} = select(0u, u32(image${row} + y${row} * ${input.width} + x${row}) * ${vectorsOf(input.channels)}u, inside${row}) + channel;`,
)}${multiply}
  }`;
  const body = `
  let n = ((block % ${columnBlocks}u) * ${threads[0]}u + local.x) * ${columns}u;
  let m = ((block / ${columnBlocks}u) * ${threads[1]}u + local.y) * ${rows}u;
${quads ? '' : `  if (n >= ${outVectors}u || m >= ${pixels}u) { return; }`}
${groups === 1 ? '  let channel = 0u;' : `  let channel = (n / ${groupOutVectors}u) * ${groupInVectors}u;`}
${repeat(rows, (row) => {
  const pixel = `  let p${row} = min(m + ${row}u, ${pixels - 1}u);`;
  if (pointwise) return `${pixel}\n  let from${row} = p${row} * ${vectorsOf(input.channels)}u + channel;`;
  return `${pixel}
  let ox${row} = i32(p${row} % ${output.width}u) * ${shape.stride};
  let oy${row} = i32((p${row} / ${output.width}u) % ${output.height}u) * ${shape.stride};
  let image${row} = i32(p${row} / ${output.width * output.height}u) * ${input.height * input.width};`;
})}
${sums((row, column) => `  var s${row}_${column}: vec4f = ${load(storage, 'biases', `n + ${column}u`)};`)}
${pointwise ? `  let tap = 0u;${multiply}` : perTap}
${repeat(
  rows,
  (row) => `  if (m + ${row}u < ${pixels}u) {
${repeat(columns, (column) => {
  const index = `p${row} * ${outVectors}u + n + ${column}u`;
  return `    ${store(storage, 'output', index, applyEpilogue(epilogue, storage, `s${row}_${column}`, index))}`;
})}
  }`,
)}`;
  return convKernel({
    implementation: `conv2d.${quads ? 'quads' : 'direct'}.${rows}x${4 * columns}`,
    storage,
    quads,
    epilogue,
    workgroupSize: threads,
    blocks: columnBlocks * rowBlocks,
    body,
  });
}
