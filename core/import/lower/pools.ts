/** Pools, means over the image, and borders. */
import type { Shape } from '../../graph/graph.ts';
import { bordersOf } from '../shapes/arrangement.ts';
import { reducedAxes } from '../shapes/reductions.ts';
import { slidingOf } from '../shapes/windows.ts';
import { squareWindow } from './layers.ts';
import type { Lowering, LowerNode, MapValue } from './lower-node.ts';
import { axesWithin, nchw, nhwc } from './view.ts';

const isPooled = ({ height, width }: Shape) => height === 1 && width === 1;

function globalAverage(at: LowerNode, value: MapValue): MapValue {
  const { output } = value.draft;
  if (isPooled(output)) return value;
  return at.laidOut(
    at.draft({ kind: 'globalAveragePool' }, [value.draft], {
      height: 1,
      width: 1,
      channels: output.channels,
    }),
  );
}

const pool =
  (kind: 'maxPool' | 'averagePool'): Lowering =>
  (at: LowerNode) => {
    const value = at.image();
    const { height, width, channels } = value.draft.output;
    const sliding = slidingOf(at.shapes, [height, width], at.list('kernel_shape') ?? []);
    const [kernelSize = 0, columns = 0] = sliding.kernel;
    const isUnpadded = [...sliding.before, ...sliding.behind].every((pixels) => pixels === 0);
    const isOnePosition = sliding.counts.every((count) => count === 1);
    const isWhole = isOnePosition && isUnpadded && kernelSize === height && columns === width;
    if (kind === 'averagePool' && isWhole) return globalAverage(at, value);
    if (kernelSize !== columns)
      at.refuse(`has a window of ${kernelSize} x ${columns}, and only square ones can be executed`);
    const { stride, padding } = squareWindow(at, value, [kernelSize, columns]);
    // What an adaptive pool is exported as where there is nothing to do.
    if (kernelSize === 1 && stride === 1 && isUnpadded) return value;
    // What the last window needs behind the map, which is more than the padding where it is rounded up.
    const needed = sliding.counts.map(
      (count, axis) =>
        (count - 1) * stride + kernelSize - ([height, width][axis] ?? 0) - (sliding.before[axis] ?? 0),
    );
    const [bottom = 0, right = 0] = needed.map((pixels, axis) => Math.max(pixels, sliding.behind[axis] ?? 0));
    const sticksOut = Math.max(...needed, padding.top, padding.left) > 0;
    const isBeyondPadding = needed.some((pixels, axis) => pixels > (sliding.behind[axis] ?? 0));
    if (kind === 'averagePool' && sticksOut && (at.number('count_include_pad', 0) === 0 || isBeyondPadding)) {
      at.refuse('averages over fewer pixels at the borders, and no kernel here does');
    }
    if (Math.max(padding.top, padding.left, bottom, right) >= kernelSize) {
      at.refuse(`is padded by as much as its window of ${kernelSize} x ${columns}`);
    }
    const [, , rows = 0, across = 0] = at.resultDims();
    const operator = { kind, kernelSize, stride, padding: { ...padding, bottom, right } } as const;
    return at.laidOut(at.draft(operator, [value.draft], { height: rows, width: across, channels }));
  };

const globalAveragePool: Lowering = (at: LowerNode) => globalAverage(at, at.image());

/** Of a square map it is a pool whose window is the map. */
const globalMaxPool: Lowering = (at: LowerNode) => {
  const value = at.image();
  const { height, width, channels } = value.draft.output;
  if (isPooled(value.draft.output)) return value;
  if (height !== width)
    at.refuse(`has a window of ${height} x ${width}, and only square ones can be executed`);
  const padding = { top: 0, left: 0, bottom: 0, right: 0 };
  const operator = { kind: 'maxPool', kernelSize: height, stride: 1, padding } as const;
  return at.laidOut(at.draft(operator, [value.draft], { height: 1, width: 1, channels }));
};

/** Over the image it is a global pool, over the channels a part of a layer norm. */
const mean: Lowering = (at: LowerNode) => {
  const value = at.map();
  const { draft, view } = value;
  const { height, width, channels } = draft.output;
  const axes = axesWithin(view, reducedAxes(at.shapes));
  const spatial = [...(height > 1 ? ['height'] : []), ...(width > 1 ? ['width'] : [])];
  const isExactly = (wanted: readonly string[]) =>
    axes?.size === wanted.length && wanted.every((axis) => axes.has(axis as 'height'));
  if (isExactly([])) return at.reshaped(value);
  const rest = (reduced: readonly string[]) => ({
    runs: view.runs.filter(({ axis }) => !reduced.includes(axis)),
    dims: at.resultDims(),
  });
  if (isExactly(spatial)) return { ...globalAverage(at, value), view: rest(spatial) };
  if (isExactly(['channels']) && channels > 1) {
    const pixels = { height, width, channels: 1 };
    return {
      kind: 'map',
      draft: at.draft({ kind: 'channelMean' }, [draft], pixels),
      view: rest(['channels']),
    };
  }
  return at.refuse('takes a mean that is neither over the image nor over the channels');
};

const pad: Lowering = (at: LowerNode) => {
  const value = at.map();
  const { before, behind } = bordersOf(at.shapes);
  const all = [...before, ...behind];
  if (all.every((pixels) => pixels === 0)) return value;
  const order = [nchw, nhwc].find((one) => at.isLaidOut(value, one));
  const along = (pixels: readonly number[], axis: 'height' | 'width') =>
    pixels[order?.indexOf(axis) ?? 0] ?? 0;
  const padding = {
    top: along(before, 'height'),
    left: along(before, 'width'),
    bottom: along(behind, 'height'),
    right: along(behind, 'width'),
  };
  const spatial = padding.top + padding.left + padding.bottom + padding.right;
  if (order === undefined || Math.min(...all) < 0 || all.reduce((sum, one) => sum + one, 0) !== spatial) {
    at.refuse('adds no border to an image');
  }
  const mode = at.text('mode', 'constant');
  if (mode !== 'constant' && mode !== 'reflect') at.refuse(`adds a border of the kind ${mode}`);
  const filling = at.has('value') ? at.number('value', 0) : (at.scalar(2) ?? 0);
  const { height, width, channels } = value.draft.output;
  const output = {
    height: height + padding.top + padding.bottom,
    width: width + padding.left + padding.right,
    channels,
  };
  const operator = {
    kind: 'pad',
    padding,
    mode: mode === 'reflect' ? 'reflect' : 'value',
    value: filling,
  } as const;
  return at.laidOut(at.draft(operator, [value.draft], output), order);
};

export const poolLowerings: readonly (readonly [string, Lowering])[] = [
  ['AveragePool', pool('averagePool')],
  ['GlobalAveragePool', globalAveragePool],
  ['GlobalMaxPool', globalMaxPool],
  ['MaxPool', pool('maxPool')],
  ['Pad', pad],
  ['ReduceMean', mean],
];
