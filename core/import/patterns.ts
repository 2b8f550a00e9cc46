/** What exporters write as several nodes, recognised where the last of them stands. */
import type { ActivationFunction, Shape } from '../graph/graph.ts';
import type { Draft, DraftOperator } from './draft.ts';

type Make = (operator: Draft['operator'], inputs: readonly Draft[], output: Shape) => Draft;

export const isNear = (a: number, b: number) => Math.abs(a - b) <= 1e-3 * Math.max(1, Math.abs(b));

/** `x` times a number; several in a row are one, and none at all where they cancel. */
export function scaled(x: Draft, factor: number, make: Make): Draft {
  const { source, factor: before } = unscaled(x);
  const whole = factor * before;
  if (isNear(whole, 1)) return source;
  // relu6(x + 3) / 6
  const shifted = isActivation(source, 'relu6') ? offsetBy(source.inputs[0], 3) : undefined;
  if (shifted !== undefined && isNear(whole, 1 / 6)) {
    return make({ kind: 'activation', function: 'hardSigmoid' }, [shifted], source.output);
  }
  return make({ kind: 'scale', factor: whole }, [source], source.output);
}

/** Gates and activations: x * sigmoid(x), x * (1 + erf(x / √2)), x * relu6(x + 3), or x * gate(pool(x)). */
export function joinedByProduct(left: Draft, right: Draft, make: Make): Draft | undefined {
  for (const [x, gate] of [
    [left, right],
    [right, left],
  ] as const) {
    const { source, factor } = unscaled(x);
    const made = selfGated(source, gate, make);
    if (made !== undefined) return scaled(made.draft, factor * made.factor, make);
    const excite = squeezeExciteOf(x, gate);
    if (excite !== undefined) return make(excite, [x], x.output);
  }
  return undefined;
}

/** An activation that is its input times a function of it; `factor` is what it is too large by. */
function selfGated(x: Draft, by: Draft, make: Make): { draft: Draft; factor: number } | undefined {
  const { source: gate, factor } = unscaled(by);
  const activation = (fn: ActivationFunction, times: number) => ({
    draft: make({ kind: 'activation', function: fn }, [x], x.output),
    factor: factor * times,
  });
  if (gate.inputs[0] === x && isActivation(gate, 'sigmoid')) return activation('silu', 1);
  if (gate.inputs[0] === x && isActivation(gate, 'hardSigmoid')) return activation('hardSwish', 1);
  if (isActivation(gate, 'relu6') && offsetBy(gate.inputs[0], 3) === x) return activation('hardSwish', 6);
  const erf = offsetBy(gate, 1);
  const [argument] = erf?.operator.kind === 'erf' ? erf.inputs : [];
  if (argument === undefined) return undefined;
  const inner = unscaled(argument);
  return inner.source === x && isNear(inner.factor, Math.SQRT1_2) ? activation('gelu', 2) : undefined;
}

/** Global average of x, a 1x1 layer, an activation, a 1x1 layer back, a gate. */
function squeezeExciteOf(x: Draft, gate: Draft): DraftOperator | undefined {
  const fn = gate.operator.kind === 'activation' ? gate.operator.function : undefined;
  if (fn !== 'sigmoid' && fn !== 'hardSigmoid') return undefined;
  const [second] = gate.inputs;
  const [inner] = second?.inputs ?? [];
  const [first] = inner?.inputs ?? [];
  const [pool] = first?.inputs ?? [];
  if (inner?.operator.kind !== 'activation' || pool?.operator.kind !== 'globalAveragePool') return undefined;
  if (pool.inputs[0] !== x || !isVectorLayer(first) || !isVectorLayer(second)) return undefined;
  if (second?.output.channels !== x.output.channels) return undefined;
  return {
    kind: 'squeezeExcite',
    squeezeChannels: inner.output.channels,
    innerActivation: inner.operator.function,
    gate: fn,
  };
}

/** Of a pooled tensor. */
function isVectorLayer(draft: Draft | undefined): boolean {
  if (draft?.operator.kind === 'conv2d') return draft.operator.groups === 1 && draft.output.height === 1;
  return draft?.operator.kind === 'linear';
}

/** (x - mean) / √(variance + ε), where its scale and shift are folded in afterwards. */
export function layerNormOf(centred: Draft, deviation: Draft, make: Make): Draft | undefined {
  if (centred.operator.kind !== 'centred' || deviation.operator.kind !== 'deviation') return undefined;
  const [x] = centred.inputs;
  let of: Draft | undefined = deviation;
  while (of?.operator.kind === 'deviation' || of?.operator.kind === 'variance') of = of.inputs[0];
  if (of?.operator.kind !== 'squared' || of.inputs[0] !== centred || x === undefined) return undefined;
  return make({ kind: 'layerNorm', epsilon: deviation.operator.epsilon }, [x], x.output);
}

function unscaled(draft: Draft): { source: Draft; factor: number } {
  const [source] = draft.inputs;
  return draft.operator.kind === 'scale' && source !== undefined
    ? { source, factor: draft.operator.factor }
    : { source: draft, factor: 1 };
}

function isActivation({ operator }: Draft, fn: ActivationFunction): boolean {
  return operator.kind === 'activation' && operator.function === fn;
}

/** What `addend` is added to. */
function offsetBy(draft: Draft | undefined, addend: number): Draft | undefined {
  const is = draft?.operator.kind === 'offset' && isNear(draft.operator.addend, addend);
  return is ? draft.inputs[0] : undefined;
}
