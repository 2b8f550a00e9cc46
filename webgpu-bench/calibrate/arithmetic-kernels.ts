/**
 * WGSL of the peak kernels, and what each must give.
 *
 * An outer loop of `trips` restarts every chain and adds its result to a total; an inner loop of `steps` runs `unroll`
 * multiply-adds a chain. Both bounds and the operands come from buffers, the start from the invocation: nothing can be
 * computed beforehand or left out. a is 1 and b a power of two, so that every value is exact whether the multiply-add is
 * fused or not: the total is compared for equality, and a single step more or less shows. No compiler knows that a is 1.
 * The restart keeps f16 within the eighths that it holds exactly. Every lane of every chain starts from a number of its own:
 * a compiler that takes vectors apart would find equal ones and keep one of them.
 */
import { type MatrixUnits, matrixExtensions, type SubgroupMatrixConfig } from '../wgsl/subgroup-matrix.ts';

/** Multiply-adds of a chain in the text of the loop. Small: a software adapter compiles for up to a second otherwise. */
export const unroll = 4;

export const arithmeticWorkgroup = 64;

export const widths = [1, 2, 4] as const;
export const chainCounts = [1, 2, 4, 8] as const;

export type ArithmeticType = 'f32' | 'f16' | 'i8';

export interface ArithmeticVariant {
  readonly type: ArithmeticType;
  /** Lanes of the vector type; for i8 scalars side by side, since the dot product has no vector form. */
  readonly width: (typeof widths)[number];
  /** Independent recurrences of an invocation: they hide the latency of one. */
  readonly chains: (typeof chainCounts)[number];
}

/** The bindings of every kernel here: parameters, operands, one result an invocation. */
export const arithmeticBindings: readonly GPUBufferBindingType[] = [
  'uniform',
  'read-only-storage',
  'storage',
];

/**
 * a and b. Those of the dot product were searched for: from every start its recurrence runs in a cycle of 269 values or
 * more, all of them positive, so that a step and a trip more or less are both seen.
 */
const operands = { a: 1, b: 0.125, packed: 0x1107_0d25, addend: 50_021 } as const;

export function operandBits(type: ArithmeticType): Uint32Array<ArrayBuffer> {
  if (type === 'i8') return new Uint32Array([operands.packed, operands.addend]);
  return new Uint32Array(new Float32Array([operands.a, operands.b]).buffer);
}

/** Bounds within which every total is exact: f16 holds eighths up to 256, f32 up to 2^21. */
export const maxSteps = 256;
export const maxTrips = 256;

const indices = (count: number): number[] => [...Array(count).keys()];

export function arithmeticWgsl(variant: ArithmeticVariant): string {
  return variant.type === 'i8' ? dotWgsl(variant) : fmaWgsl(variant);
}

function header(operand: string, result: string): string {
  return `struct Parameters { trips: u32, steps: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> operands: array<${operand}>;
@group(0) @binding(2) var<storage, read_write> results: array<${result}>;
`;
}

function fmaWgsl({ type, width, chains }: ArithmeticVariant): string {
  const vector = width === 1 ? type : `vec${width}<${type}>`;
  const total = width === 1 ? 'f32' : `vec${width}<f32>`;
  const each = (line: (chain: number) => string) => indices(chains).map(line).join('\n');
  const sum =
    width === 1
      ? 'total'
      : indices(width)
          .map((lane) => `total[${lane}]`)
          .join(' + ');
  const start = (chain: number) =>
    `${vector}(${indices(width)
      .map((lane) => `${type}(start + ${chain * width + lane}u)`)
      .join(', ')})`;
  return `${type === 'f16' ? 'enable f16;\n' : ''}${header('f32', 'f32')}
@compute @workgroup_size(${arithmeticWorkgroup})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let a = ${vector}(${type}(operands[0]));
  let b = ${vector}(${type}(operands[1]));
  var total: ${total} = ${total}(0.0);
  for (var trip: u32 = 0u; trip < parameters.trips; trip = trip + 1u) {
    let start = (id.x + trip) & 7u;
${each((c) => `    var c${c}: ${vector} = ${start(c)};`)}
    for (var step: u32 = 0u; step < parameters.steps; step = step + 1u) {
${indices(unroll)
  .map(() => each((c) => `      c${c} = fma(c${c}, a, b);`))
  .join('\n')}
    }
${each((c) => `    total = total + ${total}(c${c});`)}
  }
  results[id.x] = ${sum};
}
`;
}

function dotWgsl({ width, chains }: ArithmeticVariant): string {
  const count = width * chains;
  const each = (line: (chain: number) => string) => indices(count).map(line).join('\n');
  return `${header('u32', 'i32')}
@compute @workgroup_size(${arithmeticWorkgroup})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let a = operands[0];
  let b = bitcast<i32>(operands[1]);
  var total: i32 = 0;
  for (var trip: u32 = 0u; trip < parameters.trips; trip = trip + 1u) {
    let start = (id.x + trip) & 7u;
${each((c) => `    var c${c}: i32 = i32(start + ${c}u);`)}
    for (var step: u32 = 0u; step < parameters.steps; step = step + 1u) {
${indices(unroll)
  .map(() => each((c) => `      c${c} = dot4I8Packed(bitcast<u32>(c${c}), a) + b;`))
  .join('\n')}
    }
${each((c) => `    total = total + c${c};`)}
  }
  results[id.x] = total;
}
`;
}

/** Operations of one invocation: a multiply-add is two, of each byte of a packed word too. */
export function operationsPerInvocation(
  { type, width, chains }: ArithmeticVariant,
  trips: number,
  steps: number,
): number {
  return trips * steps * unroll * chains * width * (type === 'i8' ? 8 : 2);
}

/** What the invocation `id` must store: the same recurrence in JavaScript. */
export function expectedResult(
  { type, width, chains }: ArithmeticVariant,
  id: number,
  trips: number,
  steps: number,
): number {
  const recurrences = width * chains;
  // Few starts exist: one run of the recurrence each.
  const ends = indices(7 + recurrences).map((start) =>
    type === 'i8' ? dotEnd(start, steps * unroll) : start * operands.a + steps * unroll * operands.b,
  );
  let total = 0;
  for (let trip = 0; trip < trips; trip++) {
    const start = (id + trip) & 7;
    for (let index = 0; index < recurrences; index++) total += ends[start + index] ?? 0;
  }
  return type === 'i8' ? total | 0 : total;
}

function dotEnd(start: number, steps: number): number {
  let value = start;
  for (let step = 0; step < steps; step++) {
    let dot = 0;
    for (let byte = 0; byte < 32; byte += 8) {
      dot += ((value << (24 - byte)) >> 24) * ((operands.packed << (24 - byte)) >> 24);
    }
    value = (dot + operands.addend) | 0;
  }
  return value;
}

// --------------------------------------------------------------------------------------------------- subgroup matrices

export interface MatrixVariant extends Omit<MatrixUnits, 'configs'> {
  readonly config: SubgroupMatrixConfig;
  readonly chains: 1 | 2;
}

const matrixScalars: Readonly<Record<string, { readonly wgsl: string; readonly integer: boolean }>> = {
  f32: { wgsl: 'f32', integer: false },
  f16: { wgsl: 'f16', integer: false },
  i8: { wgsl: 'i8', integer: true },
  u8: { wgsl: 'u8', integer: true },
  i32: { wgsl: 'i32', integer: true },
  u32: { wgsl: 'u32', integer: true },
};

/** Whether there is a kernel for what the adapter lists. */
export function matrixSupported({ componentType, resultComponentType }: SubgroupMatrixConfig): boolean {
  return matrixScalars[componentType] !== undefined && matrixScalars[resultComponentType] !== undefined;
}

/**
 * One matrix a subgroup. left is all ones, right a small number, so that every multiply-accumulate adds the same exact
 * amount; a second loop with the negative of half of it, run twice as often less one, takes nearly all away again, which
 * keeps f16 exact over any number of trips and still shows a step more or less in either loop.
 */
export function matrixWgsl({ config, chains, ...units }: MatrixVariant): string {
  const { subgroupSize, pinsSize } = units;
  const { M, N, K } = config;
  const component = matrixScalars[config.componentType];
  const result = matrixScalars[config.resultComponentType];
  if (component === undefined || result === undefined) {
    throw new RangeError(`There is no kernel for ${config.componentType} subgroup matrices.`);
  }
  const narrow = component.wgsl === 'i8' || component.wgsl === 'u8';
  // Matrices of bytes are made from the 32-bit type of their sign.
  const literal = narrow ? (component.wgsl === 'i8' ? 'i32' : 'u32') : component.wgsl;
  const half = component.wgsl === 'f16' || result.wgsl === 'f16';
  const each = (line: (chain: number) => string) => indices(chains).map(line).join('\n');
  const values = indices(3).map((index) => `${literal}(operands[${index}])`);
  const type = `subgroup_matrix_result<${result.wgsl}, ${N}, ${M}>`;
  return `${[...(half ? ['f16'] : []), ...matrixExtensions(units)].map((name) => `enable ${name};\n`).join('')}${header('f32', result.wgsl)}
@compute @workgroup_size(${subgroupSize})${pinsSize ? ` @subgroup_size(${subgroupSize})` : ''}
fn main(@builtin(workgroup_id) group: vec3<u32>) {
  let left = subgroup_matrix_left<${component.wgsl}, ${K}, ${M}>(${values[0]});
  let plus = subgroup_matrix_right<${component.wgsl}, ${N}, ${K}>(${values[1]});
  let minus = subgroup_matrix_right<${component.wgsl}, ${N}, ${K}>(${values[2]});
${each((c) => `  var c${c}: ${type} = ${type}(${result.wgsl}(${result.integer ? '0' : '0.0'}));`)}
  for (var trip: u32 = 0u; trip < parameters.trips; trip = trip + 1u) {
    for (var step: u32 = 0u; step < parameters.steps; step = step + 1u) {
${each((c) => `      c${c} = subgroupMatrixMultiplyAccumulate(left, plus, c${c});`)}
    }
    for (var step: u32 = 1u; step < 2u * parameters.steps; step = step + 1u) {
${each((c) => `      c${c} = subgroupMatrixMultiplyAccumulate(left, minus, c${c});`)}
    }
  }
${each((c) => `  subgroupMatrixStore<row_major>(&results, (group.x * ${chains}u + ${c}u) * ${M * N}u, c${c}, ${N}u);`)}
}
`;
}

/** 1, an amount, and the negative of half of it; unsigned bytes have no negative and only add. */
export function matrixOperands({ componentType }: SubgroupMatrixConfig): readonly number[] {
  if (componentType === 'u8') return [1, 2, 1];
  return matrixScalars[componentType]?.integer ? [1, 2, -1] : [1, 1 / 64, -1 / 128];
}

/** Every element of the result. */
export function expectedMatrixElement(config: SubgroupMatrixConfig, trips: number, steps: number): number {
  const [one = 0, plus = 0, minus = 0] = matrixOperands(config);
  return config.K * one * trips * (steps * plus + (2 * steps - 1) * minus);
}

export function matrixOperationsPerSubgroup(variant: MatrixVariant, trips: number, steps: number): number {
  const { M, N, K } = variant.config;
  return 2 * M * N * K * variant.chains * trips * (3 * steps - 1);
}
