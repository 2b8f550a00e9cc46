/** How rules are applied: to every operator that the result depends on, inputs first, until none finds anything. */
import type { Shape } from '../../graph/graph.ts';
import type { Draft, Recipe } from '../draft.ts';

/** What `draft` becomes; undefined where the rule has nothing to say. */
export type Rule = (draft: Draft, pass: Pass) => Draft | undefined;

/** What `result` depends on, inputs first. */
export function orderOf(result: Draft): Draft[] {
  const order: Draft[] = [];
  const seen = new Set<Draft>();
  // By hand instead of by recursion: a network may be thousands of layers deep.
  const waiting: { draft: Draft; isDone: boolean }[] = [{ draft: result, isDone: false }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { draft, isDone } = at;
    if (isDone) order.push(draft);
    else if (!seen.has(draft)) {
      seen.add(draft);
      waiting.push({ draft, isDone: true });
      for (const input of draft.inputs.toReversed()) waiting.push({ draft: input, isDone: false });
    }
  }
  return order;
}

/** One walk over the network. Readers are those before it, so that a rule may see too many and never too few. */
export class Pass {
  private readonly readers = new Map<Draft, Draft[]>();
  private readonly replaced = new Map<Draft, Draft>();
  private readonly result: Draft;

  constructor(result: Draft) {
    this.result = result;
  }

  /** The network's result after the rules, and whether one of them changed anything. */
  apply(rules: readonly Rule[]): { result: Draft; isChanged: boolean } {
    const order = orderOf(this.result);
    for (const draft of order) {
      for (const input of draft.inputs) this.addReader(input, draft);
    }
    let isChanged = false;
    for (const draft of order) {
      draft.inputs = draft.inputs.map((input) => this.replaced.get(input) ?? input);
      for (const rule of rules) {
        const made = rule(draft, this);
        if (made === undefined) continue;
        isChanged = true;
        this.replaced.set(draft, made);
        for (const reader of this.readers.get(draft) ?? []) this.addReader(made, reader);
        break;
      }
    }
    return { result: this.replaced.get(this.result) ?? this.result, isChanged };
  }

  /** Of the result of the network there is one more than in the file. */
  readersOf(draft: Draft): readonly Draft[] {
    return this.readers.get(draft) ?? [];
  }

  /** Nobody but the operator that is looked at reads it. */
  isReadOnce(draft: Draft): boolean {
    return this.readersOf(draft).length <= 1 && draft !== this.result;
  }

  private addReader(input: Draft, reader: Draft): void {
    const readers = this.readers.get(input);
    if (readers === undefined) this.readers.set(input, [reader]);
    else readers.push(reader);
  }
}

export function applyRules(result: Draft, groups: readonly (readonly Rule[])[]): Draft {
  let at = result;
  // Every rule makes the network smaller or a part of it final; the bound only guards against a mistake in one.
  for (let round = 0; round < 200; round++) {
    let isChanged = false;
    for (const rules of groups) {
      const passed = new Pass(at).apply(rules);
      at = passed.result;
      isChanged ||= passed.isChanged;
    }
    if (!isChanged) break;
  }
  return at;
}

interface Made {
  readonly recipe?: Recipe | undefined;
  readonly parameters?: number | undefined;
}

/** An operator that stands where `like` did, and is called like it. */
export function derived(
  like: Draft,
  operator: Draft['operator'],
  inputs: readonly Draft[],
  output: Shape = like.output,
  { recipe, parameters }: Made = {},
): Draft {
  return {
    name: like.name,
    type: like.type,
    inputs,
    output,
    operator,
    ...(recipe !== undefined && { recipe }),
    ...(parameters !== undefined && { parameters }),
  };
}
