/** Parts of the channels: taken from what was joined before, or computed as parts by the layer that makes them. */
import type { Draft } from '../draft.ts';
import { sliceOf } from '../lower/vectors.ts';
import { derived, type Pass, type Rule } from './rewrite.ts';

/** Maps that are joined more than once, as each layer of a DenseNet joins all before it: the same ones are joined once. */
export function joinOnce(): Rule {
  const joined = new Map<Draft, Map<Draft, Draft>>();
  return (draft) => {
    const [left, right] = draft.inputs;
    if (draft.operator.kind !== 'concat' || left === undefined || right === undefined) return undefined;
    const known = joined.get(left)?.get(right);
    if (known !== undefined && known !== draft) return known;
    joined.set(left, (joined.get(left) ?? new Map()).set(right, draft));
    return undefined;
  };
}

export const foldSlice: Rule = (draft, pass) => {
  const [source] = draft.inputs;
  if (draft.operator.kind !== 'slice' || source === undefined) return undefined;
  const { from, to } = draft.operator;
  if (from === 0 && to === source.output.channels) return source;
  const { operator } = source;
  switch (operator.kind) {
    case 'slice':
      return part(draft, source.inputs[0], operator.from + from, operator.from + to);
    case 'concat': {
      const [left, right] = source.inputs;
      const boundary = left?.output.channels ?? 0;
      if (to <= boundary) return part(draft, left, from, to);
      if (from >= boundary) return part(draft, right, from - boundary, to - boundary);
      const ends = [part(draft, left, from, boundary), part(draft, right, 0, to - boundary)];
      return derived(
        draft,
        { kind: 'concat' },
        ends.flatMap((end) => end ?? []),
        draft.output,
      );
    }
    default:
      // Divided among its readers, it is not needed as a whole.
      return isDivided(source, pass) ? ofPart(draft, source, from, to) : undefined;
  }
};

function part(like: Draft, source: Draft | undefined, from: number, to: number): Draft | undefined {
  if (source === undefined) return undefined;
  if (from === 0 && to === source.output.channels) return source;
  const output = { ...source.output, channels: to - from };
  return derived(like, { kind: 'slice', from, to }, [source], output);
}

/** Every channel goes to one reader that takes a part. */
function isDivided(source: Draft, pass: Pass): boolean {
  const parts = pass
    .readersOf(source)
    .flatMap(({ operator }) => (operator.kind === 'slice' ? [operator] : []));
  if (parts.length < pass.readersOf(source).length) return false;
  let reached = 0;
  for (const { from, to } of parts.toSorted((a, b) => a.from - b.from)) {
    if (from !== reached) return false;
    reached = to;
  }
  return reached === source.output.channels;
}

function ofPart(draft: Draft, source: Draft, from: number, to: number): Draft | undefined {
  const { operator, recipe } = source;
  const channels = to - from;
  const output = { ...source.output, channels };
  const [input] = source.inputs;
  if (input === undefined) return undefined;
  const like = { ...source, name: draft.name };
  switch (operator.kind) {
    case 'activation': {
      const inner = part(draft, input, from, to);
      return inner && derived(like, operator, [inner], output);
    }
    case 'affine': {
      const inner = part(draft, input, from, to);
      const { scale, shift } = operator;
      const made = { ...operator, scale: sliceOf(scale, from, to), shift: sliceOf(shift, from, to) };
      return inner && derived(like, made, [inner], output);
    }
    case 'conv2d': {
      if (operator.groups !== 1) return undefined;
      const { outChannels } = operator;
      const rows = (values: Float64Array | undefined) => {
        const size = (values?.length ?? 0) / outChannels;
        return values?.slice(from * size, to * size);
      };
      const made = {
        weights: () => rows(recipe?.weights?.()),
        ...(recipe?.biases !== undefined && { biases: () => rows(recipe.biases?.()) }),
      };
      const parameters = ((source.parameters ?? 0) * channels) / outChannels;
      return derived(like, { ...operator, outChannels: channels }, [input], output, {
        recipe: made,
        parameters,
      });
    }
    default:
      return undefined;
  }
}
