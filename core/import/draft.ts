/** Operators while a network is read: linked to each other, not yet in a block, and some of them not yet what can be executed. */
import type { Operator, Padding, Shape } from '../graph/graph.ts';

/** One number for each channel, or a single one for all. */
export interface Vector {
  readonly length: number;
  /** Undefined where the file does not hold the values. */
  read(): Float64Array | undefined;
}

/** Where the numbers come from, which decides what they count as. */
export interface AffineOrigin {
  readonly isBatchNorm: boolean;
  readonly hasScale: boolean;
  readonly hasShift: boolean;
}

/** x · scale + shift, by channels. */
export interface Affine {
  readonly kind: 'affine';
  readonly scale: Vector;
  readonly shift: Vector;
  readonly origin: AffineOrigin;
}

/** What there is no kernel for: it has to become a part of something larger, or the network is refused. */
type Fragment =
  | Affine
  | { readonly kind: 'clip'; readonly low: number; readonly high: number }
  | { readonly kind: 'erf' | 'square' | 'root' | 'reciprocal' | 'softplus' | 'tanh' }
  /** A sum, mean or product of two maps of one shape; `gate`: of a map and one number for each of its channels. */
  | { readonly kind: 'difference' | 'product' | 'quotient' | 'gate' }
  | { readonly kind: 'channelMean' }
  | {
      readonly kind: 'pad';
      readonly padding: Padding;
      readonly mode: 'reflect' | 'value';
      readonly value: number;
    }
  /** Channels `from` to `to` of a map. */
  | { readonly kind: 'slice'; readonly from: number; readonly to: number };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An operator without its place in a graph. */
export type DraftOperator = DistributiveOmit<
  Operator,
  'id' | 'name' | 'block' | 'inputs' | 'output' | 'parameters'
>;

/**
 * How an operator's parameters are made from the file's weights, in the order of the provider protocol: weights by output, row, column,
 * input. Undefined results: the file does not hold them.
 */
export interface Recipe {
  readonly weights?: () => Float64Array | undefined;
  readonly biases?: () => Float64Array | undefined;
  /** The second layer of squeeze-and-excite. */
  readonly secondWeights?: () => Float64Array | undefined;
  readonly secondBiases?: () => Float64Array | undefined;
}

interface DraftOf<T> {
  /** What it is called where it comes from. */
  readonly name: string;
  /** Of the node that it comes from. */
  readonly type: string;
  inputs: readonly DraftOf<T>[];
  readonly output: Shape;
  readonly operator: T;
  readonly recipe?: Recipe;
  /** Learned parameters that the file has for it, where that is not what its kind of operator has. */
  readonly parameters?: number;
}

export type Draft = DraftOf<DraftOperator | Fragment>;
/** What a graph can be made of. */
export type WholeDraft = DraftOf<DraftOperator>;

const fragments: ReadonlySet<string> = new Set<Fragment['kind']>([
  'affine',
  'clip',
  'erf',
  'square',
  'root',
  'reciprocal',
  'softplus',
  'tanh',
  'difference',
  'product',
  'quotient',
  'gate',
  'channelMean',
  'pad',
  'slice',
]);

export function isFragment({ operator }: Draft): boolean {
  return fragments.has(operator.kind);
}
