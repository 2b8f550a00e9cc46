/**
 * What a generated kernel is: its WGSL text, its bindings in order, and how many workgroups it launches. Shapes are
 * constants of the text, not uniforms, so that the driver's compiler sees them; equal text is compiled once.
 */
import type { ActivationFunction } from '../../core/graph/graph.ts';

/** How tensors and weights are stored. Sums are always taken in f32. */
export type Storage = 'f32' | 'f16';

export const bytesOfStorage: Readonly<Record<Storage, number>> = { f32: 4, f16: 2 };

export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
}

export interface KernelSource {
  /** Which code this is, for example `conv2d.direct.4x2`. */
  readonly implementation: string;
  readonly wgsl: string;
  /** All in group 0, numbered in this order; each is an array of four-channel vectors. */
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [number, number];
  /** Workgroups in all that have something to do. */
  readonly blocks: number;
  /** The same for a part of the blocks: those from the first to before the second number of the uniform `slice`. */
  readonly slicedWgsl: () => string;
  readonly workgroupBytes: number;
  /** How often a value is rounded to what it is stored as on its way to the result. */
  readonly roundings: number;
}

/** No dimension of a dispatch may be larger, on any adapter. */
const largestDispatch = 65535;

export interface KernelText {
  readonly implementation: string;
  readonly storage: Storage;
  readonly bindings: readonly Binding[];
  readonly workgroupSize: readonly [number, number];
  /** Workgroups in all; `block` in the body is this one's number, and the body is not run for one beyond the last. */
  readonly blocks: number;
  /** Names and lengths, in four-channel vectors of f32, of what a workgroup shares. */
  readonly shared?: Readonly<Record<string, number>>;
  /** The same in single f32 values. */
  readonly sharedScalars?: Readonly<Record<string, number>>;
  /** The same in single values as they are stored. */
  readonly sharedStored?: Readonly<Record<string, number>>;
  /** Bindings that are arrays of single values, for the texts that want those. */
  readonly scalars?: readonly string[];
  /** What WGSL wants enabled by name, besides `f16` and what `quads` needs. */
  readonly extensions?: readonly string[];
  readonly functions?: readonly string[];
  /** The size that its subgroups must have, on adapters that can be told (the feature `subgroup-size-control`). */
  readonly subgroupSize?: number;
  /** What the body calls the number of the invocation's subgroup in its workgroup. */
  readonly subgroupName?: string;
  /** How often a value is rounded to what it is stored as on its way to the result; once where it is left out. */
  readonly roundings?: number;
  /** The body uses quad operations; `lane`, the invocation's place in its quad, is then known to it. */
  readonly quads?: boolean;
  /** Statements; `block`, `local` (vec2u) and `thread` (its number in the workgroup) are known to them. */
  readonly body: string;
}

/** Wraps a body in everything around it. The text must pass `lintWgsl`; one that does not is a bug of its generator. */
export function kernelSource(text: KernelText): KernelSource {
  const { storage, bindings, workgroupSize, blocks, shared = {}, functions = [], quads = false } = text;
  const {
    sharedScalars = {},
    sharedStored = {},
    scalars = [],
    extensions = [],
    subgroupSize,
    subgroupName,
    roundings = 1,
  } = text;
  const [width, height] = workgroupSize;
  const [across, down] = gridOf(blocks);
  const textOf = (sliced: boolean) =>
    [
      ...(storage === 'f16' ? ['enable f16;'] : []),
      ...(quads ? ['enable subgroups;'] : []),
      ...extensions.map((name) => `enable ${name};`),
      ...bindings.map(
        ({ name, access }, index) =>
          `@group(0) @binding(${index}) var<storage, ${access}> ${name}: array<${scalars.includes(name) ? storage : `vec4<${storage}>`}>;`,
      ),
      ...(sliced ? ['@group(1) @binding(0) var<uniform> slice: vec2u;'] : []),
      ...Object.entries(shared).map(([name, length]) => `var<workgroup> ${name}: array<vec4f, ${length}>;`),
      ...Object.entries(sharedScalars).map(
        ([name, length]) => `var<workgroup> ${name}: array<f32, ${length}>;`,
      ),
      ...Object.entries(sharedStored).map(
        ([name, length]) => `var<workgroup> ${name}: array<${storage}, ${length}>;`,
      ),
      ...functions,
      `@compute @workgroup_size(${width}, ${height})${subgroupSize === undefined ? '' : ` @subgroup_size(${subgroupSize})`}`,
      `fn main(${[
        '@builtin(workgroup_id) group: vec3u',
        '@builtin(local_invocation_id) local3: vec3u',
        ...(quads ? ['@builtin(subgroup_invocation_id) invocation: u32'] : []),
        ...(subgroupName === undefined ? [] : [`@builtin(subgroup_id) ${subgroupName}: u32`]),
        ...(sliced ? ['@builtin(num_workgroups) grid: vec3u'] : []),
      ].join(', ')}) {`,
      ...(quads ? ['  let lane = invocation % 4u;'] : []),
      '  let local = local3.xy;',
      `  let thread = local.y * ${width}u + local.x;`,
      // The number of the workgroup is uniform, so barriers behind this are allowed.
      ...(sliced
        ? ['  let block = slice.x + group.y * grid.x + group.x;', '  if (block >= slice.y) { return; }']
        : [
            `  let block = group.y * ${across}u + group.x;`,
            ...(across * down === blocks ? [] : [`  if (block >= ${blocks}u) { return; }`]),
          ]),
      indent(text.body.trim()),
      '}',
      '',
    ].join('\n');
  const wgsl = textOf(false);
  lintWgsl(wgsl);
  const total = (lengths: object) => Object.values(lengths).reduce((sum, length) => sum + length, 0);
  return {
    implementation: text.implementation,
    wgsl,
    bindings,
    workgroups: [across, down],
    blocks,
    slicedWgsl: () => textOf(true),
    roundings,
    workgroupBytes:
      16 * total(shared) + 4 * total(sharedScalars) + bytesOfStorage[storage] * total(sharedStored),
  };
}

/** A dispatch of at least so many workgroups: in two dimensions where one has no room for them. */
export function gridOf(blocks: number): [number, number] {
  const across = Math.min(blocks, largestDispatch);
  return [across, Math.ceil(blocks / across)];
}

/**
 * Every variable of a function must say what it starts with: Tint's SPIR-V writer leaves out the zero that WGSL demands
 * where one is declared inside a loop, so that the value of the last turn is still there. Throws on one that does not.
 */
export function lintWgsl(wgsl: string): void {
  for (const [statement] of wgsl.matchAll(/\bvar\s+\w+[^;]*;/g)) {
    if (!statement.includes('=')) throw new Error(`WGSL variable without a value: ${statement}`);
  }
}

export const load = (storage: Storage, buffer: string, index: string) =>
  storage === 'f32' ? `${buffer}[${index}]` : `vec4f(${buffer}[${index}])`;

export const store = (storage: Storage, buffer: string, index: string, value: string) =>
  storage === 'f32' ? `${buffer}[${index}] = ${value};` : `${buffer}[${index}] = vec4h(${value});`;

export function indent(text: string, by = '  '): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : by + line))
    .join('\n');
}

/** `count` lines, or statements, made from 0 .. count - 1. */
export function repeat(count: number, line: (index: number) => string, between = '\n'): string {
  return Array.from({ length: count }, (_, index) => line(index)).join(between);
}

/** Channels are stored in vectors of four; the lanes beyond the last channel have zero weights. */
export const vectorsOf = (channels: number) => Math.ceil(channels / 4);

/** `fn activate_NAME(v: vec4f) -> vec4f` of the functions named, each once. */
export function activationFunctionTexts(names: Iterable<ActivationFunction>): string[] {
  const wanted = new Set(names);
  const texts = [...wanted].map(
    (name) => `fn activate_${name}(v: vec4f) -> vec4f { return ${activationBodies[name]}; }`,
  );
  return wanted.has('gelu') ? [errorFunction, ...texts] : texts;
}

// The argument of exp is bounded: beyond it the result is known, and exp(x) = inf would make inf / inf.
const sigmoid = 'vec4f(1.0) / (vec4f(1.0) + exp(-clamp(v, vec4f(-80.0), vec4f(80.0))))';
const hardSigmoid = 'clamp(v + vec4f(3.0), vec4f(0.0), vec4f(6.0)) * (1.0 / 6.0)';
const activationBodies: Readonly<Record<ActivationFunction, string>> = {
  relu: 'max(v, vec4f(0.0))',
  relu6: 'clamp(v, vec4f(0.0), vec4f(6.0))',
  silu: `v * (${sigmoid})`,
  hardSwish: `v * (${hardSigmoid})`,
  gelu: '0.5 * v * (vec4f(1.0) + error_function(v * 0.70710678118654752))',
  sigmoid,
  hardSigmoid,
};

/** Abramowitz and Stegun 7.1.28: 1 - 1 / (1 + a1 x + ... + a6 x^6)^16, within 3e-7; WGSL has no erf of its own. */
const errorFunction = `fn error_function(x: vec4f) -> vec4f {
  let a = min(abs(x), vec4f(4.0));
  let p = vec4f(1.0) + a * (0.0705230784 + a * (0.0422820123 + a * (0.0092705272 +
    a * (0.0001520143 + a * (0.0002765672 + a * 0.0000430638)))));
  let p2 = p * p;
  let p4 = p2 * p2;
  let p8 = p4 * p4;
  return sign(x) * (vec4f(1.0) - vec4f(1.0) / (p8 * p8));
}`;
