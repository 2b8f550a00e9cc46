/** What is done to a result while it is still in registers: activations and one residual sum, in the graph's order. */
import type { ActivationFunction } from '../../core/graph/graph.ts';
import { load, type Storage } from '../wgsl/module.ts';

export type EpilogueStep =
  | { readonly kind: 'activation'; readonly function: ActivationFunction }
  /** Adds the tensor bound as `residual`, element by element. */
  | { readonly kind: 'add' };

export type Epilogue = readonly EpilogueStep[];

export const hasResidual = (epilogue: Epilogue) => epilogue.some(({ kind }) => kind === 'add');

/** An expression of `value` (vec4f) for the element at `index` of the output. */
export function applyEpilogue(epilogue: Epilogue, storage: Storage, value: string, index: string): string {
  return epilogue.reduce(
    (expression, step) =>
      step.kind === 'add'
        ? `(${expression} + ${load(storage, 'residual', index)})`
        : `activate_${step.function}(${expression})`,
    value,
  );
}

export const activationsOf = (epilogue: Epilogue): ActivationFunction[] =>
  epilogue.flatMap((step) => (step.kind === 'activation' ? [step.function] : []));
