/** Operators while a network is read: linked to each other, and not yet in a block. */
import type { Operator, Padding, Shape } from '../graph/graph.ts';

/** What only has a meaning as a part of something larger, and is refused where it stands by itself. */
type Fragment =
  | { readonly kind: 'scale'; readonly factor: number }
  | { readonly kind: 'offset'; readonly addend: number }
  | { readonly kind: 'erf' }
  | { readonly kind: 'pad'; readonly padding: Padding; readonly mode: 'constant' | 'reflect' }
  /** The steps of a layer norm: mean over the channels, x minus that, its square, and their mean and its root. */
  | { readonly kind: 'channelMean' }
  | { readonly kind: 'centred' }
  | { readonly kind: 'squared' }
  | { readonly kind: 'variance'; readonly epsilon: number }
  | { readonly kind: 'deviation'; readonly epsilon: number };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An operator without its place in a graph. */
export type DraftOperator = DistributiveOmit<Operator, 'id' | 'name' | 'block' | 'inputs' | 'output'>;

interface DraftOf<T> {
  /** What it is called where it comes from. */
  readonly name: string;
  /** Of the node that it comes from. */
  readonly type: string;
  inputs: readonly DraftOf<T>[];
  readonly output: Shape;
  /** Replaced where a norm, a bias or a scale behind it is folded into it. */
  operator: T;
}

export type Draft = DraftOf<DraftOperator | Fragment>;
/** What a graph can be made of. */
export type WholeDraft = DraftOf<DraftOperator>;

const fragments: Readonly<Record<Fragment['kind'], true>> = {
  scale: true,
  offset: true,
  erf: true,
  pad: true,
  channelMean: true,
  centred: true,
  squared: true,
  variance: true,
  deviation: true,
};

export function isFragment({ operator }: Draft): boolean {
  return Object.hasOwn(fragments, operator.kind);
}
