/** What the script asks of the page, and gets from it. */
import type { CompareCase } from './cases.ts';

export interface CompareOptions {
  readonly rounds: number;
  /** How long the work of one sample should take, in ms. */
  readonly sampleMs: number;
}

export interface ContenderResult {
  readonly name: string;
  /** Why it was not timed: it has no such kernel, it failed, or its result was wrong. */
  readonly refused?: string;
  /** Of our own, which code ran. */
  readonly implementations?: readonly string[];
  /** Against our layerwise result, as norms; ours are held against the reference by the tests. */
  readonly relativeError?: number;
  /** Wall time of one execution, one a round. */
  readonly samplesNs: readonly number[];
}

export interface CaseResult {
  readonly name: string;
  readonly count: number;
  /** Of one image. */
  readonly operations: number;
  readonly contenders: readonly ContenderResult[];
}

/** By name, as they appear in tables and files. */
export const contenderNames = {
  layerwise: 'plimsoll',
  fused: 'plimsoll, fused',
  onnxRuntime: 'onnxruntime-web',
  tensorFlow: 'tensorflow.js',
} as const;

/** A case of which nothing is known, for its page or its device was lost. */
export function lostCase({ name, count, operations, plans }: CompareCase, refused: string): CaseResult {
  const { onnxRuntime, tensorFlow } = contenderNames;
  const names = [...plans.map(({ kind }) => contenderNames[kind]), onnxRuntime, tensorFlow];
  const contenders = names.map((contender) => ({ name: contender, refused, samplesNs: [] }));
  return { name, count, operations, contenders };
}

export interface ComparePage {
  /** Which adapter this is done on, or why there is none. */
  open(): Promise<{
    readonly adapter?: {
      readonly name: string;
      readonly driver: string | undefined;
      readonly software: boolean;
    };
    readonly reason?: string;
    readonly versions: Readonly<Record<string, string>>;
  }>;
  compare(wanted: CompareCase, options: CompareOptions): Promise<CaseResult>;
}
