/**
 * How a tensor of the file lies over a map of ours. A map has height, width and channels (and the file a batch); a file may have them in
 * any order, transposed, flattened or with axes of one element between them. A view says of each axis of the file which axes of the map
 * it runs through, so that channels are known as channels wherever they are, and never by how many they are.
 */

import type { Shape } from '../../graph/graph.ts';
import { elementsOf } from '../constants/constant.ts';

export type MapAxis = 'batch' | 'height' | 'width' | 'channels';

/** A run through an axis of the map. Axes of one element have none. */
interface Run {
  /** `repeated`: the same for all, as `Expand` makes it. */
  readonly axis: MapAxis | 'repeated';
  readonly extent: number;
}

export interface View {
  /** In the order of the file: the last one is innermost. */
  readonly runs: readonly Run[];
  readonly dims: readonly number[];
}

type Extents = Readonly<Record<MapAxis, number>>;

export function extentsOf(batch: number, { height, width, channels }: Shape): Extents {
  return { batch, height, width, channels };
}

export const nchw: readonly MapAxis[] = ['batch', 'channels', 'height', 'width'];
export const nhwc: readonly MapAxis[] = ['batch', 'height', 'width', 'channels'];

export function arranged(order: readonly MapAxis[], extents: Extents): View {
  return {
    runs: order.flatMap((axis) => (extents[axis] === 1 ? [] : [{ axis, extent: extents[axis] }])),
    dims: order.map((axis) => extents[axis]),
  };
}

const areSameRuns = (a: readonly Run[], b: readonly Run[]) =>
  a.length === b.length &&
  a.every(({ axis, extent }, index) => axis === b[index]?.axis && extent === b[index].extent);

const areSameDims = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);

/** Every element of the one lies where that of the other does. */
export function isSameView(a: View, b: View): boolean {
  return areSameDims(a.dims, b.dims) && areSameRuns(a.runs, b.runs);
}

/** Of each axis of the file what it runs through; undefined where one ends within an axis of the map. */
export function groupsOf({ runs, dims }: View): readonly (readonly Run[])[] | undefined {
  const waiting = [...runs];
  const groups: Run[][] = [];
  for (const dim of dims) {
    const group: Run[] = [];
    let rest = dim;
    while (rest > 1) {
      const run = waiting.shift();
      if (run === undefined || rest % run.extent !== 0) return undefined;
      rest /= run.extent;
      group.push(run);
    }
    groups.push(group);
  }
  return waiting.length === 0 ? groups : undefined;
}

/** The axes of the map that these axes of the file run through. */
export function axesWithin(view: View, axes: readonly number[]): ReadonlySet<Run['axis']> | undefined {
  const groups = groupsOf(view);
  return groups && new Set(axes.flatMap((axis) => groups[axis] ?? []).map(({ axis }) => axis));
}

/** The same elements in the same order under other axes; undefined where an axis of the map would be divided. */
export function reshaped({ runs }: View, dims: readonly number[]): View | undefined {
  const view = { runs, dims };
  return groupsOf(view) === undefined ? undefined : view;
}

/** `order` names for each axis of the result the one that it was. */
export function transposed(view: View, order: readonly number[]): View | undefined {
  const groups = groupsOf(view);
  return (
    groups && {
      runs: order.flatMap((axis) => groups[axis] ?? []),
      dims: order.map((axis) => view.dims[axis] ?? 1),
    }
  );
}

/** That axis of the file is the channels: of one channel, it is an axis of one element. */
export function isChannelAxis(view: View, axis: number, channels: number): boolean {
  const group = groupsOf(view)?.[axis];
  if (group === undefined) return false;
  return channels === 1 ? group.length === 0 : group.length === 1 && group[0]?.axis === 'channels';
}

/** With another number of channels along that axis of the file. */
export function withChannels(view: View, axis: number, channels: number): View {
  const groups = groupsOf(view) ?? [];
  const own: readonly Run[] = channels === 1 ? [] : [{ axis: 'channels', extent: channels }];
  return {
    runs: groups.flatMap((group, index) => (index === axis ? own : group)),
    dims: view.dims.with(axis, channels),
  };
}

/** Where it is repeated it counts as one. */
export function withoutRepeats(view: View): View {
  const groups = groupsOf(view);
  if (groups === undefined) return view;
  const isRepeat = (group: readonly Run[] | undefined) =>
    group?.some(({ axis }) => axis === 'repeated') === true;
  return {
    runs: view.runs.filter(({ axis }) => axis !== 'repeated'),
    dims: view.dims.map((dim, axis) => (isRepeat(groups[axis]) ? 1 : dim)),
  };
}

/** The axes that are repeated to `dims` run through nothing of the map. */
export function repeatedTo(view: View, dims: readonly number[]): View | undefined {
  const added = dims.length - view.dims.length;
  if (added < 0) return undefined;
  const groups = groupsOf({
    runs: view.runs,
    dims: [...Array.from({ length: added }, () => 1), ...view.dims],
  });
  if (groups === undefined) return undefined;
  const runs = dims.flatMap((dim, axis): readonly Run[] => {
    const was = axis < added ? 1 : (view.dims[axis - added] ?? 1);
    return dim === was ? (groups[axis] ?? []) : [{ axis: 'repeated', extent: dim }];
  });
  return { runs, dims };
}

/** For messages. */
export function shapeText({ dims }: View): string {
  return dims.join(' x ');
}

/** Of one image's map, where each element stands in the file: height, width and channels, by the file's index. */
export function placesOf({ runs, dims }: View): (index: number) => Readonly<Record<MapAxis, number>> {
  const strides = runs.map((_, at) => elementsOf(runs.slice(at + 1).map(({ extent }) => extent)));
  if (elementsOf(dims) !== elementsOf(runs.map(({ extent }) => extent)))
    throw new Error('a view of another size');
  return (index) => {
    const place: Record<MapAxis, number> = { batch: 0, height: 0, width: 0, channels: 0 };
    for (const [at, { axis, extent }] of runs.entries()) {
      if (axis !== 'repeated') place[axis] = Math.floor(index / (strides[at] ?? 1)) % extent;
    }
    return place;
  };
}
